"""The way of the customer's voice into the agent's microphone: how late it comes, and what a loudspeaker and
a room make of it. docs/transcription.md has what it costs.

Everything is float32 and `norm="ortho"`: by default numpy transforms float32 in double (its factor, 1, is an
integer), which takes up to four times as long.
"""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Samples = NDArray[np.floating[Any]]
Spectrum = NDArray[np.complexfloating[Any, Any]]

RATE = 16000
BEFORE = round(0.8 * RATE)  # so much later than the voice is an echo, …
AFTER = round(0.1 * RATE)  # … or by wrong clocks earlier

BAND = (150.0, 3600.0)  # Hz in which an echo is looked for
WHITENED = 0.8  # power of the cross-spectrum that is taken away, so that likeness is at one lag only
CLEAR = 37.0  # times the usual likeness: strangers reached 36, buzzes 38, most echoes more than 100

TAPS, LEAD = 512, 64  # samples: the room's answer that is learned, and how much of it is before the loudest
LOADING = 1e-4  # of the power: what the voice lacks is not learned
BLOCK = 2048  # samples that are transformed together; …
STEP = BLOCK - TAPS  # … the first TAPS of each are the last of the one before
EXACT, MOST_STEPS = 1e-4, 50  # the filter's error, mostly under the last bit of PCM16; took 20 to 30 steps


def find_lag(microphone: Samples, customer: Samples) -> int | None:
    """By how many samples the customer's voice is late in the microphone, if it is there at all.

    Generalised cross-correlation: the spectrum is whitened, or a voice would be like itself at many lags.
    """
    size = _good_size(len(customer) * 2 // 3)  # a third more: noise that wraps around hides faint echoes
    cross = _spectrum(_halved(customer), size)
    cross *= np.conj(_spectrum(_halved(microphone), size))
    low, high = (round(hertz * size / (RATE / 2)) for hertz in BAND)
    cross = cross[: high + 1]
    cross[:low] = 0
    strength = (cross.real**2 + cross.imag**2) ** (WHITENED / 2)
    cross /= strength + 1e-3 * strength.max() + 1e-12
    likeness = _samples(cross, 2 * size)[: BEFORE + AFTER + 1] ** 2  # at the full rate again
    best = int(likeness.argmax())
    return BEFORE - best if likeness[best] > CLEAR**2 * np.median(likeness) else None


def heard_of(customer: Samples, microphone: Samples, lag: int) -> Samples:
    """What the microphone hears of the customer: the voice through the filter that leaves the least rest."""
    rows = -(-(TAPS + len(microphone)) // STEP)
    late = np.zeros(rows * STEP, np.float32)
    late[TAPS : TAPS + len(microphone)] = microphone
    voice = np.zeros(TAPS + rows * STEP, np.float32)
    first = BEFORE - lag + LEAD - TAPS
    part = customer[max(0, first) : first + TAPS + len(microphone)]
    start = TAPS + max(0, -first)
    voice[start : start + len(part)] = part
    past = _spectrum(sliding_window_view(voice, BLOCK)[::STEP], BLOCK)
    answer = _solve(_correlation(past, voice[TAPS:]), _correlation(past, late))
    way = _spectrum((answer * BLOCK**0.5).astype(np.float32), BLOCK)
    return _samples(past * way, BLOCK)[:, TAPS:].reshape(-1)[TAPS : TAPS + len(microphone)]


def _halved(samples: Samples) -> Samples:
    """Samples at half the rate. What folds back is the same in voice and echo, and faint."""
    return samples[:-1:2] + samples[1::2]


def _correlation(past: Spectrum, samples: Samples) -> Samples:
    """Of samples with the voice 0, 1, … `TAPS` - 1 samples before them."""
    rows = np.zeros((len(past), BLOCK), np.float32)  # numpy pads rows as slowly as it transforms them
    rows[:, :STEP] = samples.reshape(-1, STEP)
    spectra = _spectrum(rows, BLOCK)
    return _samples((np.conj(spectra) * past).sum(0), BLOCK)[TAPS:0:-1].astype(np.float64)


def _solve(own: Samples, other: Samples) -> Samples:
    """The filter of a voice which is so like itself, and so like the other, at each lag.

    By conjugate gradients: a step multiplies with the matrix of equations, as part of a circle twice as long,
    and divides by a circle that is nearly like it (T. Chan's). That takes a fifth of the time of
    `numpy.linalg.solve`, whose threads stand in each other's way.
    """
    own[0] += LOADING * own[0] + 1e-9
    matrix = np.fft.rfft(np.concatenate([own, [0], own[:0:-1]])).real
    share = np.arange(TAPS) / TAPS
    nearly = np.fft.rfft(own * (1 - share) + np.roll(own[::-1], 1) * share).real
    answer, rest, direction, last = np.zeros(TAPS), other, np.zeros(TAPS), 1.0
    enough = EXACT**2 * (other @ other)
    for _ in range(MOST_STEPS):
        if rest @ rest <= enough:
            break
        better = np.fft.irfft(np.fft.rfft(rest) / nearly, TAPS)
        gain = float(rest @ better)
        direction = better + gain / last * direction
        change = np.fft.irfft(matrix * np.fft.rfft(direction, 2 * TAPS), 2 * TAPS)[:TAPS]
        step = gain / float(direction @ change)
        answer, rest, last = answer + step * direction, rest - step * change, gain
    return answer if np.isfinite(answer).all() else np.zeros(TAPS)


def _good_size(least: int) -> int:
    """A length that is quick to transform, since its only factors are 2, 3 and 5."""
    return min(odd << (-(-least // odd) - 1).bit_length() for odd in (1, 3, 5, 9, 15, 27))


def _spectrum(samples: Samples, size: int) -> Spectrum:
    spectrum: Spectrum = np.fft.rfft(samples, size, norm="ortho")
    return spectrum


def _samples(spectrum: Spectrum, size: int) -> Samples:
    samples: Samples = np.fft.irfft(spectrum, size, norm="ortho")
    return samples
