"""Which policy decides a case, and which of its sentences."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from app.engine.assistant.conversation import Passage
from app.engine.assistant.hearing import stems
from app.spoken import words_of

DECIDES = 0.5
"""A passage decides a case if it speaks of at least this share of the words sought."""
ANSWERS = 2
"""A passage answers a question that shares as many words with its text, or one with its heading."""
MEANS = {"window": "time limit", "deadline": "time limit"}
"""What agents ask for by another name than headings have."""
LONGEST_RULE = 150
"""Characters that an agent takes in at a glance."""


class Rule(NamedTuple):
    """Words of one passage, and its number."""

    text: str
    ref: int

    def __str__(self) -> str:
        return f"{self.text} [{self.ref}]"


def deciding_rule(policies: Sequence[Passage], sought: str, said: str = "") -> Rule | None:
    """The rule that the words `sought` describe best; what was `said` decides between equals. The passage's
    heading must share a word with them: a text may mention anything.
    """
    aims, hints = stems(sought), stems(said)
    best, most = None, 0.0
    for passage in policies:
        heading = stems(f"{passage.title} {passage.section}")
        everything = heading | stems(passage.text)
        if not aims & heading or len(aims & everything) < DECIDES * len(aims):
            continue
        fit = len(aims & everything) + len(aims & heading) + 0.3 * len(hints & everything)
        if fit > most:
            best, most = passage, fit
    return Rule(_sentences(best.text, aims, hints), best.ref) if best else None


def answering_rule(policies: Sequence[Passage], sought: str, question: str) -> Rule | None:
    """The rule that answers a question about what is `sought`: a passage under a title that names it."""
    meant = " ".join(MEANS.get(word, word) for word in words_of(question))
    aims, asked = stems(sought), stems(meant)
    best, most = None, 0
    for passage in policies:
        fit = len(asked & stems(passage.text)) + ANSWERS * len(asked & stems(passage.section))
        if aims & stems(passage.title) and fit > most:
            best, most = passage, fit
    return Rule(_sentences(best.text, asked, aims), best.ref) if best and most >= ANSWERS else None


def _sentences(text: str, aims: set[str], hints: set[str]) -> str:
    """The sentence that fits best, and the one after it where both are short."""
    sentences = re.split(r"(?<=[.!?])\s+", text.strip())
    worth = [len(aims & stems(sentence)) + 0.3 * len(hints & stems(sentence)) for sentence in sentences]
    first = worth.index(max(worth))
    both = " ".join(sentences[first : first + 2])
    return both if len(both) <= LONGEST_RULE else sentences[first]
