"""Speech is told from music and noise: no word is lost, and hold music reaches no engine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from app.streaming.speech_windows import SpeechWindower
from benchmarks.sound.synthesis import RATE, made_sounds
from tests.unit.streaming.sounds import silence, voice
from workers.agents.sound import impression_of

CALLS = Path(__file__).parents[4] / "data" / "calls"


def windows(pcm: bytes, rate: int) -> Iterator[tuple[int, int]]:
    """Where what the windower would send to an engine begins and ends (bytes)."""
    windower = SpeechWindower(rate, 5.0)
    start = 0
    for cut in windower.feed(pcm) + windower.flush():
        if cut.kind == "speech":
            yield start, cut.end
        start = cut.end


def as_pcm(samples: NDArray[np.floating[Any]]) -> bytes:
    pcm: bytes = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    return pcm


@pytest.mark.parametrize("path", sorted(CALLS.glob("*.flac")), ids=lambda path: path.stem)
@pytest.mark.parametrize(("gain", "noise"), [(1, 0), (0.1, 0), (1, 0.15), (0.3, 0.1)])
def test_no_window_of_the_sample_calls_is_lost(path: Path, gain: float, noise: float) -> None:
    call, rate = soundfile.read(path, dtype="float32")
    hiss = np.random.default_rng(3).standard_normal(len(call)).astype(np.float32)
    for channel in call.T:
        loudness = np.sqrt(np.mean(channel[np.abs(channel) > 0.01] ** 2))
        on_the_line = as_pcm(gain * (channel + noise * loudness * hiss))
        heard = np.zeros(len(channel), bool)
        for start, end in windows(on_the_line, rate):
            if impression_of(on_the_line[start:end], rate).sound == "speech":
                heard[start // 2 : end // 2] = True
        assert np.abs(channel[~heard]).max() < 0.02, "what was left out is no louder than the edge of a word"


@pytest.mark.parametrize("loudness", [0.03, 0.3, 1.0])
def test_ten_minutes_of_music_and_noise_reach_no_engine(loudness: float) -> None:
    pcm = as_pcm(loudness * np.concatenate([sound for _, sound in made_sounds(20, seed=11)]))
    assert len(pcm) > 600 * 2 * RATE
    taken = [
        impression_of(pcm[start:end], RATE, number).sound
        for number, (start, end) in enumerate(windows(pcm, RATE))
    ]
    assert "speech" not in taken


def test_what_is_no_speech_has_a_name() -> None:
    sounds = dict(made_sounds(8))
    assert impression_of(as_pcm(sounds["chords, organ"]), RATE).sound == "music"
    assert impression_of(as_pcm(sounds["white noise"]), RATE).sound == "noise"


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 44100, 48000])
def test_a_voice_is_a_voice_at_any_rate(rate: int) -> None:
    assert impression_of(silence(0.3, rate) + voice(2, rate) + silence(0.4, rate), rate) == ("speech", False)


def test_what_is_too_short_to_be_judged_passes() -> None:
    assert impression_of(bytes(4000), 8000).sound == "speech"
