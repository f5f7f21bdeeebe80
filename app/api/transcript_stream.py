"""A call's events for those who follow it without a socket: what was recorded, then what comes."""

import contextlib
import json
import queue
import re
import time
from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, Response, request
from redis.exceptions import RedisError
from sqlalchemy import select

from app.api.calls import find_call
from app.api.kept_calls import KeptCall, kept_call
from app.api.leaving import is_leaving
from app.api.media.process import media_process
from app.api.sse import KEEP_ALIVE, LONGEST_SECONDS, message, streamed
from app.api.typed import GREATEST_ID
from app.database import db_session
from app.models import GOING_ON, CallEvent
from app.streaming.connection import store
from app.streaming.events import Event, read_after, read_latest
from app.streaming.suggestions import shown_so_far
from app.telemetry import get_logger

log = get_logger(__name__)
transcript_stream = Blueprint("transcript_stream", __name__)

WAITING_MESSAGES = 1000
CATCH_UP_SECONDS = 5
"""So long without a word the record is read, in case one was missed."""
SUMMARY_SECONDS = 60
"""So long after the end of a call its summary is waited for."""
NUMBER = re.compile(r'\{"id": ?(\d+),')


class Follower:
    """Hears a call in the feed's thread for a stream in another. What does not fit is in the record."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[str | None] = queue.Queue(WAITING_MESSAGES)

    def hear(self, told: str) -> None:
        """Keep what is meant for clients."""
        if not told.startswith("!"):
            with contextlib.suppress(queue.Full):
                self._waiting.put_nowait(told)

    def missed(self) -> None:
        """Wake the stream, so that it reads the record."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(None)

    def next(self) -> str | None:
        """What comes next; None when something may have been missed, or nothing came for a while."""
        try:
            return self._waiting.get(timeout=CATCH_UP_SECONDS)
        except queue.Empty:
            return None


@transcript_stream.get("/api/stream/transcript/<uuid:call_id>")
def stream_transcript(call_id: UUID) -> Response:
    """A call's events as they happen, from Last-Event-ID on; 204 when a finished call has no more."""
    kept = kept_call(call_id)
    running = _running(call_id, kept)
    last = min(max(request.headers.get("Last-Event-ID", 0, type=int), 0), GREATEST_ID)
    if kept.status and last > kept.last:
        last = 0  # a number from a record that was lost and begun anew
    backlog = _recorded_after(call_id, last)
    if running and not _concluded(call_id):
        return streamed(_follow(call_id, last, backlog))
    if not backlog:
        return Response(status=204)  # an EventSource does not come back after this
    return streamed(message(event.text, event.number) for event in backlog)


def _running(call_id: UUID, kept: KeptCall) -> bool:
    """Whether the call may still tell something. Raises 404 when it is not there for the one who asks.

    A call that Redis knows needs no row: the row follows within seconds, later while the database is away.
    """
    if kept.status:
        return True
    with db_session() as db:
        return find_call(db, call_id).status in GOING_ON


def _recorded_after(call_id: UUID, last: int) -> list[Event]:
    """The record after `last`: from Redis, and what Redis no longer has from the database."""
    kept = read_after(store(), call_id, last)
    if kept and kept[0].number == last + 1:
        return kept
    older = select(CallEvent).where(CallEvent.call_id == call_id, CallEvent.number > last)
    if kept:
        older = older.where(CallEvent.number < kept[0].number)
    with db_session() as db:
        rows = db.scalars(older.order_by(CallEvent.number)).all()
    return [Event(row.number, json.dumps({**row.payload, "id": row.number})) for row in rows] + kept


def _concluded(call_id: UUID) -> bool:
    """Whether the record in Redis has its last word, the summary."""
    latest = read_latest(store(), call_id, 1)
    return bool(latest) and latest[0]["type"] == "summary"


def _follow(call_id: UUID, last: int, backlog: list[Event]) -> Iterator[str]:
    """The backlog, then what is told, without a hole or a repeat in the record."""
    feed, follower = media_process().feed, Follower()
    feed.follow(call_id, follower)
    ends_at = time.monotonic() + LONGEST_SECONDS
    try:
        coming = backlog + _missed(call_id, backlog[-1].number if backlog else last)
        so_far = shown_so_far(store(), call_id)
        while time.monotonic() < ends_at and not is_leaving():
            for event in coming:
                yield message(event.text, event.number)
                last, kind = event.number, json.loads(event.text)["type"]
                if kind == "summary":
                    return
                if kind == "call_ended":
                    ends_at = min(ends_at, time.monotonic() + SUMMARY_SECONDS)
            for delta in so_far:
                yield message(delta)
            so_far, coming, told = [], [], follower.next()
            number = _number(told)
            if told is None:
                yield KEEP_ALIVE
                coming = _missed(call_id, last)
            elif number is None:
                yield message(told)
            elif number == last + 1:
                coming = [Event(number, told)]
            elif number > last:
                coming = _missed(call_id, last)
    finally:
        feed.unfollow(call_id, follower)


def _number(told: str | None) -> int | None:
    """The number of a recorded event; None for what is told only."""
    match = NUMBER.match(told or "")
    return int(match[1]) if match else None


def _missed(call_id: UUID, last: int) -> list[Event]:
    try:
        return read_after(store(), call_id, last)
    except RedisError as error:
        log.warning("record_unreadable", call_id=str(call_id), error=type(error).__name__)
        return []
