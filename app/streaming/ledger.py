"""The ledger of windows: who works on which, until when, and what came of it. Tasks are hints; this is the
truth.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4

import redis

from app.streaming import keys, scripts
from app.streaming.connection import text_of
from app.streaming.items import Item
from app.streaming.legs import SAMPLE_BYTES
from app.streaming.parts import RIGHT_AGAIN, Part

LEASE_SECONDS = 30
REST_SECONDS = 15  # after a hint was given again
KEEP_SECONDS = 24 * 3600  # KEEP_MS of lua/prelude.lua
FINISHED = 2  # of settle_window.lua


Fault = Literal["window", "nobody"]
"""Why a window was not heard: it was tried in vain, or it was not its turn to be heard."""


@dataclass(frozen=True)
class Claim:
    """A window leased to us. Offsets are bytes of the leg, `starts_at` seconds into the call.

    `hints` are for the recogniser; `wordless` counts the windows before this one in which no words were
    found; `followers` are late windows after this one that came with the lease, to be heard in the same
    request.
    """

    call_id: UUID
    speaker: str
    number: int
    token: str
    state: str
    start: int
    end: int
    kind: str
    reason: str
    attempts: int
    starts_at: float
    rate: int
    result: dict[str, Any]
    hints: str = ""
    wordless: int = 0
    followers: tuple["Claim", ...] = ()

    @property
    def heard(self) -> bool:
        """Heard before, by us or another: only its row and file may be missing."""
        return self.state == "heard"

    def seconds(self, byte: int) -> float:
        """Where a byte of the leg lies in the call."""
        return round(self.starts_at + byte / (SAMPLE_BYTES * self.rate), 3)


class Heard(NamedTuple):
    """What finishing a window brought about. `kept` is false when the lease was lost; `held` is a window of
    the leg that had to wait and may be heard now; `asked` are suggestions to make.
    """

    kept: bool
    held: int | None
    asked: list[str]


def claim_window(store: redis.Redis, call_id: UUID, speaker: str, number: int) -> Claim | None:
    """Lease a window, or None: done, leased to another, not due, the recogniser rests, or it has enough of
    this leg.
    """
    token = uuid4().hex
    answer = scripts.CLAIM_WINDOW(store, keys.call(call_id), speaker, number, token, LEASE_SECONDS * 1000)
    if not answer:
        return None
    starts_ms, rate, hints, wordless, *windows = answer
    first, *others = (
        Claim(
            call_id,
            speaker,
            taken,
            token,
            state.decode(),
            start,
            end,
            kind.decode(),
            reason.decode(),
            attempts,
            starts_ms / 1000,
            rate,
            json.loads(result) if result else {},
            hints.decode(),
            wordless,
        )
        for taken, state, start, end, kind, reason, attempts, result in windows
    )
    return replace(first, followers=tuple(others))


def finish_window(
    store: redis.Redis,
    claim: Claim,
    result: dict[str, Any],
    event: dict[str, Any] | None,
    *,
    filler: bool,
    suggestion_id: str,
    signs: Sequence[dict[str, Any]] = (),
    voice: bool = False,
    engine_ms: float | None = None,
) -> Heard:
    """Keep a window's result and publish what is now in order; `event` is its transcript or its gap, `signs`
    are events told behind its words. Without words it counts as `wordless`, unless it holds a `voice`, though
    not this speaker's. The engine took `engine_ms`; None: it was not asked, or has not answered.
    """
    told = json.dumps(event) if event else ""
    spoken = [event["text"], event["start"], event["end"]] if event and "text" in event else ["", "", ""]
    kept, held, *asked = scripts.FINISH_WINDOW(
        store,
        keys.call(claim.call_id),
        claim.speaker,
        claim.number,
        claim.token,
        json.dumps(result),
        told,
        *spoken,
        int(filler),
        suggestion_id,
        "\n".join(map(json.dumps, signs)),
        int(voice),
        round(engine_ms or 0),
        "" if engine_ms is None else RIGHT_AGAIN[Part.RECOGNISER],
    )
    return Heard(bool(kept), held if held >= 0 else None, [suggestion.decode() for suggestion in asked])


def release_window(store: redis.Redis, claim: Claim, delay_seconds: float, why: str, *, fault: Fault) -> None:
    """Give a window back for a later try, which counts as an attempt when it was the window's fault."""
    scripts.RELEASE_WINDOW(
        store,
        keys.call(claim.call_id),
        claim.speaker,
        claim.number,
        claim.token,
        int(delay_seconds * 1000),
        fault,
        why,
    )


def settle_window(store: redis.Redis, claim: Claim, saved: int = 0) -> bool:
    """Row and file are written, and with them the record up to event `saved`: let go of the window and of its
    audio. True when it was the last of a call that is over.
    """
    answer = scripts.SETTLE_WINDOW(
        store, keys.call(claim.call_id), claim.speaker, claim.number, claim.token, saved
    )
    return bool(answer == FINISHED)


def strike(store: redis.Redis, item: str) -> None:
    """Take an item off the ledger: its work is done."""
    store.zrem(keys.LEDGER, item)


def postpone(store: redis.Redis, items: list[str]) -> None:
    """Let items rest that were hinted just now: a long queue must not fill with the same hint."""
    if items:
        seconds, _ = store.time()
        store.zadd(keys.LEDGER, dict.fromkeys(items, (seconds + REST_SECONDS) * 1000), xx=True)


def keep_windows(store: redis.Redis, items: Iterable[Item]) -> None:
    """Let no window that waits, nor what is needed to hear it, run out of time, however long it waits."""
    names: set[str] = set()
    for item in items:
        if item.kind == "w":
            speaker, number = item.rest
            names |= {
                keys.call(item.call_id),
                keys.events(item.call_id),
                keys.leg(item.call_id, speaker),
                keys.audio(item.call_id, speaker),
                keys.open_windows(item.call_id, speaker),
                keys.window(item.call_id, speaker, number),
            }
    pipeline = store.pipeline(transaction=False)
    for name in names:
        pipeline.expire(name, KEEP_SECONDS)
    pipeline.execute()


def due_items(store: redis.Redis, limit: int) -> list[str]:
    """Items whose deadline has passed, the oldest first, by Redis's own clock."""
    seconds, micros = store.time()
    return [
        text_of(item)
        for item in store.zrangebyscore(keys.LEDGER, 0, seconds * 1000 + micros // 1000, start=0, num=limit)
    ]
