"""The sweeps: whatever was forgotten is asked for again."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import redis
from sqlalchemy import select

from app.call_words import keep_words
from app.clock import now
from app.database import db_session
from app.models import GOING_ON, Call, CallEvent, CallStatus, Leg, Speaker, Window, WindowState
from app.settings import load_settings
from app.streaming import keys
from app.streaming.connection import text_of
from app.streaming.ledger import KEEP_SECONDS, REST_SECONDS
from app.streaming.ringing import RING_SECONDS, accept, ring
from tests.integration.streaming.scene import Scene
from tests.integration.workers.conftest import forget_settings
from workers.maintenance import (
    ABANDONED_SECONDS,
    CALLER_GONE_SECONDS,
    LOST_MINUTES,
    MISSED_MINUTES,
    WORDLESS_DAYS,
    WRAP_UP_HOURS,
    close_abandoned,
    finish_missed,
    sweep_ledger,
)

Hints = Callable[[], list[str]]


def make_due(scene: Scene) -> None:
    """Everything on the ledger has waited long enough."""
    for item in scene.store.zrange(keys.LEDGER, 0, -1):
        scene.store.zadd(keys.LEDGER, {text_of(item): 1})


def add_call(status: CallStatus, *, minutes: float, **columns: str) -> UUID:
    """A call of the database that began, and if it has ended ended, so long ago."""
    call_id, then = uuid4(), now() - timedelta(minutes=minutes)
    with db_session() as session:
        session.add(
            Call(
                call_id=call_id,
                start_time=then,
                end_time=None if status in GOING_ON else then,
                status=status,
                **columns,
            )
        )
    return call_id


def status_of(call_id: UUID) -> CallStatus:
    with db_session() as session:
        return session.scalars(select(Call.status).where(Call.call_id == call_id)).one()


# -- the ledger


def test_a_window_is_kept_for_as_long_as_it_waits(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    scene.cut()
    names = list(store.scan_iter(f"*{scene.call_id}*"))
    assert len(names) == 5, "call, leg, sound, open windows, the window"
    for name in names:
        store.expire(name, 60)
    make_due(scene)
    sweep_ledger()
    assert min(store.ttl(name) for name in names) > KEEP_SECONDS - 60


def test_what_waits_past_its_deadline_is_hinted_again(scene: Scene, hints: Hints) -> None:
    scene.take()
    (suggestion,) = scene.say("Where is my order?")
    sweep_ledger()
    assert hints() == [], "nothing is due yet"
    make_due(scene)
    sweep_ledger()
    assert sorted(hints()) == sorted(
        [
            f"earpiece.open_call {scene.call_id}",
            f"earpiece.transcribe {scene.call_id} customer 0",
            f"earpiece.suggest {scene.call_id} {suggestion}",
        ]
    )


def test_what_was_hinted_just_now_rests(scene: Scene, hints: Hints, store: redis.Redis) -> None:
    scene.take()
    make_due(scene)
    sweep_ledger()
    hints()
    sweep_ledger()
    assert hints() == []
    rest = store.zscore(keys.LEDGER, f"o:{scene.call_id}")
    seconds, _ = store.time()
    assert rest is not None
    assert abs(rest / 1000 - seconds - REST_SECONDS) < 5


def test_a_call_that_is_over_is_asked_to_be_finished(scene: Scene, hints: Hints) -> None:
    scene.take("agent")
    scene.end()
    make_due(scene)
    sweep_ledger()
    assert f"earpiece.finish_call {scene.call_id}" in hints()


def test_what_a_lost_window_holds_back_is_published(scene: Scene, hints: Hints) -> None:
    scene.take()
    scene.cut()
    scene.say("Where is my order?")
    make_due(scene)
    sweep_ledger()
    assert scene.texts() == []
    hints()
    scene.wait_behind(10)
    make_due(scene)
    sweep_ledger()
    assert scene.texts() == ["Where is my order?"]
    assert f"earpiece.suggest {scene.call_id} {scene.suggestion_of(1)}" in hints()


# -- calls whose sockets are gone


def test_a_call_without_a_socket_for_long_is_abandoned(
    scene: Scene, hints: Hints, store: redis.Redis, empty_tables: str
) -> None:
    scene.take()
    scene.append(b"\x00\x10" * 400)
    store.zincrby(keys.CALLS_SEEN, -(ABANDONED_SECONDS + 2) * 1000, str(scene.call_id))
    close_abandoned()
    assert store.hget(scene.key, "status") == b"abandoned"
    assert hints() == [f"earpiece.transcribe {scene.call_id} customer 0"]
    close_abandoned()
    assert hints() == []


def test_a_call_whose_socket_was_there_a_moment_ago_may_resume(
    scene: Scene, hints: Hints, store: redis.Redis, empty_tables: str
) -> None:
    scene.take()
    store.zincrby(keys.CALLS_SEEN, -(ABANDONED_SECONDS - 20) * 1000, str(scene.call_id))
    close_abandoned()
    assert store.hget(scene.key, "status") == b"active"
    assert scene.take().resumed


def test_a_call_that_is_taken_up_while_others_are_ended_goes_on(
    scene: Scene, store: redis.Redis, empty_tables: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Scene(store)
    for place, call in enumerate((first, scene)):
        call.take()
        call.append(b"\x00\x10" * 400)
        store.zadd(keys.CALLS_SEEN, {str(call.call_id): place})
    monkeypatch.setattr("workers.maintenance.send_hint", lambda item: scene.take())
    close_abandoned()
    assert [store.hget(call.key, "status") for call in (first, scene)] == [b"abandoned", b"active"]
    assert store.zrange(keys.CALLS_SEEN, 0, -1) == [str(scene.call_id).encode()]


def test_a_call_that_ended_in_time_keeps_how_it_ended(
    scene: Scene, hints: Hints, store: redis.Redis, empty_tables: str
) -> None:
    scene.take()
    scene.end()
    store.zadd(keys.CALLS_SEEN, {str(scene.call_id): 1})
    close_abandoned()
    assert store.hget(scene.key, "status") == b"completed"
    assert store.zcard(keys.CALLS_SEEN) == 0
    assert hints() == []


def test_a_call_that_nobody_hangs_up_is_ended_after_half_a_day(
    scene: Scene, hints: Hints, store: redis.Redis, empty_tables: str
) -> None:
    scene.take("agent", agent_id="1")
    scene.turn_back(scene.key, "created_ms", load_settings().max_call_hours * 3600 - 60)
    close_abandoned()
    assert store.hget(scene.key, "status") == b"active"
    scene.turn_back(scene.key, "created_ms", 120)
    close_abandoned()
    assert store.hget(scene.key, "status") == b"wrap_up"
    assert hints() == [f"earpiece.finish_call {scene.call_id}"]


def test_a_call_that_only_the_database_knows_is_closed(
    store: redis.Redis, hints: Hints, empty_tables: str
) -> None:
    lost = add_call(CallStatus.ACTIVE, minutes=LOST_MINUTES + 1)
    rang = add_call(CallStatus.RINGING, minutes=LOST_MINUTES + 1)
    young = add_call(CallStatus.ACTIVE, minutes=LOST_MINUTES - 1)
    done = add_call(CallStatus.COMPLETED, minutes=LOST_MINUTES + 1)
    store.hset(keys.call(lost), "saved", 3)  # by a worker that came too late
    close_abandoned()
    assert status_of(lost) == CallStatus.ACTIVE, "its client may be on its way back"
    assert hints() == []
    for call in (lost, rang):
        assert store.exists(keys.missed(call))
        store.decrby(keys.missed(call), ABANDONED_SECONDS)
    close_abandoned()
    ended = [status_of(call) for call in (lost, rang, young, done)]
    assert ended == ["abandoned", "abandoned", "active", "completed"]
    assert sorted(hints()) == sorted([f"earpiece.finish_call {call}" for call in (lost, rang)])


def test_what_was_lost_inside_a_forgotten_call_is_named(store: redis.Redis, empty_tables: str) -> None:
    lost = add_call(CallStatus.ACTIVE, minutes=LOST_MINUTES + 1)
    with db_session() as session:
        leg = {"call_id": lost, "speaker": Speaker.AGENT}
        session.add(Leg(**leg, sample_rate=8000, starts_at=1.0, received_bytes=0, epoch=1))
        for number in (0, 2):
            start = number * 16000
            window = {"number": number, "start_byte": start, "end_byte": start + 16000}
            session.add(Window(**leg, **window, state=WindowState.SILENT))
    close_abandoned()
    store.decrby(keys.missed(lost), ABANDONED_SECONDS)
    close_abandoned()
    with db_session() as session:
        (gap,) = session.scalars(select(CallEvent.payload).where(CallEvent.call_id == lost))
        row = session.scalars(select(Window).where(Window.call_id == lost, Window.number == 3)).one()
    assert (gap["type"], gap["id"], gap["speaker"], gap["start"], gap["end"]) == ("gap", 1, "agent", 2.0, 3.0)
    assert (row.start_byte, row.end_byte, row.state) == (16000, 32000, WindowState.GAP)


def test_a_long_call_that_redis_knows_goes_on(scene: Scene, hints: Hints, empty_tables: str) -> None:
    scene.call_id = add_call(CallStatus.ACTIVE, minutes=LOST_MINUTES + 60)
    Scene.take(scene)
    close_abandoned()
    assert status_of(scene.call_id) == CallStatus.ACTIVE
    assert hints() == []


def test_without_a_database_the_sockets_that_are_gone_are_still_noticed(
    scene: Scene, hints: Hints, store: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.take("agent")
    store.zadd(keys.CALLS_SEEN, {str(scene.call_id): 1})
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://nobody@127.0.0.1:1/none")
    forget_settings()
    close_abandoned()
    finish_missed()
    assert store.hget(scene.key, "status") == b"abandoned"
    assert hints() == [f"earpiece.finish_call {scene.call_id}"]


# -- summaries


def test_ended_calls_without_a_summary_are_asked_for_it(
    scene: Scene, hints: Hints, empty_tables: str
) -> None:
    late = MISSED_MINUTES + 1
    missed = [add_call(CallStatus.COMPLETED, minutes=late), add_call(CallStatus.ABANDONED, minutes=late)]
    for told in ({"summary": "It has one."}, {"summary_failure": "400"}):
        with db_session() as session:
            keep_words(session, add_call(CallStatus.COMPLETED, minutes=late, **told))
    add_call(CallStatus.COMPLETED, minutes=MISSED_MINUTES - 1)
    add_call(CallStatus.ACTIVE, minutes=late)
    finish_missed()
    assert sorted(hints()) == sorted(f"earpiece.finish_call {call}" for call in missed)


def test_calls_that_a_version_before_has_finished_are_asked_for_their_words(
    scene: Scene, hints: Hints, empty_tables: str
) -> None:
    missed = add_call(CallStatus.COMPLETED, minutes=MISSED_MINUTES + 1, summary="It has one.")
    add_call(CallStatus.COMPLETED, minutes=60 * 24 * WORDLESS_DAYS + 1, summary="It has one.")
    finish_missed()
    assert hints() == [f"earpiece.finish_call {missed}"]


def test_a_wrap_up_that_nobody_closes_is_completed_at_last(store: redis.Redis, empty_tables: str) -> None:
    fresh = add_call(CallStatus.WRAP_UP, minutes=60 * WRAP_UP_HOURS - 5)
    old = add_call(CallStatus.WRAP_UP, minutes=60 * WRAP_UP_HOURS + 5)
    close_abandoned()
    assert (status_of(fresh), status_of(old)) == (CallStatus.WRAP_UP, CallStatus.COMPLETED)


# -- calls that ring


def test_a_call_that_nobody_accepts_stops_ringing(scene: Scene, hints: Hints, store: redis.Redis) -> None:
    ring(store, scene.call_id, "speech", {}, {})
    sweep_ledger()
    assert store.hget(scene.key, "status") == b"ringing"
    store.zincrby(keys.CALLS_RINGING, -1000 * RING_SECONDS, str(scene.call_id))
    sweep_ledger()
    assert store.hget(scene.key, "status") == b"abandoned"
    assert hints() == [f"earpiece.finish_call {scene.call_id}"]
    assert store.zcard(keys.CALLS_RINGING) == 0


def test_a_call_that_is_accepted_at_the_last_moment_goes_on(scene: Scene, store: redis.Redis) -> None:
    ring(store, scene.call_id, "speech", {}, {})
    assert accept(store, scene.call_id, 1, "Ann").accepted
    store.zadd(keys.CALLS_RINGING, {str(scene.call_id): 1})  # as the sweep saw it a moment ago
    sweep_ledger()
    assert store.hget(scene.key, "status") == b"active"


def test_a_call_whose_caller_is_gone_stops_ringing(scene: Scene, hints: Hints, store: redis.Redis) -> None:
    ring(store, scene.call_id, "speech", {}, {})
    store.zincrby(keys.CALLS_SEEN, -1000 * CALLER_GONE_SECONDS, str(scene.call_id))
    sweep_ledger()
    assert store.hget(scene.key, "status") == b"abandoned"
