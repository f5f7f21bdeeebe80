from typing import Any

import pytest

from app.engine.errors import BadRequest
from app.engine.recognition import Segment, Word
from app.engine.transcriptions import TranscriptionRequest, transcription

HEARD = [
    Segment((Word("hello", 0.1, 0.5, 0.9), Word("there", 0.5, 0.9, 0.8)), 0.01),
    Segment((Word("goodbye", 2.0, 2.6, 0.7),), 0.02),
]


def shape(response_format: str, words: bool = False) -> Any:
    return transcription(TranscriptionRequest(response_format, words, ""), HEARD, 3.2)


def test_json_is_the_text_and_what_it_cost() -> None:
    assert shape("json") == {"text": "hello there goodbye", "usage": {"type": "duration", "seconds": 4}}


def test_text_is_bare() -> None:
    assert shape("text") == "hello there goodbye\n"


def test_verbose_json_has_segments_with_confidence() -> None:
    answer = shape("verbose_json")
    assert (answer["language"], answer["duration"]) == ("english", 3.2)
    assert [(s["id"], s["start"], s["end"], s["text"]) for s in answer["segments"]] == [
        (0, 0.1, 0.9, "hello there"),
        (1, 2.0, 2.6, "goodbye"),
    ]
    assert {"avg_logprob", "no_speech_prob", "compression_ratio"} <= answer["segments"][0].keys()
    assert "words" not in answer


def test_verbose_json_has_words_where_they_are_asked_for() -> None:
    assert shape("verbose_json", words=True)["words"][1] == {"word": "there", "start": 0.5, "end": 0.9}


def test_a_form_is_read() -> None:
    form = {"model": "whisper-1", "response_format": "verbose_json", "prompt": "Anna Karlsson"}
    assert TranscriptionRequest.from_form(form, ["segment", "word"]) == TranscriptionRequest(
        "verbose_json", True, "Anna Karlsson"
    )


@pytest.mark.parametrize(
    ("form", "granularities", "param"),
    [
        ({}, [], None),
        ({"model": "m", "response_format": "poem"}, [], "response_format"),
        ({"model": "m"}, ["syllable"], "timestamp_granularities"),
    ],
)
def test_a_bad_form_is_refused(form: dict[str, str], granularities: list[str], param: str | None) -> None:
    with pytest.raises(BadRequest) as refusal:
        TranscriptionRequest.from_form(form, granularities)
    assert refusal.value.param == param
