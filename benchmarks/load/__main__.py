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
from pathlib import Path
from subprocess import SubprocessError

import psutil
import psycopg2
import uvloop
from picows import WSError
from redis import RedisError

from benchmarks.load.measured import DoesNotStart, Measured
from benchmarks.load.peers.environment import NoEnvironment, python_of
from benchmarks.load.peers.peer import KINDS, Peer
from benchmarks.load.profile import profile
from benchmarks.load.report import table
from benchmarks.load.result import Result, machine, result_of
from benchmarks.load.rows import Row, add_arguments, positive, rows_of
from benchmarks.load.run import run
from benchmarks.load.system import System
from benchmarks.load.verdict import judge

BROKEN = (DoesNotStart, OSError, WSError, RedisError, psycopg2.Error, psutil.Error, SubprocessError)
"""What ends a run, and not those after it."""


def main() -> int:
    """Print a table; fail when something of ours was lost or left without advice, or a run broke off."""
    given = _arguments()
    if given.table:
        _show(_saved(given.table))
        return 0
    if given.save:
        given.save.open("a").close()  # it had better fail now than after the run
    for peer in given.peers:
        python_of(peer)
    results, broken = list[Result](), 0
    try:
        for _ in range(given.runs):
            for row in rows_of(given):
                try:
                    results.append(_measure(row, given))
                except BROKEN as error:
                    broken += 1
                    print(f"{row}: broken off, {type(error).__name__} {error}", file=sys.stderr, flush=True)
    finally:
        _show(results)
    return int(
        bool(broken) or not all(result.whole for result in results if result.row.startswith(System.name))
    )


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


def _saved(files: list[Path]) -> list[Result]:
    """Raises `SystemExit` for a file that is not there, or not ours."""
    try:
        lines = [line for file in files for line in file.read_text().splitlines()]
        return sorted((Result.from_json(line) for line in lines), key=lambda result: result.at)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SystemExit(f"No table: {type(error).__name__} {error}") from None


def _show(results: list[Result]) -> None:
    for made in dict.fromkeys(result.machine for result in results) or [machine()]:
        print(f"{results[0].at if results else ''} to {results[-1].at if results else ''}: {made}")
    print(table(results), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks load", description=__doc__.partition("\n")[0])
    add_arguments(parser)
    add = parser.add_argument
    add("--runs", type=positive, default=1, help="rounds of all rows; the table has the medians")
    add("--save", type=Path, metavar="FILE", help="append each run to it as soon as it is done")
    add(
        "--table", type=Path, nargs="+", metavar="FILE", help="run nothing; print the table of what was saved"
    )
    add("--watch", action="store_true", help="listen to Redis and PostgreSQL for 3 s after the span")
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
