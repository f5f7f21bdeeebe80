"""How many words are wrong, and how late they are: `python -m benchmarks transcription`. Needs flite.

The calls are heard in three ways: each turn whole, by the recogniser alone; by a running system whose windows
end where speech does; by one whose windows are all five seconds long. What was heard is kept, and a call that
was heard is not played again, so that a run can be done in pieces. Lags count when nobody else used the
machine meanwhile.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final, get_args

import openai

from app.local.checks import free_port
from benchmarks.transcription.pieces import Configuration, Piece, Pieces
from benchmarks.transcription.playing import play
from benchmarks.transcription.scripts import scripts
from benchmarks.transcription.table import table
from benchmarks.transcription.voicing import voice
from benchmarks.transcription.whole_turns import hear_turns
from data.call_client import CallFailed
from data.sample_calls import SampleCall
from tests.running import RunningSystem

FOLDER: Final = Path(__file__).parents[2] / "var" / "benchmarks" / "transcription"
ENOUGH_WORDS: Final = 5000
ENGINE_PROCESSES: Final = 2  # of the built-in engine, unless told otherwise
AT_ONCE: Final = 5  # calls: the recogniser then uses more than one of two cores, and others the rest
CALL_SECONDS: Final = 95.0  # the longest call, to its summary


def main() -> int:
    """Measure what is missing, and print the table of all that there is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks transcription", description=__doc__)
    parser.add_argument("--words", type=int, default=ENOUGH_WORDS, help="how many to measure at least")
    parser.add_argument("--minutes", type=float, default=25.0, help="stop before that, with what there is")
    parser.add_argument("--only", choices=get_args(Configuration), help="one of the three ways")
    parser.add_argument("--again", action="store_true", help="play the calls anew, for their lags")
    parser.add_argument("--results", type=Path, help="a file for the table")
    given = parser.parse_args()
    if shutil.which("flite") is None:
        print("flite is missing: install your system's package flite and try again.", file=sys.stderr)
        return 2
    deadline = time.monotonic() + 60 * given.minutes
    pieces = Pieces(FOLDER)
    calls = voice(scripts(given.words), FOLDER / "calls")
    failures: list[str] = []
    for configuration in [given.only] if given.only else get_args(Configuration):
        missing = [call for call in calls if pieces.load(configuration, call.name) is None]
        if configuration == "whole":
            _hear_whole(missing, pieces, deadline)
        else:
            failures += _play(configuration, calls if given.again else missing, pieces, deadline)
    text = table(voice(scripts(max(given.words, ENOUGH_WORDS)), FOLDER / "calls"), pieces)
    print(text)
    if given.results:
        given.results.write_text(text + "\n")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


def _play(
    configuration: Configuration, calls: list[SampleCall], pieces: Pieces, deadline: float
) -> list[str]:
    """Into a system of its own, as many as there is time for; return what failed, in words."""
    failures: list[str] = []

    def play_one(call: SampleCall) -> None:
        if time.monotonic() + CALL_SECONDS > deadline:
            return
        try:
            piece = play(system, call)
        except CallFailed as error:
            failures.append(f"{configuration}: {call.name} failed: {error}")
            return
        pieces.save(configuration, call.name, piece)
        print(f"{configuration}: {call.name}, {piece.others:.2f} cores used by others", flush=True)

    if calls and time.monotonic() + CALL_SECONDS < deadline:
        with running_system(WINDOW_POLICY=configuration) as system, ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(play_one, calls))
    return failures


def _hear_whole(calls: list[SampleCall], pieces: Pieces, deadline: float) -> None:
    """By the engine of a running system."""
    if not calls:
        return
    port = str(free_port())
    with (
        running_system(ENGINE_PORT=port),
        openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none") as engine,
        ThreadPoolExecutor(ENGINE_PROCESSES) as pool,
    ):
        for call in calls:
            if time.monotonic() > deadline:
                return
            pieces.save("whole", call.name, Piece(hear_turns(call, engine, pool)))
            print(f"each turn whole: {call.name}", flush=True)


@contextmanager
def running_system(**environment: str) -> Iterator[RunningSystem]:
    """With data of its own, and nothing left of it afterwards."""
    with tempfile.TemporaryDirectory(prefix="earpiece-benchmark-") as folder:
        system = RunningSystem(Path(folder), environment)
        try:
            yield system
        finally:
            system.stop()


if __name__ == "__main__":
    sys.exit(main())
