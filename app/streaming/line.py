"""The line: windows and suggestions that somebody was hinted of and nobody has taken yet, the oldest first.

A task that has done its work stands here a moment longer for the next. What is in line is on the ledger too:
an item that is lost here, or taken by a worker that dies, is hinted again.
"""

import time

import redis

from app.streaming import keys
from app.streaming.connection import text_of
from app.streaming.items import Item


def line_up(store: redis.Redis, item: Item) -> bool:
    """Put an item in line, once. True when no task stood there to take it at once."""
    pipeline = store.pipeline(transaction=False)
    pipeline.zadd(keys.line(item.kind), {item.text: time.time()}, nx=True)
    pipeline.zcard(keys.line(item.kind))  # whoever waits is served between the two
    _, waiting = pipeline.execute()
    return bool(waiting)


def take_from_line(store: redis.Redis, kind: str, patience_seconds: float) -> Item | None:
    """The item that has waited longest; None when none comes within the patience."""
    taken = store.bzpopmin([keys.line(kind)], timeout=patience_seconds)
    return Item.parse(text_of(taken[1])) if taken else None
