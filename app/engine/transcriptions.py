"""`POST /v1/audio/transcriptions`: the form that is sent, and the shapes that are answered."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.engine.errors import BadRequest
from app.engine.recognition import Segment

FORMATS = ("json", "text", "verbose_json")


@dataclass(frozen=True)
class TranscriptionRequest:
    """What the form asks for besides the file. `model` and `language` are taken as said: there is one
    recogniser.
    """

    response_format: str
    words: bool
    prompt: str

    @classmethod
    def from_form(cls, form: Mapping[str, str], granularities: Sequence[str]) -> "TranscriptionRequest":
        """Raises BadRequest for a missing model, and for a format or granularity that is not offered."""
        if not form.get("model"):
            raise BadRequest("you must provide a model parameter")
        response_format = form.get("response_format") or "json"
        if response_format not in FORMATS:
            raise _invalid("response_format", response_format, FORMATS)
        for granularity in granularities:
            if granularity not in ("word", "segment"):
                raise _invalid("timestamp_granularities", granularity, ("word", "segment"))
        return cls(response_format, "word" in granularities, form.get("prompt", ""))


def transcription(
    request: TranscriptionRequest, segments: Sequence[Segment], seconds: float
) -> dict[str, Any] | str:
    """The answer: JSON, or bare text where that was asked for. `seconds` is the length of the audio."""
    text = " ".join(segment.text for segment in segments)
    usage = {"type": "duration", "seconds": math.ceil(seconds)}
    if request.response_format == "text":
        return text + "\n"
    if request.response_format == "json":
        return {"text": text, "usage": usage}
    answer: dict[str, Any] = {
        "task": "transcribe",
        "language": "english",
        "duration": round(seconds, 3),
        "text": text,
        "segments": [_segment(number, segment) for number, segment in enumerate(segments)],
        "usage": usage,
    }
    if request.words:
        answer["words"] = [
            {"word": word.text, "start": round(word.start, 2), "end": round(word.end, 2)}
            for segment in segments
            for word in segment.words
        ]
    return answer


def _segment(number: int, segment: Segment) -> dict[str, Any]:
    return {
        "id": number,
        "seek": 0,
        "start": round(segment.words[0].start, 2),
        "end": round(segment.words[-1].end, 2),
        "text": segment.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": round(segment.average_log_probability, 4),
        "compression_ratio": round(segment.compression_ratio, 4),
        "no_speech_prob": round(segment.no_speech, 4),
    }


def _invalid(param: str, value: str, allowed: Sequence[str]) -> BadRequest:
    words = " and ".join(f"'{word}'" for word in allowed)
    return BadRequest(
        f"Invalid value: '{value}'. Supported values are: {words}.", param=param, code="invalid_value"
    )
