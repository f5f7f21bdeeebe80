"""The record of a call: numbered events, kept in a stream and told on a channel; deltas and status are told
only.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, cast
from uuid import UUID

import redis

from app.streaming import keys, scripts
from app.streaming.legs import Entries


class Event(NamedTuple):
    """A recorded event: `number` is its id, `text` its JSON, id included."""

    number: int
    text: str


class Unsaved(NamedTuple):
    """What of a call's record has no row yet: `events` behind number `saved`. `has_row` says whether the call
    itself is known to have its row; of the `unsettled` windows (speaker, number) the rows may be to come.
    """

    call_id: UUID
    has_row: bool
    epoch: int
    saved: int
    unsettled: set[tuple[str, int]]
    events: list[Event]


def emit(store: redis.Redis, call_id: UUID, event: Mapping[str, Any], once: str = "") -> int:
    """Record an event and tell it; under the name `once` it is recorded only the first time.

    Returns its number or 0.
    """
    body = {"type": event["type"], "call_id": str(call_id), **event}
    number: int = scripts.EMIT(store, keys.call(call_id), json.dumps(body), once)
    return number


def tell(store: redis.Redis, call_id: UUID, event: Mapping[str, Any]) -> None:
    """Tell without recording."""
    store.publish(keys.feed(call_id), json.dumps({"type": event["type"], "call_id": str(call_id), **event}))


def read_after(store: redis.Redis, call_id: UUID, number: int, limit: int | None = None) -> list[Event]:
    """The recorded events after `number`, in order."""
    entries = cast(Entries, store.xrange(keys.events(call_id), f"{number + 1}-0", "+", count=limit))
    return [Event(int(name.split(b"-")[0]), fields[b"e"].decode()) for name, fields in entries]


def read_latest(store: redis.Redis, call_id: UUID, limit: int) -> list[dict[str, Any]]:
    """The last recorded events, parsed, in order: the same price at minute 60 as at minute 1."""
    return parse_latest(cast(Entries, store.xrevrange(keys.events(call_id), count=limit)))


def parse_latest(entries: Entries) -> list[dict[str, Any]]:
    """The events of entries that were read backwards, in order."""
    return [json.loads(fields[b"e"]) for _, fields in reversed(entries)]


def read_unsaved(
    store: redis.Redis, call_id: UUID, own: tuple[str, int, str] = ("", 0, "")
) -> Unsaved | None:
    """What has no row yet. None when a lease was lost: that of our `own` window (speaker, number, token)."""
    answer = scripts.READ_UNSAVED(store, keys.call(call_id), *own)
    if not answer:
        return None
    has_row, epoch, saved, windows, *told = answer
    unsettled = {(speaker, int(number)) for speaker, number in (w.decode().split(":") for w in windows)}
    events = [Event(number, text.decode()) for number, text in zip(told[::2], told[1::2], strict=True)]
    return Unsaved(call_id, bool(has_row), epoch, saved, unsettled, events)
