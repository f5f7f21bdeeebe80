"""Sockets and streams go on for hours: who is shut out meanwhile does not."""

import threading
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.serving import make_server

from app import database
from app.api import accounts
from app.api.media.process import media_process
from app.database import db_session
from app.models import Role, User
from app.settings import load_settings
from tests.integration.api.conftest import SignIn
from tests.integration.calls.client import Line

Server = SimpleNamespace


@pytest.fixture(autouse=True)
def looked_up_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.api.auth.FRESH_SECONDS", 0)
    monkeypatch.setattr("app.api.person_stream.KEEP_ALIVE_SECONDS", 0)


@pytest.fixture
def gateway(app: Flask) -> Iterator[Server]:
    """The app behind a real port, and the token of a machine."""

    def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["gunicorn.socket"] = environ.pop("werkzeug.socket")
        try:
            return app(environ, start_response)
        except StopIteration:  # as flask-sock leaves gunicorn
            return []

    with db_session() as db:
        token, _ = accounts.issue_token(db, "gateway")
    server = make_server("127.0.0.1", 0, served, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Server(socket_url=f"ws://127.0.0.1:{server.server_port}/ws/call", token=token)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_socket_whose_token_was_revoked_comes_back_to_a_closed_door(gateway: Server) -> None:
    line = Line(gateway)
    line.start(speaker="agent")
    media_process().send_away()
    line.say(type="ping")
    line.expect("pong")
    with db_session() as db:
        accounts.revoke_token(db, "gateway")
    media_process().send_away()
    assert line.expect_close() == 1012
    again = Line(gateway, line.call_id)
    assert again.expect("error")["code"] == "unauthorized"
    assert again.expect_close() == 4401


def test_a_socket_goes_on_while_the_database_is_away(
    gateway: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(gateway)
    line.start(speaker="agent")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://nobody@127.0.0.1:1/none")
    database.engine().dispose()
    database.engine.cache_clear()
    load_settings.cache_clear()
    media_process().send_away()
    line.say(type="ping")
    line.expect("pong")
    line.hang_up()


@pytest.mark.parametrize(
    "change", [{"role": Role.AGENT}, {"password_hash": "another"}, {"disabled_at": "2026-03-01T09:00:00Z"}]
)
def test_a_stream_ends_when_its_person_is_not_who_they_were(sign_in: SignIn, change: dict[str, Any]) -> None:
    client: FlaskClient = sign_in(Role.SUPERVISOR)
    stream = client.get("/api/events", buffered=False).response
    messages = iter(stream)
    assert [next(messages)[:6] for _ in range(3)] == [b": stil", b"data: ", b"data: "]
    with db_session() as db:
        db.execute(update(User).values(**change))
    assert list(messages) == []
