"""The table: one row for each load, medians of its runs."""

import platform
import re
import statistics
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks.load.run import Taken
from benchmarks.load.verdict import Verdict

HELD_SECONDS = 0.25  # the overhead to the words at the 99th percentile up to which calls count as held
NOT_OURS = ("stub", "callers")
APART = ("flower",)  # counted, but not in the sums: nobody needs it to take calls
PACKAGES = ("celery", "redis", "hiredis", "gevent", "gunicorn", "openai", "SQLAlchemy", "psycopg2-binary")
HEAD = (
    "load",
    "held",
    "lost / without advice / complaints",
    "to the words p50/p95/p99 ms",
    "to advice p50/p95/p99 ms",
    "both p50/p95/p99 ms",
    "CPU-s a call-minute",
    "by part",
    "PSS MB idle",
    "MB a call",
    "Redis commands / transactions a window",
    "cores ours/stub/callers/others/idle",
    "frames late p99 ms",
)


class Result(NamedTuple):
    taken: Taken
    verdict: Verdict

    @property
    def held(self) -> bool:
        """Whether the system carried the load."""
        return (
            self.verdict.lost == 0
            and bool(self.verdict.to_text)
            and percentile(self.verdict.to_text, 99) <= HELD_SECONDS
        )


def percentile(values: Sequence[float], percent: float) -> float:
    """0 where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


def machine() -> str:
    """What the figures were made on, and when."""
    cores = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = psutil.virtual_memory().total / 2**30
    return ", ".join(
        (
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            f"{len(cores)} x {cores[0]}",
            f"{memory:.0f} GB",
            f"{platform.system()} {platform.release()}",
            f"Python {platform.python_version()}",
            *(f"{name} {version(name)}" for name in PACKAGES),
        )
    )


def table(runs: Sequence[Sequence[Result]]) -> str:
    """In Markdown; each row the medians of the runs of one load."""
    rows = [HEAD, ("---",) * len(HEAD), *(_row(results) for results in runs if results)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in rows)


def _row(results: Sequence[Result]) -> tuple[str, ...]:
    parts = [part for part in results[0].taken.memory if part not in APART]
    apart = [part for part in results[0].taken.memory if part in APART]
    cpu = {part: statistics.median(_cpu(result, part) for result in results) for part in (*parts, *apart)}
    parts.sort(key=lambda part: cpu[part], reverse=True)
    cores = [_cores(result) for result in results]
    verdicts = [result.verdict for result in results]
    return (
        str(results[0].taken.load),
        f"{sum(result.held for result in results)} of {len(results)}",
        _faults(verdicts),
        _spread([verdict.to_text for verdict in verdicts]),
        _spread([verdict.to_advice for verdict in verdicts]),
        _spread([verdict.both for verdict in verdicts]),
        f"{sum(cpu[part] for part in parts):.3f}",
        ", ".join(f"{part} {cpu[part]:.3f}" for part in (*parts, *apart)),
        f"{_middle(results, lambda r: _sum(r.taken.idle, parts)):.0f}",
        f"{_middle(results, lambda r: _grown(r, parts)):.2f}",
        f"{_middle(results, lambda r: sum(r.taken.used.commands.values()) / _windows(r)):.0f}"
        f" / {_middle(results, lambda r: r.taken.used.transactions / _windows(r)):.1f}",
        "/".join(f"{statistics.median(each[who] for each in cores):.2f}" for who in cores[0]),
        f"{1000 * _middle(results, lambda r: percentile(r.taken.late, 99)):.0f}",
    )


def _middle(results: Sequence[Result], figure: Callable[[Result], float]) -> float:
    return statistics.median(map(figure, results))


def _faults(verdicts: Sequence[Verdict]) -> str:
    counts = ((verdict.lost, verdict.unadvised, len(verdict.complaints)) for verdict in verdicts)
    return " / ".join(str(sum(column)) for column in zip(*counts, strict=True))


def _cpu(result: Result, part: str) -> float:
    """Seconds a minute of call."""
    return result.taken.used.cpu[part] / _minutes(result)


def _spread(runs: Sequence[Sequence[float]]) -> str:
    """p50/p95/p99 in milliseconds."""
    return "/".join(
        f"{1000 * statistics.median(percentile(run, p) for run in runs):.0f}" for p in (50, 95, 99)
    )


def _grown(result: Result, parts: Sequence[str]) -> float:
    """MB a call."""
    taken = result.taken
    return (_sum(taken.memory, parts) - _sum(taken.idle, parts)) / taken.load.calls


def _sum(figures: dict[str, float], parts: Sequence[str]) -> float:
    return sum(figures[part] for part in parts)


def _minutes(result: Result) -> float:
    """Minutes of call in the measured span."""
    return result.taken.load.calls * result.taken.used.at / 60


def _windows(result: Result) -> int:
    return max(1, len(result.verdict.to_text))


def _cores(result: Result) -> dict[str, float]:
    used, all_cores = result.taken.used, psutil.cpu_count() or 1
    named = {who: used.cpu[who] / used.at for who in NOT_OURS}
    ours = sum(seconds for part, seconds in used.cpu.items() if part not in NOT_OURS) / used.at
    busy = used.box / used.at
    return {
        "ours": ours,
        **named,
        "others": max(0.0, busy - ours - sum(named.values())),
        "idle": all_cores - busy,
    }
