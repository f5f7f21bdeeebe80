"""Sound on its way to the engine."""

import io
import wave

import numpy as np
import pytest

from workers.agents.transcriber import as_wav


def tone(rate: int, seconds: float = 1.0, hertz: float = 440, level: float = 10_000) -> bytes:
    at = np.arange(round(rate * seconds)) / rate
    return (np.sin(2 * np.pi * hertz * at) * level).astype("<i2").tobytes()


def samples_of(wav: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 44_100, 48_000])
def test_sound_of_any_rate_keeps_its_length_its_pitch_and_its_loudness(rate: int) -> None:
    samples = samples_of(as_wav(tone(rate), rate))
    assert len(samples) == pytest.approx(16_000, abs=2)
    spectrum = np.abs(np.fft.rfft(samples[:16_000], 16_000))
    assert spectrum.argmax() == pytest.approx(440, abs=1)
    assert np.abs(samples[2_000:-2_000]).max() == pytest.approx(10_000, rel=0.02)


def test_native_sound_is_not_touched() -> None:
    pcm = tone(16_000)
    assert samples_of(as_wav(pcm, 16_000)).astype("<i2").tobytes() == pcm


def test_the_loudest_sound_is_not_turned_over() -> None:
    square = np.where(np.arange(8_000) // 20 % 2, 32_767, -32_768).astype("<i2").tobytes()
    samples = samples_of(as_wav(square, 8_000))
    middle = samples[40 * 20 + 15 : 40 * 20 + 25]  # the middle of a half-wave, away from its edges
    assert (np.sign(middle) == np.sign(middle[0])).all()
    assert np.abs(samples).max() >= 32_767


def test_a_window_without_a_sample_is_a_wav_all_the_same() -> None:
    assert len(samples_of(as_wav(b"", 16_000))) == 0
