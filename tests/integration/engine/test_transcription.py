"""Speech in, words out.

`refund.flac` was spoken by flite's voice `rms`: "I would like a refund for the coffee machine. The order has
not arrived."
"""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import openai
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from tests.integration.engine.process import SPEECH, Engine

SAID = "i would like a refund for the coffee machine the order has not arrived"


def speech() -> NDArray[np.int16]:
    samples, _ = soundfile.read(SPEECH, dtype="int16")
    return np.asarray(samples, np.int16)


def wav(samples: NDArray[np.int16], rate: int = 16_000) -> tuple[str, bytes]:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="WAV", subtype="PCM_16")
    return "audio.wav", buffer.getvalue()


def heard(engine: Engine, file: tuple[str, bytes] | Path) -> str:
    return engine.client.audio.transcriptions.create(model="whisper-1", file=file).text


def test_a_wav_of_another_rate_and_in_stereo_is_heard_word_for_word(engine: Engine) -> None:
    samples = soxr.resample(speech(), 16_000, 44_100)
    assert heard(engine, wav(np.column_stack([samples, samples]), 44_100)) == SAID


def test_verbose_json_has_segments_with_confidence_and_words_in_time(engine: Engine) -> None:
    answer = engine.client.audio.transcriptions.create(
        model="whisper-1",
        file=SPEECH,
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
        prompt="coffee machine",
        language="en",
    )
    assert answer.text == SAID
    assert float(answer.duration) == pytest.approx(5.57, abs=0.01)
    assert answer.segments is not None
    assert [segment.text for segment in answer.segments] == [
        "i would like a refund for the coffee machine",
        "the order has not arrived",
    ]
    for segment in answer.segments:
        assert -1.5 < segment.avg_logprob < 0
        assert segment.no_speech_prob < 0.01
        assert 0.5 < segment.compression_ratio < 2.4
    assert answer.words is not None
    assert [word.word for word in answer.words] == SAID.split()
    times = [time for word in answer.words for time in (word.start, word.end)]
    assert times == sorted(times)


def test_silence_and_noise_have_no_words(engine: Engine) -> None:
    noise = np.random.default_rng(1).normal(0, 2000, 80_000).astype(np.int16)
    assert heard(engine, wav(np.zeros(80_000, np.int16))) == ""
    assert heard(engine, wav(noise)) == ""


def test_the_silence_after_speech_has_no_words(engine: Engine) -> None:
    hiss = np.random.default_rng(1).normal(0, 60, 5 * 16_000).astype(np.int16)
    answer = engine.client.audio.transcriptions.create(
        model="whisper-1", file=wav(np.concatenate([speech()[:44_000], hiss])), response_format="verbose_json"
    )
    assert answer.segments is not None
    assert all(segment.end < 3 and segment.no_speech_prob < 0.6 for segment in answer.segments)


def test_the_same_bytes_are_always_heard_the_same_whatever_came_before(engine: Engine) -> None:
    """Quiet and noisy speech goes between, to move any state that a recogniser might keep."""
    clean = speech()[:40_000]
    noise = np.random.default_rng(2).normal(0, 200, len(clean))
    noisy, quiet = wav((clean + noise).astype(np.int16)), wav((clean // 16).astype(np.int16))
    first = [heard(engine, file) for file in (noisy, quiet, wav(clean))]
    with ThreadPoolExecutor(3) as pool:
        again = list(pool.map(lambda file: heard(engine, file), [quiet, wav(clean), noisy]))
    assert again == [first[1], first[2], first[0]]
    assert len(set(first)) > 1, "they must differ, for the order to matter"


@pytest.mark.parametrize(
    ("data", "code"), [(b"no audio", None), (wav(np.zeros(100, np.int16))[1], "audio_too_short")]
)
def test_what_cannot_be_heard_is_refused(engine: Engine, data: bytes, code: str | None) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        heard(engine, ("audio.wav", data))
    assert (refusal.value.param, refusal.value.code) == ("file", code)


def test_what_grows_is_heard_as_it_grows_beside_whole_pieces(engine: Engine) -> None:
    """Two pieces in turn, as in a call; each later answer knows what came before."""
    samples, heard_so_far = speech(), list[tuple[str, str]]()
    quiet = (samples // 2).astype(np.int16)
    for end in range(8_000, len(samples) + 8_000, 8_000):
        growing = [
            engine.client.audio.transcriptions.create(
                model="whisper-1", file=wav(voice[:end]), extra_headers={"Priority": "u=6"}
            ).text
            for voice in (samples, quiet)
        ]
        heard_so_far.append((growing[0], growing[1]))
    for told in zip(*heard_so_far, strict=True):
        assert len(told[-1].split()) >= 12
        assert len(set(told)) > 4
        assert told[-1].endswith("refund for the coffee machine the order has not arrived")
    assert heard(engine, SPEECH) == SAID
