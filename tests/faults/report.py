"""What was observed, as a row of the table in docs/reliability.md."""

from collections import Counter

from tests.faults.scenario import Scenario

ROWS: list[str] = []
HEAD = ["| fault | calls | windows | heard again | came back | not heard | summary after | told | logged |"]
HEAD += ["| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
SECOND_BYTES = 32000


def note(name: str, scenario: Scenario) -> str:
    """Keep a row for the end of the run, and return it. Only after a verdict."""
    seen, callers = scenario.seen, scenario.callers
    assert seen is not None
    paid = Counter(
        word
        for asked in seen.engine
        if asked["part"] == "recogniser" and asked["outcome"] == "answered"
        for word in asked["words"][:1]
    )
    lost = sum((end - start) / caller.channels for caller in callers for start, end in caller.lost)
    away = [seconds for caller in callers for seconds in caller.without]
    told = sorted({f"{m['part']} {m['state']}" for c in callers for m in c.told if m["type"] == "status"})
    cells = [
        name,
        str(len({caller.call_id for caller in callers})),
        f"{len(seen.windows)}, {len(seen.transcripts)} with words",
        str(sum(times - 1 for times in paid.values())),
        f"{len(away)} times, after {max(away):.1f} s at most" if away else "–",
        f"{lost / SECOND_BYTES:.1f} s" if lost else "–",
        f"{max(caller.late for caller in callers):.1f} s",
        ", ".join(told) or "–",
        ", ".join(f"{event} {count}" for event, count in sorted(seen.alarms.items())) or "–",
    ]
    ROWS.append(f"| {' | '.join(cells)} |")
    return ROWS[-1]
