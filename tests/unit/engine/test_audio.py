import io
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from app.engine.audio import SAMPLE_RATE, Audio, read_audio
from app.engine.errors import BadRequest

Sound = NDArray[np.float64]


def seconds(length: float) -> Sound:
    return np.arange(int(length * SAMPLE_RATE)) / SAMPLE_RATE


def voice(length: float, pitch: float = 120.0) -> Sound:
    """A hummed vowel: harmonics of `pitch`, syllables four times a second."""
    at = seconds(length)
    tone = sum(np.sin(2 * np.pi * pitch * n * at) / n for n in range(1, 20))
    return np.asarray(0.2 * tone * (np.sin(2 * np.pi * 4 * at) > 0))


def noise(length: float, level: float) -> Sound:
    return np.random.default_rng(1).normal(0, level, len(seconds(length)))


def audio(sound: Sound) -> Audio:
    return Audio((np.clip(sound, -1, 1) * 32767).astype(np.int16), len(sound) / SAMPLE_RATE)


def file_of(sound: NDArray[Any], rate: int, kind: str = "WAV", subtype: str = "PCM_16") -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, sound, rate, format=kind, subtype=subtype)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(SAMPLE_RATE),
        noise(5, 0.1),
        noise(5, 0.003),
        0.1 * np.sin(2 * np.pi * 50 * seconds(5)),
        0.1 * np.sin(2 * np.pi * 440 * seconds(5)),
        np.zeros(300),
    ],
    ids=["silence", "loud noise", "faint noise", "hum", "dial tone", "less than a frame"],
)
def test_nobody_speaks_in_what_has_no_voice(sound: Sound) -> None:
    assert audio(sound).no_speech() > 0.9


@pytest.mark.parametrize("pitch", [80, 120, 220, 350])
def test_somebody_speaks_where_a_voice_is_heard(pitch: float) -> None:
    assert audio(voice(2, pitch)).no_speech() < 0.01


def test_a_voice_is_heard_through_noise() -> None:
    assert audio(voice(3) + noise(3, 0.02)).no_speech() < 0.01


def test_one_short_word_in_five_seconds_is_speech() -> None:
    sound = np.zeros(5 * SAMPLE_RATE)
    sound[SAMPLE_RATE : SAMPLE_RATE + 4000] = voice(1)[:4000]
    assert audio(sound).no_speech() < 0.6


def test_silence_beside_speech_is_told_apart() -> None:
    heard = audio(np.concatenate([voice(1), np.zeros(2 * SAMPLE_RATE)]))
    assert heard.no_speech(0, 1) < 0.01
    assert heard.no_speech(1.2, 3) > 0.9


def test_samples_of_the_native_format_are_left_as_they_are() -> None:
    samples = (voice(1) * 32767).astype(np.int16)
    for kind in ("WAV", "FLAC"):
        read = read_audio(file_of(samples, SAMPLE_RATE, kind))
        np.testing.assert_array_equal(read.samples, samples)
        assert read.seconds == 1.0


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_any_rate_width_and_number_of_channels_becomes_16_khz_mono(rate: int, subtype: str) -> None:
    at = np.arange(2 * rate) / rate
    tone = 0.5 * np.sin(2 * np.pi * 300 * at)
    read = read_audio(file_of(np.column_stack([tone, tone]), rate, subtype=subtype))
    assert read.seconds == pytest.approx(2.0)
    expected = 0.5 * 32767 * np.sin(2 * np.pi * 300 * seconds(2))
    middle = slice(SAMPLE_RATE // 2, SAMPLE_RATE)
    np.testing.assert_allclose(read.samples[middle], expected[middle], atol=100)


@pytest.mark.parametrize("data", [b"", b"RIFF", b"no audio at all", b"<html></html>"])
def test_what_is_no_audio_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(BadRequest) as refusal:
        read_audio(data)
    assert refusal.value.param == "file"


def test_less_than_a_tenth_of_a_second_is_too_short() -> None:
    with pytest.raises(BadRequest) as refusal:
        read_audio(file_of(np.zeros(1599), SAMPLE_RATE))
    assert refusal.value.code == "audio_too_short"
    assert read_audio(file_of(np.zeros(1600), SAMPLE_RATE)).seconds == 0.1
