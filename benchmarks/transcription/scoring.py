"""How many words are wrong, and how sure that is."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from benchmarks.word_errors import SMALL, TENS, WordErrors, normalise_words, word_errors

FILLERS: Final = frozenset("um uh hmm mm".split())  # said, and rightly not written
RESAMPLES: Final = 10_000
CONFIDENCE: Final = 0.95


class Ratio(NamedTuple):
    """One rate divided by another, and the interval in which it lies with `CONFIDENCE`."""

    value: float
    low: float
    high: float


def errors_in(said: str, heard: str) -> WordErrors:
    """Of what one party says in a call. Fillers do not count, nor whether a number is in digits or words."""
    return word_errors(_plain(said), _plain(heard))


def _plain(text: str) -> str:
    """The text with every number below 100 told digit by digit: `42` can be either `forty two` or `four
    two`, which depends on the words around it.
    """
    words: list[str] = []
    told = normalise_words(re.sub(r"\d", r" \g<0> ", text))
    for word, following in zip(told, [*told[1:], ""], strict=True):
        if word in TENS[2:]:
            words.append(SMALL[TENS.index(word)])
            if following not in SMALL[1:10]:
                words.append("zero")
        elif word in SMALL[10:]:
            words += ["one", SMALL[SMALL.index(word) - 10]]
        elif word not in FILLERS:
            words.append(word)
    return " ".join(words)


def paired_ratio(counts: Sequence[WordErrors], others: Sequence[WordErrors]) -> Ratio:
    """The error rate of a system by that of another one on the same calls, given in the same order.

    The interval is that of a paired bootstrap: calls are drawn with replacement, both systems' errors of a
    call together. Each of them has to have errors.
    """
    errors = np.array([[count.errors, count.words] for count in counts], dtype=float)
    base = np.array([[count.errors, count.words] for count in others], dtype=float)
    draws = np.random.default_rng(1).integers(len(counts), size=(RESAMPLES, len(counts)))
    drawn, drawn_base = errors[draws].sum(axis=1), base[draws].sum(axis=1)
    ratios = (drawn[:, 0] / drawn[:, 1]) / (drawn_base[:, 0] / drawn_base[:, 1])
    low, high = np.quantile(ratios, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    total, total_base = errors.sum(axis=0), base.sum(axis=0)
    return Ratio(float(total[0] / total[1] / (total_base[0] / total_base[1])), float(low), float(high))
