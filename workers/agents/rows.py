"""Rows on their way to PostgreSQL: those of many windows in one transaction (group commit).

A transaction costs the same whatever is in it, and nobody waits for a row: people see an event when Redis has
it. So whoever has rows waits a moment for others who have some, and one thread writes for all of them.

What PostgreSQL refuses for good (a row with a NUL, say) is set aside for an operator, or it would be tried
for ever, and keep what comes after it waiting.
"""

import json
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import cache, partial
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

import redis
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as DatabaseBusy
from sqlalchemy.orm import Session

from app.database import db_session, refusal
from app.models import AiSuggestion, CallEvent, RefusedRow, Transcript, Window
from app.streaming import keys
from app.telemetry import get_logger

log = get_logger(__name__)
T = TypeVar("T")

GATHER_SECONDS = 0.1  # in which rows of others may join
TOGETHER = 100  # writers at most
PATIENCE_SECONDS = (
    6.0  # longer than Redis is waited for; then a database that is frozen keeps nobody from hearing
)

# Of the tables, not of the classes, and with the rows beside them: compiled once for all numbers of rows.
ADD_WINDOW, ADD_WORDS, ADD_EVENT, ADD_SUGGESTION, ADD_REFUSED = (
    insert(cast(Table, rows.__table__)).on_conflict_do_nothing()
    for rows in (Window, Transcript, CallEvent, AiSuggestion, RefusedRow)
)
GATHERED = (ADD_WINDOW, ADD_WORDS, ADD_EVENT, ADD_SUGGESTION)
"""In the order in which they are written: a line belongs to a window. All others are executed at once."""

Add = Callable[[Session, Insert, list[dict[str, Any]]], None]
Write = Callable[[Session, Add], T]


class _Job(NamedTuple):
    call_id: UUID
    write: Write[Any]
    answer: Future[Any]


def write_rows(store: redis.Redis, call_id: UUID, write: Write[T]) -> T:
    """Have rows of a call written by `write`, with those of others, in a transaction, by the `Add` that it
    is given. It may be asked more than once.

    When one of the rows is refused for good, all writers are asked anew one by one, and that row is set
    aside. Raises what `write` raises, and the servers' errors; `TimeoutError` of the one that is waited for
    when it does not come to an end: then the rows may be written all the same.
    """
    try:
        return _together(call_id, write)
    except (SQLAlchemyError, ValueError) as error:
        if refusal(error) is None:
            raise
    try:
        with db_session() as session:
            return write(session, add_rows)
    except (SQLAlchemyError, ValueError) as error:
        if refusal(error) is None:
            raise
    store.hdel(keys.call(call_id), "row")  # should it be the call itself that has none
    with db_session() as session:
        return write(session, add_or_set_aside)


def add_rows(session: Session, statement: Insert, rows: list[dict[str, Any]]) -> None:
    """Insert rows, all or none."""
    session.execute(statement, rows)


def add_or_set_aside(session: Session, statement: Insert, rows: list[dict[str, Any]]) -> None:
    """Insert each row by itself; one that is refused for good waits for an operator (`flask rows retry`)."""
    for row in rows:
        try:
            with session.begin_nested():
                session.execute(statement, row)
        except (SQLAlchemyError, ValueError) as error:
            reason = refusal(error)
            if reason is None:
                raise
            call_id, table = row["call_id"], statement.table.name
            kept = {"call_id": call_id, "table": table, "row": json.dumps(row, default=str), "reason": reason}
            session.execute(ADD_REFUSED, kept)
            log.error("row_refused", call_id=str(call_id), table=table, reason=reason)


def _together(call_id: UUID, write: Write[T]) -> T:
    writer, answer = _writer(), Future[T]()
    writer.jobs.put(_Job(call_id, write, answer))
    try:
        return answer.result(PATIENCE_SECONDS)
    except TimeoutError as error:
        answer.cancel()
        late = "the rows wait for others"
        raise (DatabaseBusy(late) if writer.in_database else redis.TimeoutError(late)) from error


@cache
def _writer() -> "_Writer":
    return _Writer()


class _Writer:
    """The process's one writer of rows, a thread. Whoever waits for it in vain learns from `in_database`
    whether it stands there, or still reads what is to be written from Redis.
    """

    def __init__(self) -> None:
        self.jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self.in_database = False
        threading.Thread(target=self._run, name="rows", daemon=True).start()

    def _run(self) -> None:
        while True:
            gathered = [self.jobs.get()]
            time.sleep(GATHER_SECONDS)
            with suppress(queue.Empty):
                while len(gathered) < TOGETHER:
                    gathered.append(self.jobs.get_nowait())
            # In the order of their calls: processes with the same calls cannot wait for each other.
            gathered.sort(key=attrgetter("call_id"))
            wanted = [job for job in gathered if job.answer.set_running_or_notify_cancel()]
            try:
                answers = self._write(wanted)
            except Exception as error:  # noqa: BLE001 (whoever waits raises it)
                answers = [error] * len(wanted)
            self.in_database = False
            for job, answer in zip(wanted, answers, strict=True):
                if isinstance(answer, Exception):
                    job.answer.set_exception(answer)
                else:
                    job.answer.set_result(answer)

    def _write(self, jobs: list[_Job]) -> list[Any]:
        """What each job's `write` returned, or raised by itself. Raises what concerns all of them, a
        server's errors: then nothing is written.
        """
        rows: dict[Insert, list[dict[str, Any]]] = {statement: [] for statement in GATHERED}
        answers: list[Any] = []
        with db_session() as session:
            for job in jobs:
                given: list[tuple[Insert, list[dict[str, Any]]]] = []
                try:
                    answers.append(job.write(session, partial(self._gather, given)))
                except (SQLAlchemyError, ValueError, redis.RedisError):
                    raise
                except Exception as error:  # noqa: BLE001 (of this writer alone: it raises it)
                    answers.append(error)
                else:
                    for statement, several in given:
                        rows[statement] += several
            self.in_database = True
            for statement, several in rows.items():
                if several:
                    session.execute(statement, several)
        return answers

    def _gather(
        self,
        given: list[tuple[Insert, list[dict[str, Any]]]],
        session: Session,
        statement: Insert,
        rows: list[dict[str, Any]],
    ) -> None:
        """The `Add` of those who write together."""
        if statement in GATHERED:
            given.append((statement, rows))
        else:
            self.in_database = True
            session.execute(statement, rows)
            self.in_database = False
