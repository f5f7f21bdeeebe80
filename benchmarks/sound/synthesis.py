"""Sounds that are not speech, made by rule, at 8 kHz: music, tones of the line, hum, hiss, keys."""

import random
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Signal = NDArray[np.float64]

RATE = 8000
LOUDNESS = 0.08
HIGHEST_PARTIAL = 3900.0

TIMBRES: dict[str, Callable[[float, Signal], Signal]] = {
    "sine": lambda pitch, at: np.sin(2 * np.pi * pitch * at),
    "organ": lambda pitch, at: _partials(pitch, at, (1, 2, 3, 4, 6)),
    "strings": lambda pitch, at: _partials(pitch, at, range(1, 20)),
    "piano": lambda pitch, at: _partials(pitch, at, range(1, 8), fading=1.5),
    "violin": lambda pitch, at: _partials(pitch, at, range(1, 6), vibrato=0.006),
}


def made_sounds(seconds: float, seed: int = 5) -> Iterator[tuple[str, Samples]]:
    """Every kind by its name, each so long."""
    chance = random.Random(seed)
    for timbre in TIMBRES:
        yield f"chords, {timbre}", _level(chords(seconds, timbre, chance))
        for name, lowest in (("bass", 98.0), ("melody", 262.0), ("high melody", 523.0)):
            yield f"{name}, {timbre}", _level(melody(seconds, timbre, lowest, chance))
        band = chords(seconds, timbre, chance) + melody(seconds, timbre, 523, chance)
        yield f"band, {timbre}", _level(band + 1.5 * drums(seconds, 110, chance))
    for beats in (80, 110, 140):
        yield f"drums, {beats}", _level(drums(seconds, beats, chance))
    for colour, slope in (("white", 0.0), ("pink", 0.5), ("brown", 1.0)):
        yield f"{colour} noise", _level(noise(seconds, slope, chance))
    for mains in (50, 60):
        hum = _partials(mains, _times(seconds), (1, 2, 3, 5, 7)) + 0.02 * noise(seconds, 0, chance)
        yield f"hum, {mains} Hz", _level(hum)
    yield "keyboard", _level(keyboard(seconds, chance) + 0.01 * noise(seconds, 0.5, chance))
    yield "ringing tone", _level(_tones(seconds, 440, 480) * (_times(seconds) % 6 < 2))
    yield "busy tone", _level(_tones(seconds, 480, 620) * (_times(seconds) % 1 < 0.5))


def chords(seconds: float, timbre: str, chance: random.Random) -> Signal:
    """Triads and sevenths of half a second to two seconds."""

    def chord() -> Signal:
        root, length = 220 * 2 ** (chance.choice((0, 5, 7, 9, 2)) / 12), chance.choice((0.5, 1.0, 2.0))
        steps = chance.choice(((0, 4, 7), (0, 3, 7), (0, 4, 7, 11)))
        return sum((_note(root * 2 ** (step / 12), length, timbre) for step in steps), np.zeros(1))

    return _fill(seconds, chord)


def melody(seconds: float, timbre: str, lowest: float, chance: random.Random) -> Signal:
    """Notes of a major scale, two to five a second."""

    def note() -> Signal:
        pitch = lowest * 2 ** (chance.choice((0, 2, 4, 5, 7, 9, 11, 12)) / 12)
        return _note(pitch, chance.choice((0.2, 0.25, 0.4, 0.5, 0.8)), timbre)

    return _fill(seconds, note)


def drums(seconds: float, beats_per_minute: float, chance: random.Random) -> Signal:
    """Bass drum, snare and hi-hat."""
    random_samples = np.random.default_rng(chance.randrange(1 << 30)).standard_normal
    sound = np.zeros(round(seconds * RATE) + RATE)
    at = _times(0.25)
    for half_beat in range(int(seconds * beats_per_minute / 30)):
        start = int(half_beat * 30 / beats_per_minute * RATE)
        if half_beat % 4 == 0:
            sound[start : start + len(at)] += np.sin(2 * np.pi * (60 + 60 * np.exp(-30 * at)) * at) * np.exp(
                -15 * at
            )
        if half_beat % 4 == 2:
            snare = 0.6 * random_samples(len(at)) + 0.4 * np.sin(2 * np.pi * 180 * at)
            sound[start : start + len(at)] += snare * np.exp(-20 * at)
        hat = 0.3 * np.diff(random_samples(481)) * np.exp(-60 * _times(0.06))
        sound[start : start + 480] += hat
    return sound[: round(seconds * RATE)]


def noise(seconds: float, slope: float, chance: random.Random) -> Signal:
    """Noise whose amplitude falls with this power of the frequency."""
    white = np.random.default_rng(chance.randrange(1 << 30)).standard_normal(round(seconds * RATE))
    spectrum = np.fft.rfft(white)
    coloured: Signal = np.fft.irfft(spectrum / np.arange(1, len(spectrum) + 1) ** slope, len(white))
    return coloured


def keyboard(seconds: float, chance: random.Random) -> Signal:
    """Keys struck about four times a second: short bursts that ring a little."""
    random_samples = np.random.default_rng(chance.randrange(1 << 30)).standard_normal
    sound = np.zeros(round(seconds * RATE))
    at = _times(0.02)
    start = 0
    while (start := start + int((0.05 + chance.expovariate(1 / 0.18)) * RATE)) + len(at) < len(sound):
        burst = random_samples(len(at)) * np.exp(-chance.uniform(150, 400) * at)
        ring = 0.5 * np.sin(2 * np.pi * chance.uniform(800, 3000) * at) * np.exp(-300 * at)
        sound[start : start + len(at)] += chance.uniform(0.3, 1) * (burst + ring)
    return sound


def _note(pitch: float, seconds: float, timbre: str) -> Signal:
    at = _times(seconds)
    edge = np.minimum(1, np.minimum(at, at[::-1]) / 0.01)
    return TIMBRES[timbre](pitch, at) * edge * np.exp(-at / 5)


def _partials(
    pitch: float, at: Signal, numbers: range | tuple[int, ...], fading: float = 0, vibrato: float = 0
) -> Signal:
    """Partials of a pitch, each weaker by its number, which fade the faster; `vibrato` 5.5 times a second."""
    bend = vibrato * pitch / 5.5 * np.sin(2 * np.pi * 5.5 * at)
    waves = (
        np.sin(n * (2 * np.pi * pitch * at + bend)) * np.exp(-fading * n * at) / n
        for n in numbers
        if n * pitch < HIGHEST_PARTIAL
    )
    return sum(waves, np.zeros(len(at)))


def _tones(seconds: float, first: float, second: float) -> Signal:
    at = _times(seconds)
    tones: Signal = np.sin(2 * np.pi * first * at) + np.sin(2 * np.pi * second * at)
    return tones


def _times(seconds: float) -> Signal:
    return np.arange(round(seconds * RATE)) / RATE


def _fill(seconds: float, next_part: Callable[[], Signal]) -> Signal:
    parts: list[Signal] = []
    while sum(map(len, parts)) < seconds * RATE:
        parts.append(next_part())
    return np.concatenate(parts)[: round(seconds * RATE)]


def _level(sound: Signal) -> Samples:
    levelled: Samples = (sound * LOUDNESS / np.sqrt(np.mean(sound**2))).astype(np.float32)
    return levelled
