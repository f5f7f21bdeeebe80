"""The far end of the media socket, small enough to be told how to fail. It keeps all that it takes."""

import json
import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from flask import Flask, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server
from werkzeug.serving import make_server

from data.call_client import CallClient
from data.start_call import Start

Fault = Callable[["FarEnd", Server], None]


class FarEnd:
    """A server on a loopback port. An entry of `faults` happens once that many bytes of a leg have come."""

    def __init__(self) -> None:
        self.legs: dict[str, bytearray] = {}
        self.starts: list[dict[str, Any]] = []
        self.gaps: list[int] = []
        self.frames: list[int] = []
        self.faults: dict[int, Fault] = {}
        self.forgotten = 0  # bytes that the next `call_started` no longer knows
        self.acknowledges = threading.Event()
        self.acknowledges.set()
        self.refusal: tuple[str, int] | None = None
        self.told: list[dict[str, Any]] = []
        app = Flask(__name__)
        Sock(app).route("/ws/call/<call_id>")(self._serve)
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws") + "/ws/call"

    def client(self, **start: Any) -> CallClient:
        """A client that has not dialled yet."""
        return CallClient(self.socket_url, uuid4(), {"Authorization": "Bearer t"}, Start(**start))

    def leg(self, speaker: str = "both") -> bytes:
        """What came of a leg, or of the socket that carried both."""
        return bytes(self.legs.get(speaker, b""))

    def tell(self, socket: Server, **event: Any) -> None:
        """Put an event on the record and send it."""
        self.told.append({"id": len(self.told) + 1, **event})
        socket.send(json.dumps(self.told[-1]))

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self, socket: Server, call_id: str) -> None:
        if self.refusal:
            code, close_code = self.refusal
            words = {"type": "error", "code": code, "message": f"It is {code}.", "fatal": True}
            socket.send(json.dumps(words))
            socket.close(close_code, code)
            socket.thread.join(
                5
            )  # until it has read what is on its way: unread, that would take our words back
            return
        try:
            self._converse(socket)
        except (ConnectionClosed, OSError):
            return

    def _converse(self, socket: Server) -> None:
        start = json.loads(socket.receive())
        start["token"] = request.headers.get("Authorization")
        self.starts.append(start)
        leg = self.legs.setdefault(start.get("speaker", "both"), bytearray())
        del leg[len(leg) - self.forgotten :]
        self.forgotten = 0
        seen = start.get("last_event_id", 0)
        socket.send(json.dumps({"type": "call_started", "received_bytes": len(leg), "last_event_id": seen}))
        for event in self.told[max(0, seen - 1) :]:  # one of them twice: a client sees it once
            socket.send(json.dumps(event))
        while True:
            message = socket.receive()
            if isinstance(message, str):
                self._on_text(socket, leg, json.loads(message))
                continue
            self.frames.append(len(message))
            leg += message
            for at in [at for at in sorted(self.faults) if at <= len(leg)]:
                self.faults.pop(at)(self, socket)
            if self.acknowledges.is_set():
                socket.send(json.dumps({"type": "audio_ack", "received_bytes": len(leg)}))

    def _on_text(self, socket: Server, leg: bytearray, message: dict[str, Any]) -> None:
        match message["type"]:
            case "ping":
                socket.send('{"type": "pong"}')
            case "gap":
                self.gaps.append(message["to"])
                leg += bytes(message["to"] - len(leg))
            case "end_call":
                self.tell(socket, type="call_ended", duration_seconds=1.5, status="completed")
                self.tell(socket, type="summary", summary="All is well.", sentiment="neutral")
                socket.close(1000, "the call is over")


def close(code: int) -> Fault:
    """Close with this code."""
    return lambda far_end, socket: socket.close(code, "so told")


def cut(far_end: FarEnd, socket: Server) -> None:
    """Drop the connection without a word."""
    socket.sock.shutdown(2)
