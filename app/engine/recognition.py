"""What a recogniser hears: words in time, each with a probability, and the segments they form."""

import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from app.engine.audio import Audio

PAUSE_SECONDS = 0.6
"""A longer silence between two words begins a new segment."""


@dataclass(frozen=True)
class Word:
    """Times are seconds from the start of the audio; `probability` is in (0, 1]."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True)
class Segment:
    """Words said without a long pause. `no_speech` is the probability that nobody spoke there."""

    words: tuple[Word, ...]
    no_speech: float

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def average_log_probability(self) -> float:
        """Mean natural logarithm of the words' probabilities, as Whisper's is of its tokens'."""
        return sum(math.log(word.probability) for word in self.words) / len(self.words)

    @property
    def compression_ratio(self) -> float:
        """Bytes of text by bytes of it deflated, Whisper's measure of a recogniser that repeats itself."""
        data = self.text.encode()
        return len(data) / len(zlib.compress(data))


class Recogniser(Protocol):
    """The one thing that recognises speech in this process."""

    name: str

    def recognise(self, audio: Audio, prompt: str) -> list[Segment]:
        """Hear the words of `audio`, none in silence. The same bytes always give the same words.

        `prompt` is the request's: text that names what may be said. Raises RecogniserFailed or Overloaded.
        """

    def follow(self, audio: Audio) -> list[Segment]:
        """Hear what is there of a piece that still grows, and is sent again, longer.

        It never keeps `recognise` waiting. Raises RecogniserFailed or Overloaded, also where nobody follows.
        """

    def readiness(self) -> dict[str, int]:
        """Counts of its processes, for the health check."""

    def close(self) -> None:
        """End its processes at once."""


def in_segments(words: Iterable[Word], audio: Audio) -> list[Segment]:
    """Words in time order, grouped where the speaker paused."""
    groups: list[list[Word]] = []
    for word in words:
        if groups and word.start - groups[-1][-1].end < PAUSE_SECONDS:
            groups[-1].append(word)
        else:
            groups.append([word])
    return [Segment(tuple(group), audio.no_speech(group[0].start, group[-1].end)) for group in groups]
