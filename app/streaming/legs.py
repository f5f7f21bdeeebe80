"""One party's audio in a call: taking it, appending to it by offset, reading it back by offset."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast
from uuid import UUID

import redis

from app.settings import load_settings
from app.streaming import keys, scripts
from app.streaming.windows import Windower

SAMPLE_BYTES = 2
ENTRY_BYTES = 65536  # the longest entry of an audio stream; the longest frame, too

OVER, OTHER_RATE, TOO_MANY_CALLS = -4, -5, -6

Entries = list[tuple[bytes, dict[bytes, bytes]]]
"""A part of a stream: each entry's name and fields."""


class LegTaken(NamedTuple):
    """What a socket learns when it takes a leg.

    `fence` names this ownership: a newer socket has a higher one. `kept` are spans behind `length` that need
    not come again: they are final, though what is before them is not.
    """

    status: int
    epoch: int
    fence: int
    length: int
    cut: int
    resumed: bool
    to_open: bool
    kept: Sequence[tuple[int, int]] = ()


class Appended(NamedTuple):
    """The answer to an append: see `lua/append.lua` for `status`. `length` is the bytes that are safe now."""

    status: int
    length: int
    first_window: int
    windows: int


def take_leg(
    store: redis.Redis,
    call_id: UUID,
    speaker: str,
    rate: int,
    *,
    paired: bool,
    policy: str,
    epoch: int = 1,
    remembers: bool = False,
    facts: Mapping[str, str],
) -> LegTaken:
    """Take a leg for a socket, opening the call if it is new, under this `epoch`; `facts` are fields of the
    call that are set once. A client that `remembers` what it sent before can fill holes; for another they are
    gaps.
    """
    settings = load_settings()
    bounds = [settings.max_calls, settings.max_leg_megabytes * 2**20]
    flat = [item for pair in facts.items() for item in pair]
    answer = scripts.OPEN_LEG(
        store, keys.call(call_id), speaker, rate, int(paired), policy, epoch, *bounds, int(remembers), *flat
    )
    status, epoch, fence, length, cut, resumed, to_open, kept = answer
    spans = [(int(start), int(end)) for start, end in (span.split(b"-") for span in kept.split())]
    return LegTaken(status, epoch, fence, length, cut, bool(resumed), bool(to_open), tuple(spans))


def replay(store: redis.Redis, call_id: UUID, speaker: str, leg: LegTaken, windower: Windower) -> None:
    """Feed a fresh windower the bytes since the last cut, so that it comes to the same cuts as the one
    before it.
    """
    if leg.length > leg.cut:
        windower.feed(read_audio(store, call_id, speaker, leg.cut, leg.length))


def read_audio(store: redis.Redis, call_id: UUID, speaker: str, start: int, end: int) -> bytes:
    """The leg's bytes from `start` to `end`. Raises `AudioMissing` when Redis no longer holds all of them."""
    entries = store.xrange(keys.audio(call_id, speaker), f"{start + 1}-0", f"{end + ENTRY_BYTES}-0")
    return slice_audio(cast(Entries, entries), start, end)


def slice_audio(entries: Entries, start: int, end: int) -> bytes:
    """Cut `start`…`end` out of stream entries, each of which is named by the offset of its end."""
    parts: list[bytes] = []
    at = start
    for name, fields in entries:
        if at >= end:
            break
        data = fields[b"d"]
        entry_end = int(name.split(b"-")[0])
        entry_start = entry_end - len(data)
        if entry_start > at:
            raise AudioMissing(at, entry_start)
        part = data[at - entry_start : end - entry_start]
        parts.append(part)
        at += len(part)
    if at < end:
        raise AudioMissing(at, end)
    return b"".join(parts)


class AudioMissing(Exception):
    """Bytes that a window needs are not in Redis: it lost its memory. Permanent."""

    def __init__(self, start: int, end: int) -> None:
        super().__init__(f"bytes {start} to {end} are not stored")
