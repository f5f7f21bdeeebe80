"""Backing off, with parts that are real processes and a clock that the test turns."""

import errno
import io
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from app.local import process, supervisor
from app.local.console import Console
from app.local.problems import Problem
from app.local.supervisor import Supervisor


class ShortLived:
    """A process that ends with the next code on its list, or cannot start where that is a sentence or an
    error of the machine's.
    """

    def __init__(self, name: str, ends: list[int | str | OSError], stopped: list[str]) -> None:
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self._ends = ends
        self._stopped = stopped

    def start(self) -> None:
        end = self._ends.pop(0)
        if isinstance(end, str):
            raise Problem(end)
        if isinstance(end, OSError):
            raise end
        self.process = process.spawn(
            [sys.executable, "-I", "-S", "-c", f"raise SystemExit({end})"], stdout=subprocess.DEVNULL
        )
        self.process.wait()

    def stop(self) -> None:
        self._stopped.append(self.name)
        if self.process is not None:
            process.stop(self.process, signal.SIGTERM, grace_seconds=1)
            self.process = None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """The supervisor's clock: it stands still until it is called with seconds."""
    now = [1000.0]

    def turn(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(supervisor, "LOOK_SECONDS", 0)
    return turn


def test_each_death_doubles_the_wait_and_a_good_life_forgives(clock: Callable[[float], None]) -> None:
    out = io.StringIO()
    keeper = Supervisor(Console(out, []))
    part = ShortLived("web", [3, 3, 3, 0, 0], [])
    keeper.start(part, floor=0)
    for wait in (0.2, 0.4, 0.8):
        keeper.look()
        assert out.getvalue().endswith(
            f"| web ended by itself with exit code 3; starting it again in {wait:g} s.\n"
        )
        clock(wait - 0.01)
        keeper.look()
        assert part.process is None, "it must not start before its wait is over"
        clock(0.01)
        keeper.look()
        assert part.process is not None
    clock(supervisor.GOOD_LIFE_SECONDS + 1)
    keeper.look()
    assert out.getvalue().endswith("| web ended by itself with exit code 0; starting it again in 0.2 s.\n")
    assert keeper.deaths() == {"web": 4}


def test_a_part_that_cannot_start_again_says_why_and_is_tried_again(clock: Callable[[float], None]) -> None:
    out = io.StringIO()
    keeper = Supervisor(Console(out, []))
    keeper.start(ShortLived("redis", [1, "The disk is full.", 1], []), floor=0)
    keeper.look()
    clock(0.2)
    keeper.look()
    assert out.getvalue().endswith("| redis cannot start: The disk is full; starting it again in 0.4 s.\n")
    clock(0.4)
    keeper.look()
    keeper.look()
    assert keeper.deaths() == {"redis": 3}


def test_a_machine_without_room_for_a_part_keeps_the_others(clock: Callable[[float], None]) -> None:
    out = io.StringIO()
    keeper = Supervisor(Console(out, []))
    keeper.start(ShortLived("web", [1, OSError(errno.ENOMEM, "Cannot allocate memory"), 1], []), floor=0)
    keeper.look()
    clock(0.2)
    keeper.look()
    assert "web cannot start: [Errno 12] Cannot allocate memory; starting it again" in out.getvalue()
    clock(0.4)
    keeper.look()
    keeper.look()
    assert keeper.deaths() == {"web": 3}


def test_the_upper_floor_is_stopped_before_the_lower(clock: Callable[[float], None]) -> None:
    stopped: list[str] = []
    keeper = Supervisor(Console(io.StringIO(), []))
    keeper.start(ShortLived("postgres", [0], stopped), floor=0)
    keeper.start(ShortLived("web", [0], stopped), floor=1)
    keeper.stop()
    assert stopped == ["web", "postgres"]


def test_a_part_that_cannot_start_the_first_time_is_the_callers_to_hear_of() -> None:
    keeper = Supervisor(Console(io.StringIO(), []))
    with pytest.raises(Problem, match="No room"):
        keeper.start(ShortLived("redis", ["No room."], []), floor=0)
    keeper.stop()


class _Waiting:
    """A process that runs until it is stopped."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = process.spawn(["sleep", "60"], stdout=subprocess.DEVNULL)

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None:
            process.stop(self.process, signal.SIGTERM, grace_seconds=1)
            self.process = None


def test_a_successor_is_ready_before_the_one_it_replaces_is_stopped() -> None:
    keeper = Supervisor(Console(io.StringIO(), []))
    old, new = _Waiting("web"), _Waiting("web")
    keeper.start(old, floor=0)
    seen: list[tuple[bool, bool]] = []

    def is_ready() -> bool:
        seen.append((old.runs, new.runs))
        return len(seen) == 2

    assert keeper.replace("web", new, is_ready)
    assert seen == [(True, True)] * 2
    assert (old.runs, new.runs) == (False, True)
    keeper.stop()
    assert not new.runs


def test_a_successor_that_dies_changes_nothing(clock: Callable[[float], None]) -> None:
    keeper = Supervisor(Console(io.StringIO(), []))
    old = _Waiting("web")
    keeper.start(old, floor=0)
    assert not keeper.replace("web", ShortLived("web", [3], []), lambda: False)
    assert old.runs
    keeper.stop()
