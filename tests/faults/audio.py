"""Sound that counts as speech: a buzzing voice with pauses, the same for the same seed.

Hidden in its lowest bits stand marks, one every 0.4 s. The fake engine hears a word at each, made from the
hash of the samples at the mark. So the words of a window follow from its sound alone, whether it was heard
by itself or together with others.
"""

from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RATE = 16000
VOICE_LEVEL, NOISE_LEVEL = 6000, 20
BURST_SECONDS = (0.7, 2.4)
PAUSE_SECONDS = (0.65, 1.1)

GRAIN_SAMPLES = 6400  # from mark to mark: more words than 2.5 a second would not be believed
MARK_SAMPLES = 160  # windows are cut at multiples of 10 ms: none ends inside a mark
MARK_AT = 800  # in its grain
PATTERN = np.unpackbits(np.frombuffer(sha256(b"a mark").digest()[:8], np.uint8))


class Word(NamedTuple):
    """A word, and the seconds from the start of the sound between which it was said."""

    text: str
    start: float
    end: float


@lru_cache(maxsize=64)
def speech(seconds: float, seed: int) -> bytes:
    """PCM16 mono of `seconds` at `RATE`; no mark in it is like another, of this or any other seed."""
    random = np.random.default_rng(seed)
    parts: list[NDArray[np.float64]] = []
    left = round(seconds * RATE)
    while left > 0:
        parts.append(_voice(random, min(left, round(random.uniform(*BURST_SECONDS) * RATE))))
        left -= len(parts[-1])
        pause = min(left, round(random.uniform(*PAUSE_SECONDS) * RATE))
        parts.append(np.zeros(pause))
        left -= pause
    sound = np.concatenate(parts)
    sound += random.normal(0, NOISE_LEVEL, len(sound))
    samples = np.clip(sound, -32768, 32767).astype("<i2") & ~1
    for at in range(MARK_AT, len(samples) - MARK_SAMPLES, GRAIN_SAMPLES):
        samples[at : at + len(PATTERN)] |= PATTERN
    return bytes(samples.astype("<i2").tobytes())


def words_in(pcm: bytes) -> list[Word]:
    """What the fake engine hears."""
    lowest = (np.frombuffer(pcm, "<i2") & 1).astype(np.uint8).tobytes()
    words: list[Word] = []
    at = lowest.find(PATTERN.tobytes())
    while 0 <= at <= len(lowest) - MARK_SAMPLES:
        mark = pcm[2 * at : 2 * (at + MARK_SAMPLES)]
        words.append(Word(_letters(mark), at / RATE, (at + MARK_SAMPLES) / RATE))
        at = lowest.find(PATTERN.tobytes(), at + 1)
    return words


def text_of(pcm: bytes) -> str:
    """The words of a window as its transcript has them."""
    return " ".join(word.text for word in words_in(pcm))


def _letters(sound: bytes) -> str:
    """Eight letters: the guards of the workers doubt longer words, and digits would be rewritten."""
    return "".join(chr(ord("a") + byte % 26) for byte in sha256(sound).digest()[:8])


def _voice(random: np.random.Generator, samples: int) -> NDArray[np.float64]:
    at = np.arange(samples) / RATE
    sway = 2 * np.pi * (random.uniform(2, 4) * at + random.uniform())  # or one voice would be another's echo
    pitch = random.uniform(100, 180) + 10 * np.sin(sway)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    tone: NDArray[np.float64] = sum((np.sin(k * phase) / k for k in range(1, 16)), np.zeros(samples))
    return tone / 2 * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * at)) * VOICE_LEVEL
