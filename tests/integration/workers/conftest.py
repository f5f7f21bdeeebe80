import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from flask.testing import FlaskCliRunner

from app import database
from app.api.factory import create_app
from app.queue import (
    IN_LINE,
    POSTCALL_QUEUE,
    SUGGEST_QUEUE,
    SWEEP_QUEUE,
    TASK_OF_ITEM,
    TRANSCRIBE_QUEUE,
    celery,
)
from app.settings import load_settings
from app.streaming import keys
from app.streaming.connection import store as process_store
from app.streaming.line import take_from_line
from tests.integration.streaming.scene import Scene
from tests.integration.workers.scripted_engine import ScriptedEngine
from workers.agents import engine as engine_client


@pytest.fixture(scope="session")
def one_engine() -> Iterator[ScriptedEngine]:
    """One server for all tests, so that a client can be kept."""
    engine = ScriptedEngine()
    yield engine
    engine.close()


@pytest.fixture
def engine(one_engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedEngine]:
    """The engine that the settings name, with nothing to say yet."""
    monkeypatch.setenv("OPENAI_BASE_URL", one_engine.url)
    monkeypatch.setenv("OPENAI_API_KEY", "a key")
    forget_settings()
    yield one_engine
    one_engine.answers.clear()
    one_engine.requests.clear()
    forget_settings()


@pytest.fixture
def store(
    engine: ScriptedEngine,
    database_url: str,
    empty_redis: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> redis.Redis:
    """The process's own client. Engine, folder and database are those of the tests, too; the database still
    holds what other tests wrote.
    """
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", empty_redis)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    forget_settings()
    celery().conf["broker_url"] = load_settings().celery_broker_url
    return process_store()


@pytest.fixture
def scene(store: redis.Redis) -> Scene:
    """A call that nobody has begun."""
    return Scene(store)


@pytest.fixture
def told(scene: Scene, store: redis.Redis) -> Iterator[Callable[[str], list[dict[str, Any]]]]:
    """What was told of the call, of one type, since the last time somebody asked."""
    subscriber = store.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    subscriber.subscribe(keys.feed(scene.call_id))
    subscriber.get_message(timeout=1)

    def taken(kind: str) -> list[dict[str, Any]]:
        events = []
        while (message := subscriber.get_message(timeout=0.2)) is not None:
            events.append(json.loads(message["data"]))
        return [event for event in events if event["type"] == kind]

    yield taken
    subscriber.close()


@pytest.fixture
def hints(store: redis.Redis) -> Callable[[], list[str]]:
    """What workers were told since the last time somebody asked: `earpiece.suggest <call> <suggestion>`."""
    broker = redis.Redis.from_url(load_settings().celery_broker_url)

    def taken() -> list[str]:
        told: list[str] = []
        for queue in (TRANSCRIBE_QUEUE, SUGGEST_QUEUE, POSTCALL_QUEUE, SWEEP_QUEUE):
            while message := broker.rpop(queue):
                assert isinstance(message, bytes)
                read = json.loads(message)
                arguments, _, _ = json.loads(base64.b64decode(read["body"]))
                if arguments:
                    told.append(" ".join([read["headers"]["task"], *arguments]))
        for kind in sorted(IN_LINE):
            while item := take_from_line(store, kind, 0.01):
                told.append(" ".join([TASK_OF_ITEM[kind][0], str(item.call_id), *item.rest]))
        return told

    return taken


@pytest.fixture
def operator(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> FlaskCliRunner:
    """Who types commands."""
    monkeypatch.setenv("SECRET_KEY", "s" * 40)
    forget_settings()
    return create_app().test_cli_runner()


def forget_settings() -> None:
    """Drop what a process makes once from its settings."""
    if database.engine.cache_info().currsize:
        database.engine().dispose()
    if process_store.cache_info().currsize:
        process_store().close()
    for made_once in (database.engine, process_store, load_settings):
        made_once.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def _hang_up() -> Iterator[None]:
    """The clients of the engines that are gone."""
    yield
    engine_client._client.cache_clear()
