"""A call's events for those who follow it without a socket: what was recorded, then what comes."""

import contextlib
import json
import queue
import re
import time
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple, Self
from uuid import UUID

from flask import Blueprint, Response, request
from redis.exceptions import RedisError
from sqlalchemy import func, select

from app.api.calls import find_call
from app.api.kept_calls import KeptCall, kept_call, look_up
from app.api.leaving import is_leaving
from app.api.media.process import media_process
from app.api.sse import KEEP_ALIVE, LONGEST_SECONDS, message, streamed
from app.api.typed import GREATEST_ID
from app.database import db_session
from app.models import GOING_ON, CallEvent, Leg
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
LAST_EVENT_ID = re.compile(r"(?:(\d{1,18})-)?(\d{1,18})", re.ASCII)


class Place(NamedTuple):
    """Where a reader stands in a record: behind the event of this number, as numbers are in that epoch."""

    epoch: int
    number: int

    @classmethod
    def asked_for(cls, epoch: int) -> Self:
        """By Last-Event-ID: `epoch-number`, or the number alone, which is then one of `epoch`."""
        found = LAST_EVENT_ID.fullmatch(request.headers.get("Last-Event-ID", ""))
        if not found:
            return cls(epoch, 0)
        return cls(int(found[1] or epoch), min(int(found[2]), GREATEST_ID))

    def message(self, text: str) -> str:
        """An event that leads here."""
        return message(text, f"{self.epoch}-{self.number}")

    def behind(self, event: Event) -> Self:
        """The place after this one."""
        return self._replace(number=event.number)

    def moved(self, kept: KeptCall) -> Self | None:
        """The place of the same reader in a record that was lost and begun anew: what they have seen after it
        means something else now. None where all of it still stands.
        """
        if self.epoch == kept.epoch and self.number <= kept.last:
            return None
        return self._replace(epoch=kept.epoch, number=min(self.number, kept.survived))


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
    kept = kept if running else _stored(call_id)
    place = Place.asked_for(kept.epoch)
    moved = place.moved(kept) if kept.epoch else None
    place = moved or place
    backlog = _recorded_after(call_id, place.number)
    rewound = [_rewound(call_id, place)] if moved else []
    if running and not _concluded(call_id):
        return streamed(chain(rewound, _follow(call_id, place, backlog)))
    if not backlog:
        return Response(status=204)  # an EventSource does not come back after this
    return streamed(chain(rewound, (place.behind(event).message(event.text) for event in backlog)))


def _rewound(call_id: UUID, place: Place) -> str:
    """Tells a reader to forget what they have seen of the call after this place."""
    rewind = {"type": "rewind", "call_id": str(call_id), "last_event_id": place.number}
    return place.message(json.dumps(rewind))


def _stored(call_id: UUID) -> KeptCall:
    """What is known of a finished call, from the database: whether memory was lost, but not where."""
    with db_session() as db:
        last = db.scalar(select(func.max(CallEvent.number)).where(CallEvent.call_id == call_id))
        epoch = db.scalar(select(func.max(Leg.epoch)).where(Leg.call_id == call_id))
    return KeptCall(None, None, last or 0, epoch or 1, 0)


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


def _follow(call_id: UUID, place: Place, backlog: list[Event]) -> Iterator[str]:
    """The backlog, then what is told, without a hole or a repeat in the record, though memory be lost."""
    feed, follower = media_process().feed, Follower()
    feed.follow(call_id, follower)
    ends_at = time.monotonic() + LONGEST_SECONDS
    try:
        coming = backlog + _missed(call_id, backlog[-1].number if backlog else place.number)
        so_far = shown_so_far(store(), call_id)
        while time.monotonic() < ends_at and not is_leaving():
            for event in coming:
                place = place.behind(event)
                yield place.message(event.text)
                kind = json.loads(event.text)["type"]
                if kind == "summary":
                    return
                if kind == "call_ended":
                    ends_at = min(ends_at, time.monotonic() + SUMMARY_SECONDS)
            for delta in so_far:
                yield message(delta)
            so_far, coming, told = [], [], follower.next()
            if told is not None and _number(told) is None:
                yield message(told)
                continue
            if told is None:
                yield KEEP_ALIVE
            if moved := _moved(call_id, place):
                place = moved
                yield _rewound(call_id, place)
            if told is not None and _number(told) == place.number + 1:
                coming = [Event(place.number + 1, told)]
            else:
                coming = _missed(call_id, place.number)
    finally:
        feed.unfollow(call_id, follower)


def _moved(call_id: UUID, place: Place) -> Place | None:
    """As `Place.moved`; None also while Redis does not know the call, or does not answer."""
    try:
        kept = look_up(call_id)
    except RedisError as error:
        log.warning("call_unknown", call_id=str(call_id), error=type(error).__name__)
        return None
    return place.moved(kept) if kept.epoch else None


def _number(told: str) -> int | None:
    """The number of a recorded event; None for what is told only."""
    match = NUMBER.match(told)
    return int(match[1]) if match else None


def _missed(call_id: UUID, last: int) -> list[Event]:
    try:
        return read_after(store(), call_id, last)
    except RedisError as error:
        log.warning("record_unreadable", call_id=str(call_id), error=type(error).__name__)
        return []
