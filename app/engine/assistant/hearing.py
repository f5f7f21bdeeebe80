"""Matching words that a machine heard: patterns that may lie apart, and numbers said digit by digit."""

import re
from collections.abc import Sequence
from functools import cache

from app.spoken import words_of

REACH = 8
"""A pattern's words lie within this many words."""
STEM = 5
"""Words are alike when their first five letters are: `deliver`, `delivery`, `delivered`."""

DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
FEWEST_DIGITS = 4
OTHER_NUMBERS = frozenset({"account", "phone", "card", "ticket", "code", "zip", "postal", "street"})

STOP_WORDS = frozenset(
    """
    a about after again all also am an and any are as at be because been before but by can could did do
    does for from had has have he hello help her here him his how i if in is it its just know like me more my
    no not now of off on one or our out over please said say she should so some still than thank thanks that
    the their them then there they this to too up us very want was we well were what when where which who why
    will with would yes you your
    """.split()
)


def stems(text: str) -> set[str]:
    """What a text is about: the stems of its words, without those that every text has."""
    return {_singular(word)[:STEM] for word in words_of(text) if word not in STOP_WORDS}


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def strength(patterns: str, words: Sequence[str]) -> int:
    """How clearly `words` say one of the patterns: the words of those that fit, counted.

    Patterns have commas between them. Each is words in order that may have others between them; `late*`
    stands for any word that begins so.
    """
    return sum(len(pattern) for pattern in _patterns(patterns) if _fits(pattern, words))


@cache
def _patterns(text: str) -> list[list[str]]:
    return [pattern.split() for pattern in text.split(",")]


def _fits(pattern: Sequence[str], words: Sequence[str]) -> bool:
    return any(_follows(pattern, words[start : start + REACH]) for start in range(len(words)))


def _follows(pattern: Sequence[str], words: Sequence[str]) -> bool:
    """Whether `words` begin with the pattern's first word and hold the others after it, in order."""
    rest = iter(words)
    return _alike(pattern[0], next(rest)) and all(
        any(_alike(part, word) for word in rest) for part in pattern[1:]
    )


def _alike(part: str, word: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else word == part


def order_number(text: str) -> str | None:
    """The last number in `text` that can be an order's: written (`ORD00012`, `12345`) or said digit by digit.

    Numbers said to be an account's, a telephone's or a card's are passed over.
    """
    found = None
    before: list[str] = []
    digits = ""
    for word in [*words_of(text), ""]:
        written = re.fullmatch(r"(?:ord)?(\d+)", word)
        digit = written.group(1) if written else DIGITS.get(word, "")
        if digit:
            digits += digit
            continue
        if len(digits) >= FEWEST_DIGITS and not OTHER_NUMBERS & set(before[-REACH:]):
            found = digits
        if digits:
            before.clear()
        digits = ""
        before.append(word)
    return found
