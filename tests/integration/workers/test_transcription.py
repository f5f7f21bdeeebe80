"""A window from the ledger to its row, by real tasks on real servers; and a call that is opened."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
import redis
from redis.client import PubSub
from sqlalchemy import select

from app.database import db_session
from app.models import Call, CallEvent, CallStatus, Leg, Transcript, Window
from app.streaming import keys
from app.streaming.archive import digest, leg_path
from app.streaming.ledger import LEASE_SECONDS, finish_window
from app.streaming.scripts import DECLARE_GAP
from tests.integration.streaming.scene import RATE, SECOND, Scene, sound
from tests.integration.workers.conftest import forget_settings
from tests.integration.workers.people import add_customer
from tests.integration.workers.scripted_engine import ScriptedEngine, refusal, transcription
from workers.transcription import ATTEMPTS, open_call, transcribe

Hints = Callable[[], list[str]]


def work(scene: Scene, number: int, speaker: str = "customer") -> None:
    """A worker gets the hint."""
    transcribe(str(scene.call_id), speaker, str(number))


def windows(scene: Scene) -> list[tuple[int, str, str | None]]:
    """Number, state and reason of the rows, in order."""
    with db_session() as session:
        rows = session.scalars(
            select(Window).where(Window.call_id == scene.call_id).order_by(Window.speaker, Window.number)
        )
        return [(row.number, row.state.value, row.reason) for row in rows]


def said(scene: Scene) -> list[str]:
    """The words in the database."""
    with db_session() as session:
        return list(
            session.scalars(
                select(Transcript.text)
                .where(Transcript.call_id == scene.call_id)
                .order_by(Transcript.start, Transcript.id)
            )
        )


def lose_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://nobody@127.0.0.1:1/none")
    forget_settings()


def bring_database_back(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    forget_settings()


# -- a window


def test_a_window_is_heard_told_and_written(scene: Scene, engine: ScriptedEngine, hints: Hints) -> None:
    scene.take()
    scene.cut(2)
    engine.will(transcription("Where is my order?", avg_logprob=-0.1))
    work(scene, 0)
    (event,) = scene.events()
    assert event["stages"].keys() == {"cut", "queue", "engine", "store", "publish"}
    assert {name: value for name, value in event.items() if name != "stages"} == {
        "id": 1, "type": "transcript", "call_id": str(scene.call_id), "speaker": "customer",
        "text": "Where is my order?", "start": 0.0, "end": 2.0, "window": 0, "final": True,
        "confidence": 0.905,
    }  # fmt: skip
    with db_session() as session:
        row = session.scalars(select(Transcript).where(Transcript.call_id == scene.call_id)).one()
        leg = session.scalars(select(Leg).where(Leg.call_id == scene.call_id)).one()
        saved = session.scalars(select(CallEvent.payload).where(CallEvent.call_id == scene.call_id)).all()
    assert (row.text, row.start, row.end, row.window, row.start_byte, row.confidence) == (
        "Where is my order?", 0.0, 2.0, 0, 0, 0.905,
    )  # fmt: skip
    assert (leg.sample_rate, leg.received_bytes, leg.starts_at, leg.epoch) == (RATE, 2 * SECOND, 0.0, 1)
    assert saved == [event]
    assert windows(scene) == [(0, "done", "pause")]
    assert digest(scene.call_id, "customer") == (2 * SECOND, sha256(sound(0, 2 * SECOND)).hexdigest())
    assert scene.ledger() == ["o", *(item for item in scene.ledger() if item.startswith("s:"))]
    (hint,) = hints()
    assert hint.startswith(f"earpiece.suggest {scene.call_id} ")


def test_a_hint_for_a_window_that_is_done_does_nothing(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    scene.cut()
    engine.will(transcription("Once."))
    for _ in range(3):
        work(scene, 0)
    assert len(engine.requests) == 1
    assert said(scene) == ["Once."]
    transcribe(str(uuid4()), "customer", "0")


def test_silence_and_gaps_are_written_and_cost_nothing(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    scene.cut(kind="silent", reason="silence")
    DECLARE_GAP(scene.store, scene.key, "customer", 1, 3 * SECOND, "lost on the way")
    work(scene, 0)
    work(scene, 1)
    assert windows(scene) == [(0, "silent", "silence"), (1, "gap", "lost on the way")]
    assert engine.requests == []
    assert leg_path(scene.call_id, "customer").read_bytes() == sound(0, SECOND)
    assert scene.ledger() == ["o"]


@pytest.mark.parametrize(
    ("text", "figures", "state", "reason"),
    [
        ("", {}, "silent", "no words"),
        ("Thanks for watching!", {"avg_logprob": -2.0, "no_speech_prob": 0.9}, "rejected", "no speech"),
        ("la la la la la la", {"compression_ratio": 3.0}, "rejected", "repeats itself"),
    ],
)
def test_what_nobody_said_is_not_told(
    scene: Scene, engine: ScriptedEngine, text: str, figures: dict[str, float], state: str, reason: str
) -> None:
    scene.take()
    scene.cut()
    engine.will(transcription(text, **figures))
    work(scene, 0)
    assert (scene.events(), said(scene)) == ([], [])
    assert windows(scene) == [(0, state, reason)]


def test_a_busy_engine_is_asked_again_when_it_says(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    scene.cut()
    engine.will(refusal(429, **{"Retry-After": "20"}), transcription("At last."))
    work(scene, 0)
    work(scene, 0)
    assert len(engine.requests) == 1
    assert "w:customer:0" in scene.ledger()
    scene.turn_back(scene.window(0), "due", 20)
    work(scene, 0)
    assert said(scene) == ["At last."]
    with db_session() as session:
        attempts = session.scalars(select(Window.attempts).where(Window.call_id == scene.call_id)).one()
    assert attempts == 1, "being busy is not the window's fault"


def test_a_window_that_the_engine_refuses_fails_and_the_call_goes_on(
    scene: Scene, engine: ScriptedEngine
) -> None:
    scene.take()
    scene.cut()
    scene.cut()
    engine.will(refusal(400, "invalid_request_error"), transcription("The next one."))
    work(scene, 0)
    work(scene, 1)
    assert [state for _, state, _ in windows(scene)] == ["failed", "done"]
    assert scene.texts() == ["The next one."]
    assert digest(scene.call_id, "customer")[0] == 2 * SECOND, "its sound is kept"


def test_a_window_that_kills_its_workers_is_given_up(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    scene.cut()
    for _ in range(ATTEMPTS):
        scene.claim(0)
        scene.turn_back(scene.window(0), "until", LEASE_SECONDS)
    work(scene, 0)
    assert windows(scene) == [(0, "failed", "tried too often")]
    assert engine.requests == []


def test_a_window_whose_sound_is_lost_fails_and_does_not_hold_up_the_end(
    scene: Scene, engine: ScriptedEngine, hints: Hints
) -> None:
    scene.take()
    scene.cut()
    scene.store.delete(keys.audio(scene.call_id, "customer"))
    scene.end()
    work(scene, 0)
    assert windows(scene) == [(0, "failed", "its sound is not stored")]
    assert engine.requests == []
    assert scene.events("call_ended")
    assert "w:customer:0" not in scene.ledger()
    assert f"earpiece.finish_call {scene.call_id}" in hints()


def test_silence_whose_sound_is_lost_is_written_as_well(scene: Scene) -> None:
    scene.take()
    scene.cut(kind="silent", reason="silence")
    scene.store.delete(keys.audio(scene.call_id, "customer"))
    work(scene, 0)
    assert windows(scene) == [(0, "failed", "its sound is not stored")]
    assert scene.ledger() == ["o"]


def test_while_the_database_is_away_the_call_goes_on(
    scene: Scene, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    scene.take()
    scene.cut()
    engine.will(transcription("Told, not written."))
    lose_database(monkeypatch)
    work(scene, 0)
    assert scene.texts() == ["Told, not written."]
    assert "w:customer:0" in scene.ledger()
    bring_database_back(monkeypatch, database_url)
    scene.turn_back(scene.window(0), "due", 60)
    work(scene, 0)
    assert said(scene) == ["Told, not written."]
    assert len(engine.requests) == 1, "it was heard before"
    assert len(scene.events()) == 1
    assert "w:customer:0" not in scene.ledger()


def test_a_full_disk_keeps_the_window_on_the_ledger(
    scene: Scene, engine: ScriptedEngine, hints: Hints
) -> None:
    scene.take()
    scene.cut()
    engine.will(transcription("Hello there."))
    folder = leg_path(scene.call_id, "customer").parents[2]
    folder.write_text("in the way")
    work(scene, 0)
    assert windows(scene) == []
    assert "w:customer:0" in scene.ledger()
    folder.unlink()
    scene.turn_back(scene.window(0), "due", 60)
    work(scene, 0)
    assert windows(scene) == [(0, "done", "pause")]
    assert leg_path(scene.call_id, "customer").read_bytes() == sound(0, SECOND)


def test_what_a_dead_worker_heard_is_written_by_the_next_without_a_second_bill(
    scene: Scene, engine: ScriptedEngine
) -> None:
    scene.take()
    dead = scene.claim(scene.cut())
    result = {
        "state": "done",
        "reason": "pause",
        "text": "Heard.",
        "confidence": None,
        "at": "2026-03-01T09:00Z",
    }
    finish_window(scene.store, dead, result, None, filler=False, suggestion_id="x")
    scene.turn_back(scene.window(0), "until", LEASE_SECONDS)
    work(scene, 0)
    assert said(scene) == ["Heard."]
    assert engine.requests == []


def test_windows_heard_in_any_order_make_one_call(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take("agent")
    scene.take("customer")
    for _ in range(3):
        scene.cut(speaker="agent")
        scene.cut(speaker="customer")
    scene.append(sound(3 * SECOND, 3 * SECOND + 400))
    for window in ("2 agent", "1 customer", "0 agent", "2 customer", "1 agent", "0 customer"):
        number, speaker = window.split()
        engine.will(transcription(f"{speaker} says {number}."))
        work(scene, int(number), speaker)
    scene.end()
    engine.will(transcription("Goodbye then."))
    work(scene, 3)
    record = scene.events()
    assert [event["id"] for event in record] == list(range(1, len(record) + 1))
    for speaker in ("agent", "customer"):
        told = [event["window"] for event in scene.events("transcript") if event["speaker"] == speaker]
        assert told == sorted(told)
    assert record[-1]["type"] == "call_ended"
    assert len(said(scene)) == 7
    assert digest(scene.call_id, "customer")[1] == sha256(sound(0, 3 * SECOND + 400)).hexdigest()
    assert [item for item in scene.ledger() if item.startswith("w")] == []


def test_the_last_window_asks_for_the_work_after_the_call(
    scene: Scene, engine: ScriptedEngine, hints: Hints
) -> None:
    scene.take()
    scene.cut()
    scene.cut()
    engine.will(transcription("One."), transcription("Two."))
    scene.end()
    work(scene, 0)
    assert hints() == []
    work(scene, 1)
    assert hints() == [f"earpiece.finish_call {scene.call_id}"]


def test_a_greeting_asks_for_no_suggestion(scene: Scene, engine: ScriptedEngine, hints: Hints) -> None:
    scene.take()
    scene.cut()
    engine.will(transcription("Hello, good morning."))
    work(scene, 0)
    assert hints() == []


# -- a call


def row(scene: Scene) -> Call:
    with db_session() as session:
        return session.scalars(select(Call).where(Call.call_id == scene.call_id)).one()


def test_a_new_call_gets_its_row_and_tells_who_calls(scene: Scene) -> None:
    customer = add_customer(orders=2, tickets=1)
    account = customer.account_number
    scene.take("agent", agent_name="Gateway 3", account_number=f" {account.lower()} ")
    open_call(str(scene.call_id))
    (event,) = scene.events()
    assert event["type"] == "customer"
    assert event["customer"]["account_number"] == account
    assert [order["order_number"] for order in event["customer"]["orders"]] == [
        f"{account}-O1",
        f"{account}-O0",
    ]
    call = row(scene)
    assert (call.call_id, call.customer_id, call.agent_name, call.status) == (
            scene.call_id, customer.id, "Gateway 3", CallStatus.ACTIVE,
        )  # fmt: skip
    assert scene.ledger() == []


def test_a_call_is_opened_once_however_often_it_is_hinted(scene: Scene) -> None:
    scene.take(account_number=add_customer().account_number)
    for _ in range(3):
        open_call(str(scene.call_id))
    assert len(scene.events("customer")) == 1
    assert row(scene).status == CallStatus.ACTIVE


def test_a_customer_may_be_named_by_number_too(scene: Scene) -> None:
    customer = add_customer()
    scene.take(customer_id=str(customer.id))
    open_call(str(scene.call_id))
    assert scene.events()[0]["customer"]["id"] == customer.id


@pytest.mark.parametrize("named", [{"account_number": "ACC99999"}, {"customer_id": "99999"}])
def test_a_customer_whom_nobody_knows_is_complained_of_and_the_call_goes_on(
    scene: Scene, named: dict[str, Any]
) -> None:
    scene.take(**named)
    with PubSub(scene.store.connection_pool, ignore_subscribe_messages=True) as heard:
        heard.subscribe(keys.feed(scene.call_id))
        heard.get_message(timeout=5)
        open_call(str(scene.call_id))
        message = heard.get_message(timeout=5)
    assert message is not None
    assert message["data"] == b"!unknown_customer"
    assert scene.events() == []
    assert scene.ledger() == []
    assert row(scene).customer_id is None


def test_who_learns_the_customer_later_tells_then(scene: Scene) -> None:
    customer = add_customer()
    scene.take()
    open_call(str(scene.call_id))
    assert scene.events() == []
    scene.take(account_number=customer.account_number)
    open_call(str(scene.call_id))
    assert len(scene.events("customer")) == 1
    assert row(scene).customer_id == customer.id


def test_while_the_database_is_away_a_call_waits_to_be_opened(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    scene.take()
    lose_database(monkeypatch)
    open_call(str(scene.call_id))
    assert scene.ledger() == ["o"]
    bring_database_back(monkeypatch, database_url)
    open_call(str(scene.call_id))
    assert scene.ledger() == []


def test_a_call_that_redis_has_forgotten_is_struck_off(scene: Scene, store: redis.Redis) -> None:
    store.zadd(keys.LEDGER, {f"o:{scene.call_id}": 0})
    open_call(str(scene.call_id))
    assert scene.ledger() == []


def test_the_engine_is_told_whose_call_it_is_and_numbers_come_out_as_digits(
    scene: Scene, engine: ScriptedEngine
) -> None:
    customer = add_customer(orders=1)
    scene.take(account_number=customer.account_number)
    open_call(str(scene.call_id))
    scene.cut(4)
    engine.will(transcription("My order is zero zero double seven, a c c nine oh one."))
    work(scene, 0)
    (request,) = engine.requests
    assert (
        f"{customer.name}, {customer.account_number}. {customer.account_number}-O0 Lamp 0.".encode()
        in request.body
    )
    assert scene.texts() == said(scene) == ["My order is 0077, ACC901."]


def test_without_a_customer_there_are_no_hints(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    scene.cut()
    engine.will(transcription("Hello."))
    work(scene, 0)
    assert b'name="prompt"' not in engine.requests[0].body


def test_words_stand_where_they_were_said(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    scene.cut(3)
    scene.cut(3)
    engine.will(transcription("Late.", start=1.2, end=1.7), transcription("Beyond.", start=1.0, end=30.0))
    work(scene, 0)
    work(scene, 1)
    assert [(event["start"], event["end"]) for event in scene.events()] == [(1.2, 1.7), (4.0, 6.0)]


def test_what_was_not_believed_is_kept_for_audit(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    scene.cut()
    engine.will(transcription("Thanks for watching!", no_speech_prob=0.9, avg_logprob=-1.2))
    work(scene, 0)
    with db_session() as session:
        row = session.scalars(select(Window).where(Window.call_id == scene.call_id)).one()
    assert (row.state.value, row.reason, row.disbelieved) == ("rejected", "no speech", "Thanks for watching!")
    assert scene.events() == []
