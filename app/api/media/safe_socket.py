"""The network socket under a WebSocket, made safe before flask-sock sees it.

simple-websocket writes with `send`, which truncates frames to a slow reader, and from two threads at once
(its pings and our
messages); it reads without limit; it accepts compression, which costs memory per socket (`pitfalls.md` 1.3
and 1.9).
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import gevent

SEND_SECONDS = 5.0
DRAIN_SECONDS = 1.0
UNREAD_MESSAGES = (
    64  # frames waiting for the handler beyond which the network is not read: TCP then slows the sender
)
OFTEN_SECONDS = 0.06  # frames that come more often than that are read …
NAP_SECONDS = 0.04  # … two or three at a time
LITTLE_BYTES = 16384  # a read of more is a client that catches up: nobody naps then
NEEDED = {"Sec-WebSocket-Key": "HTTP_SEC_WEBSOCKET_KEY", "Host": "HTTP_HOST"}
WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class SafeSocket:
    """A connected socket whose frames are whole, whose dead readers are cut, and whose sender can be
    made to wait.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._often_until = 0.0  # a read before this moment (monotonic) comes soon after a little one
        self.unread: Callable[[], int] = lambda: 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def send(self, data: bytes) -> int:
        """Send all of `data`, or raise `OSError` within `SEND_SECONDS` and cut the connection."""
        with self._lock:
            try:
                with gevent.Timeout(SEND_SECONDS, TimeoutError("the reader does not read")):
                    self._connection.sendall(data)
            except OSError:
                with contextlib.suppress(OSError):
                    self._connection.shutdown(socket.SHUT_RDWR)
                raise
        return len(data)

    def recv(self, size: int) -> bytes:
        """Read, but not while the handler has not taken what was read before, and not each little frame by
        itself: every read wakes two greenlets.
        """
        while self.unread() > UNREAD_MESSAGES:
            gevent.sleep(0.02)
        if time.monotonic() < self._often_until:
            gevent.sleep(NAP_SECONDS)
        data = self._connection.recv(size)
        self._often_until = time.monotonic() + OFTEN_SECONDS if len(data) < LITTLE_BYTES else 0.0
        return data

    def close(self) -> None:
        """Say goodbye and swallow what is still on its way: closing on unread bytes would take our
        close frame back.
        """
        with (
            contextlib.suppress(OSError),
            gevent.Timeout(DRAIN_SECONDS, TimeoutError("the peer does not close")),
        ):
            self._connection.shutdown(socket.SHUT_WR)
            while self._connection.recv(65536):
                pass
        self._connection.close()


class SafeSockets:
    """WSGI middleware: checks the handshake, drops compression, and wraps the socket of every upgrade."""

    def __init__(self, app: WSGI) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a malformed handshake with 400 or 426; pass everything else on."""
        if environ.get("HTTP_UPGRADE", "").lower() != "websocket":
            return self._app(environ, start_response)
        if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
            start_response("426 Upgrade Required", [("Sec-WebSocket-Version", "13"), ("Content-Length", "0")])
            return [b""]
        for header, name in NEEDED.items():
            if not environ.get(name):
                start_response("400 Bad Request", [("Content-Type", "text/plain")])
                return [f"{header} is missing\n".encode()]
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        environ["gunicorn.socket"] = SafeSocket(environ["gunicorn.socket"])
        return self._app(environ, start_response)
