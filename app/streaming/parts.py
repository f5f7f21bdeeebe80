"""The parts that all calls share: the recogniser, the assistant, the database.

When one gets into trouble, every open call is told in words, once, and again when it is over. One that is in
trouble is not asked by everybody: who claims work learns whether it may be (`wait_for` in lua/prelude.lua).
Kept in Redis, so that all processes know the same.
"""

from enum import StrEnum
from typing import NamedTuple

import redis

from app.streaming import scripts
from app.streaming.connection import text_of

RIGHT_AGAIN = {
    "recogniser": "The recogniser answers again.",
    "assistant": "The assistant answers again.",
    "database": "The database answers again.",
}


class Part(StrEnum):
    RECOGNISER = "recogniser"
    ASSISTANT = "assistant"
    DATABASE = "database"

    @property
    def key(self) -> str:
        return f"part:{self}"


class Trouble(NamedTuple):
    """What is wrong with a part: `state` (down, refused) and `message` as people are told."""

    part: Part
    state: str
    message: str


def failed(store: redis.Redis, trouble: Trouble, *, times: int, rest_seconds: float) -> None:
    """A part did not do its work. So many `times` in a row it is in trouble, and then rests."""
    part, state, message = trouble
    scripts.PART_FAILED(store, part.key, part, state, message, times, int(rest_seconds * 1000))


def answered(store: redis.Redis, part: Part) -> None:
    """A part has done its work."""
    scripts.PART_ANSWERED(store, part.key, part, RIGHT_AGAIN[part])


def troubles(store: redis.Redis) -> list[Trouble]:
    """Every part that is in trouble."""
    pipeline = store.pipeline(transaction=False)
    for part in Part:
        pipeline.hmget(part.key, "state", "message")
    return [
        Trouble(part, text_of(state), text_of(message))
        for part, (state, message) in zip(Part, pipeline.execute(), strict=True)
        if state is not None
    ]
