"""Rows of many windows are written in one transaction; what is wrong with one keeps no other waiting."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
import redis
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as DatabaseStands
from sqlalchemy.orm import Session

from app.database import db_session
from app.models import RefusedRow
from app.streaming import keys
from tests.integration.streaming.scene import Scene
from tests.running import eventually
from workers.agents import record, rows
from workers.agents.rows import ADD_EVENT, Add, Lease, LeaseLost, RowsLate, write_rows


@pytest.fixture
def calls(store: redis.Redis) -> list[UUID]:
    """Three calls that have their rows, in the order of their ids."""
    scenes = [Scene(store) for _ in range(3)]
    for scene in scenes:
        scene.take()
        with db_session() as session:
            record.save_call(store, session, scene.call_id)
    return sorted(scene.call_id for scene in scenes)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def event(call_id: UUID, said: str = "x") -> Callable[[Session, Add], UUID]:
    """Writes one event."""

    def write(session: Session, add: Add) -> UUID:
        add(
            session, ADD_EVENT, [{"call_id": call_id, "number": 1, "payload": {"type": "note", "text": said}}]
        )
        return call_id

    return write


def transactions(calls: list[UUID]) -> list[str]:
    """The transaction that wrote each event of these calls, by call."""
    with db_session() as session:
        found = session.execute(
            text("SELECT xmin FROM call_events WHERE call_id = ANY(:calls) ORDER BY call_id"),
            {"calls": calls},
        )
        return [str(xmin) for (xmin,) in found]


def write_together(
    store: redis.Redis, pool: ThreadPoolExecutor, *writes: tuple[UUID, Callable[[Session, Add], UUID]]
) -> list["Future[UUID]"]:
    """Have rows written while the writer is busy with others', so that they are one batch."""
    busy, go_on = threading.Event(), threading.Event()

    def hold(session: Session, add: Add) -> None:
        busy.set()
        go_on.wait(3)

    pool.submit(write_rows, store, uuid4(), hold)
    assert busy.wait(3)
    asked = [pool.submit(write_rows, store, call_id, write) for call_id, write in writes]
    eventually("all of them wait", lambda: rows._writer().jobs.qsize() == len(writes) or None)
    go_on.set()
    return asked


def test_those_who_wait_are_written_in_one_transaction(
    store: redis.Redis, calls: list[UUID], pool: ThreadPoolExecutor
) -> None:
    written = write_together(store, pool, *((call_id, event(call_id)) for call_id in reversed(calls)))
    assert [future.result() for future in written] == list(reversed(calls))
    assert len(transactions(calls)) == 3
    assert len(set(transactions(calls))) == 1


def test_calls_are_written_in_one_order_everywhere(
    store: redis.Redis, calls: list[UUID], pool: ThreadPoolExecutor
) -> None:
    asked: list[UUID] = []

    def noting(call_id: UUID) -> Callable[[Session, Add], UUID]:
        def write(session: Session, add: Add) -> UUID:
            asked.append(call_id)
            return call_id

        return write

    for future in write_together(store, pool, *((call_id, noting(call_id)) for call_id in reversed(calls))):
        future.result()
    assert asked == calls, "two workers with the same calls would wait for each other"


def test_whose_lease_is_lost_writes_nothing_and_the_others_all(
    store: redis.Redis, calls: list[UUID], pool: ThreadPoolExecutor
) -> None:
    first, second, third = calls

    def lost(session: Session, add: Add) -> UUID:
        event(second)(session, add)
        raise LeaseLost

    written = write_together(store, pool, (first, event(first)), (second, lost), (third, event(third)))
    with pytest.raises(LeaseLost):
        written[1].result()
    assert [written[0].result(), written[2].result()] == [first, third]
    assert len(transactions([first, third])) == 2
    assert transactions([second]) == []


def test_a_row_that_is_refused_is_set_aside_and_the_others_are_written(
    store: redis.Redis, calls: list[UUID], pool: ThreadPoolExecutor
) -> None:
    words = {calls[0]: "Good morning.", calls[1]: "Be\0kind.", calls[2]: "Good night."}
    for future in write_together(store, pool, *((id_, event(id_, said)) for id_, said in words.items())):
        future.result()
    assert len(transactions(calls)) == 2
    with db_session() as session:
        refused = session.execute(
            select(RefusedRow.call_id, RefusedRow.table).where(RefusedRow.call_id.in_(calls))
        )
        assert [tuple(row) for row in refused] == [(calls[1], "call_events")]


def test_whose_lease_is_lost_meanwhile_writes_nothing(
    store: redis.Redis, calls: list[UUID], scene: Scene
) -> None:
    scene.take()
    claim = scene.claim(scene.cut())
    lease = Lease(keys.window(claim.call_id, claim.speaker, str(claim.number)), claim.token)

    def forgotten(session: Session, add: Add) -> UUID:
        store.hdel(lease.key, "token")
        return event(calls[0])(session, add)

    with pytest.raises(LeaseLost):
        write_rows(store, calls[0], forgotten, lease)
    assert transactions(calls) == []


def test_while_the_database_stands_still_nobody_waits_for_ever(
    store: redis.Redis, calls: list[UUID], pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PATIENCE_SECONDS", 0.6)
    monkeypatch.setattr(rows, "STANDS_SECONDS", 0.2)
    first, second, third = calls
    with db_session() as holder:
        holder.execute(text("LOCK TABLE call_events IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(DatabaseStands):
            write_rows(store, first, event(first))
        with pytest.raises(DatabaseStands):
            write_rows(store, second, event(second))
    monkeypatch.undo()
    write_rows(store, third, event(third))
    assert len(transactions([first, third])) == 2, "what was begun is written all the same"
    assert transactions([second]) == [], "who did not begin is written by nobody else"


def test_rows_that_are_late_are_no_sign_of_a_database_that_is_away(
    store: redis.Redis, calls: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PATIENCE_SECONDS", 0.3)
    go_on = threading.Event()

    def slow(session: Session, add: Add) -> UUID:
        go_on.wait(5)
        return event(calls[0])(session, add)

    with pytest.raises(RowsLate):
        write_rows(store, calls[0], slow)
    go_on.set()


def test_who_meets_another_transaction_keeps_nobody_else_waiting(
    store: redis.Redis, calls: list[UUID], pool: ThreadPoolExecutor
) -> None:
    first, second, third = calls
    with db_session() as holder:
        holder.execute(text("SELECT 1 FROM calls WHERE call_id = :call FOR UPDATE"), {"call": second})

        def blocked(session: Session, add: Add) -> UUID:
            session.execute(text("SET LOCAL lock_timeout = 200"))
            session.execute(text("SELECT 1 FROM calls WHERE call_id = :call FOR UPDATE"), {"call": second})
            return second

        written = write_together(store, pool, (first, event(first)), (second, blocked), (third, event(third)))
        with pytest.raises(OperationalError):
            written[1].result()
        assert [written[0].result(), written[2].result()] == [first, third]
    assert len(transactions(calls)) == 2


def test_when_redis_is_away_all_learn_of_it_at_once(
    store: redis.Redis, calls: list[UUID], pool: ThreadPoolExecutor
) -> None:
    asked: list[UUID] = []

    def away(call_id: UUID) -> Callable[[Session, Add], UUID]:
        def write(session: Session, add: Add) -> UUID:
            asked.append(call_id)
            raise redis.TimeoutError

        return write

    for future in write_together(store, pool, *((call_id, away(call_id)) for call_id in calls)):
        with pytest.raises(redis.TimeoutError):
            future.result()
    assert len(asked) == 1, "each would have waited for its own time-out, one after the other"
