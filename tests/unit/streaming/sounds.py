"""Sounds to cut: a buzz in syllables, which the detector takes for a voice, silence, and hiss."""

from collections.abc import Sequence
from functools import cache
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]


@cache
def voice(seconds: float, rate: int = 16000, level: float = 3000) -> bytes:
    """A buzz whose pitch glides, in syllables of a quarter of a second, with dips of 20 dB between them."""
    at = np.arange(round(rate * seconds)) / rate
    pitch = 130 + 20 * np.sin(2 * np.pi * 1.9 * at) + 12 * np.sin(2 * np.pi * 0.31 * at)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    buzz: Samples = sum((np.sin(n * phase) / n for n in range(1, 15)), np.zeros(len(at)))
    syllables = 0.1 + 0.9 * np.abs(np.sin(2 * np.pi * 2 * at))
    return _pcm(level * syllables * buzz)


def silence(seconds: float, rate: int = 16000) -> bytes:
    return bytes(2 * round(rate * seconds))


@cache
def hiss(seconds: float, rate: int = 16000, level: float = 200) -> bytes:
    """White noise of this RMS level."""
    return _pcm(np.random.default_rng(7).standard_normal(round(rate * seconds)) * level)


def mixed(*sounds: bytes) -> bytes:
    """Sounds of one length at once."""
    total: Samples = sum((np.frombuffer(sound, "<i2").astype(np.float64) for sound in sounds), np.zeros(1))
    return _pcm(total)


def played(pattern: Sequence[float], rate: int = 16000, noises: Sequence[float] = (0,)) -> bytes:
    """Seconds of silence and voice in turn, on a line that hisses at each of the levels `noises` in turn."""
    parts: list[bytes] = []
    for turn, (seconds, noise) in enumerate(zip(pattern, cycle(noises), strict=False)):
        sound = voice(seconds, rate) if turn % 2 else silence(seconds, rate)
        parts.append(mixed(sound, hiss(seconds, rate, noise)) if noise else sound)
    return b"".join(parts)


def _pcm(samples: Samples) -> bytes:
    pcm: bytes = np.clip(samples, -32768, 32767).astype("<i2").tobytes()
    return pcm
