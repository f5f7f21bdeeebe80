"""What keeps `make run` from starting is said in one sentence, with exit code 2 and nothing left behind."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest

from app.local.postgres import EmbeddedPostgres
from tests.integration.local.run import Run


def refusal(run: Run) -> str:
    """The only complaint of a run that has ended itself."""
    assert run.wait(seconds=30) == 2
    assert run.left_behind() == []
    complaints = [line for line in run.lines if " | " not in line]
    assert len(complaints) == 1, run.lines
    return complaints[0].removeprefix("earpiece: ")


def test_a_port_that_was_asked_for_and_is_taken(checkout: Path, start: Callable[..., Run]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert refusal(start(checkout, PORT=port)) == (
            f"Port {port} is taken: stop who uses it, set PORT to another, or leave PORT unset."
        )


def test_a_port_in_the_dotenv_file_counts_as_asked_for(checkout: Path, start: Callable[..., Run]) -> None:
    (checkout / ".env").write_text("PORT=eighty\n")
    assert (
        refusal(start(checkout))
        == "PORT=eighty is no port: give a number from 1 to 65535, or leave it unset."
    )


def test_a_setting_that_is_wrong(checkout: Path, start: Callable[..., Run]) -> None:
    assert "WINDOW_SECONDS: Input should be a valid number" in refusal(start(checkout, WINDOW_SECONDS="five"))


def test_pages_that_are_not_built_where_node_is_missing(checkout: Path, start: Callable[..., Run]) -> None:
    shutil.rmtree(checkout / "frontend")
    assert refusal(start(checkout, PATH="/nowhere")) == (
        "The pages are not built and Node is missing: install Node 20 or later, then `make run`."
    )


def test_a_var_that_is_no_folder(checkout: Path, start: Callable[..., Run]) -> None:
    (checkout / "var").write_text("")
    assert refusal(start(checkout)).endswith(
        "/var cannot be a folder (File exists): move away what is in its place."
    )


@pytest.mark.parametrize(
    "kept",
    [{"PG_VERSION": "18\n"}, {"global/pg_control": ""}, {"PG_VERSION": "?", "global/pg_control": ""}],
)
def test_a_database_folder_that_lost_a_file(
    checkout: Path, start: Callable[..., Run], kept: dict[str, str]
) -> None:
    data = checkout / "var" / "postgres" / "data"
    (data / "global").mkdir(parents=True)
    for file, text in kept.items():
        (data / file).write_text(text)
    assert refusal(start(checkout)) == (
        f"{data} is no PostgreSQL data folder any more: restore it from a backup, "
        f"or move it away to start with an empty database."
    )


def test_an_append_only_file_that_is_no_redis_data(checkout: Path, start: Callable[..., Run]) -> None:
    data = checkout / "var" / "redis" / "data"
    data.mkdir(parents=True)
    (data / "appendonly.aof").write_text("this is not what Redis wrote\n")
    sentence = refusal(start(checkout))
    assert sentence.startswith(f"Redis does not start from {checkout}/var/redis: ")
    assert sentence.endswith("restore the folder from a backup, or move it away to start empty.")


def test_a_secret_that_was_cut_off(checkout: Path, start: Callable[..., Run]) -> None:
    (checkout / "var").mkdir()
    (checkout / "var" / "secret").write_text("short\n")
    assert refusal(start(checkout)) == f"{checkout}/var/secret is damaged: delete it, and it is made anew."


def test_a_database_of_a_later_version(checkout: Path, start: Callable[..., Run]) -> None:
    with EmbeddedPostgres(checkout / "var" / "postgres") as server:
        with psycopg2.connect(server.dsn) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)")
            cursor.execute("INSERT INTO alembic_version VALUES ('9999')")
        connection.close()
    assert refusal(start(checkout)).startswith("The database does not fit this version of Earpiece (")


def test_a_redis_that_was_given_and_is_not_there(checkout: Path, start: Callable[..., Run]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    sentence = refusal(start(checkout, REDIS_URL=f"redis://127.0.0.1:{port}/0"))
    assert sentence.startswith("The Redis at REDIS_URL does not answer (")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_var_of_somebody_else(checkout: Path, start: Callable[..., Run]) -> None:
    (checkout / "var").mkdir(mode=0o500)
    assert "belongs to another user" in refusal(start(checkout))
