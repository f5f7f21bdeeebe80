"""From the bytes of a window to its words."""

import io
import json
import wave
from collections.abc import Sequence
from itertools import accumulate
from math import inf, isfinite
from typing import Any

import numpy as np
import openai
import soxr

from app.settings import load_settings
from workers.agents.engine import (
    CONNECT_SECONDS,
    EngineError,
    EngineUnavailable,
    clean,
    client_of,
    engine_errors,
)
from workers.agents.guards import Segment, Words, judge
from workers.agents.sound import WORDLESS, impression_of

ENGINE_RATE = 16000
ECHO = "the customer's voice"  # is all that there was in a window of the agent's
FIGURES = ("start", "end", "avg_logprob", "no_speech_prob", "compression_ratio")  # of `verbose_json`
INTERIM_SECONDS = 4.0  # is how long an engine is waited for when its words will be replaced, …
NOT_URGENT = {"Priority": "u=6"}  # … which it may know (RFC 9218)
TIMEOUT_SECONDS = 10.0
TIMEOUT_PER_SECOND = 2.0  # of sound
PROBE_SECONDS = 4.0  # a window's lease is longer than the three together (PATIENCE in lua/prelude.lua)
PROBE = bytes(ENGINE_RATE)  # half a second of silence


def hear(
    windows: Sequence[bytes], rate: int, hints: str = "", wordless: int = 0, *, interim: bool = False
) -> list[Words]:
    """Transcribe windows of one leg, PCM16 mono of any rate, in one request; what is no speech is not sent.
    Of an empty one nothing was left without the customer's voice.

    `hints` name what may be said; `wordless` windows went before in which nothing was; an `interim` one is
    not over yet. Raises `EngineError`.
    """
    silent = WORDLESS if interim else wordless  # a short piece proves less: music must not slip through
    impressions = [impression_of(pcm, rate, silent) for pcm in windows]
    speech = [
        bool(pcm) and impression.sound == "speech"
        for pcm, impression in zip(windows, impressions, strict=True)
    ]
    sent = [pcm for pcm, spoken in zip(windows, speech, strict=True) if spoken]
    lengths = [len(pcm) / 2 / rate for pcm in sent]
    patience = INTERIM_SECONDS if interim else TIMEOUT_SECONDS + TIMEOUT_PER_SECOND * sum(lengths)
    headers = NOT_URGENT if interim else {}
    shares = iter(
        share_out(*ask_engine(b"".join(sent), rate, hints, patience, headers), lengths) if sent else []
    )
    heard: list[Words] = []
    for pcm, impression, spoken in zip(windows, impressions, speech, strict=True):
        if spoken:
            text, segments = next(shares)
            seconds = len(pcm) / 2 / rate
            heard.append(judge(text, segments, seconds=seconds, doubtful=impression.doubtful, hints=hints))
        else:
            heard.append(Words("", doubt=impression.sound if pcm else ECHO))
    return heard


def share_out(
    text: str, segments: Sequence[Segment], lengths: Sequence[float]
) -> list[tuple[str, list[Segment]]]:
    """Give each of the windows that were heard together, so many seconds long, the segments whose middle
    lies in it.

    An engine that tells no times gives all of its text to the first.
    """
    if len(lengths) == 1:
        return [(text, list(segments))]
    if not any(segment.end for segment in segments):
        return [(text, list(segments)), *(("", []) for _ in lengths[1:])]
    shares: list[tuple[str, list[Segment]]] = []
    starts = [0.0, *accumulate(lengths)]
    for number, (start, length) in enumerate(zip(starts, lengths, strict=False)):
        last = number == len(lengths) - 1
        inside = [
            segment._replace(start=max(0.0, segment.start - start), end=min(length, segment.end - start))
            for segment in segments
            if start <= (segment.start + segment.end) / 2 < (inf if last else start + length)
        ]
        shares.append((" ".join(segment.text.strip() for segment in inside), inside))
    return shares


def engine_hears() -> bool:
    """Whether the engine answers anybody: it is asked about a moment of silence."""
    try:
        ask_engine(PROBE, ENGINE_RATE, "", PROBE_SECONDS, {})
    except EngineError:
        return False
    return True


def ask_engine(
    pcm: bytes, rate: int, hints: str, patience_seconds: float, headers: dict[str, str]
) -> tuple[str, list[Segment]]:
    """What the engine says that it heard. Raises `EngineError`."""
    settings = load_settings()
    with engine_errors():
        # The raw answer, and not the package's parsed objects: a tenth of the request's cost.
        response = client_of(settings.stt).audio.transcriptions.with_raw_response.create(
            model=settings.stt_model,
            file=("window.wav", as_wav(pcm, rate), "audio/wav"),
            language=settings.language,
            prompt=hints or openai.omit,
            response_format="verbose_json",
            temperature=0,
            timeout=openai.Timeout(patience_seconds, connect=CONNECT_SECONDS),
            extra_headers=headers,
        )
        answer = json.loads(response.content)
        if not isinstance(answer["text"], str):
            raise EngineUnavailable("an answer without text")
        return clean(answer["text"]).strip(), [_segment(figures) for figures in answer.get("segments") or []]


def _segment(figures: dict[str, Any]) -> Segment:
    """A segment of `verbose_json`. A figure that is left out, or is no number, says nothing."""
    return Segment(
        clean(figures.get("text") or ""),
        *(_number(figures.get(name)) for name in FIGURES),
    )


def _number(figure: Any) -> float:
    number = float(figure or 0.0)
    return number if isfinite(number) else 0.0


def as_wav(pcm: bytes, rate: int) -> bytes:
    """A WAV of 16 kHz, 16 bit, mono."""
    if rate != ENGINE_RATE:
        samples = np.frombuffer(pcm, "<i2").astype(np.float32)
        pcm = np.clip(soxr.resample(samples, rate, ENGINE_RATE), -32768, 32767).astype("<i2").tobytes()
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(ENGINE_RATE)
        wav.writeframes(pcm)
    return file.getvalue()
