"""Whether the built-in recogniser hears the names it is told, and no others: `python -m benchmarks hints`.
Needs flite.

Customers like those of the demo shop, none of them among these, are spoken of by name, and so is what they
ordered last; beside them, the sample calls turn by turn. All of it is heard three times: without hints, with
those of the call's customer, and with those of a customer who has nothing to do with it.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle
from typing import Final, NamedTuple

import numpy as np
import psutil

from app.engine.sphinx import DEADLINE_SECONDS, SphinxProcess
from benchmarks.word_errors import normalise_words, together, word_errors
from data.make_calls import GAIN, speak
from data.sample_calls import SAMPLE_RATE, SPEAKERS, SampleCall, Samples, sample_names
from data.sample_customers import SAMPLE_ACCOUNTS
from data.seed_customers import Person, people
from workers.agents.hints import hints_of

OTHER_SEED: Final = 7
MARGIN_SECONDS: Final = 0.3
OF_NAMES: Final = (
    "The parcel is for {}.",
    "Could you please tell {} to call me back?",
    "Hello, {} here, I have a question.",
    "The account belongs to {}.",
)
OF_PRODUCTS: Final = (
    "Where is my {}?",
    "I want to send the {} back to you.",
    "It says here that the {} was shipped today.",
    "Please exchange the {} for another one.",
)
HINTS: Final = ("none", "the customer's", "another's")


class Said(NamedTuple):
    """A sentence or a turn. `name` is what is to be heard in it; `prompts` are in the order of `HINTS`."""

    text: str
    name: str
    samples: Samples
    prompts: tuple[str, str, str]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks hints", description=__doc__)
    parser.add_argument("--customers", type=int, default=40, help="of 50; two sentences each")
    customers = parser.parse_args().customers
    if shutil.which("flite") is None:
        print("flite is missing: install your system's package flite and try again.", file=sys.stderr)
        return 2
    today = datetime.now(UTC).date()
    print("| sound | hints | names heard | words invented | word errors | CPU for 1 s |")
    print("| --- | --- | --- | --- | --- | --- |")
    strangers = [person for person in people(today, OTHER_SEED) if _account(person) not in _sample_accounts()]
    show(f"sentences of {len(GAIN)} voices", list(sentences(strangers[:customers])))
    show("the sample calls", list(turns(list(people(today)))))
    return 0


def show(sound: str, said: Sequence[Said]) -> None:
    """A line of the table for each of `HINTS`. They take turns, so that a busy machine is so for all."""
    texts: dict[str, list[str]] = {hints: [] for hints in HINTS}
    cpu = dict.fromkeys(HINTS, 0.0)
    process = SphinxProcess()
    try:
        recogniser = psutil.Process(process.start().pid)
        hear(process, said[0].samples, "")  # the model is loaded
        for each in said:
            for hints, prompt in zip(HINTS, each.prompts, strict=True):
                before = recogniser.cpu_times().user
                texts[hints].append(hear(process, each.samples, prompt))
                cpu[hints] += recogniser.cpu_times().user - before
    finally:
        process.end()
    seconds = sum(len(each.samples) for each in said) / SAMPLE_RATE
    for which, hints in enumerate(HINTS):
        heard = list(zip(said, texts[hints], texts[HINTS[0]], strict=True))
        names = [f" {each.name} " in f" {text} " for each, text, _ in heard if each.name]
        made_up = sum(len(invented(each, text, first, each.prompts[which])) for each, text, first in heard)
        errors = together([word_errors(each.text, text) for each, text, _ in heard])
        cells = (
            sound,
            hints,
            f"{sum(names)} of {len(names)}" if names else "",
            made_up,
            errors,
            f"{cpu[hints] / seconds:.3f} s",
        )
        print(f"| {' | '.join(map(str, cells))} |", flush=True)


def invented(said: Said, text: str, unhinted: str, prompt: str) -> set[str]:
    """Words of the prompt that were heard because of it, and that nobody said."""
    new = set(text.split()) - set(unhinted.split())
    return new & set(normalise_words(prompt)) - set(normalise_words(said.text))


def hear(process: SphinxProcess, samples: Samples, prompt: str) -> str:
    """The words, as normalise_words writes them."""
    words = process.hear(np.ascontiguousarray(samples).tobytes(), prompt, DEADLINE_SECONDS)
    return " ".join(normalise_words(" ".join(word.text for word in words)))


def sentences(customers: Sequence[Person]) -> Iterator[Said]:
    """Each customer's name in one, and what they ordered last in another."""
    patterns, voices = cycle(zip(OF_NAMES, OF_PRODUCTS, strict=True)), cycle(GAIN)
    for number, person in enumerate(customers):
        other = customers[(number + len(customers) // 2) % len(customers)]
        product = str(person.orders[-1]["product_name"]).split(",")[0]
        for pattern, name in zip(next(patterns), (str(person.customer["name"]), product), strict=True):
            text = pattern.format(name)
            samples = np.pad(speak(text, next(voices)), round(MARGIN_SECONDS * SAMPLE_RATE))
            spoken = " ".join(normalise_words(name))
            yield Said(text, spoken, samples, ("", _hints(person), _hints(other)))


def turns(customers: Sequence[Person]) -> Iterator[Said]:
    """All that is said in the sample calls, whose customers are among these."""
    by_account = {_account(person): person for person in customers}
    others = cycle(person for account, person in by_account.items() if account not in _sample_accounts())
    margin = round(MARGIN_SECONDS * SAMPLE_RATE)
    for call in map(SampleCall, sample_names()):
        own = _hints(by_account[SAMPLE_ACCOUNTS[call.name]])
        for turn in call.turns:
            start, end = (round(turn[edge] * SAMPLE_RATE) for edge in ("start", "end"))
            samples = call.samples[max(0, start - margin) : end + margin, SPEAKERS.index(turn["speaker"])]
            yield Said(turn["text"], "", samples, ("", own, _hints(next(others))))


def _hints(person: Person) -> str:
    return hints_of({**person.customer, "orders": person.orders[::-1]})


def _account(person: Person) -> str:
    return str(person.customer["account_number"])


def _sample_accounts() -> set[str]:
    return set(SAMPLE_ACCOUNTS.values())


if __name__ == "__main__":
    sys.exit(main())
