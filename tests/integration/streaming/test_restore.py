"""Redis lost a call; the database did not."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import redis
from redis.client import PubSub
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import database
from app.database import db_session
from app.models import (
    AiSuggestion,
    Call,
    CallEvent,
    CallStatus,
    Leg,
    Role,
    Speaker,
    SuggestionStatus,
    SuggestionType,
    Transcript,
    User,
    Window,
    WindowState,
)
from app.settings import load_settings
from app.streaming import keys, scripts
from app.streaming.events import read_after
from app.streaming.legs import take_leg
from app.streaming.lost import LOST
from app.streaming.restore import CallIsOver, restore_call
from app.streaming.untold import ADVICE_LOST, NOT_HEARD
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
            payload = {
                "type": "transcript", "id": number, "call_id": str(call_id), "speaker": "customer",
                "window": number - 1, "text": f"Word {number}.",
            }  # fmt: skip
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


def test_a_leg_goes_on_at_its_first_hole_and_what_is_final_behind_it_stays(
    scene: Scene, store: redis.Redis
) -> None:
    save(scene.call_id, windows=(0, 2, 3, 5))
    restore_call(store, scene.call_id, "speech")
    taken = scene.take(remembers=True)
    assert (taken.length, taken.kept) == (SECOND, ((2 * SECOND, 4 * SECOND), (5 * SECOND, 6 * SECOND)))
    added = scene.append(sound(SECOND, 2 * SECOND), (2 * SECOND, "speech", "pause"))
    assert added.first_window == 6, "a number that no window had before"
    assert pass_to(scene, 4 * SECOND) == (4 * SECOND, 0)
    assert scene.take(remembers=True).kept == ((5 * SECOND, 6 * SECOND),)
    assert scene.events("gap") == []


def test_rows_that_overlap_are_one_span(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id, windows=(0, 2, 4))
    with db_session() as session:
        row = Window(call_id=scene.call_id, speaker=Speaker.CUSTOMER, number=9, state=WindowState.SILENT)
        row.start_byte, row.end_byte = round(2.5 * SECOND), round(3.5 * SECOND)
        session.add(row)
    restore_call(store, scene.call_id, "speech")
    assert scene.take(remembers=True).kept == (
        (2 * SECOND, round(3.5 * SECOND)), (4 * SECOND, 5 * SECOND),
    )  # fmt: skip


def test_what_is_final_is_no_part_of_a_gap(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id, windows=(0, 2, 3, 5))
    restore_call(store, scene.call_id, "speech")
    scene.take(remembers=True)
    assert pass_to(scene, round(5.5 * SECOND)) == (6 * SECOND, 2)
    assert gaps(scene) == [(2.5, 3.5, "gone"), (5.5, 6.5, "gone")]
    assert scene.take(remembers=True).kept == ()


def test_who_knows_nothing_of_the_call_cannot_fill_its_holes(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id, windows=(1, 2, 5))
    restore_call(store, scene.call_id, "speech")
    taken = scene.take()
    assert (taken.length, taken.cut, taken.kept) == (6 * SECOND, 6 * SECOND, ())
    assert gaps(scene) == [(1.5, 2.5, LOST), (4.5, 6.5, LOST)]


def test_holes_that_nobody_filled_are_gaps_when_the_call_ends(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id, windows=(0, 2))
    restore_call(store, scene.call_id, "speech")
    assert scene.end() == ["w:" + str(scene.call_id) + ":customer:3"]
    assert gaps(scene) == [(2.5, 3.5, LOST)]
    assert scene.events("call_ended")[0]["duration_seconds"] == 4.5


def test_words_that_had_their_row_and_not_their_turn_are_told_now(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id, windows=(0, 1))
    with db_session() as session:
        for window, text in ((3, "Fourth."), (0, "Word 1.")):
            session.add(
                Transcript(
                    call_id=scene.call_id, speaker=Speaker.CUSTOMER, text=text, timestamp=BEGAN,
                    confidence=0.9, window=window, start_byte=window * SECOND, start=1.5 + window,
                    end=2.5 + window,
                )
            )  # fmt: skip
        for number, state in ((3, WindowState.DONE), (4, WindowState.FAILED)):
            row = Window(call_id=scene.call_id, speaker=Speaker.CUSTOMER, number=number, state=state)
            row.start_byte, row.end_byte = number * SECOND, (number + 1) * SECOND
            session.add(row)
    restore_call(store, scene.call_id, "speech")
    *_, fourth, fifth = scene.events()
    assert (fourth["id"], fourth["type"], fourth["text"], fourth["final"]) == (
        3,
        "transcript",
        "Fourth.",
        True,
    )
    assert (fifth["id"], fifth["type"], fifth["start"], fifth["end"]) == (4, "gap", 5.5, 6.5)
    assert store.hmget(scene.key, "seq", "survived") == [b"4", b"2"], "nobody has seen them yet"


def test_words_that_take_the_place_of_a_gap_are_told_once(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id)
    words = Transcript(
        call_id=scene.call_id, speaker=Speaker.CUSTOMER, text="Third.", timestamp=BEGAN, confidence=0.9,
        window=2, start_byte=2 * SECOND, start=3.5, end=4.5,
    )  # fmt: skip
    window = Window(call_id=scene.call_id, speaker=Speaker.CUSTOMER, number=2, state=WindowState.DONE)
    window.start_byte, window.end_byte = 2 * SECOND, 3 * SECOND
    gap = {
        "type": "gap", "id": 3, "call_id": str(scene.call_id), "speaker": "customer", "window": 2,
        "start": 3.5, "end": 4.5, "reason": NOT_HEARD,
    }  # fmt: skip
    with db_session() as session:
        session.add_all([words, window, CallEvent(call_id=scene.call_id, number=3, payload=gap)])
    restore_call(store, scene.call_id, "speech")
    *_, late = scene.events()
    assert (late["id"], late["text"]) == (4, "Third."), "an operator had it heard again"
    with db_session() as session:
        session.add(CallEvent(call_id=scene.call_id, number=4, payload=late))
    store.flushdb()
    restore_call(store, scene.call_id, "speech")
    assert [event["id"] for event in scene.events()] == [1, 2, 3, 4]


def test_advice_that_was_being_written_ends_and_what_was_written_is_told(
    scene: Scene, store: redis.Redis
) -> None:
    save(scene.call_id)
    lost, made = uuid4(), uuid4()
    with db_session() as session:
        begun = {
            "type": "suggestion_started", "id": 3, "call_id": str(scene.call_id),
            "suggestion_id": str(lost), "window": None, "speaker": "agent", "trigger": "May I?",
            "asked_by": "Ann",
        }  # fmt: skip
        session.add(CallEvent(call_id=scene.call_id, number=3, payload=begun))
        session.add(
            AiSuggestion(
                id=made, call_id=scene.call_id, suggestion_type=SuggestionType.POLICY, message="Thirty days.",
                timestamp=BEGAN, window=1, speaker=Speaker.CUSTOMER, trigger="Word 2.",
                status=SuggestionStatus.COMPLETE, citations=[], lookups=[], model="m", prompt_version="1",
            )
        )  # fmt: skip
    for _ in range(2):
        restore_call(store, scene.call_id, "speech")
        told = [(e["id"], e["type"], e["suggestion_id"], e.get("status")) for e in scene.events()[3:]]
        assert told == [
            (4, "suggestion_started", str(made), None),
            (5, "suggestion", str(made), "complete"),
            (6, "suggestion", str(lost), "failed"),
        ]
        store.flushdb()
    with db_session() as session:
        row = session.get_one(AiSuggestion, lost)
        assert (row.message, row.asked_by, row.status) == (ADVICE_LOST, "Ann", SuggestionStatus.FAILED)


def pass_to(scene: Scene, to: int) -> tuple[int, int]:
    """The client has no more before this byte; where its leg goes on, and the windows that this made."""
    fence = scene.fences["customer"]
    status, length, _, windows = scripts.DECLARE_GAP(scene.store, scene.key, "customer", fence, to, "gone")
    assert status == 1
    return length, windows


def gaps(scene: Scene) -> list[tuple[float, float, str]]:
    """Begin, end and reason of each gap that was told."""
    return [(gap["start"], gap["end"], gap["reason"]) for gap in scene.events("gap")]


def test_a_socket_from_before_the_loss_comes_back_as_if_nobody_had_restored_its_leg(
    scene: Scene, store: redis.Redis
) -> None:
    save(scene.call_id)
    restore_call(store, scene.call_id, "speech")
    assert scene.append(sound(0, SECOND), offset=2 * SECOND, fence=1).status == -1
    answer = scripts.DECLARE_GAP(store, scene.key, "customer", 1, 3 * SECOND, "lost")
    assert answer[0] == -1


def test_each_loss_has_an_epoch_and_owners_of_its_own(scene: Scene, store: redis.Redis) -> None:
    save(scene.call_id)
    owners: list[int] = []
    for epoch in (2, 3, 4):
        store.flushdb()
        restore_call(store, scene.call_id, "speech")
        with PubSub(store.connection_pool, ignore_subscribe_messages=True) as feed:
            feed.subscribe(keys.feed(scene.call_id))
            feed.get_message(timeout=10)
            taken = scene.take(remembers=True)
            message = feed.get_message(timeout=10)
        assert taken.epoch == epoch, "no worker has written the one before"
        assert message is not None
        assert message["data"].decode() == f"!taken customer {taken.fence}", "older sockets are told"
        for owner in owners:
            assert owner < taken.fence
            assert scene.append(sound(2 * SECOND, 3 * SECOND), fence=owner).status == -3
        owners.append(taken.fence)


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
