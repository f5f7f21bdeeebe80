"""The rows of the table: who carries which load."""

import argparse
from itertools import product
from typing import NamedTuple, get_args

from benchmarks.load.peers.peer import KINDS
from benchmarks.load.processes import SCALABLE
from benchmarks.load.run import Load
from benchmarks.load.sound import Policy
from benchmarks.load.system import System

POLICIES = get_args(Policy)
FRAME = 4096


class Row(NamedTuple):
    """On how many processors (None: all), with two processes of which part."""

    name: str
    load: Load
    cores: int | None = None
    twice: str = ""

    def __str__(self) -> str:
        twice = f", two of {self.twice}" if self.twice else ""
        where = f", on {self.cores} core{'s' * (self.cores > 1)}" if self.cores else ""
        return f"{self.name}: {self.load}{twice}{where}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Those that say what is measured: all rows of one round."""
    add = parser.add_argument
    add("--calls", type=positive, nargs="*", default=[100, 200, 400])
    add("--seconds", type=float, default=30.0, help="of the measured span, after a ramp of 5 s")
    add("--policy", nargs="+", choices=POLICIES, default=["fixed"])
    add("--legs", type=positive, nargs="+", choices=[1, 2], default=[1])
    add(
        "--frame",
        type=positive,
        nargs="+",
        default=[FRAME],
        help="samples: 4096 a browser's, 320 a telephone's",
    )
    add("--age", type=int, nargs="+", default=[0], help="minutes for which the calls have gone on")
    add("--cores", type=positive, nargs="+", default=[None], help="give the system so many processors only")
    add("--twice", nargs="+", choices=SCALABLE, default=[], help="also with two processes of this part")
    add("--also", nargs="+", type=_also, default=[], metavar="ROW", help="200:legs=2,frame=320")
    add("--peers", nargs="+", choices=sorted(KINDS), default=[], help="in the same rounds")
    add("--peer-calls", type=positive, nargs="+", default=[100, 200])


def rows_of(given: argparse.Namespace) -> list[Row]:
    """One round: Earpiece, then the peers, which know the clock only."""
    forms = product(
        given.cores, ("", *given.twice), given.policy, given.legs, given.frame, given.calls, given.age
    )
    return [
        *(
            Row(System.name, Load(calls, given.seconds, policy, legs, frame, age), cores, twice)
            for cores, twice, policy, legs, frame, calls, age in forms
        ),
        *(Row(System.name, Load(calls, given.seconds, **more), given.cores[0]) for calls, more in given.also),
        *(
            Row(peer, Load(calls, given.seconds, frame_samples=given.frame[0]), cores)
            for cores, peer, calls in product(given.cores, given.peers, given.peer_calls)
        ),
    ]


def positive(text: str) -> int:
    """A number from 1 on. Raises `ArgumentTypeError`."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 on")
    return int(text)


def _also(text: str) -> tuple[int, dict[str, int | str]]:
    """Calls and fields of a load."""
    calls, _, rest = text.partition(":")
    more: dict[str, int | str] = {}
    for pair in filter(None, rest.split(",")):
        name, _, value = pair.partition("=")
        if name == "policy" and value in POLICIES:
            more[name] = value
        elif name in ("frame", "age") or (name == "legs" and value in ("1", "2")):
            more["frame_samples" if name == "frame" else name] = positive(value)
        else:
            raise argparse.ArgumentTypeError(f"{pair} is none of policy=, legs=1 or 2, frame=, age=")
    return positive(calls), more
