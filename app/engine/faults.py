"""Faults on request, for tests: what engines do wrong, at a chosen call. Only where ENGINE_FAULTS is 1.

`POST /faults {"route": "transcriptions" | "chat", "kind": …, "times"?, "retry_after"?, "delay_ms"?}`
arms the next `times` calls of a route; faults of one route happen in the order they were asked for. `DELETE
/faults` disarms and forgets. `GET /faults/log` counts calls by route and faults by kind.

Kinds: `429` (with Retry-After), `insufficient_quota` (429 as well), `500`, `html` (a proxy's page, status
200), `hang` (no answer until the client leaves, or for `delay_ms`), `slow` (the answer, `delay_ms` later),
`half_stream` (a stream that just ends) and `bad_sse` (a stream with a line that is no JSON).
"""

import select
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Flask, Response, g, jsonify, request

ROUTES = {"/v1/audio/transcriptions": "transcriptions", "/v1/chat/completions": "chat"}
KINDS = ("429", "insufficient_quota", "500", "html", "hang", "slow", "half_stream", "bad_sse")
EVENTS_BEFORE_FAULT = 4
HANGING_MS, SLOW_MS = 600_000, 1_000


@dataclass(frozen=True)
class Fault:
    """One fault of one call; delays are seconds."""

    route: str
    kind: str
    retry_after: float
    delay: float


class FaultBook:
    """What was asked for and what happened. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: deque[Fault] = deque()
        self._calls: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()

    def arm(self, fault: Fault, times: int) -> None:
        """Let the next `times` calls of its route meet `fault`."""
        with self._lock:
            self._armed.extend([fault] * times)

    def clear(self) -> None:
        """Disarm all and count from nought."""
        with self._lock:
            self._armed.clear()
            self._calls.clear()
            self._faults.clear()

    def take(self, route: str) -> Fault | None:
        """Count a call of `route`, and the fault it is to meet."""
        with self._lock:
            self._calls[route] += 1
            fault = next((armed for armed in self._armed if armed.route == route), None)
            if fault:
                self._armed.remove(fault)
                self._faults[fault.kind] += 1
            return fault

    def counts(self) -> dict[str, dict[str, int]]:
        """As `GET /faults/log` shows them."""
        with self._lock:
            return {"calls": dict(self._calls), "faults": dict(self._faults)}


def allow_faults(app: Flask) -> None:
    """Give `app` the routes above, and put the faults they arm before its answers."""
    book = FaultBook()

    @app.post("/faults")
    def arm() -> tuple[Response, int]:
        """Arm one kind of fault."""
        asked = request.get_json()
        route, kind = asked.get("route"), str(asked.get("kind"))
        if route not in ROUTES.values() or kind not in KINDS:
            return jsonify({"routes": sorted(ROUTES.values()), "kinds": KINDS}), 400
        delay_ms = asked.get("delay_ms", HANGING_MS if kind == "hang" else SLOW_MS)
        fault = Fault(route, kind, asked.get("retry_after", 1), delay_ms / 1000)
        book.arm(fault, asked.get("times", 1))
        return jsonify(book.counts()), 201

    @app.delete("/faults")
    def clear() -> tuple[str, int]:
        """Disarm everything."""
        book.clear()
        return "", 204

    @app.get("/faults/log")
    def log() -> Response:
        """Counts so far."""
        return jsonify(book.counts())

    @app.before_request
    def before() -> Response | None:
        """Meet the next fault instead of, or before, the answer."""
        route = ROUTES.get(request.path)
        g.fault = book.take(route) if route else None
        return _instead(g.fault) if g.fault else None

    @app.after_request
    def after(response: Response) -> Response:
        """Spoil a stream."""
        if g.get("fault") and g.fault.kind in ("half_stream", "bad_sse") and response.is_streamed:
            response.response = _spoiled(response.response, g.fault.kind)  # type: ignore[arg-type]
        return response


def _instead(fault: Fault) -> Response | None:
    """The whole answer where the fault is one; None where the true answer follows."""
    match fault.kind:
        case "429":
            response = _error(429, "Rate limit reached for requests", "requests", "rate_limit_exceeded")
            response.headers["Retry-After"] = f"{fault.retry_after:g}"
            return response
        case "insufficient_quota":
            message = "You exceeded your current quota, please check your plan and billing details."
            return _error(429, message, "insufficient_quota", "insufficient_quota")
        case "500":
            return _error(500, "The server had an error while processing your request.", "server_error", None)
        case "html":
            return Response("<html><body><h1>502 Bad Gateway</h1></body></html>", mimetype="text/html")
        case "hang":
            _wait_for_departure(fault.delay)
            return _error(500, "Asked to hang, and did.", "server_error", None)
        case "slow":
            time.sleep(fault.delay)
    return None


def _error(status: int, message: str, kind: str, code: str | None) -> Response:
    response = jsonify({"error": {"message": message, "type": kind, "param": None, "code": code}})
    response.status_code = status
    return response


def _wait_for_departure(seconds: float) -> None:
    """For `seconds`, or until the client has left: hanging calls must not use up the threads."""
    request.get_data()  # what was sent must be read, for the socket to stir at the client's leaving only
    connection: socket.socket = request.environ["gunicorn.socket"]
    select.select([connection], [], [], seconds)


def _spoiled(events: Iterable[str], kind: str) -> Iterator[str]:
    for number, event in enumerate(events):
        if number == EVENTS_BEFORE_FAULT:
            if kind == "half_stream":
                return
            yield 'data: {"id": "chatcmpl-spoiled", "choices": [{"ind\n\n'
        yield event
