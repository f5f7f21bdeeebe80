"""How many statements a window costs is counted in the server's own log."""

from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

from app.local.postgres import EmbeddedPostgres
from benchmarks.load.statements import counting


def test_each_statement_of_the_while_is_counted_once(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres", durable=False) as server:

        def ask(statement: str) -> list[tuple[Any, ...]]:
            with closing(psycopg2.connect(server.dsn)) as connection:
                connection.autocommit = True
                cursor = connection.cursor()
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []

        ask("CREATE TABLE lines (said text)")
        with counting(ask, server.log) as statements:
            for _ in range(3):
                ask("INSERT INTO lines VALUES ('LOG:  duration: \n LOG:  duration: ')")
        ask("DROP TABLE lines")
        with counting(ask, server.log) as none:
            pass
    assert (statements, none) == ([3], [0])
