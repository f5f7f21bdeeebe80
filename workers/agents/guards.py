"""Whether to believe what an engine says it heard. Recognisers make up text out of silence, noise and half
words.

The figures of `verbose_json` are judged a segment at a time: one that is made up must not cost the sentence
before it. Engines that give no segments are judged by the text alone.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp
from typing import NamedTuple

from workers.agents.boilerplate import is_boilerplate, plain_words

NO_SPEECH_PROBABILITY = 0.6  # with a low log-probability: nobody spoke (openai/whisper transcribe.py)
LOW_LOG_PROBABILITY = -1.0
COMPRESSION_RATIO = 2.4  # above it the text repeats itself (openai/whisper transcribe.py)

WEAK_NO_SPEECH, WEAK_LOG_PROBABILITY = 0.3, -0.7  # half the evidence, for what is suspect already
MOST_WORDS_A_SECOND = 8.0  # fast speech has five, pauses left out
MOST_CHARACTERS_A_SECOND = 40.0  # where words are not told apart by blanks
DENSE_WORDS, DENSE_CHARACTERS = 4, 20  # so few are not counted
MOST_REPEATS, MOST_REPEATS_OF_A_WORD = 4, 10  # "no, no, no, no" is said by people
HINT_WORDS = 4  # in a row out of the hints that the engine was given, and nothing else


class Segment(NamedTuple):
    """A stretch of a window as the engine told it; times in seconds from the start of the window."""

    text: str
    start: float = 0.0
    end: float = 0.0
    log_probability: float = 0.0
    no_speech: float = 0.0
    compression: float = 0.0


@dataclass(frozen=True)
class Words:
    """What was heard in a window. `text` may be shown; `disbelieved` must not be, and `doubt` says why.

    `start` and `end` are seconds from the start of the window; 0 and 0 when the engine gave no times.
    """

    text: str
    confidence: float | None = None
    doubt: str = ""
    disbelieved: str = ""
    start: float = 0.0
    end: float = 0.0


def judge(
    text: str, segments: Iterable[Segment] = (), *, seconds: float, doubtful: bool = False, hints: str = ""
) -> Words:
    """Believe the engine's text, or part of it, or nothing.

    `seconds` is the length of the window, `doubtful` that it hardly sounded like a voice, `hints` the
    prompt that the engine was given.
    """
    told = [segment for segment in segments if segment.text.strip()]
    measured = bool(told)
    told = told or ([Segment(text)] if text else [])
    if doubt := _doubt_of_all(" ".join(segment.text.strip() for segment in told), seconds):
        return Words("", _confidence(told) if measured else None, doubt, text)
    doubts = [_doubt_of(segment, doubtful, hints) for segment in told]
    kept = [segment for segment, doubt in zip(told, doubts, strict=True) if not doubt]
    lost = [segment for segment, doubt in zip(told, doubts, strict=True) if doubt]
    return Words(
        " ".join(segment.text.strip() for segment in kept) if lost else text,
        _confidence(kept or lost) if measured else None,
        next(filter(None, doubts), ""),
        " ".join(segment.text.strip() for segment in lost),
        kept[0].start if kept else 0.0,
        kept[-1].end if kept else 0.0,
    )


def _doubt_of_all(text: str, seconds: float) -> str:
    """Why the text as a whole cannot have been said, or nothing."""
    words = plain_words(text).split()
    if len(words) > DENSE_WORDS and len(words) > MOST_WORDS_A_SECOND * seconds:
        return "more words than fit"
    if len(text) > DENSE_CHARACTERS and len(text) > MOST_CHARACTERS_A_SECOND * seconds:
        return "more words than fit"
    if _compression(text) > COMPRESSION_RATIO or _repeats(words):
        return "repeats itself"
    return ""


def _doubt_of(segment: Segment, doubtful: bool, hints: str) -> str:
    """Why a segment is not believed, or nothing."""
    unsure = segment.log_probability < LOW_LOG_PROBABILITY
    if unsure and segment.no_speech > NO_SPEECH_PROBABILITY:
        return "no speech"
    if unsure and doubtful:
        return "hardly a voice"
    if segment.compression > COMPRESSION_RATIO:
        return "repeats itself"
    suspect = doubtful or segment.no_speech > WEAK_NO_SPEECH or segment.log_probability < WEAK_LOG_PROBABILITY
    if suspect and is_boilerplate(segment.text):
        return "boilerplate"
    if suspect and _is_from(segment.text, hints):
        return "repeats the hints"
    return ""


def _confidence(segments: Sequence[Segment]) -> float:
    """The engine's mean probability of a token."""
    mean = sum(segment.log_probability for segment in segments) / len(segments)
    return round(exp(min(0.0, mean)), 3)


def _compression(text: str) -> float:
    data = text.encode()
    return len(data) / len(zlib.compress(data))


def _repeats(words: list[str]) -> bool:
    """Whether the words are one phrase over and over."""
    for length in range(1, len(words) // MOST_REPEATS + 1):
        times = len(words) / length
        looped = all(word == words[i % length] for i, word in enumerate(words))
        if looped and times >= (MOST_REPEATS_OF_A_WORD if length == 1 else MOST_REPEATS):
            return True
    return False


def _is_from(text: str, hints: str) -> bool:
    plain = plain_words(text)
    return len(re.findall(r"\S+", plain)) >= HINT_WORDS and f" {plain} " in f" {plain_words(hints)} "
