"""Rows follow what happened, and following twice changes nothing."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
import redis
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import db_session
from app.models import Call, CallEvent, Leg, Role, Transcript, User, Window
from app.streaming import keys
from app.streaming.events import Unsaved, emit, read_unsaved
from tests.integration.streaming.scene import SECOND, Scene
from tests.integration.workers.people import add_customer
from workers.agents.context import customer_in_brief, read_context, remember_customer
from workers.agents.profile import profile_of
from workers.agents.record import (
    CallUnknown,
    events_saved,
    find_customer,
    row_written,
    save_call,
    save_events,
    save_window,
)


def rows(scene: Scene, table: type[Any]) -> Sequence[Any]:
    with db_session() as session:
        return session.scalars(select(table).where(table.call_id == scene.call_id)).all()


def save(scene: Scene) -> int | None:
    with db_session() as session:
        return save_call(scene.store, session, scene.call_id)


def unsaved_of(scene: Scene) -> Unsaved:
    unsaved = read_unsaved(scene.store, scene.call_id)
    assert unsaved is not None
    return unsaved


def write_events(session: Session, scene: Scene) -> int:
    return save_events(session, unsaved_of(scene))


def test_a_call_and_its_legs_are_written_once(scene: Scene) -> None:
    scene.take("agent")
    scene.take("customer", agent_name="Ann")
    for _ in range(2):
        save(scene)
    (call,) = rows(scene, Call)
    assert (call.agent_name, call.customer_id, call.agent_id, call.end_time) == ("Ann", None, None, None)
    assert sorted(leg.speaker.value for leg in rows(scene, Leg)) == ["agent", "customer"]


def test_what_is_learned_later_is_added_and_nothing_is_forgotten(scene: Scene) -> None:
    scene.take(agent_name="Ann")
    save(scene)
    scene.take(account_number=add_customer().account_number)
    scene.cut(2)
    save(scene)
    (call,) = rows(scene, Call)
    assert call.customer_id is not None
    assert call.agent_name == "Ann"
    (leg,) = rows(scene, Leg)
    assert leg.received_bytes == 2 * SECOND


def test_what_redis_has_forgotten_stays_in_the_row(scene: Scene, store: redis.Redis) -> None:
    scene.take(agent_name="Ann", account_number=add_customer().account_number)
    save(scene)
    store.flushdb()
    scene.take()
    save(scene)
    (call,) = rows(scene, Call)
    assert call.agent_name == "Ann"
    assert call.customer_id is not None


def test_an_agent_whom_nobody_knows_leaves_the_call_without_one(scene: Scene) -> None:
    with db_session() as session:
        ann = User(name="Ann", email=f"{uuid4()}@example.com", role=Role.AGENT, password_hash="x")
        session.add(ann)
    scene.take(agent_id="999999")
    save(scene)
    assert rows(scene, Call)[0].agent_id is None
    other = Scene(scene.store)
    other.take(agent_id=str(ann.id))
    save(other)
    assert rows(other, Call)[0].agent_id == ann.id


def test_a_call_that_redis_does_not_know_is_unknown(scene: Scene) -> None:
    with pytest.raises(CallUnknown):
        save(scene)
    assert rows(scene, Call) == []


def test_a_call_is_known_to_have_its_row_only_after_the_commit(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    save(scene)
    assert not unsaved_of(scene).has_row
    row_written(store, scene.call_id)
    assert unsaved_of(scene).has_row


def test_the_customer_is_the_one_who_is_named(scene: Scene) -> None:
    customer = add_customer()
    with db_session() as session:
        assert find_customer(session, {}) is None
        assert find_customer(session, {"customer_id": str(customer.id)}) == customer.id
        assert (
            find_customer(session, {"account_number": f" {customer.account_number.lower()}"}) == customer.id
        )
        assert find_customer(session, {"account_number": "nobody"}) is None
        named_twice = {"customer_id": "0", "account_number": customer.account_number}
        assert find_customer(session, named_twice) is None, "the number of a row is the surer name"


def test_a_window_and_its_words_are_written_once(scene: Scene) -> None:
    scene.take()
    save(scene)
    scene.cut()
    claim = scene.claim(scene.cut(2))
    result = {
        "state": "done", "reason": "pause", "text": "Hello.", "confidence": 0.5, "at": "2026-03-01T09:00Z",
    }  # fmt: skip
    for text in ("Hello.", "Something else."):
        with db_session() as session:
            save_window(session, claim, result | {"text": text})
    (window,), (words,) = rows(scene, Window), rows(scene, Transcript)
    assert (window.number, window.start_byte, window.end_byte, window.attempts) == (1, SECOND, 3 * SECOND, 1)
    assert (words.text, words.window, words.start_byte, words.start, words.end) == (
        "Hello.", 1, SECOND, 1.0, 3.0,
    )  # fmt: skip


@pytest.mark.parametrize("state", ["silent", "rejected", "failed", "gap"])
def test_a_window_without_words_leaves_no_line(scene: Scene, state: str) -> None:
    scene.take()
    save(scene)
    claim = scene.claim(scene.cut())
    with db_session() as session:
        save_window(session, claim, {"state": state, "reason": "because", "at": "2026-03-01T09:00:00Z"})
    assert [(row.state.value, row.reason) for row in rows(scene, Window)] == [(state, "because")]
    assert rows(scene, Transcript) == []


def test_events_are_written_in_parts(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    save(scene)
    saved = []
    for part in range(3):
        for n in range(2):
            emit(store, scene.call_id, {"type": "lookup", "found": 2 * part + n})
        with db_session() as session:
            number = write_events(session, scene)
        events_saved(store, scene.call_id, number)
        saved.append(number)
    assert saved == [2, 4, 6]
    with db_session() as session:
        assert write_events(session, scene) == 6, "there is nothing new"
    assert [(row.number, row.payload["found"]) for row in rows(scene, CallEvent)] == [
        (n + 1, n) for n in range(6)
    ]


def test_events_that_two_workers_write_are_written_once(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    save(scene)
    for n in range(3):
        emit(store, scene.call_id, {"type": "lookup", "found": n})
    for _ in range(2):
        with db_session() as session:
            write_events(session, scene)
    assert [row.number for row in rows(scene, CallEvent)] == [1, 2, 3]


def test_events_that_were_not_committed_are_written_by_the_next(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    save(scene)
    emit(store, scene.call_id, {"type": "lookup", "found": 1})
    with db_session() as session:
        write_events(session, scene)
        session.rollback()
    assert rows(scene, CallEvent) == []
    with db_session() as session:
        write_events(session, scene)
    assert len(rows(scene, CallEvent)) == 1


def test_the_context_is_the_customer_and_the_last_lines_in_the_order_of_the_sound(
    scene: Scene, store: redis.Redis
) -> None:
    assert read_context(store, scene.call_id) == (None, [])
    customer = add_customer(orders=1)
    with db_session() as session:
        profile = profile_of(session, customer.id)
        assert profile_of(session, None) is None
        assert profile_of(session, 999_999) is None
    assert profile is not None
    remember_customer(store, scene.call_id, profile)
    for n in (*range(38), 39, 38):
        emit(
            store, scene.call_id, {"type": "transcript", "speaker": "agent", "text": f"Line {n}.", "start": n}
        )
        emit(store, scene.call_id, {"type": "lookup", "found": n})
    context = read_context(store, scene.call_id)
    assert context.customer == profile
    assert [line["text"] for line in context.conversation] == [f"Line {n}." for n in range(10, 40)]
    assert customer_in_brief(profile) == {
        "name": customer.name, "tier": "gold", "status": "active", "account_number": customer.account_number,
    }  # fmt: skip
    assert customer_in_brief(None) is None


def test_lines_from_before_a_loss_of_memory_are_told_to_the_assistant(
    scene: Scene, store: redis.Redis
) -> None:
    line = {"id": 1, "type": "transcript", "speaker": "customer", "text": "My lamp is late.", "start": 0.0}
    store.xadd(keys.events(scene.call_id), {"e": json.dumps(line, separators=(",", ":"))}, id="1-0")
    assert read_context(store, scene.call_id).conversation == [
        {"speaker": "customer", "text": "My lamp is late."}
    ]
