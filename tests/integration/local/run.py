"""One `python -m app.local`, driven from outside as a person would."""

import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

MARK = "EARPIECE_TEST"
"""In the environment of every process of a run."""


class Run:
    """One `python -m app.local`, and what it has written."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.mark = uuid4().hex
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.local"],
            cwd=folder,
            env=_plain_environment() | {MARK: self.mark} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._new: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as out:
            for line in out:
                self._new.put(line.rstrip("\n"))
        self._new.put(None)

    def line(self, start: str, *, seconds: float = 60) -> str:
        """The next line that starts so, the name before it left out. Fails when none comes."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._new.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"No line {start!r} came in {seconds} s, only:\n" + "\n".join(self.lines))
            if line is None:
                pytest.fail(f"It ended without a line {start!r}:\n" + "\n".join(self.lines))
            self.lines.append(line)
            if line.rpartition(" | ")[2].startswith(start):
                return line.rpartition(" | ")[2]

    def wait(self, *, seconds: float) -> int:
        """The exit code; fails when it does not come in time."""
        returncode = self.process.wait(seconds)
        self._reader.join()
        while not self._new.empty():
            if (line := self._new.get()) is not None:
                self.lines.append(line)
        return returncode

    def left_behind(self) -> list[psutil.Process]:
        """The processes of this run that live, the servers' apart, which hide their environment."""
        return [process for process in psutil.process_iter() if _environment(process).get(MARK) == self.mark]


def _plain_environment() -> dict[str, str]:
    """Ours, without the settings of this machine; the tiny product has neither engine nor customers."""
    ours = ("DATABASE_URL", "REDIS_URL", "PORT", "HOST", "SECRET_KEY", "PUBLIC_URL")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    return environment | {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "SEED_DATA": "0"}


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except (psutil.Error, OSError):
        return {}
