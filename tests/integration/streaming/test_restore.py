"""Redis lost a call; the database did not."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import redis
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import database
from app.database import db_session
from app.models import Call, CallEvent, CallStatus, Leg, Role, Speaker, User, Window, WindowState
from app.settings import load_settings
from app.streaming import scripts
from app.streaming.events import read_after
from app.streaming.legs import take_leg
from app.streaming.restore import CallIsOver, restore_call
from tests.integration.streaming.scene import SECOND, Scene, sound

BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)


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


def save(
    call_id: UUID,
    status: CallStatus = CallStatus.ACTIVE,
    *,
    windows: Iterable[int] = (0, 1),
    agent: str | None = None,
) -> None:
    """A call of which a customer's leg, these windows of a second, and two events were saved."""
    with db_session() as session:
        session.add(
            Call(call_id=call_id, start_time=BEGAN, status=status, agent_id=add_agent(session, agent))
        )
        session.flush()
        session.add(
            Leg(
                call_id=call_id,
                speaker=Speaker.CUSTOMER,
                sample_rate=8000,
                starts_at=1.5,
                received_bytes=9 * SECOND,
                epoch=1,
            )
        )
        for number in windows:
            session.add(
                Window(
                    call_id=call_id,
                    speaker=Speaker.CUSTOMER,
                    number=number,
                    start_byte=number * SECOND,
                    end_byte=(number + 1) * SECOND,
                    state=WindowState.DONE,
                )
            )
        for number in (1, 2):
            payload = {"type": "transcript", "id": number, "call_id": str(call_id), "text": f"Word {number}."}
            session.add(CallEvent(call_id=call_id, number=number, payload=payload))


def add_agent(session: Session, name: str | None) -> int | None:
    """The id of an agent of this name."""
    if name is None:
        return None
    agent = User(name=name, email=f"{name}@example.com", role=Role.AGENT, password_hash="none")
    session.add(agent)
    session.flush()
    return agent.id


def test_a_leg_goes_on_where_its_last_final_window_ended(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id)
    assert restore_call(store, scene.call_id, "speech") is True
    taken = scene.take()
    assert (taken.length, taken.cut, taken.epoch, taken.resumed) == (2 * SECOND, 2 * SECOND, 2, True)
    added = scene.append(sound(2 * SECOND, 3 * SECOND), (3 * SECOND, "speech", "pause"))
    assert (added.status, added.first_window) == (1, 2)
    claim = scene.claim(2)
    assert claim.seconds(claim.start) == 3.5
    assert scene.finish(claim, "Word 3.").kept
    assert [event["id"] for event in scene.events()] == [1, 2, 3]
    assert [event["text"] for event in scene.events()] == ["Word 1.", "Word 2.", "Word 3."]


def test_an_event_is_told_again_with_its_number_first(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id)
    restore_call(store, scene.call_id, "speech")
    texts = [event.text for event in read_after(store, scene.call_id, 0)]
    assert [text.split(",")[0] for text in texts] == ['{"id":1', '{"id":2']
    assert json.loads(texts[0])["text"] == "Word 1."


def test_a_leg_without_a_final_window_begins_anew(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id, windows=())
    assert restore_call(store, scene.call_id, "speech") is True
    taken = scene.take()
    assert (taken.length, taken.epoch) == (0, 2)
    assert scene.cut() == 0


def test_who_is_late_to_restore_changes_nothing(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id)
    restore_call(store, scene.call_id, "speech")
    scene.take()
    scene.append(sound(2 * SECOND, 3 * SECOND))
    assert restore_call(store, scene.call_id, "speech") is True
    assert scene.length() == 3 * SECOND
    assert len(scene.events()) == 2


def test_a_call_that_nobody_saved_is_new(store: redis.Redis) -> None:
    call_id = uuid4()
    assert restore_call(store, call_id, "speech") is False
    assert take_leg(store, call_id, "agent", 8000, paired=False, policy="speech", facts={}).epoch == 1


def test_a_call_stays_its_agents(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id, agent="ann")
    restore_call(store, scene.call_id, "speech")
    agent_id = store.hget(scene.key, "agent_id")
    assert agent_id is not None
    scene.take(agent_id="another")
    assert store.hget(scene.key, "agent_id") == agent_id
    assert scene.ledger() == ["o"], "its customer is to be found again"


def test_a_call_that_was_opened_and_has_not_begun_stays_its_agents_too(
    scene: Scene, store: redis.Redis
) -> None:
    with db_session() as session:
        agent_id = add_agent(session, "ann")
        session.add(
            Call(call_id=scene.call_id, start_time=BEGAN, status=CallStatus.ACTIVE, agent_id=agent_id)
        )
    assert restore_call(store, scene.call_id, "speech") is False
    assert store.hgetall(scene.key) == {b"agent_id": str(agent_id).encode()}
    assert 0 < store.ttl(scene.key) <= 600
    assert scene.take().epoch == 1


def test_what_a_worker_wrote_after_the_loss_does_not_hide_the_call(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id)
    store.hset(scene.key, "saved", 2)
    assert scripts.SWITCH(store, scene.key, "hold", 1, '{"type":"hold"}', "") == 0
    restore_call(store, scene.call_id, "speech")
    taken = scene.take()
    assert (taken.length, taken.epoch) == (2 * SECOND, 2)
    assert [event["id"] for event in scene.events()] == [1, 2]


def test_a_window_that_was_lost_between_others_is_a_gap(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id, windows=(1, 2, 5))
    restore_call(store, scene.call_id, "speech")
    assert scene.take().length == 6 * SECOND
    gaps = [(gap["id"], gap["start"], gap["end"], gap["reason"]) for gap in scene.events("gap")]
    assert gaps == [(3, 1.5, 2.5, "the server lost this sound"), (4, 4.5, 6.5, "the server lost this sound")]
    with db_session() as session:
        rows = session.execute(
            select(Window.number, Window.start_byte, Window.end_byte)
            .where(Window.state == WindowState.GAP)
            .order_by(Window.number)
        ).all()
    assert [tuple(row) for row in rows] == [(0, 0, SECOND), (3, 3 * SECOND, 5 * SECOND)]


def test_a_socket_from_before_the_loss_comes_back_as_if_nobody_had_restored_its_leg(
    scene: Scene, store: redis.Redis
) -> None:
    save(scene.call_id)
    restore_call(store, scene.call_id, "speech")
    assert scene.append(sound(0, SECOND), offset=2 * SECOND, fence=1).status == -1
    answer = scripts.DECLARE_GAP(store, scene.key, "customer", 1, 3 * SECOND, "lost")
    assert answer[0] == -1


@pytest.mark.parametrize(
    "status", [CallStatus.RINGING, CallStatus.COMPLETED, CallStatus.ABANDONED, CallStatus.WRAP_UP]
)
def test_a_call_that_is_over_stays_over(scene: Scene, store: redis.Redis, status: CallStatus) -> None:
    save(scene.call_id, status)
    with pytest.raises(CallIsOver):
        restore_call(store, scene.call_id, "speech")
    assert store.exists(scene.key) == 0


def test_while_the_database_is_away_nobody_pretends_that_the_call_is_new(
    scene: Scene, store: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://nobody@127.0.0.1:1/none")
    forget()
    with pytest.raises(SQLAlchemyError):
        restore_call(store, scene.call_id, "speech")


def test_every_key_of_a_restored_call_is_forgotten_one_day(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id)
    restore_call(store, scene.call_id, "speech")
    found = list(store.scan_iter(f"*{scene.call_id}*"))
    assert len(found) == 3
    assert [key for key in found if store.ttl(key) < 0] == []
