"""Child processes that never outlive us: each leads a process group, a guard ends them if we die first."""

import atexit
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from app.local import guard


@dataclass(frozen=True)
class Account:
    """An unprivileged user of this machine; only root can make others run as one."""

    uid: int
    gid: int


def spawn(
    args: Sequence[str | Path],
    *,
    stdout: int | IO[bytes],
    stop_signal: signal.Signals = signal.SIGTERM,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child; its errors go where its output goes. The guard sends `stop_signal` if we are killed."""
    child = subprocess.Popen(
        args,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.STDOUT,
        env=env,
        cwd=cwd,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        pass_fds=pass_fds,
        process_group=0,
    )
    _guard().watch(child.pid, stop_signal)
    return child


def run(
    args: Sequence[str | Path], *, cwd: Path, account: Account | None
) -> subprocess.CompletedProcess[str]:
    """Run a short program to its end and keep what it said."""
    return subprocess.run(
        args,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=cwd,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        check=False,
    )


def stop(child: subprocess.Popen[bytes], stop_signal: signal.Signals, *, grace_seconds: float) -> None:
    """Ask the child to end, wait, then kill what is left of its group and reap it."""
    if child.returncode is None:
        child.send_signal(stop_signal)
        with suppress(subprocess.TimeoutExpired):
            child.wait(grace_seconds)
    forget(child)


def forget(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the group, reap the child, and take it off the guard's list."""
    with suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    _guard().forget(child.pid)


class _Guard:
    """Our end of the guard. It starts with our first child, and again when somebody has ended it."""

    def __init__(self) -> None:
        self._stop_signals: dict[int, signal.Signals] = {}
        self._process = self._start()
        atexit.register(self._dismiss)

    def watch(self, pid: int, stop_signal: signal.Signals) -> None:
        self._stop_signals[pid] = stop_signal
        self._write(f"+ {pid} {int(stop_signal)}\n")

    def forget(self, pid: int) -> None:
        self._stop_signals.pop(pid, None)
        self._write(f"- {pid}\n")

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode())
        except BrokenPipeError:
            self._dismiss()
            self._process = self._start()
            for pid, stop_signal in self._stop_signals.items():
                self._write(f"+ {pid} {int(stop_signal)}\n")

    def _start(self) -> subprocess.Popen[bytes]:
        assert guard.__file__ is not None
        return subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )

    def _dismiss(self) -> None:
        self._process.communicate()


@cache
def _guard() -> _Guard:
    """The one guard of this process."""
    return _Guard()
