"""What all tests share: real servers and a whole running system, each started when the first test asks."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from app.local.postgres import EmbeddedPostgres
from app.local.redis import EmbeddedRedis
from tests.running import RunningSystem

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def embedded_postgres() -> Iterator[EmbeddedPostgres]:
    """A server with an empty database; it does not wait for the disk."""
    folder = Path(tempfile.mkdtemp(prefix="earpiece-postgres-"))
    with EmbeddedPostgres(folder, durable=False) as server:
        yield server
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def embedded_redis() -> Iterator[EmbeddedRedis]:
    """A server with no keys."""
    folder = Path(tempfile.mkdtemp(prefix="earpiece-redis-"))
    with EmbeddedRedis(folder) as server:
        yield server
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_url(embedded_postgres: EmbeddedPostgres) -> str:
    """For SQLAlchemy: a database shared by the whole run, without any table at first."""
    return embedded_postgres.url


@pytest.fixture(scope="session")
def database_url(postgres_url: str) -> str:
    """`postgres_url`, with every table in it."""
    environment = os.environ | {"DATABASE_URL": postgres_url}
    subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"], cwd=ROOT, env=environment, check=True
    )
    return postgres_url


@pytest.fixture(scope="session")
def redis_url(embedded_redis: EmbeddedRedis) -> str:
    """Database 0 of a server shared by the whole run."""
    return embedded_redis.url


@pytest.fixture
def empty_redis(redis_url: str) -> Iterator[str]:
    """`redis_url`, with no key in any database before the test and after it."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        yield redis_url
        client.flushall()


@pytest.fixture
def empty_tables(database_url: str, embedded_postgres: EmbeddedPostgres) -> str:
    """`database_url`, with no row in any table before the test."""
    connection = psycopg2.connect(embedded_postgres.dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables "
            "WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        (tables,) = cursor.fetchone() or (None,)
        if tables:
            cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    connection.close()
    return database_url


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """What `make run` starts, with the built-in engine: one for all tests of whole calls and of the pages."""
    running = RunningSystem(tmp_path_factory.mktemp("system"))
    yield running
    running.stop()
