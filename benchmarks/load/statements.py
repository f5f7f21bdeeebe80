"""How many statements PostgreSQL is sent. It counts them only with an extension (pg_stat_statements) that the
embedded server has not: for a while it logs each, and the lines are counted.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

RELOAD_SECONDS = 5.0
LINE = re.compile(rb"^\S+ \S+ \S+ \[\d+\] LOG:  duration: ", re.MULTILINE)


@contextmanager
def counting(ask: Callable[[str], list[tuple[Any, ...]]], log: Path) -> Iterator[list[int]]:
    """While the block runs, statements are logged; then their number is in the list. `ask` sends a statement
    of a connection of its own, and returns what it finds. Costs much: not in a span that is measured.
    Raises `TimeoutError` when the server does not begin.
    """
    counted: list[int] = []
    ask("ALTER SYSTEM SET log_min_duration_statement = 0")
    ask("SELECT pg_reload_conf()")
    deadline = time.monotonic() + RELOAD_SECONDS
    while ask("SHOW log_min_duration_statement") != [("0",)]:  # it reloads when it comes to it
        if time.monotonic() > deadline:
            raise TimeoutError("PostgreSQL does not log its statements")
    begun = log.stat().st_size
    try:
        yield counted
    finally:
        with log.open("rb") as lines:
            lines.seek(begun)
            counted.append(len(LINE.findall(lines.read())))
        ask("ALTER SYSTEM RESET log_min_duration_statement")
        ask("SELECT pg_reload_conf()")
