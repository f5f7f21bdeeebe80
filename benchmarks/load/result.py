"""What a run came to, in figures that can be written down."""

import json
import platform
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, Self

import psutil

from benchmarks.load.commands import SCRIPTS
from benchmarks.load.meter import NOT_OURS
from benchmarks.load.run import WATCH_SECONDS, Taken
from benchmarks.load.verdict import Verdict

HELD_SECONDS = 0.25  # the overhead to the words at the 99th percentile up to which calls count as held
PACKAGES = ("celery", "redis", "hiredis", "gevent", "gunicorn", "openai", "SQLAlchemy", "psycopg2-binary")
COMPLAINTS_KEPT = 5


class Spread(NamedTuple):
    """Percentiles, in seconds; 0 where there was nothing."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        return cls(*(percentile(values, percent) for percent in (50, 95, 99)))


@dataclass(frozen=True)
class Result:
    """One run of a row of the table.

    `cpu` is in seconds a minute of call by part of the system, `around` that of the stub and the callers;
    `idle` the memory in MB by part before the calls, `memory` at their end; `cores` who kept how many busy.
    `commands`, `sent` by clients (by name) and `statements` (both where that was watched) and `transactions`
    are a window's.
    """

    row: str
    calls: int
    at: str
    machine: str
    windows: int
    lost: int
    unadvised: int
    measured: int
    complained: int
    complaints: list[str]
    to_text: Spread
    to_advice: Spread
    both: Spread
    cpu: dict[str, float]
    around: dict[str, float]
    idle: dict[str, float]
    memory: dict[str, float]
    commands: dict[str, float]
    sent: dict[str, float]
    transactions: float
    cores: dict[str, float]
    late_p99: float
    statements: float = 0.0

    @property
    def held(self) -> bool:
        """Whether the system carried the load."""
        return self.whole and self.measured > 0 and self.to_text.p99 <= HELD_SECONDS

    @property
    def whole(self) -> bool:
        """Whether nothing was lost, told twice or in disorder, or left without advice."""
        return not (self.lost or self.unadvised or self.complained)

    def to_json(self) -> str:
        """On one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Self:
        """The inverse of `to_json`."""
        figures = json.loads(line)
        spreads = {name: Spread(*figures[name]) for name in ("to_text", "to_advice", "both")}
        return cls(**{**figures, **spreads})

    def __str__(self) -> str:
        """In a line, for who waits."""
        words = f"{1000 * self.to_text.p99:.0f} ms to the words at p99, {self.lost} lost of {self.windows}"
        cpu = f"{sum(self.cpu.values()):.3f} CPU-seconds a call-minute"
        idle = f"{self.cores['idle']:.2f} cores idle"
        return "; ".join([f"{self.row}: {words}, {cpu}, {idle}", *self.complaints[:1]])


def result_of(row: str, taken: Taken, verdict: Verdict) -> Result:
    """The figures of a run."""
    minutes = taken.load.calls * taken.used.at / 60
    cpu = {part: seconds / minutes for part, seconds in taken.used.cpu.items()}
    windows = max(1, len(verdict.to_text))
    commands = {name: count / windows for name, count in taken.used.commands.items() if count}
    share = sum(commands.values()) / max(1, taken.asked.commands.total())
    return Result(
        row=row,
        calls=taken.load.calls,
        at=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        machine=machine(),
        windows=verdict.windows,
        lost=verdict.lost,
        unadvised=verdict.unadvised,
        measured=len(verdict.to_text),
        complained=len(verdict.complaints),
        complaints=verdict.complaints[:COMPLAINTS_KEPT],
        to_text=Spread.of(verdict.to_text),
        to_advice=Spread.of(verdict.to_advice),
        both=Spread.of(verdict.both),
        cpu={part: seconds for part, seconds in cpu.items() if part not in NOT_OURS},
        around={part: cpu[part] for part in NOT_OURS},
        idle=taken.idle,
        memory=taken.memory,
        commands=commands,
        sent={name: count * share for name, count in taken.asked.commands.most_common() if name != SCRIPTS},
        transactions=taken.used.transactions / windows,
        cores=_cores(taken),
        late_p99=percentile(taken.late, 99),
        statements=taken.asked.statements / WATCH_SECONDS * taken.used.at / windows,
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """0 where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


def machine() -> str:
    """What the figures were made on."""
    cores = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = psutil.virtual_memory().total / 2**30
    return ", ".join(
        (
            f"{len(cores)} x {cores[0]}",
            f"{memory:.0f} GB",
            f"{platform.system()} {platform.release()}",
            f"Python {platform.python_version()}",
            *(f"{name} {version(name)}" for name in PACKAGES),
        )
    )


def _cores(taken: Taken) -> dict[str, float]:
    used, all_cores = taken.used, psutil.cpu_count() or 1
    named = {who: used.cpu[who] / used.at for who in NOT_OURS}
    ours = sum(seconds for part, seconds in used.cpu.items() if part not in NOT_OURS) / used.at
    busy = used.box / used.at
    others = max(0.0, busy - ours - sum(named.values()))
    return {"ours": ours, **named, "others": others, "idle": all_cores - busy}
