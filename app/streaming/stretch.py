"""A stretch of a leg, wherever its bytes are: in Redis until their window is settled, then in a file."""

from typing import cast
from uuid import UUID

import redis

from app.streaming import keys
from app.streaming.archive import read_part
from app.streaming.legs import ENTRY_BYTES, Entries


def read_stretch(store: redis.Redis, call_id: UUID, speaker: str, start: int, end: int) -> bytes:
    """The leg's bytes from `start` to `end`, with silence where there are none: before it began (`start`
    may be negative), where something was lost, and after what has come so far. Raises `OSError`.
    """
    first = max(0, start)
    entries = cast(
        Entries,
        store.xrange(keys.audio(call_id, speaker), f"{first + 1}-0", f"{max(0, end) + ENTRY_BYTES}-0"),
    )
    spans = [(int(name.split(b"-")[0]) - len(fields[b"d"]), fields[b"d"]) for name, fields in entries]
    kept_from = spans[0][0] if spans else end
    if first < min(
        end, kept_from
    ):  # asked for second: a window's bytes are in the file before they leave Redis
        spans.insert(0, (first, read_part(call_id, speaker, first, min(end, kept_from))))
    stretch = bytearray(end - start)
    for at, data in spans:
        part = data[max(0, start - at) : max(0, end - at)]
        place = max(0, at - start)
        stretch[place : place + len(part)] = part
    return bytes(stretch)
