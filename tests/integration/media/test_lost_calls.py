"""Who comes back to a call after Redis has lost its memory."""

import json
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
import redis
from simple_websocket import ConnectionClosed

from app import database
from app.api.auth import Principal
from app.api.media.appender import Appender
from app.api.media.conversation import Conversation
from app.api.media.process import MediaProcess
from app.api.media.refusals import Fatal
from app.api.media.relay import Relay
from app.clock import now
from app.database import db_session
from app.models import Call, CallEvent, CallStatus, Leg, Role, Speaker, User
from app.settings import load_settings
from app.streaming import events, keys
from app.streaming.connection import connect, connect_for_listening
from app.streaming.feed import Feed
from app.streaming.restore import restore_call
from tests.integration.media.conftest import Line
from tests.integration.streaming.scene import RATE, SECOND, Scene, sound
from tests.running import eventually

SURVIVED = 2
"""The last event of the call that PostgreSQL has."""


@pytest.fixture(autouse=True)
def tables(empty_tables: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database of the tests, without a row."""
    monkeypatch.setenv("DATABASE_URL", empty_tables)
    forget()
    yield
    forget()


def forget() -> None:
    """Drop what a process makes once from its settings."""
    if database.engine.cache_info().currsize:
        database.engine().dispose()
    database.engine.cache_clear()
    load_settings.cache_clear()


@pytest.fixture
def process(store: redis.Redis, empty_redis: str) -> Iterator[MediaProcess]:
    """A web process's parts. Its relay tells nobody, and nothing is heard but what a socket reads."""
    with connect(empty_redis, connections=2) as client:
        yield MediaProcess(store, Appender(client), Relay(), Feed(lambda: connect_for_listening(empty_redis)))


@pytest.fixture
def ann(scene: Scene) -> Principal:
    """The agent of a call that only PostgreSQL knows."""
    with db_session() as session:
        user = User(name="Ann", email="ann@example.com", role=Role.AGENT, password_hash="none")
        session.add(user)
        session.flush()
        session.add(Call(call_id=scene.call_id, start_time=now(), status=CallStatus.ACTIVE, agent_id=user.id))
        session.flush()
        session.add(
            Leg(
                call_id=scene.call_id, speaker=Speaker.AGENT, sample_rate=RATE, starts_at=0,
                received_bytes=0, epoch=1,
            )
        )  # fmt: skip
        for number in range(1, SURVIVED + 1):
            payload = {"id": number, "type": "note", "call_id": str(scene.call_id)}
            session.add(CallEvent(call_id=scene.call_id, number=number, payload=payload))
    return Principal("user", user.id, "Ann", Role.AGENT)


def start(line: Line, scene: Scene, process: MediaProcess, who: Principal, **fields: int) -> None:
    """Somebody begins to speak on the agent's leg."""
    message = {"type": "start_call", "speaker": "agent", "sample_rate": RATE, **fields}
    Conversation(line.server, scene.call_id, who, process).on_text(json.dumps(message))


def told(line: Line, count: int) -> list[dict[str, Any]]:
    """The next messages of the server."""
    return [json.loads(line.client.receive(timeout=10) or "{}") for _ in range(count)]


def test_a_call_that_redis_lost_is_still_nobody_elses(
    line: Line, scene: Scene, process: MediaProcess, ann: Principal
) -> None:
    with pytest.raises(Fatal, match="not_found"):
        start(line, scene, process, ann._replace(id=ann.id + 1, name="Bob"))
    start(line, scene, process, ann)
    assert told(line, 1)[0]["epoch"] == 2


@pytest.mark.parametrize("seen", [SURVIVED + 1, SURVIVED + 9])
def test_who_saw_events_that_were_lost_is_told_what_has_their_numbers_now(
    line: Line, scene: Scene, process: MediaProcess, ann: Principal, seen: int
) -> None:
    gone = Conversation(line.server, scene.call_id, ann, process)
    gone.on_text(json.dumps({"type": "start_call", "speaker": "agent", "sample_rate": RATE}))
    told(line, 1 + SURVIVED)
    for _ in range(3):
        events.emit(scene.store, scene.call_id, {"type": "note"})
    start(line, scene, process, ann, last_event_id=seen, epoch=1)
    started, *notes = told(line, 4)
    assert (started["epoch"], started["last_event_id"]) == (2, SURVIVED)
    assert [note["id"] for note in notes] == [3, 4, 5]


def test_a_call_that_nobody_knows_any_more_begins_under_another_epoch(
    line: Line, scene: Scene, process: MediaProcess, ann: Principal
) -> None:
    unwritten = Scene(scene.store)
    gone = Conversation(line.server, unwritten.call_id, ann, process)
    begin = {"type": "start_call", "speaker": "agent", "sample_rate": RATE, "last_event_id": 2, "epoch": 1}
    gone.on_text(json.dumps(begin))
    started = told(line, 1)[0]
    assert (started["epoch"], started["received_bytes"], started["last_event_id"]) == (2, 0, 0)
    gone.leave()  # or it would tell what comes now, on the same line
    for _ in range(3):
        events.emit(scene.store, unwritten.call_id, {"type": "note"})
    start(line, unwritten, process, ann, last_event_id=2, epoch=1)
    assert [message.get("id") for message in told(line, 4)] == [None, 1, 2, 3]


def test_who_saw_them_after_the_loss_sees_nothing_twice(
    line: Line, scene: Scene, process: MediaProcess, ann: Principal
) -> None:
    start(line, scene, process, ann)
    told(line, 1 + SURVIVED)
    for _ in range(3):
        events.emit(scene.store, scene.call_id, {"type": "note"})
    start(line, scene, process, ann, last_event_id=4, epoch=2)
    started, note = told(line, 2)
    assert (started["last_event_id"], note["id"]) == (4, 5)


def test_who_sends_again_what_is_final_hears_that_it_came(
    line: Line, scene: Scene, process: MediaProcess, ann: Principal
) -> None:
    scene.take("agent")
    scene.store.hset(keys.leg(scene.call_id, "agent"), "kept", f"{SECOND}-{30 * SECOND}")
    process.appender.start()
    conversation = Conversation(line.server, scene.call_id, ann, process)
    begin = {"type": "start_call", "speaker": "agent", "sample_rate": RATE, "last_event_id": 0}
    conversation.on_text(json.dumps(begin))
    for start in range(0, 15 * SECOND, SECOND):
        conversation.on_audio(sound(start, start + SECOND, "agent"))
    eventually("that all is safe", lambda: conversation._sound and conversation._sound.safe == 30 * SECOND)
    conversation.on_audio(sound(15 * SECOND, 16 * SECOND, "agent"))
    started, *acks = told(line, 2)
    while acks[-1]["received_bytes"] < 16 * SECOND:
        acks += told(line, 1)
    counts = [started["received_bytes"], *(ack["received_bytes"] for ack in acks)]
    assert {ack["type"] for ack in acks} == {"audio_ack"}
    assert counts == sorted(set(counts)), "never more than was sent, and never less than before"


@pytest.mark.parametrize("restored", [True, False])
@pytest.mark.parametrize("ended", [True, False])
def test_who_says_nothing_more_comes_back_as_well(
    line: Line, scene: Scene, process: MediaProcess, ann: Principal, ended: bool, restored: bool
) -> None:
    silent = Conversation(line.server, scene.call_id, ann, process)
    silent.on_text(json.dumps({"type": "start_call", "speaker": "agent", "sample_rate": RATE}))
    told(line, 1 + SURVIVED)
    if ended:
        process.appender.start()
        silent.on_text('{"type": "end_call"}')
        assert told(line, 1)[0]["type"] == "audio_ack"
    scene.store.flushdb()
    if restored:
        restore_call(scene.store, scene.call_id, "speech")
    process.sockets.add(silent)
    Thread(target=process._pulse, daemon=True).start()
    assert told(line, 1)[0]["type"] == "reconnect"
    process.sockets.clear()
    with pytest.raises(ConnectionClosed, match="1012"):
        told(line, 10)
