"""Whatever an engine does wrong becomes an error of ours, which says what to do next."""

import socket
from math import inf, nan
from typing import Any

import numpy as np
import pytest

from app.settings import load_settings
from tests.integration.workers.conftest import forget_settings
from tests.integration.workers.scripted_engine import (
    Answer,
    ScriptedEngine,
    completion,
    page,
    refusal,
    transcription,
)
from tests.unit.streaming.sounds import voice
from workers.agents import summary
from workers.agents.engine import (
    AccessRefused,
    AnswerMisshapen,
    EngineBusy,
    EngineError,
    EngineRefused,
    EngineUnavailable,
    QuotaExhausted,
    client_of,
    engine_errors,
)
from workers.agents.transcriber import hear

VOICE = voice(1)
CONVERSATION = [{"speaker": "customer", "text": "Where is my order?"}]


@pytest.mark.parametrize(
    ("answer", "error", "wait"),
    [
        (refusal(429, **{"Retry-After": "7"}), EngineBusy, 7),
        (refusal(429), EngineBusy, 2),
        (refusal(429, **{"Retry-After": "600"}), EngineBusy, 60),
        (refusal(429, **{"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), EngineBusy, 2),
        (refusal(429, **{"Retry-After": "nan"}), EngineBusy, 2),
        (refusal(429, **{"Retry-After": "-1e999"}), EngineBusy, 2),
        (refusal(429, "insufficient_quota"), QuotaExhausted, 60),
        (refusal(429, "billing_hard_limit_reached"), QuotaExhausted, 60),
        (refusal(500), EngineUnavailable, 2),
        (refusal(503), EngineUnavailable, 2),
        (refusal(408), EngineUnavailable, 2),
        (refusal(409), EngineUnavailable, 2),
        (refusal(400, "invalid_request_error"), EngineRefused, 2),
        (refusal(401, "invalid_api_key"), AccessRefused, 60),
        (refusal(403), AccessRefused, 60),
        (refusal(404, "model_not_found"), AccessRefused, 60),
        (refusal(413), EngineRefused, 2),
        (page(), EngineUnavailable, 2),
        (Answer([b'{"text": "half'], breaks_off=True), EngineUnavailable, 2),
        (Answer([b'{"text": "no end'], content_type="application/json"), EngineUnavailable, 2),
        (Answer([b'{"words": "of another shape"}']), EngineUnavailable, 2),
        (Answer([b'{"text": {"not": "text"}}']), EngineUnavailable, 2),
        (Answer([b"[]"]), EngineUnavailable, 2),
        (Answer([b'{"text": "a", "segments": [{"avg_logprob": "high"}]}']), EngineUnavailable, 2),
    ],
)
def test_what_the_recogniser_does_wrong_has_a_name(
    engine: ScriptedEngine, answer: Answer, error: type[EngineError], wait: float
) -> None:
    engine.will(answer)
    with pytest.raises(EngineError) as raised:
        hear([VOICE], 16000)
    assert (type(raised.value), raised.value.retry_after) == (error, wait)
    assert len(engine.requests) == 1, "whether to try again is not for the package to decide"
    assert raised.value.words.endswith(".")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(429), EngineBusy),
        (refusal(400), EngineRefused),
        (page(), EngineUnavailable),
        (completion(None), AnswerMisshapen),
        (completion(""), AnswerMisshapen),
        (completion("The customer was happy."), AnswerMisshapen),
        (completion('"a text"'), AnswerMisshapen),
        (completion('{"summary": "Fine."}'), AnswerMisshapen),
        (completion('{"summary": "", "sentiment": {"label": "neutral", "score": 0}}'), AnswerMisshapen),
        (completion('{"summary": 5, "sentiment": {"label": "neutral", "score": 0}}'), AnswerMisshapen),
        (completion('{"summary": "Fine.", "sentiment": {"label": "angry", "score": 0}}'), AnswerMisshapen),
        (
            completion('{"summary": "Fine.", "sentiment": {"label": "neutral", "score": 2}}'),
            AnswerMisshapen,
        ),
        (
            completion('{"summary": "Fine.", "sentiment": {"label": "neutral", "score": NaN}}'),
            AnswerMisshapen,
        ),
        (completion("[" * 100_000), AnswerMisshapen),
        (
            completion(f'{{"summary": "{"x" * 100_001}", "sentiment": {{"label": "neutral", "score": 0}}}}'),
            AnswerMisshapen,
        ),
        (Answer([b'{"choices": []}']), AnswerMisshapen),
        (Answer([b'{"choices": null}']), AnswerMisshapen),
    ],
)
def test_what_is_no_summary_is_not_taken_for_one(
    engine: ScriptedEngine, answer: Answer, error: type[EngineError]
) -> None:
    engine.will(answer)
    with pytest.raises(EngineError) as raised:
        summary.summarise(None, CONVERSATION)
    assert type(raised.value) is error


