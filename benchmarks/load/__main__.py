"""`python -m benchmarks load`: how many calls this machine carries, and what each costs.

Starts a whole Earpiece of its own in a temporary folder, with a stub for the engine, and plays calls into it;
beside it, where they are asked for, peers with the same stub and the same callers. Everything shares this
machine's processors: what the callers and the stub take is missing from what is held.
"""

import argparse
import signal
import sys
from contextlib import AbstractContextManager
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

import uvloop
from picows import WSError

from benchmarks.load.measured import DoesNotStart, Measured
from benchmarks.load.peers.environment import NoEnvironment, python_of
from benchmarks.load.peers.peer import KINDS, Peer
from benchmarks.load.processes import SCALABLE
from benchmarks.load.profile import profile
from benchmarks.load.report import table
from benchmarks.load.result import Result, machine, result_of
from benchmarks.load.run import Load, run
from benchmarks.load.system import System
from benchmarks.load.verdict import judge


class Row(NamedTuple):
    """Of the table: who carries which load, on how many processors, with two processes of which part."""

    name: str
    load: Load
    cores: int | None
    twice: str = ""

    def __str__(self) -> str:
        twice = f", two of {self.twice}" if self.twice else ""
        where = f", on {self.cores} core{'s' * (self.cores > 1)}" if self.cores else ""
        return f"{self.name}: {self.load}{twice}{where}"


def main() -> int:
    """Print a table; fail when a window of ours was lost, or a run broke off."""
    given = _arguments()
    if given.table:
        _show([Result.from_json(line) for file in given.table for line in file.read_text().splitlines()])
        return 0
    for peer in given.peers:
        python_of(peer)
    results, broken = list[Result](), 0
    try:
        for _ in range(given.runs):
            for row in _rows(given):
                try:
                    results.append(_measure(row, given))
                except (DoesNotStart, OSError, WSError) as error:
                    broken += 1
                    print(f"{row}: broken off, {type(error).__name__} {error}", file=sys.stderr, flush=True)
    finally:
        _show(results)
    return int(bool(broken) or any(result.lost for result in results if result.row.startswith(System.name)))


def _rows(given: argparse.Namespace) -> list[Row]:
    """One round: Earpiece, then the peers, which know the clock only."""
    cores = given.cores or [None]
    ours = [
        Load(calls, given.seconds, policy, legs, frame, age)
        for policy, legs, frame, calls, age in product(
            given.policy, given.legs, given.frame, given.calls, given.age
        )
    ]
    theirs = [Load(calls, given.seconds, frame_samples=given.frame[0]) for calls in given.peer_calls]
    return [
        *(
            Row(System.name, load, number, twice)
            for number in cores
            for twice in ("", *given.twice)
            for load in ours
        ),
        *(Row(peer, load, number) for number in cores for peer in given.peers for load in theirs),
    ]


def _measure(row: Row, given: argparse.Namespace) -> Result:
    """One run on a fresh system; printed and saved as soon as it is known."""
    cores = set(range(row.cores)) if row.cores else None
    system: AbstractContextManager[Measured] = (
        Peer(row.name, cores=cores)
        if row.name in KINDS
        else System(row.load.policy, flower=given.flower, cores=cores, twice=row.twice)
    )
    with system as running:
        during = partial(profile, running, given.profile) if given.profile else None
        taken = uvloop.run(run(row.load, running, during, watched=given.watch))
        result = result_of(str(row), taken, judge(taken, running.kept()))
    print(result, file=sys.stderr, flush=True)
    if given.save:
        with given.save.open("a") as file:
            print(result.to_json(), file=file)
    return result


def _show(results: list[Result]) -> None:
    for made in dict.fromkeys(result.machine for result in results) or [machine()]:
        print(f"{results[0].at if results else ''} to {results[-1].at if results else ''}: {made}")
    print(table(results), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks load", description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--calls", type=int, nargs="*", default=[100, 200, 400])
    add("--seconds", type=float, default=30.0, help="of the measured span, after a ramp of 5 s")
    add("--policy", nargs="+", choices=["fixed", "speech"], default=["fixed"])
    add("--legs", type=int, nargs="+", choices=[1, 2], default=[1])
    add("--frame", type=int, nargs="+", default=[4096], help="samples: 4096 as a browser, 320 as a telephone")
    add(
        "--age",
        type=int,
        nargs="+",
        default=[0],
        help="minutes that calls have gone on: what those left is made",
    )
    add("--runs", type=int, default=1, help="rounds of all rows; the table has the medians")
    add("--cores", type=int, nargs="+", help="give the system so many processors only")
    add(
        "--twice", nargs="+", choices=SCALABLE, default=[], help="rows again, with two processes of this part"
    )
    add("--peers", nargs="+", choices=sorted(KINDS), default=[], help="in the same rounds")
    add("--peer-calls", type=int, nargs="+", default=[100, 200])
    add("--save", type=Path, metavar="FILE", help="append each run to it as soon as it is done")
    add(
        "--table", type=Path, nargs="+", metavar="FILE", help="run nothing; print the table of what was saved"
    )
    add("--watch", action="store_true", help="listen to Redis for 3 s after the span: who sends its commands")
    add("--flower", action="store_true", help="with Flower watching")
    add(
        "--profile",
        metavar="FOLDER",
        help="write the collapsed stacks of every Python process (py-spy) into FOLDER",
    )
    return parser.parse_args()


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):  # the table of what was run, then nothing is left behind
        signal.signal(number, signal.default_int_handler)
    try:
        sys.exit(main())
    except NoEnvironment as error:
        sys.exit(str(error))
