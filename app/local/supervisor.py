"""Keeps the parts of a running system: starts them, starts again what dies, and ends them all."""

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from subprocess import Popen
from typing import Protocol

from app.local.console import Console
from app.local.problems import Problem

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 15.0
GOOD_LIFE_SECONDS = 30.0
"""Who lived that long starts again at once the next time."""
READY_SECONDS = 60.0
LOOK_SECONDS = 0.1
"""How often we look for the dead; a look costs some microseconds."""


class Part(Protocol):
    """An embedded server or a process of the Procfile."""

    name: str
    process: Popen[bytes] | None

    def start(self) -> None:
        """Raises `Problem` for what a person must mend."""

    def stop(self) -> None:
        """Within four seconds. Does nothing to a part that is not running."""


@dataclass
class _Life:
    part: Part
    floor: int
    started_at: float = 0.0
    start_at: float | None = None
    wait_seconds: float = FIRST_WAIT_SECONDS
    deaths: int = 0


class Supervisor:
    """Looks after parts, which stand on floors: the higher need the lower, and are stopped before them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lives: list[_Life] = []

    def start(self, part: Part, *, floor: int) -> None:
        """Start a part and look after it from now on. Raises `Problem` when it cannot start."""
        part.start()
        self._lives.append(_Life(part, floor, started_at=time.monotonic()))

    def replace(self, name: str, successor: Part, is_ready: Callable[[], bool]) -> bool:
        """Start `successor` beside the part of that name, and stop that one when it is ready.

        False when it never was: then nothing has changed. Raises `Problem` when it cannot start.
        """
        successor.start()
        deadline = time.monotonic() + READY_SECONDS
        while not is_ready():
            self.look()
            process = successor.process
            if process is None or process.poll() is not None or time.monotonic() > deadline:
                successor.stop()
                return False
        life = next(life for life in self._lives if life.part.name == name)
        replaced, life.part = life.part, successor
        life.start_at, life.started_at, life.wait_seconds = None, time.monotonic(), FIRST_WAIT_SECONDS
        replaced.stop()
        return True

    def keeps_anything(self) -> bool:
        """Whether there is anything to stop."""
        return bool(self._lives)

    def deaths(self) -> dict[str, int]:
        """How often each part has died."""
        return {life.part.name: life.deaths for life in self._lives}

    def look(self) -> None:
        """Bury the dead, start again those whose wait is over, and rest a moment."""
        for life in self._lives:
            self._look_at(life)
        time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Stop everything, floor by floor, the parts of one floor at the same time."""
        for floor in sorted({life.floor for life in self._lives}, reverse=True):
            parts = [life.part for life in self._lives if life.floor == floor]
            with ThreadPoolExecutor(len(parts)) as pool:
                list(pool.map(lambda part: part.stop(), parts))
        self._lives = []

    def _look_at(self, life: _Life) -> None:
        now = time.monotonic()
        if life.start_at is None:
            process = life.part.process
            if process is not None and process.poll() is not None:
                self._bury(life, now, process.returncode)
        elif now >= life.start_at:
            try:
                life.part.start()
            except (Problem, OSError) as problem:  # the latter: no memory for it, or no room in its log
                self._plan(life, now, f"{life.part.name} cannot start: {problem}".rstrip("."))
            else:
                life.start_at, life.started_at = None, now

    def _bury(self, life: _Life, now: float, returncode: int) -> None:
        life.part.stop()
        if now - life.started_at > GOOD_LIFE_SECONDS:
            life.wait_seconds = FIRST_WAIT_SECONDS
        self._plan(life, now, f"{life.part.name} {_how_it_ended(returncode)}")

    def _plan(self, life: _Life, now: float, what_happened: str) -> None:
        life.deaths += 1
        life.start_at = now + life.wait_seconds
        self._console.say(f"{what_happened}; starting it again in {life.wait_seconds:g} s.")
        life.wait_seconds = min(2 * life.wait_seconds, LONGEST_WAIT_SECONDS)


def _how_it_ended(returncode: int) -> str:
    if returncode < 0:
        return f"was killed by {signal.Signals(-returncode).name}"
    return f"ended by itself with exit code {returncode}"
