"""Server-sent events: how a stream of them is written, counted and ended."""

from collections.abc import Callable, Iterator
from itertools import takewhile

from flask import Response, request

from app.api.auth import stay
from app.api.metrics import STREAMS

KEEP_ALIVE_SECONDS = 15
"""So often something is sent: fronts cut silent connections, and a client that is gone is noticed."""
LONGEST_SECONDS = 900
"""Then the stream ends and the browser opens it again."""
KEEP_ALIVE = ": still here\n\n"


def message(text: str, number: int | None = None) -> str:
    """One event that carries `text` (a line of JSON); `number` comes back as Last-Event-ID."""
    return f"data: {text}\n\n" if number is None else f"id: {number}\ndata: {text}\n\n"


def streamed(messages: Iterator[str]) -> Response:
    """The answer that carries `messages` as they come, to the one who sent this request, for as long as they
    may see them.
    """
    response = Response(_counted(messages, stay(request)), mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"  # nginx would keep events back
    return response


def _counted(messages: Iterator[str], may_stay: Callable[[], bool]) -> Iterator[str]:
    with STREAMS.track_inprogress():
        yield KEEP_ALIVE  # headers leave with the first byte: the client knows at once that it is connected
        yield from takewhile(lambda _: may_stay(), messages)
