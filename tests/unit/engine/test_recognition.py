import math

import numpy as np
import pytest

from app.engine.audio import Audio
from app.engine.recognition import Segment, Word, in_segments

SILENCE = Audio(np.zeros(16_000, np.int16), 1.0)


def words(*spans: tuple[str, float, float]) -> list[Word]:
    return [Word(text, start, end, 0.5) for text, start, end in spans]


def test_a_long_pause_begins_a_new_segment() -> None:
    heard = words(("my", 0.0, 0.3), ("order", 0.3, 0.8), ("is", 1.3, 1.5), ("late", 2.2, 2.6))
    assert [segment.text for segment in in_segments(heard, SILENCE)] == ["my order is", "late"]


def test_no_words_are_no_segments() -> None:
    assert in_segments([], SILENCE) == []


def test_the_log_probability_of_a_segment_is_the_mean_of_its_words() -> None:
    segment = Segment((Word("a", 0, 1, 1.0), Word("b", 1, 2, 0.25)), 0.0)
    assert segment.average_log_probability == pytest.approx(math.log(0.25) / 2)


def test_repetition_raises_the_compression_ratio() -> None:
    said_once = Segment(tuple(words(("thank", 0, 1), ("you", 1, 2))), 0.0)
    said_often = Segment(tuple(words(*(("thank you", float(i), float(i + 1)) for i in range(40)))), 0.0)
    assert said_once.compression_ratio < 1.5 < 2.4 < said_often.compression_ratio
