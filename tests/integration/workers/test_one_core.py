"""A busy worker keeps to one core, each to its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.running import eventually

ROOT = Path(__file__).parents[3]
TWO = sorted(os.sched_getaffinity(0))[:2] if hasattr(os, "sched_getaffinity") else []
WORKER = f"""
import os, sys, threading
from workers import one_core
os.sched_setaffinity(0, {TWO})
one_core.AGAIN_SECONDS = 0.1
ended = threading.Event()
threads = [threading.Thread(target=ended.wait) for _ in range(20)]
for thread in threads: thread.start()
one_core.keep_to_one_core()
sys.stdin.read()
ended.set()
"""

pytestmark = pytest.mark.skipif(len(TWO) < 2, reason="needs Linux, and two cores")
Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts processes of one data folder, which may use two cores. They end with their standard input."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "data")}

    def start() -> subprocess.Popen[bytes]:
        started.append(
            subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=environment, stdin=subprocess.PIPE)
        )
        return started[-1]

    yield start
    for process in started:
        process.communicate(timeout=10)


def cores(process: subprocess.Popen[bytes]) -> set[int] | None:
    """The one core that all threads of a process keep to; None while they do not."""
    threads = threads_of(process)
    may_use = set().union(*(os.sched_getaffinity(thread) for thread in threads))
    return may_use if len(threads) > 20 and len(may_use) == 1 else None


def threads_of(process: subprocess.Popen[bytes]) -> list[int]:
    return [int(thread.name) for thread in Path(f"/proc/{process.pid}/task").iterdir()]


def test_all_threads_keep_to_one_core_and_no_two_workers_to_the_same(start: Start) -> None:
    one, other = start(), start()
    core = eventually("one keeps to a core", lambda: cores(one))
    assert core != eventually("the other keeps to another", lambda: cores(other))


def test_who_finds_none_free_waits_for_one(start: Start) -> None:
    predecessor = start()
    core = eventually("it keeps to a core", lambda: cores(predecessor))
    other = start()
    eventually("the other too", lambda: cores(other))
    successor = start()
    eventually("it has begun", lambda: len(threads_of(successor)) > 21)
    assert cores(successor) is None
    predecessor.communicate(timeout=10)
    assert eventually("it takes the core of who has ended", lambda: cores(successor)) == core
