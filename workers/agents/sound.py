"""Is it a person? Tells speech from music and noise, a window at a time, before an engine is paid for it.

Seven measures of a window, each of which sets speech apart for a reason, weighed by a straight line that was
fitted to real speakers in five languages against hold music, tones and noise, and placed where speech is
not lost in noise, nor over music: docs/transcription.md has the figures, `python -m benchmarks.sound` makes
them anew.
"""

from typing import Literal, NamedTuple

import numpy as np
import soxr
from numpy.typing import NDArray

Sound = Literal["speech", "music", "noise"]
Samples = NDArray[np.float32]

RATE = 8000  # all that tells a voice is below 4 kHz
FRAME, HOP, TRANSFORM = 256, 160, 384  # samples: 32 ms every 20 ms
LOWEST_BIN = 6  # 125 Hz: below it there is hum
PITCH = (20, 115)  # samples between two pulses of a voice of 400 Hz and one of 70 Hz
VOICED = 0.55  # of itself one pulse later is what a voiced frame is like at least
SPAN_DB = 18.0  # below the loudest, a frame is a pause, or what is behind the voice
DIP_DB = 20.0
FEW_STEPS = 4  # of pitch prove nothing: so many that neither glide nor stay are added
GLIDE = (0.005, 0.09)  # change of pitch from frame to frame: less is a held note, more the next one
APART = 5  # frames (100 ms), after which speech has become another sound

FULL_SCALE = 32768.0
SHORTEST_SECONDS = 0.3  # less says nothing: it passes

# Scaled for norm="ortho", with which numpy transforms float32 as such; by default its factor is an integer,
# and it takes twice as long, in double.
_WINDOW: Samples = (np.hanning(FRAME) * TRANSFORM**0.5).astype(np.float32)
_OWN = np.fft.irfft(np.abs(np.fft.rfft(_WINDOW, TRANSFORM, norm="ortho")) ** 2)[: PITCH[1]].astype(np.float32)


class Measures(NamedTuple):
    """What a window is like. All but `spread` (decibels) are between 0 and 1, whatever the loudness."""

    voiced: float  # of the sounding frames, how many have a pitch
    gliding: float  # voiced steps in which the pitch moves as a voice does, …
    steady: float  # … or stays as a note does; the rest are jumps
    likeness: float  # of a spectrum to the one a tenth of a second later: notes last, syllables do not
    spread: float  # standard deviation of the loudness of the sounding frames
    dips: float  # frames far below the loudest: speech is full of gaps
    flatness: float  # of the spectra of its most tuneful frames: 0.56 for white noise


WEIGHTS = Measures(
    voiced=13.4, gliding=12.4, steady=-6.18, likeness=-26.9, spread=1.46, dips=2.74, flatness=-55.0
)
BIAS = 0.85  # at which 1 in 300 windows of speech, nearly all with music behind it, falls below 0
DOUBTFUL = 4.0  # above 0: 1 in 70 windows of speech, nearly all of the music that passes
WORDLESS = 2  # windows in a row make it likely that nobody speaks, …
UNLIKELY = 2.0  # … and this much more is asked for
NOISE_FLATNESS = 0.2


class Impression(NamedTuple):
    """What a window sounds like, and whether it is speech by a narrow margin only."""

    sound: Sound
    doubtful: bool = False


def impression_of(pcm: bytes, rate: int, wordless: int = 0) -> Impression:
    """What PCM16 mono of any rate holds, after so many windows without words.

    In doubt it is speech: a lost sentence is worse than a paid song.
    """
    if len(pcm) < 2 * rate * SHORTEST_SECONDS:
        return Impression("speech")
    measures = measure(as_samples(pcm, rate))
    if (margin := score(measures) - UNLIKELY * (wordless >= WORDLESS)) >= 0:
        return Impression("speech", margin < DOUBTFUL)
    return Impression("noise" if measures.flatness > NOISE_FLATNESS else "music")


