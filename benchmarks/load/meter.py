"""What a system has used so far: processor time and memory by part, commands, transactions."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import psutil

from benchmarks.load.measured import Measured

NOT_OURS = ("stub", "callers")  # what the system is measured with, on the same processors


@dataclass(frozen=True)
class Reading:
    """At one moment. `cpu` is in seconds, by part; so are the stub's and the callers' own."""

    at: float
    cpu: dict[str, float]
    box: float
    commands: dict[str, int]
    transactions: int

    def since(self, before: "Reading") -> "Reading":
        """What was used in between; `at` is the seconds that passed."""
        return Reading(
            self.at - before.at,
            {part: used - before.cpu[part] for part, used in self.cpu.items()},
            self.box - before.box,
            {name: calls - before.commands.get(name, 0) for name, calls in self.commands.items()},
            self.transactions - before.transactions,
        )


class Meter:
    """Reads a running system."""

    def __init__(self, system: Measured) -> None:
        self._system = system

    def read(self) -> Reading:
        """Costs some milliseconds."""
        heads = {**self._system.parts, "stub": self._system.stub}
        cpu = {part: _cpu_of(_family(head)) for part, head in heads.items()}
        cpu["callers"] = _cpu_of([psutil.Process()])
        return Reading(time.monotonic(), cpu, _busy_seconds(), *self._system.counts())

    def memory(self) -> dict[str, float]:
        """Proportional set size in MB by part: what is shared is divided among those who share it."""
        return {
            part: sum(_pss_of(each) for each in _family(head)) for part, head in self._system.parts.items()
        }


def _family(head: int) -> list[psutil.Process]:
    process = psutil.Process(head)
    return [process, *process.children(recursive=True)]


def _cpu_of(family: Iterable[psutil.Process]) -> float:
    """With that of children who have ended, such as PostgreSQL's of connections that are closed."""
    seconds = 0.0
    for each in family:
        with suppress(psutil.NoSuchProcess):
            seconds += sum(each.cpu_times()[:4])
    return seconds


def _pss_of(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        pss: int = process.memory_full_info().pss
        return pss / 2**20
    return 0.0


def _busy_seconds() -> float:
    """Of all processors, whoever used them."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait)
