"""What a prompt names, for pocketsphinx: names and products that sound like what was heard are weighed
against it.

The first pass knows nothing of the prompt, so that nobody's names change what is heard of others. Where a
hint sounds like words that it was not sure of, a second pass over the same sound chooses: it may say the
words of the first, or the hint in their place, and nothing else. Its grammar goes with the request.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache

from pocketsphinx import Decoder

from app.engine.sphinx_pass import Heard, hear

Hint = tuple[str, ...]
"""Words in a row."""
Phones = tuple[str, ...]
"""As the dictionary writes them, `HH EY L`."""
Place = tuple[int, int, Hint]
"""Words of the first pass, from one up to another, and what may have been said instead."""

MOST_CHARACTERS = 400
"""Of the prompt, from its end, where Whisper too reads it. A call's own hints are no longer."""
LONGEST_HINT = 3
"""Words. Of a longer name each part is a hint."""
FEWEST_PHONES = 3
"""A shorter word sounds like too many others."""
COMMON = 2e-4
"""The words of a hint are rarer, on average: what everybody says needs no hint."""
HINTED = 0.02
"""Probability of a hint where it fits, as the language model has one for each word."""
UNLIKE = 0.5
"""Share of its phones, less one, by which a hint may differ from what was heard."""
SURE = 0.95
"""Posterior probability above which a word of the first pass stays."""
LN = 1e-4
"""pocketsphinx counts in powers of 1.0001."""

VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())
ALIKE = tuple(
    frozenset(group.split())
    for group in ("P B T D K G", "F V TH DH S Z SH ZH HH CH JH", "M N NG", "L R W Y ER", "D T TH DH CH JH")
)


def hear_hinted(decoder: Decoder, samples: bytes, prompt: str) -> Heard:
    """The words in `samples`, and those of `prompt` where they fit better than what was heard first."""
    heard = hear(decoder, samples)
    places = list(places_of(hints_in(prompt, decoder), heard, decoder))
    if not places:
        return heard
    decoder.add_fsg("hints", decoder.create_fsg("hints", 0, len(heard), _transitions(heard, places, decoder)))
    first_pass = decoder.current_search()
    decoder.activate_search("hints")
    try:
        chosen = hear(decoder, samples)
    finally:
        decoder.activate_search(first_pass)
        decoder.remove_search("hints")
    return _with_probabilities(chosen, heard) or heard


def hints_in(prompt: str, decoder: Decoder) -> dict[Hint, Phones]:
    """Every name in the prompt, and every part of one, that the dictionary can pronounce."""
    hints: dict[Hint, Phones] = {}
    for words in _names_in(prompt[-MOST_CHARACTERS:].lower(), decoder):
        for start in range(len(words)):
            for end in range(start + 1, min(start + LONGEST_HINT, len(words)) + 1):
                hint = tuple(words[start:end])
                phones = tuple(phone for word in hint for phone in _phones(word, decoder))
                rarity = math.prod(_probability([word], decoder) for word in hint) ** (1 / len(hint))
                if len(phones) >= FEWEST_PHONES and rarity < COMMON:
                    hints[hint] = phones
    return hints


def _names_in(text: str, decoder: Decoder) -> Iterator[list[str]]:
    """Known words in a row; a number, an unknown word, or a sign between them ends it."""
    for phrase in re.split(r"[^\w\s'’-]+", text):
        name: list[str] = []
        for word in (*phrase.replace("’", "'").replace("-", " ").split(), ""):
            if _phones(word, decoder):
                name.append(word)
            else:
                yield name
                name = []


def places_of(hints: Mapping[Hint, Phones], heard: Heard, decoder: Decoder) -> Iterator[Place]:
    """Where a hint sounds like words of the first pass, one of them unsure."""
    words = [word for word, *_ in heard]
    spoken = [_phones(word, decoder) for word in words]
    for hint, phones in hints.items():
        limit = UNLIKE * (len(phones) - 1)
        for start in range(len(words)):
            row = [float(position) for position in range(len(phones) + 1)]
            for end in range(start + 1, len(words) + 1):
                for phone in spoken[end - 1]:
                    row = _next_row(row, phone, phones)
                if min(row) > limit:
                    break
                unsure = min(probability for *_, probability in heard[start:end]) < SURE
                if row[-1] <= limit and unsure and tuple(words[start:end]) != hint:
                    yield start, end, hint


def _next_row(row: Sequence[float], heard: str, phones: Phones) -> list[float]:
    """Edit distances (Levenshtein's) from the beginnings of `phones`, after one more phone was heard."""
    following = [row[0] + 1]
    for position, phone in enumerate(phones):
        changed = row[position] + _difference(heard, phone)
        following.append(min(changed, row[position + 1] + 1, following[position] + 1))
    return following


@cache
def _difference(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one in VOWELS and other in VOWELS:
        return 0.5
    return 0.5 if any(one in group and other in group for group in ALIKE) else 1.0


def _transitions(
    heard: Heard, places: Sequence[Place], decoder: Decoder
) -> list[tuple[int, int, float, str]]:
    """The grammar: state n is before word n of the first pass; the states inside a hint come after these."""
    words = [word for word, *_ in heard]
    transitions = [
        (at, at + 1, _probability(words[max(0, at - 2) : at + 1], decoder), word)
        for at, word in enumerate(words)
    ]
    free = len(words) + 1
    for start, end, hint in places:
        states = [start, *range(free, free + len(hint) - 1), end]
        free += len(hint) - 1
        for position, word in enumerate(hint):
            probability = 1.0 if position else HINTED
            transitions.append((states[position], states[position + 1], probability, word))
    return transitions


def _with_probabilities(chosen: Heard, heard: Heard) -> Heard:
    """The second pass knows which fits better, the first how sure that is: a hint is as probable as what it
    replaces.
    """
    before, after = ([word for word, *_ in words] for words in (heard, chosen))
    result: Heard = []
    for same, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        replaced = heard[first:last] or heard[max(0, first - 1) : last + 1]
        doubt = sum(probability for *_, probability in replaced) / len(replaced)
        for at, (word, begins, ends, _) in enumerate(chosen[start:end]):
            result.append((word, begins, ends, replaced[at][-1] if same == "equal" else doubt))
    return result


def _phones(word: str, decoder: Decoder) -> Phones:
    return tuple((decoder.lookup_word(word) or "").split())


def _probability(words: Sequence[str], decoder: Decoder) -> float:
    """Of the last of one to three words, after those before it."""
    return math.exp(decoder.get_lm().prob(list(reversed(words))) * LN)
