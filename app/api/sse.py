"""Server-sent events: how a stream of them is written, counted and ended."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import takewhile

from flask import Response, request
from werkzeug.exceptions import TooManyRequests

from app.api.auth import Principal, current_principal, stay
from app.api.metrics import STREAMS

KEEP_ALIVE_SECONDS = 15
"""So often something is sent: fronts cut silent connections, and a client that is gone is noticed."""
LONGEST_SECONDS = 900
"""Then the stream ends and the browser opens it again."""
MOST_STREAMS_PER_PERSON = 100
"""In this process. Each holds a connection, of which the server has so many for everybody."""
KEEP_ALIVE = ": still here\n\n"

_open: Counter[Principal] = Counter()


def message(text: str, place: str = "") -> str:
    """One event that carries `text` (a line of JSON); `place` comes back as Last-Event-ID."""
    return f"id: {place}\ndata: {text}\n\n" if place else f"data: {text}\n\n"


def streamed(messages: Iterator[str]) -> Response:
    """The answer that carries `messages` as they come, to the one who sent this request, for as long as they
    may see them. Raises 429 when they have too many streams open.
    """
    who = current_principal()
    if who.kind == "user" and _open[who] >= MOST_STREAMS_PER_PERSON:
        raise TooManyRequests("You already have as many pages open as one person may: close one of them.")
    response = Response(_counted(messages, who, stay(request)), mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"  # nginx would keep events back
    return response


def _counted(messages: Iterator[str], who: Principal, may_stay: Callable[[], bool]) -> Iterator[str]:
    _open[who] += 1
    try:
        with STREAMS.track_inprogress():
            yield KEEP_ALIVE  # headers leave with the first byte: the client knows that it is connected
            yield from takewhile(lambda _: may_stay(), messages)
    finally:
        _open[who] -= 1
        if not _open[who]:
            del _open[who]
