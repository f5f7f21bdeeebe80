"""The whole app over a real PostgreSQL and Redis, and people to sign in as."""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import database
from app.api import accounts
from app.api.auth import mark
from app.api.factory import create_app
from app.database import db_session
from app.models import Call, CallStatus, Customer, CustomerStatus, Role, Tier, User
from app.queue import celery
from app.settings import load_settings
from app.streaming.connection import store
from tests.running import eventually

SECRET_KEY = "s" * 32
PASSWORD = "correct horse"
BEGINNING = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

ROOT = Path(__file__).parents[3]
START_SECONDS = 30

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def environment(empty_tables: str, empty_redis: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings of a process on the tests' servers, for this one and for those it starts."""
    given = {
        "DATABASE_URL": empty_tables,
        "REDIS_URL": empty_redis,
        "SECRET_KEY": SECRET_KEY,
        "SEED_DATA": "1",
        "LOCAL_SIGN_IN_KEY": "one-click",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    forget_settings()
    yield
    forget_settings()


@pytest.fixture
def app(environment: None) -> Flask:
    return create_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Nobody, from a page of ours."""
    client = app.test_client()
    client.environ_base["HTTP_ORIGIN"] = "http://localhost"
    return client


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """Somebody of this role and name, signed in, from a page of ours."""

    def signed_in(role: Role = Role.AGENT, name: str = "Ann") -> FlaskClient:
        email = f"{name.lower()}@example.com"
        user = User(name=name, email=email, role=role, password_hash=f"nobody types it {uuid4()}")
        with db_session() as db:
            db.add(user)
        client = app.test_client()
        client.environ_base["HTTP_ORIGIN"] = "http://localhost"
        with client.session_transaction() as session:
            session["user"], session["mark"] = user.id, mark(user)
        return client

    return signed_in


@contextmanager
def web_process(
    database_url: str, redis_url: str, folder: Path
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A web process as the Procfile starts it, and its port; its log is in `folder`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET_KEY,
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "app/web.py", "app.api.factory:create_app()"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            eventually("the web process", lambda: answers(port), START_SECONDS)
            yield port, process
        finally:
            process.terminate()
            process.wait(START_SECONDS)


@pytest.fixture(scope="session")
def web(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a web process that all tests share."""
    with web_process(database_url, redis_url, tmp_path_factory.mktemp("web")) as (port, _):
        yield port


@pytest.fixture
def cookie(web: int, app: Flask, sign_in: SignIn) -> Callable[[str], str]:
    """What the browser of somebody of this name sends."""

    def sent(name: str) -> str:
        signed = sign_in(name=name).get_cookie(app.config["SESSION_COOKIE_NAME"])
        assert signed
        return f"earpiece-{web}={signed.value}"

    return sent


@pytest.fixture
def machine(app: Flask) -> FlaskClient:
    """A machine with its token."""
    with db_session() as db:
        token, _ = accounts.issue_token(db, "gateway")
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def add_customer(number: int, name: str, phone: str = "+1-555-0100") -> Customer:
    """A customer with this account number."""
    customer = Customer(
        name=name,
        email=f"{name.lower().replace(' ', '.')}@mail{number}.example",
        phone=phone,
        account_number=f"ACC{number:05}",
        tier=Tier.GOLD,
        status=CustomerStatus.ACTIVE,
        lifetime_value=Decimal("1234.50"),
        created_at=BEGINNING,
    )
    with db_session() as db:
        db.add(customer)
    return customer


def add_call(
    minute: int = 0, *, agent: str | None = None, customer: Customer | None = None, **columns: object
) -> UUID:
    """A completed call, so many minutes after the beginning; `agent` names somebody who signed in."""
    call_id = uuid4()
    given = {"status": CallStatus.COMPLETED, "duration_seconds": 60.0} | columns
    with db_session() as db:
        agent_id = db.scalar(select(User.id).where(User.name == agent)) if agent else None
        customer_id = customer.id if customer else None
        moment = BEGINNING + timedelta(minutes=minute)
        db.add(Call(call_id=call_id, agent_id=agent_id, customer_id=customer_id, start_time=moment, **given))
    return call_id


def forget_settings() -> None:
    """Drop what a process makes once from its settings."""
    if database.engine.cache_info().currsize:
        database.engine().dispose()
    if store.cache_info().currsize:
        store().close()
    for made_once in (database.engine, store, load_settings):
        made_once.cache_clear()
    # The process's Celery read its settings once, with the tasks: it must ask the broker of this test.
    celery().conf.update(broker_url=load_settings().celery_broker_url)


def answers(port: int) -> bool:
    """Whether a web process listens there, and lives."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