def test_an_engine_that_is_not_there_is_unavailable(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{port}/v1")
    forget_settings()
    with pytest.raises(EngineUnavailable):
        hear([VOICE], 16000)


def test_an_error_of_ours_passes_as_it_is() -> None:
    with pytest.raises(EngineBusy), engine_errors():
        raise EngineBusy(5)
    with pytest.raises(ZeroDivisionError), engine_errors():
        raise ZeroDivisionError


def test_what_the_database_cannot_hold_is_left_out(engine: ScriptedEngine) -> None:
    engine.will(transcription("Hel\0lo \ud800."), completion(
        '{"summary": "Fi\\u0000ne.", "sentiment": {"label": "neutral", "score": 0}}'))  # fmt: skip
    assert hear([VOICE], 16000)[0].text == "Hello ?."
    assert summary.summarise(None, CONVERSATION).summary == "Fine."
    engine.will(refusal(400, "too\0long\ud800"), transcription("Hello.", start=nan, end=inf))
    with pytest.raises(EngineRefused, match=r"^400 toolong\?$"):
        hear([VOICE], 16000)
    (words,) = hear([VOICE], 16000)
    assert (words.start, words.end) == (0.0, 0.0), "no time, as where the engine gave none"


def test_sound_is_sent_as_the_protocol_has_it(engine: ScriptedEngine) -> None:
    engine.will(transcription(" Hello. ", avg_logprob=-0.5, no_speech_prob=0.0, compression_ratio=1.0))
    sound = voice(1, 8000)
    (words,) = hear([sound], 8000)
    assert (words.text, words.confidence, words.doubt) == ("Hello.", 0.607, "")
    (request,) = engine.requests
    assert request.path == "/v1/audio/transcriptions"
    fields = {
        "model": load_settings().stt_model,
        "language": "en",
        "response_format": "verbose_json",
        "temperature": "0",
    }
    for name, value in fields.items():
        assert f'name="{name}"\r\n\r\n{value}\r\n'.encode() in request.body
    assert b'filename="window.wav"' in request.body
    assert request.body.count(b"RIFF") == 1
    assert len(request.body) > 2 * len(sound), "it goes out at 16 kHz"


def test_an_engine_that_leaves_figures_out_is_believed(engine: ScriptedEngine) -> None:
    nothing: dict[str, Any] = {"avg_logprob": None, "no_speech_prob": None, "compression_ratio": None}
    engine.will(transcription("Hello.", **nothing), Answer([b'{"text": "Hello."}']))
    assert hear([VOICE], 16000)[0].text == "Hello."
    assert hear([VOICE], 16000)[0].text == "Hello."


def test_a_client_is_made_once_a_server(engine: ScriptedEngine) -> None:
    settings = load_settings()
    assert client_of(settings.llm) is client_of(settings.stt)
    assert client_of(settings.llm._replace(api_key="another")) is not client_of(settings.llm)


def test_an_engine_without_a_key_is_asked_without_ours(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    forget_settings()
    with pytest.raises(EngineUnavailable):
        hear([VOICE], 16000)
    assert engine.requests[0].headers["authorization"] == "Bearer none"


def test_music_is_not_sent(engine: ScriptedEngine) -> None:
    at = np.arange(3 * 16000) / 16000
    chord = sum((np.sin(2 * np.pi * pitch * at) for pitch in (220, 277, 330)), np.zeros(len(at)))
    (words,) = hear([(3000 * chord).astype("<i2").tobytes()], 16000)
    assert (words.text, words.doubt) == ("", "music")
    assert engine.requests == []
