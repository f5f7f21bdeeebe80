"""A busy worker keeps to one core, each to its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from app.queue import celery
from tests.running import eventually

ROOT = Path(__file__).parents[3]
START_SECONDS = 60
TWO = set(sorted(os.sched_getaffinity(0))[:2]) if hasattr(os, "sched_getaffinity") else set()
HOLDER = f"""
import os, sys, threading
from workers import one_core
os.sched_setaffinity(0, {TWO})
one_core.AGAIN_SECONDS = 0.1
ended = threading.Event()
for _ in range(20):
    threading.Thread(target=ended.wait).start()
one_core.keep_to_one_core()
print("begun", flush=True)
sys.stdin.read()
ended.set()
"""
WORKER = f"""
import os, sys
os.sched_setaffinity(0, {TWO})
os.execv(sys.executable, [sys.executable, "-m", "workers.celery", "worker", *sys.argv[1:]])
"""

pytestmark = pytest.mark.skipif(len(TWO) < 2, reason="needs Linux, and two cores")
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a process that may use two cores, with a data folder and one for temporary files."""
    started: list[subprocess.Popen[bytes]] = []

    def start(
        *arguments: str, code: str = HOLDER, data: str = "data", machine: str = "machine"
    ) -> subprocess.Popen[bytes]:
        folders = {"DATA_DIR": tmp_path / data, "TMPDIR": tmp_path / machine}
        for folder in folders.values():
            folder.mkdir(exist_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=ROOT,
            env=os.environ | {name: str(folder) for name, folder in folders.items()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def cores(process: subprocess.Popen[bytes]) -> set[int]:
    """Those that the threads of a process may use."""
    may_use: set[int] = set()
    for thread in Path(f"/proc/{process.pid}/task").iterdir():
        try:
            may_use |= os.sched_getaffinity(int(thread.name))
        except ProcessLookupError:  # it has ended since
            continue
    return may_use


def core_of(process: subprocess.Popen[bytes]) -> set[int]:
    """The one that it keeps to."""

    def look() -> set[int] | None:
        found = cores(process)
        return found if len(found) == 1 else None

    return eventually("it keeps to one core", look, START_SECONDS)


def begun(process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    return process


@pytest.mark.parametrize(
    ("one", "other"),
    [({}, {}), ({"data": "another"}, {}), ({"machine": "container"}, {})],
    ids=["of one system", "of two systems", "in two containers"],
)
def test_no_two_workers_keep_to_the_same_core(
    start: Start, one: dict[str, str], other: dict[str, str]
) -> None:
    assert core_of(start(**one)) | core_of(start(**other)) == TWO


def test_a_folder_of_somebody_elses_is_not_used(start: Start, tmp_path: Path) -> None:
    (tmp_path / "machine").mkdir()
    (tmp_path / "trap").mkdir()
    (tmp_path / "machine" / f"earpiece-cores-{os.getuid()}").symlink_to(tmp_path / "trap")
    refused = begun(start())
    assert refused.stdout is not None
    assert b"keeps_to_no_core" in refused.stdout.readline()
    assert cores(refused) == TWO
    assert list((tmp_path / "trap").iterdir()) == []


def test_who_finds_none_free_waits_for_one(start: Start) -> None:
    predecessor = start()
    core = core_of(predecessor)
    core_of(start())
    successor = begun(start())
    assert cores(successor) == TWO
    predecessor.communicate()
    assert core_of(successor) == core


def test_workers_of_calls_keep_to_one_core_and_no_others(start: Start, store: redis.Redis) -> None:
    def worker(name: str, **where: str) -> subprocess.Popen[bytes]:
        options = "-P threads -c 2 --without-gossip --without-mingle -l ERROR"
        return start("-Q", name, "-n", f"{name}@cores", *options.split(), code=WORKER, **where)

    interim = worker("interim", data="another", machine="another")  # where all cores are free
    assert core_of(worker("transcribe")) | core_of(worker("suggest")) == TWO
    eventually(
        "it takes work, too", lambda: celery().control.ping(["interim@cores"], timeout=0.5), START_SECONDS
    )
    assert cores(interim) == TWO
