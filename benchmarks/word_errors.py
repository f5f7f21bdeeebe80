"""How well a call was understood: word errors, counted over what was said and not over how it is written."""

import re
from typing import NamedTuple

import jiwer

SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()


class WordErrors(NamedTuple):
    """Words wrong, missing or too many, of the words that were said.."""

    errors: int
    words: int

    @property
    def rate(self) -> float:
        return self.errors / self.words

    def __str__(self) -> str:
        return f"{self.errors} of {self.words} words ({self.rate:.1%})"


def word_errors(said: str, heard: str) -> WordErrors:
    """Both texts as a person or an engine writes them."""
    reference, hypothesis = normalise_words(said), normalise_words(heard)
    found = jiwer.process_words(" ".join(reference), " ".join(hypothesis))
    return WordErrors(found.substitutions + found.deletions + found.insertions, len(reference))


def together(counts: list[WordErrors]) -> WordErrors:
    """The errors of several calls as if they were one."""
    return WordErrors(sum(count.errors for count in counts), sum(count.words for count in counts))


def normalise_words(text: str) -> list[str]:
    """The words as spoken: lower case, without punctuation, numbers up to 999,999 and dollars in words."""
    text = text.lower().replace("’", "'").replace("%", " percent ")
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"\$(\d+)", r"\1 dollars", text)
    text = re.sub(r"\d+", lambda number: f" {spoken_number(int(number[0]))} ", text)
    return [word.strip("'") for word in re.findall(r"[a-z']+", text) if word.strip("'")]


def spoken_number(number: int) -> str:
    """A number from 0 to 999,999 in words."""
    if number < 20:
        return SMALL[number]
    if number < 100:
        return TENS[number // 10] + (f" {SMALL[number % 10]}" if number % 10 else "")
    unit, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    rest = f" {spoken_number(number % unit)}" if number % unit else ""
    return f"{spoken_number(number // unit)} {name}{rest}"
