import pytest

from workers.agents.filler import is_filler


@pytest.mark.parametrize(
    "text",
    [
        "Hello.",
        "Hi, good morning!",
        "Yes, thank you very much.",
        "OK, bye. Have a nice day!",
        "Uh, hold on one moment please",
        "Perfect.",
        "",
    ],
)
def test_greetings_thanks_and_agreement_need_no_advice(text: str) -> None:
    assert is_filler(text)


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order?",
        "Yes, but I was charged twice.",
        "Hello, my name is Ann.",
        "I'm not okay.",
        "Cancel it, please.",
        "ok ok ok ok ok ok ok ok ok",
        "No, it's broken",
    ],
)
def test_whatever_says_more_is_worth_advice(text: str) -> None:
    assert not is_filler(text)
