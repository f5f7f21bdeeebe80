"""A cheap gate before the assistant is paid: greetings, thanks and agreement call for no advice."""

import re

FILLERS = frozenset(
    """
    a ah alright and are bye thanks thank you very much so much good great fine okay ok yes yeah yep no
    nope right sure well hello hi hey morning afternoon evening day there please one moment hold on i see
    got it perfect lovely wonderful have nice too oh um uh hmm
    """.split()
)
MOST_WORDS = 8


def is_filler(text: str) -> bool:
    """Whether a turn of these words alone needs no suggestion."""
    words = re.findall(r"[a-z']+", text.lower())
    return len(words) <= MOST_WORDS and all(word in FILLERS for word in words)
