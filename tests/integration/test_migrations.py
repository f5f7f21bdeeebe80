"""Migrations that move rows, over rows of the release before."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import psycopg2
import pytest

from app.local.postgres import EmbeddedPostgres
from tests.conftest import ROOT

PAST_CALLS = """
    INSERT INTO calls (call_id, start_time, status, summary)
    SELECT md5(n::text)::uuid, now() - n * interval '1 hour' + interval '30 minutes',
        CASE WHEN n = 2 THEN 'active' ELSE 'completed' END, 'About a lamp.'
    FROM generate_series(1, 2500) AS n;
    INSERT INTO transcripts (call_id, speaker, text, timestamp, "window", start_byte, start, "end")
    SELECT call_id, 'agent', word || id, now(), at, at, at, at + 1
    FROM calls, (VALUES (1, 'it''s lamp'), (2, 'lamp chair')) AS said (at, word) WHERE id % 5 > 0
"""

Ask = Callable[[str], list[tuple[object, ...]]]
Alembic = Callable[..., None]


@pytest.fixture
def url(embedded_postgres: EmbeddedPostgres) -> Iterator[str]:
    """An empty database of its own."""
    connection = psycopg2.connect(embedded_postgres.dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE migrated")
        yield embedded_postgres.url.replace("@/earpiece?", "@/migrated?")
        cursor.execute("DROP DATABASE migrated WITH (FORCE)")
    connection.close()


@pytest.fixture
def alembic(url: str) -> Alembic:
    def run(*command: str) -> None:
        environment = os.environ | {"DATABASE_URL": url}
        subprocess.run([sys.executable, "-m", "alembic", *command], cwd=ROOT, env=environment, check=True)

    return run


@pytest.fixture
def ask(url: str) -> Iterator[Ask]:
    """Run a statement, and return what it answers."""
    connection = psycopg2.connect(url.replace("postgresql+psycopg2", "postgresql", 1))
    connection.autocommit = True

    def run(statement: str) -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    yield run
    connection.close()


def test_the_words_of_past_calls_are_gathered_though_the_first_time_was_broken_off(
    alembic: Alembic, ask: Ask
) -> None:
    alembic("upgrade", "0008")
    ask(PAST_CALLS)
    alembic("upgrade", "0009")
    ask("DELETE FROM call_words WHERE id > 700")
    ask("DROP INDEX ix_calls_newest_of_agent")
    ask("UPDATE alembic_version SET version_num = '0008'")
    alembic("upgrade", "0009")
    # the first has just ended, the second goes on
    assert ask("SELECT count(*), min(calls.id) FROM call_words JOIN calls USING (id, start_time)") == [
        (2498, 3)
    ]
    words = "SELECT words::text FROM call_words WHERE id IN (1234, 1235) ORDER BY id"
    assert ask(words) == [("'chair1234' 'it' 'lamp' 'lamp1234' 's'",), ("",)]
    alembic("downgrade", "0008")
    alembic("upgrade", "head")
    assert ask("SELECT count(*) FROM call_words") == [(2498,)]


def test_a_migrated_database_is_what_the_models_say(alembic: Alembic) -> None:
    alembic("upgrade", "head")
    alembic("check")
