"""A fake engine over real HTTP: what it hears is derived from the sound's hash, and it fails on command.

`python -m tests.faults.engine PORT` serves OpenAI's protocol under `/v1`. `POST /faults` sets what goes
wrong from now on, `GET /log` returns every request that came, with what became of it.
"""

import io
import json
import random
import sys
import threading
import time
import wave
from collections import deque
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.faults.audio import RATE, Word, words_in

DELTAS, DELTA_SECONDS = 6, 0.02
LATENCY = {"recogniser": (0.05, 0.05), "assistant": (0.02, 0.02), "summary": (0.02, 0.02)}
"""Seconds: the shortest and the longest."""
HANG_SECONDS = 300.0


def advice_for(trigger: str) -> str:
    """What the fake advises about the words of a turn."""
    return f"Tell them that {sha256(trigger.encode()).hexdigest()[:20]} is what they said."


@dataclass
class Asked:
    """A request: `part` is recogniser, assistant or summary, `words` what its sound holds, `fault` what it
    met, `outcome` open, answered, failed or hung up; times are Unix seconds.
    """

    number: int
    part: str
    words: list[str]
    fault: str
    began_at: float = field(default_factory=time.time)
    ended_at: float = 0.0
    outcome: str = "open"


class Faults:
    """What goes wrong, per part: `coming` faults take one request each, in order, and then the `standing` one
    all others; the `poison` words spoil whatever request they are in.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.log: list[Asked] = []
        self.latency = dict(LATENCY)
        self.pace = 0.0
        self.coming: dict[str, deque[str]] = {part: deque() for part in self.latency}
        self.standing = dict.fromkeys(self.latency, "")
        self.poison: dict[str, str] = {}
        self.released = threading.Event()

    def begin(self, part: str, words: list[str]) -> Asked:
        """Note a request, and the fault that awaits it."""
        with self.lock:
            poison = [self.poison[word] for word in words if word in self.poison]
            coming = self.coming[part]
            fault = poison[0] if poison else coming.popleft() if coming else self.standing[part]
            self.log.append(Asked(len(self.log), part, words, fault))
            return self.log[-1]

    def set(self, order: dict[str, Any]) -> None:
        """`{"part", "coming"?: [fault, …], "standing"?: fault, "latency"?: [from, to]}`, `{"poison": word,
        "fault"}`, `{"pace": seconds}` that each second of sound takes, or `{"release": true}` to let go of
        what is held.
        """
        with self.lock:
            if order.get("release"):
                self.released.set()
            elif "pace" in order:
                self.pace = order["pace"]
            elif "poison" in order:
                self.released.clear()
                self.poison[order["poison"]] = order["fault"]
            else:
                self.released.clear()
                part = order["part"]
                self.latency[part] = tuple(order.get("latency", self.latency[part]))
                self.standing[part] = order.get("standing", self.standing[part])
                self.coming[part].extend(order.get("coming", ()))

    def mend(self) -> None:
        """Answer everything again, and let go of what is held."""
        with self.lock:
            self.standing = dict.fromkeys(self.standing, "")
            self.latency = dict(LATENCY)
            self.pace = 0.0
            self.poison.clear()
            for coming in self.coming.values():
                coming.clear()
            self.released.set()


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    faults: Faults

    def do_GET(self) -> None:
        """The log, and a list of models for those who ask whether we live."""
        if self.path == "/log":
            with self.faults.lock:
                self._json([asdict(asked) for asked in self.faults.log])
        else:
            self._json({"object": "list", "data": []})

    def do_POST(self) -> None:
        """An order from the tests, or a request from the system."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = urlsplit(self.path).path
        if path == "/faults":
            order = json.loads(body)
            if order:
                self.faults.set(order)
            else:
                self.faults.mend()
            self._json({})
        elif path.endswith("/audio/transcriptions"):
            self._serve("recogniser", body)
        else:
            self._serve("assistant" if json.loads(body).get("stream") else "summary", body)

    def _serve(self, part: str, body: bytes) -> None:
        sound = _sound(body) if part == "recogniser" else b""
        words = words_in(sound)
        asked = self.faults.begin(part, [word.text for word in words])
        try:
            self._wait(part, asked.fault, len(sound) / 2 / RATE)
            if self._refuse(part, asked.fault):
                asked.outcome = "failed"
            elif part == "recogniser":
                self._json(_heard(words))
            elif part == "assistant":
                self._stream(json.loads(body), half=asked.fault == "half")
            else:
                self._json(_summary(json.loads(body)))
            asked.outcome = "answered" if asked.outcome == "open" else asked.outcome
        except OSError:
            asked.outcome = "hung up"
        asked.ended_at = time.time()

    def _wait(self, part: str, fault: str, seconds: float) -> None:
        time.sleep(random.uniform(*self.faults.latency[part]) + self.faults.pace * seconds)
        if fault == "hold":
            self.faults.released.wait(HANG_SECONDS)
        elif fault == "hang":
            time.sleep(HANG_SECONDS)

    def _refuse(self, part: str, fault: str) -> bool:
        match fault:
            case "429":
                self._json(
                    {"error": {"message": "slow down", "code": "rate_limit_exceeded"}},
                    429,
                    {"Retry-After": "1"},
                )
            case "quota":
                self._json({"error": {"message": "pay", "code": "insufficient_quota"}}, 429)
            case "500":
                self._json({"error": {"message": "oops"}}, 500)
            case "400":
                self._json({"error": {"message": "no", "code": "bad_request"}}, 400)
            case "html":
                self._send(200, "text/html", b"<html><body>We will be right back.</body></html>")
            case "half" if part != "assistant":
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "500")
                self.end_headers()
                self.wfile.write(b'{"text": "I heard a')
                self.close_connection = True
            case _:
                return False
        return True

    def _stream(self, request: dict[str, Any], *, half: bool) -> None:
        asked = json.loads(request["messages"][1]["content"])
        text = f"tip\n{advice_for(asked['just_said'])}"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        size = -(-len(text) // DELTAS)
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        for piece in pieces[: DELTAS // 2] if half else pieces:
            self._chunk({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
            time.sleep(DELTA_SECONDS)
        if not half:
            self._chunk({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            self._chunk({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20}})
            self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _chunk(self, chunk: dict[str, Any]) -> None:
        self.wfile.write(
            b"data: " + json.dumps({"object": "chat.completion.chunk", **chunk}).encode() + b"\n\n"
        )
        self.wfile.flush()

    def _json(self, answer: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self._send(status, "application/json", json.dumps(answer).encode(), headers)

    def _send(self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the log is asked for."""


def _sound(body: bytes) -> bytes:
    """The samples of the WAV inside a multipart body."""
    with wave.open(io.BytesIO(body[body.index(b"RIFF") :])) as wav:
        return bytes(wav.readframes(wav.getnframes()))


def _heard(words: list[Word]) -> dict[str, Any]:
    text = " ".join(word.text for word in words)
    segments = [
        {
            "id": number, "seek": 0, "start": word.start, "end": word.end, "text": word.text, "tokens": [],
            "temperature": 0.0, "avg_logprob": -0.1, "compression_ratio": 1.1, "no_speech_prob": 0.01,
        }
        for number, word in enumerate(words)
    ]  # fmt: skip
    return {"task": "transcribe", "language": "english", "duration": 0, "text": text, "segments": segments}


def _summary(request: dict[str, Any]) -> dict[str, Any]:
    lines = json.loads(request["messages"][1]["content"])["conversation"]
    told = sha256(json.dumps(lines).encode()).hexdigest()[:20]
    content = {
        "summary": f"{len(lines)} lines were spoken, {told}.",
        "sentiment": {"label": "neutral", "score": 0.0},
    }
    message = {"role": "assistant", "content": json.dumps(content)}
    return {
        "id": "fake",
        "object": "chat.completion",
        "created": 0,
        "model": "fake",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the game."""


def main() -> None:
    """Serve until killed."""
    Handler.faults = Faults()
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()


if __name__ == "__main__":
    main()
