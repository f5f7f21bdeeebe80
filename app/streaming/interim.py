"""Interim words: what has been heard of a leg's open window. Shown, and never kept."""

import json
from typing import Any
from uuid import UUID

import redis

from app.streaming import keys, scripts
from app.streaming.ledger import Claim
from app.streaming.legs import SAMPLE_BYTES

SECONDS = 0.8  # of new speech between two looks: the rest of a second is for hearing it
LEASE_SECONDS = 6


def bytes_between(rate: int) -> int:
    """How much of a leg is spoken between two looks."""
    return round(SECONDS * rate) * SAMPLE_BYTES


def claim_interim(store: redis.Redis, call_id: UUID, speaker: str) -> Claim | None:
    """The open window as far as it goes, which stands on no ledger; None when there is no voice in it, when
    another worker hears it, or when a final of the leg waits.
    """
    answer = scripts.CLAIM_INTERIM(store, keys.call(call_id), speaker, LEASE_SECONDS * 1000)
    if not answer:
        return None
    starts_ms, rate, hints, wordless, number, start, end = answer
    return Claim(
        call_id, speaker, number, "", "open", start, end, "speech", "", 0, starts_ms / 1000, rate, {},
        hints.decode(), wordless,
    )  # fmt: skip


def show_interim(store: redis.Redis, claim: Claim, event: dict[str, Any] | None) -> bool:
    """Tell the words so far, if there are any and their final ones are not told. Lets the next worker in."""
    told = json.dumps(event) if event else ""
    return bool(scripts.SHOW_INTERIM(store, keys.call(claim.call_id), claim.speaker, claim.number, told))
