"""How many statements PostgreSQL is sent. It counts them only with an extension (pg_stat_statements) that the
embedded server has not: for a while it logs each, and the lines are counted.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LINE = re.compile(rb"^\S+ \S+ \S+ \[\d+\] LOG:  duration: ", re.MULTILINE)


@contextmanager
def counting(ask: Callable[[str], object], log: Path) -> Iterator[list[int]]:
    """While the block runs, statements are logged; then their number is in the list. `ask` sends a statement
    of its own connection. Costs much: not in a span that is measured.
    """
    counted: list[int] = []
    ask("ALTER SYSTEM SET log_min_duration_statement = 0")
    ask("SELECT pg_reload_conf()")
    begun = log.stat().st_size
    try:
        yield counted
    finally:
        with log.open("rb") as lines:
            lines.seek(begun)
            counted.append(len(LINE.findall(lines.read())))
        ask("ALTER SYSTEM RESET log_min_duration_statement")
        ask("SELECT pg_reload_conf()")
