"""Rows of many windows are written in one transaction; what is wrong with one keeps no other waiting."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
import redis
from sqlalchemy import select, text
from sqlalchemy.exc import TimeoutError as DatabaseBusy
from sqlalchemy.orm import Session

from app.database import db_session
from app.models import RefusedRow
from tests.integration.streaming.scene import Scene
from tests.running import eventually
from workers.agents import record, rows
from workers.agents.record import LeaseLost
from workers.agents.rows import ADD_EVENT, Add, write_rows


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


@pytest.mark.parametrize("frozen", ["the database", "Redis"])
def test_while_a_server_stands_still_nobody_waits_for_ever(
    frozen: str, store: redis.Redis, calls: list[UUID], pool: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(rows, "PATIENCE_SECONDS", 0.5)
    first, second, third = calls
    busy, go_on = threading.Event(), threading.Event()

    def stand_still(session: Session, add: Add) -> UUID:
        busy.set()
        if frozen == "Redis":
            go_on.wait(5)
        return event(first)(session, add)

    with db_session() as holder:
        if frozen == "the database":
            holder.execute(text("LOCK TABLE call_events IN ACCESS EXCLUSIVE MODE"))
        standing = pool.submit(write_rows, store, first, stand_still)
        assert busy.wait(3)
        late = DatabaseBusy if frozen == "the database" else redis.TimeoutError
        with pytest.raises(late):
            standing.result()
        with pytest.raises(late):
            write_rows(store, second, event(second))
        go_on.set()
    monkeypatch.undo()
    write_rows(store, third, event(third))
    assert len(transactions([first, third])) == 2, "what was begun is written all the same"
    assert transactions([second]) == [], "who gave up before is written by nobody else"


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
