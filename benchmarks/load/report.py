"""The table: one line for each row that was run, medians of its runs."""

import statistics
from collections.abc import Callable, Iterable, Sequence

from benchmarks.load.result import Result, Spread

APART = ("flower",)  # counted, but not in the sums: nobody needs it to take calls
HEAD = (
    "row",
    "held",
    "windows",
    "lost / without advice / complaints",
    "to the words p50/p95/p99 ms",
    "to advice p50/p95/p99 ms",
    "both p50/p95/p99 ms",
    "CPU-s a call-minute",
    "by part",
    "stub's, callers' CPU-s a call-minute",
    "PSS MB idle",
    "MB a call",
    "Redis commands a window (evalsha; sent by clients)",
    "transactions a window (statements)",
    "cores ours/stub/callers/others/idle",
    "frames late p99 ms",
)


def table(results: Iterable[Result]) -> str:
    """In Markdown; rows in the order in which they were first run."""
    rows: dict[str, list[Result]] = {}
    for result in results:
        rows.setdefault(result.row, []).append(result)
    lines = [HEAD, ("---",) * len(HEAD), *map(_line, rows.values())]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _line(results: Sequence[Result]) -> tuple[str, ...]:
    cpu, around, cores = (
        _each([getattr(result, figures) for result in results]) for figures in ("cpu", "around", "cores")
    )
    parts = sorted((part for part in cpu if part not in APART), key=lambda part: cpu[part], reverse=True)
    apart = [part for part in cpu if part in APART]
    counts = ((result.lost, result.unadvised, result.complained) for result in results)
    return (
        results[0].row,
        f"{sum(result.held for result in results)} of {len(results)}",
        str(sum(result.windows for result in results)),
        " / ".join(str(sum(column)) for column in zip(*counts, strict=True)),
        _spread([result.to_text for result in results]),
        _spread([result.to_advice for result in results]),
        _spread([result.both for result in results]),
        f"{_middle(results, lambda r: _sum(r.cpu, parts)):.3f}",
        ", ".join(f"{part} {cpu[part]:.3f}" for part in (*parts, *apart)),
        ", ".join(f"{seconds:.3f}" for seconds in around.values()),
        f"{_middle(results, lambda r: _sum(r.idle, parts)):.0f}",
        f"{_middle(results, lambda r: (_sum(r.memory, parts) - _sum(r.idle, parts)) / r.calls):.2f}",
        _commands(results),
        f"{_middle(results, lambda r: r.transactions):.1f} ({_statements(results)})",
        "/".join(f"{number:.2f}" for number in cores.values()),
        f"{1000 * _middle(results, lambda r: r.late_p99):.0f}",
    )


def _commands(results: Sequence[Result]) -> str:
    if not any(result.commands for result in results):
        return "–"
    every = _middle(results, lambda r: sum(r.commands.values()))
    scripts = _middle(results, lambda r: r.commands.get("evalsha", 0.0))
    watched = [result for result in results if result.sent]
    sent = f"{_middle(watched, lambda r: sum(r.sent.values())):.0f}" if watched else "–"
    return f"{every:.0f} ({scripts:.1f}; {sent})"


def _statements(results: Sequence[Result]) -> str:
    watched = [result for result in results if result.statements]
    return f"{_middle(watched, lambda r: r.statements):.1f}" if watched else "–"


def _each(figures: Sequence[dict[str, float]]) -> dict[str, float]:
    """The medians of figures that go by the same names."""
    return {name: statistics.median(each[name] for each in figures) for name in figures[0]}


def _middle(results: Sequence[Result], figure: Callable[[Result], float]) -> float:
    return statistics.median(map(figure, results))


def _spread(spreads: Sequence[Spread]) -> str:
    """In milliseconds."""
    return "/".join(f"{1000 * statistics.median(column):.0f}" for column in zip(*spreads, strict=True))


def _sum(figures: dict[str, float], parts: Sequence[str]) -> float:
    return sum(figures[part] for part in parts)
