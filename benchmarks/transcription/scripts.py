"""Scripts of calls, made out of the dialogues in `dialogues/`: whoever reads them sees what is said.

A line is a turn: `agent: …` or `customer: …`. In it `[a|b]` is one of several ways to say it, and `{kind}`
something that this call is about; `{kind 2}` is another of its kind, and the same slot is the same all
through a call. Everything is drawn by the script's name and number, so that a script is always the same.
"""

import random
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.word_errors import normalise_words, spoken_number
from data.sample_calls import SPEAKERS, Speaker

DIALOGUES: Final = Path(__file__).parent / "dialogues"
VOICES: Final = ("slt", "rms", "awb")  # of flite: those that pocketsphinx understands

AGENTS: Final = "Sandra David Laura Michael Emma Robert Helen Peter Julia Thomas Nora Daniel".split()
NAMES: Final = "Anna James Linda Paul Maria George Susan Frank Karen Henry Rachel Philip".split()
SURNAMES: Final = "Miller Carter Bennett Fisher Morgan Sanders Cooper Russell Griffin Palmer Dixon".split()
COMPANIES: Final = ("Silver Lake", "Northern Star", "Blue River", "Green Valley", "First Choice", "Red Oak")
CITIES: Final = "Boston Chicago Denver Seattle Dallas Atlanta Houston Phoenix Portland Detroit".split()
STREETS: Final = ("Maple Street", "Church Road", "Park Avenue", "Mill Lane", "Garden Street", "Station Road")
WEEKDAYS: Final = "Monday Tuesday Wednesday Thursday Friday Saturday".split()
MONTHS: Final = "January February March April June July August September October November December".split()
FLOORS: Final = "second third fourth fifth sixth seventh".split()
ORDINALS: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()


AS_SPEAKER: Final[dict[str, Speaker]] = {speaker: speaker for speaker in SPEAKERS}


class Turn(NamedTuple):
    """What one party says; `…` is a hesitation."""

    speaker: Speaker
    text: str


class Script(NamedTuple):
    """A call as it will be spoken, by one of flite's voices for each party."""

    name: str
    voices: dict[Speaker, str]
    turns: list[Turn]

    @property
    def words(self) -> int:
        """How many are said, as they are counted when errors are."""
        return sum(len(normalise_words(turn.text)) for turn in self.turns)


def scripts(words: int) -> list[Script]:
    """So many scripts that they hold at least this many words: each dialogue once, then each once more."""
    chosen: list[Script] = []
    for script in _all_scripts():
        if sum(each.words for each in chosen) >= words:
            break
        chosen.append(script)
    return chosen


def _all_scripts() -> Iterator[Script]:
    paths = sorted(DIALOGUES.glob("*.txt"))
    for number in count(1):
        for path in paths:
            yield make_script(path.stem, path.read_text("utf-8"), number)


def make_script(name: str, dialogue: str, number: int) -> Script:
    """The dialogue as it goes in one call, the `number`th of its name."""
    chance = random.Random(f"{name} {number}")
    agent, customer = chance.sample(VOICES, 2)
    slots: dict[str, str] = {}

    def fill(slot: re.Match[str]) -> str:
        if slot[0] not in slots:
            kind, _, which = slot[1].partition(" ")
            slots[slot[0]] = KINDS[kind](chance, int(which.split()[0]) if which else 1)
        return slots[slot[0]]

    turns = []
    for line in dialogue.splitlines():
        who, _, text = line.partition(": ")
        text = re.sub(r"\[([^]]*)\]", lambda ways: chance.choice(ways[1].split("|")), text)
        turns.append(Turn(AS_SPEAKER[who], re.sub(r"\{([^}]*)\}", fill, text)))
    return Script(f"{name}_{number}", {"agent": agent, "customer": customer}, turns)


def _one_of(words: tuple[str, ...] | list[str]) -> Callable[[random.Random, int], str]:
    return lambda chance, _: chance.choice(words)


def _between(first: int, last: int) -> Callable[[random.Random, int], str]:
    return lambda chance, _: spoken_number(chance.randint(first, last))


def _digits(chance: random.Random, many: int) -> str:
    """Said one by one, with a short stop after every third."""
    said = [spoken_number(chance.randrange(10)) for _ in range(many)]
    return ", ".join(" ".join(said[at : at + 3]) for at in range(0, many, 3))


def _amount(chance: random.Random, size: int) -> str:
    """Money: `size` 1 and 2 are below a thousand, 3 is above."""
    if size > 2:
        return f"{spoken_number(chance.randrange(1100, 4000, 100))} dollars"
    dollars = f"{spoken_number(chance.randint(12, 480))} dollars"
    return (
        dollars if chance.random() < 0.5 else f"{dollars} and {spoken_number(chance.randint(21, 99))} cents"
    )


KINDS: Final[dict[str, Callable[[random.Random, int], str]]] = {
    "agent": _one_of(AGENTS),
    "name": _one_of(NAMES),
    "surname": _one_of(SURNAMES),
    "company": _one_of(COMPANIES),
    "city": _one_of(CITIES),
    "street": _one_of(STREETS),
    "weekday": _one_of(WEEKDAYS),
    "month": _one_of(MONTHS),
    "floor": _one_of(FLOORS),
    "ordinal": _one_of(ORDINALS),
    "amount": _amount,
    "digits": _digits,
    "digit": _between(2, 9),
    "number": _between(11, 49),
    "year": _between(50, 99),
    "hour": _between(1, 12),
    "minutes": _between(5, 40),
    "days": _between(3, 14),
    "nights": _between(2, 9),
    "weeks": _between(2, 6),
    "months": _between(2, 10),
    "years": _between(2, 15),
    "times": _between(2, 5),
}
