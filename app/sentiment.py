"""How a customer feels, by the words used: a small lexicon, negation, and more weight on the call's end."""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from app.spoken import words_of

POSITIVE = frozenset(
    """
    amazing appreciate awesome best better brilliant delighted easy excellent fair fantastic fine fixed glad
    good great happy helpful kind lovely nice perfect pleasant pleased relief solved super sweet thank thanks
    wonderful works
    """.split()
)
NEGATIVE = frozenset(
    """
    afraid angry annoyed annoying awful bad broke broken complain complaint cracked crazy damaged disappointed
    disappointing dreadful fail failed fault faulty frustrated frustrating furious horrible lie locked lost
    mess mistake nobody nothing problem ridiculous rude sad scam slow stupid terrible tired unacceptable
    unhappy upset useless waited waiting waste worse worst wrong
    """.split()
)
STRONG = frozenset({"very", "really", "so", "extremely", "totally", "absolutely", "completely"})
NEGATIONS = frozenset(
    "not no never cannot can't don't doesn't didn't isn't wasn't won't hardly without".split()
)
GREETING = re.compile(r"\bgood (?:morning|afternoon|evening|day)\b", re.IGNORECASE)
"""A good morning is no good mood."""
REACH = 3
"""A negation turns over the next three words."""

NEUTRAL = 0.15
SATURATION = 3.0
"""Three plain words more on one side than on the other are a clear mood: a score of 0.76."""


class Sentiment(NamedTuple):
    """`score` is from −1 to 1; `label` is positive, neutral or negative."""

    label: str
    score: float


def sentiment(customer_said: Sequence[str]) -> Sentiment:
    """The mood of a customer's turns, oldest first. The last turn counts twice the first."""
    last = max(len(customer_said) - 1, 1)
    balance = sum(_mood(text) * (1 + place / last) / 1.5 for place, text in enumerate(customer_said))
    score = round(math.tanh(balance / SATURATION), 2)
    if abs(score) < NEUTRAL:
        return Sentiment("neutral", score)
    return Sentiment("positive" if score > 0 else "negative", score)


def _mood(text: str) -> float:
    words = words_of(GREETING.sub("hello", text))
    mood = 0.0
    for place, word in enumerate(words):
        value = (word in POSITIVE) - (word in NEGATIVE)
        before = words[max(0, place - REACH) : place]
        if not NEGATIONS.isdisjoint(before):
            value = -value
        mood += value * (1.5 if before and before[-1] in STRONG else 1.0)
    return mood
