from typing import Any

import pytest

from benchmarks.transcription.lags import TurnLag, interim_lags, screen_lags, turn_lags
from data.call_client import Heard
from data.sample_calls import SampleCall

BEGAN = 1000.0


class OneTurn(SampleCall):
    """The customer speaks from second 2 to second 9."""

    def __init__(self) -> None:
        self.turns = [{"speaker": "customer", "text": "Hello.", "start": 2.0, "end": 9.0}]


def heard(at: float, start: float, end: float, **more: Any) -> Heard:
    """A transcript that came `at` seconds into the call."""
    said = {"type": "transcript", "speaker": "customer", "text": "yes", "final": True, "window": 0}
    said |= {"start": start, "end": end, **more}
    return Heard(BEGAN + at, said)


def test_a_turn_is_there_when_the_last_of_its_windows_is() -> None:
    texts = [
        heard(1.5, 0, 1),
        heard(8, 2, 6, window=3),
        heard(11, 6.2, 8.8, window=4),
        heard(30, 20, 21),
    ]
    engine = {("customer", 3): 0.9, ("customer", 4): 1.25, ("agent", 4): 7.0}
    (turn,) = turn_lags(OneTurn(), texts, BEGAN, engine)
    assert turn.lag == pytest.approx(2.0)
    assert turn.engine == pytest.approx(1.25)
    assert turn.own == pytest.approx(0.75)


@pytest.mark.parametrize("more", [{"final": False}, {"speaker": "agent"}, {"type": "suggestion"}])
def test_what_is_not_the_speakers_final_text_is_not_the_turn(more: dict[str, Any]) -> None:
    texts = [heard(9.5, 2, 9), heard(12, 2, 9, **more)]
    (turn,) = turn_lags(OneTurn(), texts, BEGAN, {})
    assert turn.lag == pytest.approx(0.5)


def test_a_turn_whose_last_words_were_never_heard_has_no_lag() -> None:
    assert turn_lags(OneTurn(), [heard(6, 2, 5)], BEGAN, {}) == [TurnLag(None)]
    assert turn_lags(OneTurn(), [], BEGAN, {})[0].own is None


def test_interim_text_is_late_by_the_last_sound_in_it() -> None:
    texts = [heard(5, 2, 4.25, final=False), heard(6, 2, 5.5, final=False), heard(7, 2, 6)]
    texts.append(heard(8, 2, 7, final=False, text=""))  # takes it back
    assert interim_lags(texts, BEGAN) == pytest.approx([0.75, 0.5])


def test_a_word_is_on_the_screen_with_the_first_text_that_reaches_it_be_it_interim_or_final() -> None:
    texts = [heard(5, 2, 4, final=False), heard(8, 2, 7, final=False), heard(12, 2, 9)]
    lags = screen_lags(OneTurn(), texts, BEGAN)
    assert len(lags) == 27
    assert lags[0] == pytest.approx(2.75)
    assert lags[7] == pytest.approx(1.0)  # said at 4.0
    assert lags[8] == pytest.approx(3.75)  # said at 4.25
    assert max(lags[20:]) == pytest.approx(4.75)  # said at 7.25, first in the final
