"""Numbers that were said digit by digit, written as digits: `order oh oh seven double four` as `order 00744`.

Only runs that can be nothing but a number are touched: four digits or more, or fewer right after a word that
announces one. So a sentence with a `one` or a `two` in it stays as it was said. Engines that write digits
already, but apart (`1 0 0 4 2`, `ORD 10042`), get them joined. English only: other languages pass unchanged.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

DIGITS = {word: str(n) for n, word in enumerate("zero one two three four five six seven eight nine".split())}
ZEROS = {"oh": "0", "o": "0", "nought": "0"}
TIMES = {"double": 2, "triple": 3, "treble": 3}
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ANNOUNCING = frozenset("number account reference code ticket pin".split())
LINKS = frozenset("is was the it it's its that's my your".split())  # may stand before the number, too

FEWEST, FEWEST_AFTER_ORDER, FEWEST_ANNOUNCED = 4, 3, 2  # digits of a number
FEWEST_AFTER_OH = 6  # of one that nothing announces and that begins with `oh`: there is the exclamation, too

WORD = re.compile(r"([^\W_]+(?:['’.][^\W_]+)*)(\S*)")
PREFIX = re.compile(r"\b([A-Z]{2,4})-?\d{3,}\b")


class Token(NamedTuple):
    """A word in lower case, where it stands in the text, and the signs right behind it."""

    word: str
    start: int
    end: int
    signs: str

    @property
    def closes(self) -> bool:
        """Whether no number goes on behind it."""
        return bool(self.signs.strip(",-"))


class Number(NamedTuple):
    """What the tokens up to, not including, `last` mean."""

    digits: str
    last: int


def write_digits(text: str, hints: str = "", language: str = "en") -> str:
    """The text with its spoken numbers in digits.

    Letters before a number are joined to it (`o r d one two` as `ORD12`) if the hints have numbers with
    these.
    """
    if not language.startswith("en"):
        return text
    tokens = [Token(m[1].lower(), m.start(1), m.end(1), m[2]) for m in WORD.finditer(text)]
    prefixes = {prefix.lower() for prefix in PREFIX.findall(hints)}
    written: list[str] = []
    done = at = 0
    while at < len(tokens):
        prefix, first = _prefix(tokens, at, prefixes)
        number = _number(tokens, first, _fewest(tokens, at, prefix), whole=bool(prefix))
        if number is None:
            at += 1
            continue
        written += [text[done : tokens[at].start], prefix.upper(), number.digits]
        done, at = tokens[number.last - 1].end, number.last
    return "".join([*written, text[done:]])


def _prefix(tokens: Sequence[Token], at: int, prefixes: set[str]) -> tuple[str, int]:
    """The letters of a number that begin at a token, said as a word or one by one, and the token behind
    them.
    """
    for prefix in prefixes:
        if tokens[at].word.replace(".", "") == prefix:
            return prefix, at + 1
        if [token.word for token in tokens[at : at + len(prefix)]] == list(prefix):
            return prefix, at + len(prefix)
    return "", at


def _fewest(tokens: Sequence[Token], at: int, prefix: str) -> int:
    """How many digits a run must have to be a number, by what was said before it."""
    before = at - 1
    while before >= 0 and tokens[before].word in LINKS:
        before -= 1
    announced = before >= 0 and not tokens[before].closes and tokens[before].word in ANNOUNCING
    if prefix or announced:
        return FEWEST_ANNOUNCED
    return FEWEST_AFTER_ORDER if at and tokens[at - 1].word == "order" else FEWEST


def _number(tokens: Sequence[Token], first: int, fewest: int, *, whole: bool) -> Number | None:
    """The longest number that begins at a token. `whole`: it counts although the engine wrote it in one
    word.
    """
    announced = fewest < FEWEST
    digits, last = "", first
    while last < len(tokens) and not (digits and tokens[last - 1].closes):
        said = _digits_at(tokens, last, announced=announced)
        if said is None:
            break
        digits, last = digits + said.digits, said.last
    if digits and tokens[last - 1].word in ZEROS and not announced and last < len(tokens):
        digits, last = digits[:-1], last - 1  # an exclamation behind the number
    if first < len(tokens) and tokens[first].word in ZEROS and not announced:
        fewest = FEWEST_AFTER_OH
    one_word = last - first == 1 and tokens[first].word.isdecimal()
    return Number(digits, last) if len(digits) >= fewest and (whole or not one_word) else None


def _digits_at(tokens: Sequence[Token], at: int, *, announced: bool) -> Number | None:
    """What a token means, together with the next where they belong together.

    `announced`: tens and digits in groups count as well, which would otherwise be amounts and times.
    """
    word = tokens[at].word
    following = tokens[at + 1].word if at + 1 < len(tokens) and not tokens[at].signs else ""
    if word.isdecimal() and word.isascii():
        return Number(word, at + 1) if announced or len(word) == 1 else None
    if word in TIMES and following in DIGITS | ZEROS:
        return Number((DIGITS | ZEROS)[following] * TIMES[word], at + 2)
    if (
        word in DIGITS
        and following.endswith("s")
        and (many := following.removesuffix("s")) in DIGITS | {"oh": "0"}
    ):
        return Number((DIGITS | ZEROS)[many] * int(DIGITS[word]), at + 2)
    if word in DIGITS | ZEROS:
        return Number((DIGITS | ZEROS)[word], at + 1)
    if announced and word in TEENS:
        return Number(str(10 + TEENS.index(word)), at + 1)
    if announced and word in TENS:
        ten = str(2 + TENS.index(word))
        return Number(ten + DIGITS[following], at + 2) if following in DIGITS else Number(ten + "0", at + 1)
    return None
