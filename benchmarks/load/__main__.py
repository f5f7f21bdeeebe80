"""`python -m benchmarks load`: how many calls this machine carries, and what each costs.

Starts a whole Earpiece of its own in a temporary folder, with a stub for the engine, and plays calls into it.
Everything shares this machine's processors: what the callers and the stub take is missing from what is held.
"""

import argparse
import sys
from functools import partial

import uvloop

from benchmarks.load.profile import profile
from benchmarks.load.report import Result, machine, percentile, table
from benchmarks.load.run import Load, run
from benchmarks.load.system import System
from benchmarks.load.verdict import judge


def main() -> int:
    """Print a table; fail when a window was lost."""
    given = _arguments()
    print(machine(), flush=True)
    loads = [
        Load(calls, given.seconds, policy, legs, frame)
        for policy in given.policy
        for legs in given.legs
        for frame in given.frame
        for calls in given.calls
    ]
    runs: list[list[Result]] = [[] for _ in loads]
    for _ in range(given.runs):
        for load, results in zip(loads, runs, strict=True):
            results.append(_measure(load, given))
    print(table(runs))
    return int(any(result.verdict.lost for results in runs for result in results))


def _measure(load: Load, given: argparse.Namespace) -> Result:
    """One run on a fresh system."""
    cores = set(range(given.cores)) if given.cores else None
    with System(load.policy, flower=given.flower, cores=cores) as system:
        during = partial(profile, system, given.profile) if given.profile else None
        taken = uvloop.run(run(load, system, during))
        verdict = judge(taken, system)
        result = Result(taken, verdict)
        p99 = 1000 * percentile(verdict.to_text, 99)
        words = f"{p99:.0f} ms to the words at p99, {verdict.lost} lost of {verdict.windows}"
        print(
            f"{load}: {words}{', ' + verdict.complaints[0] if verdict.complaints else ''}",
            file=sys.stderr,
            flush=True,
        )
        return result


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks load", description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--calls", type=int, nargs="+", default=[100, 200, 400])
    add("--seconds", type=float, default=30.0, help="of the measured span, after a ramp of 5 s")
    add("--policy", nargs="+", choices=["fixed", "speech"], default=["fixed"])
    add("--legs", type=int, nargs="+", choices=[1, 2], default=[1])
    add("--frame", type=int, nargs="+", default=[4096], help="samples: 4096 as a browser, 320 as a telephone")
    add("--runs", type=int, default=1, help="of each load; the table has the medians")
    add("--cores", type=int, help="give our processes so many processors only")
    add("--flower", action="store_true", help="with Flower watching")
    add(
        "--profile",
        metavar="FOLDER",
        help="write the collapsed stacks of every Python process (py-spy) into FOLDER",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
