"""A peer that is ready for calls: one process in an environment of its own, and the stub."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self
from uuid import UUID

from app.local import process
from app.local.checks import allow_many_files, free_port
from benchmarks.load.caller import Caller
from benchmarks.load.measured import NOTHING, Counts, DoesNotStart, Kept, Watched
from benchmarks.load.peers.callers import PeerCaller, PipecatCaller, SingleProcessCaller
from benchmarks.load.peers.environment import FOLDER, python_of
from benchmarks.load.sound import Leg

ROOT = Path(__file__).parents[3]
START_SECONDS = 60.0


class Kind(NamedTuple):
    """The program of a peer, a file beside this one, and who speaks with it."""

    program: str
    caller: type[PeerCaller]


KINDS: Final = {
    "single-process": Kind("single_process", SingleProcessCaller),
    "pipecat": Kind("pipecat_clock", PipecatCaller),
}


class Peer:
    """Ready for calls when entered. `cores` are the processors that it may use."""

    def __init__(self, name: str, *, cores: set[int] | None = None) -> None:
        self.name = name
        self._kind, self._cores = KINDS[name], cores
        self._port, self._engine_port = free_port(), free_port()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._stack = contextlib.ExitStack()

    @property
    def parts(self) -> dict[str, int]:
        return {self.name: self._processes[self.name].pid}

    @property
    def stub(self) -> int:
        return self._processes["stub"].pid

    @property
    def headers(self) -> dict[str, str]:
        return {}

    def address(self, call_id: UUID) -> str:
        return f"ws://127.0.0.1:{self._port}/{call_id}"

    def caller(self, legs: Sequence[Leg], frame_samples: int) -> Caller:
        return self._kind.caller(legs, frame_samples)

    def give_past(self, callers: Sequence[Caller]) -> None:
        """It remembers ten lines of a call: an old one is like any other."""

    def counts(self) -> Counts:
        """It has no servers."""
        return Counts({}, 0)

    def watch(self, seconds: float) -> Watched:
        """Nothing to see."""
        return NOTHING

    def kept(self) -> Kept:
        """It keeps nothing, and nothing is asked of it."""
        return lambda *_: True

    def __enter__(self) -> Self:
        python = python_of(self.name)
        allow_many_files()
        with contextlib.ExitStack() as stack:
            log = stack.enter_context(tempfile.TemporaryFile())
            stub = [sys.executable, "-m", "benchmarks.load.stub_engine", str(self._engine_port)]
            self._processes["stub"] = process.spawn(stub, stdout=log.fileno(), cwd=ROOT)
            stack.callback(process.forget, self._processes["stub"])
            free = os.sched_getaffinity(0)
            os.sched_setaffinity(0, self._cores or free)  # what we start inherits it
            options = f"--port {self._port} --log-level warning {self._kind.program}:app".split()
            self._processes[self.name] = process.spawn(
                [python, "-m", "uvicorn", "--app-dir", FOLDER, *options],
                stdout=log.fileno(),
                env={**os.environ, "OPENAI_BASE_URL": f"http://127.0.0.1:{self._engine_port}/v1"},
            )
            stack.callback(process.forget, self._processes[self.name])
            os.sched_setaffinity(0, free)
            if not (_answers(self._port) and _answers(self._engine_port)):
                log.seek(0)
                said = log.read().decode(errors="replace").splitlines()
                raise DoesNotStart(f"{self.name} does not start: {said[-1] if said else 'without a word'}")
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def _answers(port: int) -> bool:
    """Whether something listens there, before long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False