def as_samples(pcm: bytes, rate: int) -> Samples:
    """PCM16 as samples between -1 and 1 at `RATE`."""
    samples: Samples = np.frombuffer(pcm, "<i2").astype(np.float32)
    samples /= FULL_SCALE
    return soxr.resample(samples, rate, RATE, "LQ") if rate != RATE else samples


def score(measures: Measures) -> float:
    """Above 0 for speech."""
    return BIAS + sum(weight * value for weight, value in zip(WEIGHTS, measures, strict=True))


def measure(samples: Samples) -> Measures:
    """The measures of at least `SHORTEST_SECONDS` of sound."""
    sound = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    frames = np.zeros((len(sound), TRANSFORM), np.float32)  # numpy pads rows as slowly as it transforms them
    np.multiply(sound, _WINDOW, out=frames[:, :FRAME])
    spectra = np.fft.rfft(frames, TRANSFORM, norm="ortho")
    power = (spectra.real**2 + spectra.imag**2).astype(np.float32, copy=False)
    power[:, :LOWEST_BIN] = 0
    decibels = 10 * np.log10(power.sum(1) + 1e-9)
    top = np.percentile(decibels, 95)
    sounding = decibels > top - SPAN_DB
    likeness, flatness = _texture(power[:, LOWEST_BIN : TRANSFORM // 4], sounding)
    voiced, gliding, steady = _pitch(power, sounding)
    spread, dips = float(decibels[sounding].std()), float((decibels < top - DIP_DB).mean())
    return Measures(voiced, gliding, steady, likeness, spread, dips, flatness)


def _texture(bands: Samples, sounding: NDArray[np.bool_]) -> tuple[float, float]:
    """Likeness of spectra apart in time (the median), and flatness (the lower quartile) of the sounding
    frames.
    """
    logs = np.log(bands + np.float32(1e-9))
    means = logs.mean(1, keepdims=True)
    flatness = np.exp(means[:, 0]) / (bands.mean(1) + np.float32(1e-9))
    shapes = logs - means
    shapes /= np.sqrt(np.einsum("ij,ij->i", shapes, shapes))[:, None] + np.float32(1e-9)
    pairs = sounding[APART:] & sounding[:-APART]
    likeness = np.einsum("ij,ij->i", shapes[APART:], shapes[:-APART])[pairs]
    return float(np.median(likeness)) if len(likeness) else 1.0, float(np.percentile(flatness[sounding], 25))


def _pitch(power: Samples, sounding: NDArray[np.bool_]) -> tuple[float, float, float]:
    """The share of voiced frames; of steps from one to the next, the shares that glide and that stay."""
    low, high = PITCH
    own = np.fft.irfft(power[sounding].astype(np.complex64), TRANSFORM)[:, :high]
    likeness = own[:, low:] / _OWN[low:] / (own[:, :1] / _OWN[0] + np.float32(1e-12))
    rows = np.arange(len(likeness))
    best = likeness.argmax(1)
    near = np.clip(best, 1, high - low - 2)
    before, at, after = (likeness[rows, near + step] for step in (-1, 0, 1))
    bend = before - 2 * at + after
    shift = np.where(np.abs(bend) > 1e-9, 0.5 * (before - after) / np.where(bend == 0, 1, bend), 0)
    voiced = likeness[rows, best] > VOICED
    both = voiced[1:] & voiced[:-1] & (np.diff(np.flatnonzero(sounding)) == 1)
    step = np.abs(np.diff(np.log(low + near + np.clip(shift, -0.5, 0.5))))
    steps = int(both.sum()) + FEW_STEPS
    gliding = int((both & (step > GLIDE[0]) & (step < GLIDE[1])).sum())
    steady = int((both & (step <= GLIDE[0])).sum())
    return int(voiced.sum()) / len(voiced), gliding / steps, steady / steps
