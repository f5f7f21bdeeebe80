"""Finding the policy that fits: Okapi BM25 over the sections of `data/policies` (Robertson and Zaragoza,
2009).
"""

import math
import re
from collections import Counter
from functools import cache
from typing import NamedTuple

from app.policies import Policy, Section, all_policies

K1, B = 1.2, 0.75
CONSIDERED = 8  # passages, before none is taken to be about a question
COMMON = frozenset(
    """
    a about all am an and any are as at be been but by can could did do does for from get had has have
    he her here him his how i if in into is it its just like me my need no not now of on or our out
    please she should so some still than that the their them then there they this to under up us want
    was we were what when which who will with would you your
    """.split()
)

# What people say: what the policies call it.
CALLED = {
    "broken": "damaged", "cracked": "damaged", "smashed": "damaged", "torn": "damaged",
    "work": "faulty", "works": "faulty", "working": "faulty", "defective": "faulty",
    "complain": "complaint", "complaining": "complaint",
    "money": "refund", "back": "return", "twice": "double",
    "competitor": "leave", "elsewhere": "leave",
    "manager": "supervisor", "boss": "supervisor",
    "window": "time limit", "deadline": "time limit",
}  # fmt: skip


class Passage(NamedTuple):
    """A section of a policy."""

    policy: Policy
    section: Section


class Source(NamedTuple):
    """A passage under the number by which an answer cites it."""

    ref: int
    passage: Passage

    def as_told(self) -> dict[str, object]:
        """As the prompt carries it."""
        policy, section = self.passage
        return {"ref": self.ref, "title": policy.title, "section": section.title, "text": section.text}

    def as_citation(self) -> dict[str, object]:
        """As a suggestion carries it; the quote is the section's first paragraph."""
        policy, section = self.passage
        return {
            "ref": self.ref, "title": policy.title, "section": section.title, "url": policy.url(section),
            "quote": section.text.split("\n\n")[0],
        }  # fmt: skip


class Index:
    """The passages, counted."""

    def __init__(self, passages: list[Passage]) -> None:
        self._passages = passages
        self._counts = [
            Counter(stems(f"{p.policy.title} {p.policy.title} {p.section.title} {p.section.text}"))
            for p in passages
        ]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._mean = sum(self._lengths) / max(1, len(passages))
        self._documents = Counter(stem for counts in self._counts for stem in counts)

    def search(self, query: str, most: int) -> list[Passage]:
        """The best passages for `query`, best first; none that shares no word with it."""
        words = re.findall(r"[a-z]+", query.lower())
        wanted = set(stems(" ".join([query, *(CALLED[word] for word in words if word in CALLED)])))
        scored = [(self._score(wanted, i), -i) for i in range(len(self._passages))]
        return [self._passages[-i] for score, i in sorted(scored, reverse=True)[:most] if score > 0]

    def about(self, query: str) -> Passage | None:
        """The best passage of a policy whose title shares a word with `query`."""
        wanted = set(stems(query))
        return next((p for p in self.search(query, CONSIDERED) if wanted & set(stems(p.policy.title))), None)

    def _score(self, wanted: set[str], i: int) -> float:
        counts, total = self._counts[i], 0.0
        for stem in wanted & counts.keys():
            rarity = math.log(
                1 + (len(self._passages) - self._documents[stem] + 0.5) / (self._documents[stem] + 0.5)
            )
            weight = (
                counts[stem] * (K1 + 1) / (counts[stem] + K1 * (1 - B + B * self._lengths[i] / self._mean))
            )
            total += rarity * weight
        return total


@cache
def policies_index() -> Index:
    """The index of all policies, made once a process."""
    return Index(
        [Passage(policy, section) for policy in all_policies().values() for section in policy.sections]
    )


def stems(text: str) -> list[str]:
    """The words that carry meaning, without their commonest English endings."""
    words = re.findall(r"[a-z0-9]+", text.lower().replace("'", ""))
    return [_stem(word) if len(word) > 4 else word for word in words if word not in COMMON]


def _stem(word: str) -> str:
    bare = re.sub(r"(ications?|ations?|ings?|ied|ies|ed|es|s|e|y)$", "", word)
    return re.sub(r"(.)\1$", r"\1", bare)  # cancelled is cancel
