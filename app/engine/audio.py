"""From an uploaded file to what a recogniser hears: 16 kHz, one channel, 16 bit; and if anyone speaks."""

import io
import math
from functools import cached_property

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from app.engine.errors import BadRequest

SAMPLE_RATE = 16_000
MINIMUM_SECONDS = 0.1

HOP = SAMPLE_RATE // 100
"""Voicing is judged every 10 ms, …"""
FRAME = 4 * HOP
"""… over 40 ms: two periods of the lowest voice."""
PITCH_LAGS = (SAMPLE_RATE // 400, SAMPLE_RATE // 70)
"""Samples between two pulses of a voice of 400 Hz and one of 70 Hz."""
VOICE_BAND = (100 * 2 * FRAME // SAMPLE_RATE, 1500 * 2 * FRAME // SAMPLE_RATE)
"""Spectral bins of 100 to 1,500 Hz: above mains hum, and where a voice outweighs noise."""
PERIODIC = 0.5
"""A frame at least this much like itself one pitch period later is voiced; white noise reaches 0.25."""
ABOVE_FLOOR_DB = 8.0
"""Steady hum is as loud in its quietest tenth as elsewhere; speech is far louder than its own gaps."""
QUIETEST_DB = -60.0
"""Below this, relative to full scale, nothing counts as speech."""
VOICED_SECONDS = 0.08
"""A short vowel. Each one heard makes it e times less likely that nobody spoke."""


class Audio:
    """One upload. `samples` are 16 kHz, mono, int16; `seconds` is its length as uploaded."""

    def __init__(self, samples: NDArray[np.int16], seconds: float) -> None:
        self.samples = samples
        self.seconds = seconds

    def no_speech(self, start: float = 0.0, end: float = math.inf) -> float:
        """Probability that nobody speaks between two times in seconds, from the voiced sound found there."""
        first = int(start * SAMPLE_RATE / HOP)
        last = None if math.isinf(end) else int(end * SAMPLE_RATE / HOP) + 1
        voiced_seconds = float(self._voiced[first:last].sum()) * HOP / SAMPLE_RATE
        return math.exp(-voiced_seconds / VOICED_SECONDS)

    @cached_property
    def _voiced(self) -> NDArray[np.bool_]:
        """Whether each 10 ms is loud, for this audio, and periodic as a voice is: by autocorrelation."""
        if len(self.samples) < FRAME:
            return np.zeros(0, np.bool_)
        samples = self.samples.astype(np.float32) / 32768
        frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
        spectrum = np.fft.rfft(frames - frames.mean(axis=1, keepdims=True), n=2 * FRAME)
        power = (spectrum.real**2 + spectrum.imag**2)[:, : VOICE_BAND[1]]
        power[:, : VOICE_BAND[0]] = 0
        correlation = np.fft.irfft(power, n=2 * FRAME)[:, : PITCH_LAGS[1] + 1]
        energy = correlation[:, 0] / FRAME
        decibels = 10 * np.log10(energy + 1e-12)
        floor = max(float(np.percentile(decibels, 10)) + ABOVE_FLOOR_DB, QUIETEST_DB)
        overlap = 1 - np.arange(PITCH_LAGS[0], PITCH_LAGS[1] + 1) / FRAME
        likeness = (correlation[:, PITCH_LAGS[0] :] / overlap).max(axis=1) / (correlation[:, 0] + 1e-9)
        voiced: NDArray[np.bool_] = (decibels > floor) & (likeness > PERIODIC)
        return voiced


def read_audio(data: bytes) -> Audio:
    """Decode a WAV, FLAC or other file that libsndfile reads, of any rate and number of channels.

    Raises BadRequest for what is no audio, or less than a tenth of a second of it.
    """
    try:
        channels, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, TypeError, ValueError):
        raise BadRequest(
            "The audio file could not be decoded or its format is not supported.", "file"
        ) from None
    seconds = len(channels) / rate
    if seconds < MINIMUM_SECONDS:
        message = f"Audio file is too short. Minimum audio length is {MINIMUM_SECONDS} seconds."
        raise BadRequest(message, "file", "audio_too_short")
    mono = channels.mean(axis=1)
    if rate != SAMPLE_RATE:
        mono = soxr.resample(mono, rate, SAMPLE_RATE)
    return Audio(np.clip(np.rint(mono * 32768), -32768, 32767).astype(np.int16), seconds)
