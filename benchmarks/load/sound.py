"""What the calls of the benchmark say, and the windows that the system must hear in it."""

import random
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

import numpy as np

from app.streaming.fixed_windows import FixedWindower
from app.streaming.speech_windows import SpeechWindower
from app.streaming.voice import BLOCK_SECONDS, levels_of
from data.sample_calls import SAMPLE_RATE, SPEAKERS, SampleCall, Samples, Speaker, sample_names

Policy = Literal["fixed", "speech"]

SECOND = 2 * SAMPLE_RATE  # bytes
WINDOW_SECONDS = 5.0
WINDOW_BYTES = round(WINDOW_SECONDS * SECOND)
PERIODS = (
    12  # of WINDOW_SECONDS make the loop that every leg says over and over, each from a place of its own
)
SPOKEN_SECONDS = 2.6  # of each period under the policy `speech`: the pause after it ends the turn
LOUD = 300.0  # a block above it, or soon after one, is speech
HANGOVER = 5  # blocks
HISS = 12  # so that no two samples of the loop are silent together


class Window(NamedTuple):
    """A window of a leg: what it must hold, and the frame with which the system could know that it ends."""

    number: int
    spoken: bool
    crc: str
    size: int
    frame: int


@cache
def loop_of(policy: Policy, speaker: Speaker) -> bytes:
    """A minute of one party's sound: speech without a pause, or for the policy `speech` one turn in each
    period. Agents and customers say different things, or one would be the other's echo and be taken out.
    """
    side = SPEAKERS.index(speaker)
    speech = np.concatenate([_speech(SampleCall(name).samples[:, side]) for name in sample_names()])
    period = round(WINDOW_SECONDS * SAMPLE_RATE)
    if policy == "fixed":
        sound = speech[: PERIODS * period] // 2
        hiss = np.random.default_rng(1).integers(-HISS, HISS + 1, len(sound))
        return (sound + hiss).astype("<i2").tobytes()
    spoken = round(SPOKEN_SECONDS * SAMPLE_RATE)
    turns = np.zeros((PERIODS, period), "<i2")
    turns[:, :spoken] = speech[: PERIODS * spoken].reshape(PERIODS, spoken)
    return turns.tobytes()


def beginning(policy: Policy, lots: random.Random) -> int:
    """A byte of the loop at which a call may begin: under the policy `speech` in a pause, or its first window
    would be half a word, which may be taken for anything.
    """
    if policy == "fixed":
        return 2 * lots.randrange(PERIODS * WINDOW_BYTES // 2)
    period, spoken = (round(seconds * SAMPLE_RATE) for seconds in (WINDOW_SECONDS, SPOKEN_SECONDS))
    return 2 * (lots.randrange(PERIODS) * period + lots.randrange(spoken, period))


def _speech(samples: Samples) -> Samples:
    """The samples without their pauses."""
    block = round(BLOCK_SECONDS * SAMPLE_RATE)
    loud = np.array(levels_of(samples.tobytes(), block)) > LOUD
    spoken = np.convolve(loud, np.ones(HANGOVER))[: len(loud)] > 0
    return samples[: len(spoken) * block].reshape(-1, block)[spoken].reshape(-1)


class Leg:
    """One party's sound: its loop from an even byte `start` on, without end.

    `past` windows of five seconds went before it, of which only the server has something.
    """

    def __init__(self, policy: Policy, start: int, past: int = 0, *, speaker: Speaker = "customer") -> None:
        self._policy = policy
        self.past, self.begin = past, past * WINDOW_BYTES
        self._loop = memoryview(loop_of(policy, speaker) * 2)
        self._period, self._start = len(self._loop) // 2, start

    def bytes(self, start: int, size: int) -> memoryview:
        """A part of the leg, of which `begin` is the first that is sent; at most a loop of it."""
        at = (self._start + start - self.begin) % self._period
        return self._loop[at : at + size]

    def windows(self, frame_bytes: int, frames: int) -> Iterator[Window]:
        """The windows that `frames` frames complete, by the project's own windower fed alone."""
        kind = FixedWindower if self._policy == "fixed" else SpeechWindower
        windower = kind(SAMPLE_RATE, WINDOW_SECONDS, self.begin)
        number, begin = self.past, self.begin
        for frame in range(frames):
            for cut in windower.feed(bytes(self.bytes(self.begin + frame * frame_bytes, frame_bytes))):
                sound = self.bytes(begin, cut.end - begin)
                yield Window(number, cut.kind == "speech", f"{zlib.crc32(sound):08x}", len(sound), frame)
                number, begin = number + 1, cut.end
