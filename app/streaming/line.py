"""The line: windows and suggestions that somebody was hinted of and nobody has taken yet, the oldest first.

A task that has done its work stands here a moment longer for the next. What is in line is on the ledger too:
an item that is lost here, or taken by a worker that dies, is hinted again.
"""

import time

import redis

from app.streaming import keys
from app.streaming.connection import text_of
from app.streaming.items import Item

CALLED_MS = 5000
"""After which a task that was called and has not come is given up, as an item's hint is (lua/prelude.lua)."""


def line_up(store: redis.Redis, item: Item) -> bool:
    """Put an item in line, once. True when a task must be called: more wait here than were called and have
    not come yet. When all are busy, calling more would only keep them from working.
    """
    called = keys.called(item.kind)
    pipeline = store.pipeline(transaction=False)
    pipeline.zadd(keys.line(item.kind), {item.text: time.time()}, nx=True)
    pipeline.zcard(keys.line(item.kind))  # whoever waits is served between the two
    pipeline.get(called)
    _, waiting, coming = pipeline.execute()
    if waiting <= int(coming or 0):
        return False
    _count(store, item.kind, 1)
    return True


def has_come(store: redis.Redis, kind: str) -> None:
    """A task that was called begins."""
    if _count(store, kind, -1) <= 0:
        store.delete(keys.called(kind))  # also when it was given up


def _count(store: redis.Redis, kind: str, by: int) -> int:
    """In one step with its expiry: a count without an end would keep tasks from being called for ever."""
    step = store.pipeline()
    step.set(keys.called(kind), 0, nx=True, px=CALLED_MS)
    step.incrby(keys.called(kind), by)
    return int(step.execute()[1])


def take_from_line(store: redis.Redis, kind: str, patience_seconds: float) -> Item | None:
    """The item that has waited longest; None when none comes within the patience."""
    taken = store.bzpopmin([keys.line(kind)], timeout=patience_seconds)
    return Item.parse(text_of(taken[1])) if taken else None
