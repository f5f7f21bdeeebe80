"""What a person signed in is told without asking: which calls ring, and for a supervisor, which go on."""

import json
import time
from collections.abc import Iterator
from threading import Lock

from flask import Blueprint, Flask, Response, current_app
from redis.exceptions import RedisError

from app.api.auth import current_principal
from app.api.leaving import is_leaving, rest
from app.api.live_calls import LOOK_SECONDS, LiveCalls
from app.api.sse import KEEP_ALIVE, KEEP_ALIVE_SECONDS, LONGEST_SECONDS, message, streamed
from app.streaming.connection import store
from app.streaming.ringing import ringing_calls, unanswered_calls
from app.telemetry import get_logger

log = get_logger(__name__)
person_stream = Blueprint("person_stream", __name__)


class Ringing:
    """The calls that ring, and those that did in vain a moment ago, as one message."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._message = _ringing([], [])
        self._looked_at = -LOOK_SECONDS

    def latest(self) -> str:
        """The message; the last known one while Redis is away."""
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_SECONDS:
                self._looked_at = time.monotonic()
                try:
                    self._message = _ringing(ringing_calls(store()), unanswered_calls(store()))
                except RedisError as error:
                    log.warning("ringing_calls_unknown", error=type(error).__name__)
            return self._message


def register(app: Flask) -> None:
    """Add the route."""
    app.extensions["live_calls"], app.extensions["ringing"] = LiveCalls(), Ringing()
    app.register_blueprint(person_stream)


@person_stream.get("/api/events")
def stream_events() -> Response:
    """Server-sent events: `ringing` for everybody, `live_calls` and what changes in them for supervisors."""
    ringing: Ringing = current_app.extensions["ringing"]
    sees_all = current_principal().sees_all_calls
    return streamed(_told(ringing, current_app.extensions["live_calls"] if sees_all else None))


def _told(ringing: Ringing, live_calls: LiveCalls | None) -> Iterator[str]:
    ends_at = time.monotonic() + LONGEST_SECONDS
    told_at, rings, live = time.monotonic(), "", None
    while time.monotonic() < ends_at and not is_leaving():
        coming = []
        if (now_rings := ringing.latest()) != rings:
            coming.append(now_rings)
            rings = now_rings
        if live_calls:
            now_live = live_calls.latest()
            coming += _changes(live, now_live)
            live = now_live
        for text in coming:
            yield message(text)
            told_at = time.monotonic()
        if time.monotonic() - told_at >= KEEP_ALIVE_SECONDS:
            yield KEEP_ALIVE
            told_at = time.monotonic()
        rest(LOOK_SECONDS)


def _changes(before: dict[str, str] | None, now: dict[str, str]) -> Iterator[str]:
    """What a supervisor who was told `before` must hear; with None, all."""
    if before is None:
        yield f'{{"type":"live_calls","calls":[{",".join(now.values())}]}}'
        return
    for call_id in before.keys() - now.keys():
        yield json.dumps({"type": "call_over", "call_id": call_id})
    for call_id, call in now.items():
        if before.get(call_id) != call:
            yield f'{{"type":"live_call","call":{call}}}'


def _ringing(calls: list[dict[str, object]], unanswered: list[dict[str, object]]) -> str:
    return json.dumps({"type": "ringing", "calls": calls, "unanswered": unanswered})
