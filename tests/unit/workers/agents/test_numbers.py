"""Numbers said digit by digit come out as digits, and ordinary sentences as they were said."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.agents.numbers import DIGITS, write_digits

ROOT = Path(__file__).parents[4]
HINTS = "Anna Smith, ACC00007. ORD0000703 oak table, ORD0000704 lamp."
NAMES = {digit: word for word, digit in DIGITS.items()}


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("my order number is one zero zero four two", "my order number is 10042"),
        ("order one zero four", "order 104"),
        ("It is order number one, zero, zero, four, two.", "It is order number 10042."),
        ("order zero zero double seven triple four", "order 0077444"),
        ("order four zeros seven oh three please", "order 0000703 please"),
        ("order o r d zero zero zero zero seven zero three", "order ORD0000703"),
        ("Order ORD zero zero zero zero seven zero three.", "Order ORD0000703."),
        ("my account is A C C zero zero zero zero seven", "my account is ACC00007"),
        ("account number oh oh oh oh seven", "account number 00007"),
        ("account number twenty three forty five", "account number 2345"),
        ("reference seventeen oh nine", "reference 1709"),
        ("it's four four five one two thanks", "it's 44512 thanks"),
        ("the code is one two. Three people are here.", "the code is 12. Three people are here."),
        ("order number 1 0 0 4 2", "order number 10042"),
        ("it is 1, 0, 0, 4, 2.", "it is 10042."),
        ("ORD 0000703 is late", "ORD0000703 is late"),
        ("order number 00007 03", "order number 0000703"),
        ("four five six seven oh wait", "4567 oh wait"),
        ("oh seven seven nine double four one two", "077944 12".replace(" ", "")),
        ("I have one zero zero four two and one zero zero four three", "I have 10042 and 10043"),
    ],
)
def test_a_number_said_digit_by_digit_is_written_in_digits(said: str, written: str) -> None:
    assert write_digits(said, HINTS) == written


@pytest.mark.parametrize(
    "sentence",
    [
        "I ordered one two weeks ago.",
        "One of the two chairs is broken, and the other one too.",
        "Two or three days, maybe four.",
        "You have thirty days after the delivery.",
        "It came at nine thirty on the twenty third of May.",
        "My number one reason is the price.",
        "I ordered two lamps and one table for two hundred and forty five dollars.",
        "Oh no, oh one more thing.",
        "Call me back in five, ten minutes.",
        "We are open twenty four seven.",
        "I ordered two double beds and a triple one.",
        "My account was charged twice, for one order.",
        "In order two came, and one did not.",
        "It cost 250 dollars, and I paid 100 200 times.",
        "You can call 555 0123 for that.",
        "I have been a customer since nineteen ninety five.",
        "That's one for you, one for me.",
        "The first one, two. Three, the last one.",
        "Is that a yes or a no one more time",
    ],
)
def test_an_ordinary_sentence_stays_as_it_was_said(sentence: str) -> None:
    assert write_digits(sentence, HINTS) == sentence


def test_the_sample_calls_stay_as_they_were_said() -> None:
    for script in (ROOT / "data" / "calls").glob("*.json"):
        for turn in json.loads(script.read_text())["turns"]:
            assert write_digits(turn["text"], HINTS) == turn["text"]
            said = "".join(c for c in turn["text"].lower() if c.isalpha() or c in " '")
            assert write_digits(said, HINTS) == said


@given(
    st.text(alphabet="0123456789", min_size=4, max_size=16), st.sampled_from(["", "i said ", "it is number "])
)
def test_any_number_comes_back_from_its_digits(digits: str, before: str) -> None:
    spoken = " ".join(NAMES[digit] for digit in digits)
    assert write_digits(before + spoken) == before + digits


@given(
    st.lists(
        st.sampled_from(
            [*DIGITS, "oh", "double", "twenty", "number", "order", "o", "r", "d", "and", "12", "7,", "two."]
        )
    )
)
def test_written_twice_is_written_once(words: list[str]) -> None:
    once = write_digits(" ".join(words), HINTS)
    assert write_digits(once, HINTS).replace(" ", "") == once.replace(" ", "")


def test_letters_are_joined_only_where_the_calls_numbers_have_them() -> None:
    assert write_digits("o r d one two three four", "") == "o r d 1234"


def test_other_languages_are_left_alone() -> None:
    assert write_digits("1 2 3 4 oh one two three four", HINTS, "de") == "1 2 3 4 oh one two three four"
