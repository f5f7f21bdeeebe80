"""An agent's window without what its microphone heard of the customer, and the advice to use a headset."""

from typing import NamedTuple
from uuid import UUID

import numpy as np
import redis
import soxr

from app.streaming import keys
from app.streaming.events import tell
from app.streaming.ledger import Claim
from app.streaming.legs import SAMPLE_BYTES
from app.streaming.stretch import read_stretch
from app.streaming.windows import FLOOR_LEVEL
from workers.agents.echo import CONTEXT_SECONDS, own_voice
from workers.agents.room import AFTER, BEFORE, RATE, Samples

FULL_SCALE = 32768
ADVISED_SECONDS = 1.0  # of the customer's voice in one window: less may be a moment's mistake
HEADSET = {
    "type": "status",
    "part": "microphone",
    "state": "echo",
    "message": "Your microphone hears the customer. Please use a headset, or turn the loudspeaker down.",
}


class AgentSound(NamedTuple):
    """What to hear of a window, PCM16 at the leg's rate; nothing where only the customer was in it.

    `echo` is the seconds that were left out.
    """

    pcm: bytes
    echo: float = 0.0


def without_customer(store: redis.Redis, claim: Claim, pcm: bytes) -> AgentSound:
    """A window without the customer's voice in the agent's microphone; as it is where none is there."""
    if claim.speaker != "agent":
        return AgentSound(pcm)
    starts_ms, rate = store.hmget(keys.leg(claim.call_id, "customer"), "starts_ms", "rate")
    if starts_ms is None or rate is None:
        return AgentSound(pcm)
    context = round(CONTEXT_SECONDS * claim.rate) * SAMPLE_BYTES
    start = max(0, min(claim.start, claim.end - context))
    length = round((claim.end - start) / SAMPLE_BYTES / claim.rate * RATE)
    begins = claim.seconds(start) - int(starts_ms) / 1000 - BEFORE / RATE
    customer = _customer(store, claim, int(rate), begins, BEFORE + length + AFTER)
    wanted = round(len(pcm) / SAMPLE_BYTES / claim.rate * RATE)
    if np.abs(customer[-(wanted + BEFORE + AFTER) :]).max(initial=0) <= FLOOR_LEVEL / FULL_SCALE:
        return AgentSound(pcm)
    before = read_stretch(store, claim.call_id, "agent", start, claim.start)
    voice = own_voice(_as_samples(before + pcm, claim.rate, length), customer, wanted)
    return AgentSound(_as_pcm(voice.samples, claim.rate), voice.echo) if voice else AgentSound(pcm)


def advise_headset(store: redis.Redis, call_id: UUID) -> None:
    """Tell the agent, once in a call."""
    if store.hsetnx(keys.call(call_id), "once:headset", 1):
        tell(store, call_id, HEADSET)


def _customer(store: redis.Redis, claim: Claim, rate: int, begins: float, length: int) -> Samples:
    """`length` samples at `RATE` of the customer's leg, from a second of its own clock on."""
    start = round(begins * rate) * SAMPLE_BYTES
    end = start + round(length / RATE * rate) * SAMPLE_BYTES
    return _as_samples(read_stretch(store, claim.call_id, "customer", start, end), rate, length)


def _as_samples(pcm: bytes, rate: int, length: int) -> Samples:
    """PCM16 of any rate as `length` samples at `RATE`."""
    samples: Samples = np.frombuffer(pcm, "<i2").astype(np.float32)
    samples /= FULL_SCALE
    return samples if rate == RATE else np.resize(soxr.resample(samples, rate, RATE, "MQ"), length)


def _as_pcm(samples: Samples, rate: int) -> bytes:
    if rate != RATE and len(samples):
        samples = soxr.resample(samples, RATE, rate, "MQ")
    return np.clip(np.round(samples * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype("<i2").tobytes()
