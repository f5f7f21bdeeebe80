import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sentiment import sentiment


@pytest.mark.parametrize(
    ("said", "label"),
    [
        (["thank you that is wonderful"], "positive"),
        (["this is terrible and i am very angry"], "negative"),
        (["my order number is four five two"], "neutral"),
        (["i am not happy"], "negative"),
        (["no problem"], "positive"),
        (["Good morning to you"], "neutral"),
        ([], "neutral"),
    ],
)
def test_words_tell_the_mood(said: list[str], label: str) -> None:
    assert sentiment(said).label == label


def test_the_end_of_a_call_weighs_more_than_its_beginning() -> None:
    assert (
        sentiment(["this is bad", "this is good"]).score
        > 0
        > sentiment(["this is good", "this is bad"]).score
    )


def test_a_strong_word_weighs_more() -> None:
    assert sentiment(["very angry"]).score < sentiment(["angry"]).score < 0


@given(st.lists(st.text()))
def test_a_score_is_always_between_minus_one_and_one(said: list[str]) -> None:
    assert -1 <= sentiment(said).score <= 1
