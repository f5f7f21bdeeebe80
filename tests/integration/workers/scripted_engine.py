"""An engine over real HTTP that answers what a test tells it to, one answer a request."""

import json
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """`parts` are sent one by one, chunked; then the connection is cut if `breaks_off`."""

    parts: Iterable[bytes] = ()
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    breaks_off: bool = False


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    """The client's port: two requests with the same one came over one connection."""

    @property
    def json(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read


class ScriptedEngine:
    """Answers with what waits in `answers`, then with 503; `requests` is what it was asked."""

    def __init__(self) -> None:
        self.answers: deque[Answer] = deque()
        self.requests: list[Request] = []
        engine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                engine.requests.append(Request(self.path, headers, body, self.client_address[1]))
                answer = engine.answers.popleft() if engine.answers else Answer(status=503)
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Transfer-Encoding", "chunked")
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for part in answer.parts:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                if answer.breaks_off:
                    self.close_connection = True
                    return
                self.wfile.write(b"0\r\n\r\n")

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def will(self, *answers: Answer) -> None:
        """Answer the next requests so."""
        self.answers.extend(answers)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def refusal(status: int, code: str = "", **headers: str) -> Answer:
    """An error as OpenAI's API words it."""
    error = {"error": {"message": "no", "type": code or None, "code": code or None}}
    return Answer([json.dumps(error).encode()], status, headers=headers)


def page() -> Answer:
    """What a proxy in between says, with status 200."""
    return Answer([b"<html><body>Welcome to the portal</body></html>"], content_type="text/html")


def transcription(text: str, **segment: float) -> Answer:
    """A `verbose_json` answer with one segment."""
    segments = [{"id": 0, "text": text, **segment}]
    return Answer([json.dumps({"text": text, "segments": segments, "duration": 1.0}).encode()])


def completion(content: str | None) -> Answer:
    """A whole chat answer."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    return Answer([json.dumps({"id": "c", "object": "chat.completion", "choices": [choice]}).encode()])


def chunk(finish: str | None = None, usage: dict[str, int] | None = None, **delta: Any) -> bytes:
    """A line of a streamed chat answer."""
    choices = [] if usage else [{"index": 0, "delta": delta, "finish_reason": finish}]
    told: dict[str, Any] = {"id": "c", "object": "chat.completion.chunk", "choices": choices}
    if usage:
        told["usage"] = usage
    return b"data: " + json.dumps(told).encode() + b"\n\n"


def streamed(*parts: bytes, done: bool = True, breaks_off: bool = False) -> Answer:
    """A stream of these lines."""
    end = [b"data: [DONE]\n\n"] if done else []
    return Answer([*parts, *end], content_type="text/event-stream; charset=utf-8", breaks_off=breaks_off)


def says(*pieces: str) -> Answer:
    """A stream that says this and ends well, with 10 tokens read and 5 written."""
    used = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    return streamed(*(chunk(content=piece) for piece in pieces), chunk(finish="stop"), chunk(usage=used))


def calls(name: str, **arguments: Any) -> Answer:
    """A stream that asks for a look-up."""
    function = {"name": name, "arguments": json.dumps(arguments)}
    call = {"index": 0, "id": f"call_{name}", "type": "function", "function": function}
    used = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    return streamed(chunk(tool_calls=[call]), chunk(finish="tool_calls"), chunk(usage=used))
