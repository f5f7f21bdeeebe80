"""What lists and searches cost when there are many past calls: `python -m benchmarks history`.

The calls are made once, and kept in `var/benchmarks/history`; a run that asks for more adds them.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import httpx2
import psycopg2

from benchmarks.history.rows import LINES_A_CALL, make_history
from tests.running import RunningSystem

FOLDER: Final = Path(__file__).parents[2] / "var" / "benchmarks" / "history"
TIMES: Final = 100

QUERIES: Final = {
    "the newest calls": "/api/calls",
    "deep in the list": "/api/calls?until={middle}",
    "of one customer": "/api/calls?customer_id={customer}",
    "of one agent": "/api/calls?agent_id={agent}",
    "abandoned (1 of 50)": "/api/calls?status=abandoned",
    "still going on (none)": "/api/calls?status=active",
    "escalated (1 of 1,000)": "/api/calls?disposition=escalated",
    "negative and escalated": "/api/calls?sentiment=negative&disposition=escalated",
    "a word of every call": "/api/calls?q=baban",
    "of 1 of 16": "/api/calls?q=zumutum",
    "of 1 of 25": "/api/calls?q=quarn07",
    "of 1 of 1,000": "/api/calls?q=quist132",
    "of one call": "/api/calls?q={order}",
    "of no call": "/api/calls?q=elephant",
    "three words of nearly every call": "/api/calls?q=baban ceban diban",
    "one of every call, one of 1,000": "/api/calls?q=baban quist132",
    "letters and a word of 1 of 1,000": "/api/calls?q=b z quist132",
    "1 of 16 and of 25": "/api/calls?q=zumutum quarn07",
    "of no call but in 1 of 25 each": "/api/calls?q=quarn07 quarn08",
    "of 1 of 1,000, of one agent": "/api/calls?q=quist132&agent_id={agent}",
    "of no call of one agent": "/api/calls?q=elephant&agent_id={agent}",
    "of 1 of 1,000, escalated": "/api/calls?q=quist132&disposition=escalated",
    "of 1 of 1,000, deep in the list": "/api/calls?q=quist132&until={middle}",
    "in summaries, 1 of 2,000": "/api/calls?q=customer zumutum",
    "500 customers by name": "/api/calls?q=babaned",
    "a customer by name": "/api/customers?q=baban ce",
    "a call, whole": "/api/calls/{call}",
}


def main() -> int:
    """Make the calls, ask for them, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks history", description=__doc__)
    parser.add_argument("--calls", type=int, default=200_000, help=f"each of {LINES_A_CALL} lines")
    given = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    system = RunningSystem(FOLDER)
    try:
        dsn = system.database_url.replace("postgresql+psycopg2", "postgresql", 1)
        began = time.monotonic()
        found = make_history(dsn, given.calls, lambda line: print(line, flush=True))
        if found < given.calls:
            print(f"made in {time.monotonic() - began:.0f} s")
        print(_report(system, dsn))
    finally:
        system.stop()
    return 0


def _report(system: RunningSystem, dsn: str) -> str:
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM transcripts),"
            " pg_size_pretty(pg_database_size(current_database()))"
        )
        ((calls, lines, size),) = cursor.fetchall()
        cursor.execute(
            "SELECT call_id, customer_id, agent_id, start_time FROM calls ORDER BY id OFFSET %s LIMIT 1",
            [calls // 2],
        )
        ((call, customer, agent, middle),) = cursor.fetchall()
    connection.close()
    named = {
        "middle": middle.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "customer": customer, "agent": agent,
        "call": call, "order": 100_000_000 + calls // 3,
    }  # fmt: skip
    rows = [
        f"{datetime.now(UTC).date()}: {calls:,} calls, {lines:,} lines, {size}",
        "",
        "| asked for | found | p50 | p99 |",
        "| --- | --- | --- | --- |",
    ]
    headers = {"Authorization": f"Bearer {system.token}"}
    with httpx2.Client(base_url=system.url, headers=headers, timeout=60) as client:
        for title, query in QUERIES.items():
            found, seconds = _ask(client, query.format(**named))
            cuts = quantiles(seconds, n=100, method="inclusive")
            rows.append(f"| {title} | {found} | {1000 * cuts[49]:.0f} ms | {1000 * cuts[98]:.0f} ms |")
    return "\n".join(rows)


def _ask(client: httpx2.Client, path: str) -> tuple[str, Sequence[float]]:
    """What came, in words, and how long it took each time."""
    seconds: list[float] = []
    answer: dict[str, Any] = {}
    for _ in range(TIMES):
        began = time.monotonic()
        answer = client.get(path).raise_for_status().json()
        seconds.append(time.monotonic() - began)
    items = answer["items"] if "items" in answer else answer["transcripts"]
    return f"{len(items)}{'+' if answer.get('next_cursor') else ''}", seconds


if __name__ == "__main__":
    sys.exit(main())
