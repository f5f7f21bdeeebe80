"""The customer's voice in the agent's microphone, out of a loudspeaker: found by its sound, and taken out
before an engine hears the agent's leg.

Sound and not words is compared. So it does not matter whose window is heard first, and an agent who says
"yes" in the same moment as the customer is still heard. The figures were chosen on data/calls, mixed in
many ways: docs/transcription.md.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workers.agents.room import RATE, Samples, find_lag, heard_of

CONTEXT_SECONDS = 6.0  # of the leg from which the voice's way is learned, where there is so much
SPOKEN_DB, SPOKEN_SECONDS = 25.0, 0.4  # who is heard for less, or fainter, may be like anything by chance

HOP = 320  # samples: a frame of 20 ms
SMOOTHED, MOST_OF, KEPT = (
    5,
    9,
    15,
)  # frames: levels are means of; half of so many is a voice; is kept around it
DECAY_DB = 2.0  # a frame: how fast a room falls silent
FLOOR_DB = -57.0  # of full scale: silence
SHORTEST = 5  # frames of the agent's own voice that are worth hearing


class OwnVoice(NamedTuple):
    """A stretch of the agent's leg without the customer's voice. `samples` is empty where nothing else was
    in it; `echo` is how many seconds held that voice alone.
    """

    samples: Samples
    echo: float


def own_voice(microphone: Samples, customer: Samples, wanted: int) -> OwnVoice | None:
    """The last `wanted` samples of the agent's `microphone` without the voice of the `customer`; None when
    it is not there.

    Both are at `RATE` and by one clock; the customer's begins `BEFORE` samples earlier, ends `AFTER` later.
    """
    lag = find_lag(microphone, customer) if _spoken(microphone) and _spoken(customer) else None
    if lag is None:
        return None
    before = len(microphone) - wanted
    heard = heard_of(customer, microphone, lag)[before:]
    rest: Samples = microphone[before:] - heard
    echo, level = _fading(_levels(heard)), _smooth(_levels(rest))
    voiced = (level > echo) & (level > FLOOR_DB)
    voiced &= _share(voiced, MOST_OF) >= 0.5
    if voiced.sum() < SHORTEST:
        voiced[:] = False
    alone = (echo > FLOOR_DB) & (_share(voiced, 2 * KEPT + 1) == 0)
    seconds = float(alone.sum()) * HOP / RATE
    if not voiced.any() and seconds:
        return OwnVoice(rest[:0], seconds)
    rest[: len(alone) * HOP].reshape(-1, HOP)[alone] = 0
    return OwnVoice(rest, seconds)


def _spoken(samples: Samples) -> bool:
    """Whether there is enough sound to compare: of a leg with a gap, or just begun, most is nothing."""
    levels = _levels(samples)
    loud = levels > max(FLOOR_DB, levels.max(initial=FLOOR_DB) - SPOKEN_DB)
    return bool(loud.sum() * HOP >= SPOKEN_SECONDS * RATE)


def _levels(samples: Samples) -> Samples:
    """Decibels of each whole frame."""
    frames = samples[: len(samples) // HOP * HOP].reshape(-1, HOP)
    power: Samples = np.einsum("ij,ij->i", frames, frames) / HOP
    levels: Samples = 10 * np.log10(power + 1e-9)
    return levels


def _smooth(levels: Samples) -> Samples:
    smoothed: Samples = 10 * np.log10(_mean(10 ** (levels / 10), SMOOTHED))
    return smoothed


def _fading(levels: Samples) -> Samples:
    """Levels that fall no faster than a room lets them."""
    slope = DECAY_DB * np.arange(len(levels), dtype=np.float32)
    faded: Samples = np.maximum.accumulate(levels + slope) - slope
    return faded


def _share(frames: NDArray[np.bool_], around: int) -> Samples:
    """The share of true ones among so many frames around each."""
    return _mean(frames.astype(np.float32), around)


def _mean(values: Samples, around: int) -> Samples:
    mean: Samples = np.convolve(np.pad(values, around // 2), np.ones(around) / around, "valid")
    return mean
