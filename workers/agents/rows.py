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
from math import inf
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

import redis
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as DatabaseStands
from sqlalchemy.orm import Session

from app.database import db_session, met_another, refusal
from app.models import AiSuggestion, CallEvent, RefusedRow, Transcript, Window
from app.streaming import keys
from app.streaming.connection import store
from app.telemetry import get_logger

log = get_logger(__name__)
T = TypeVar("T")

GATHER_SECONDS = 0.1  # in which rows of others may join
TOGETHER = 100  # writers at most
PATIENCE_SECONDS = 6.0
"""Longer than either server is waited for; then a database that stands still keeps nobody from hearing."""
STANDS_SECONDS = 5.0  # that a batch has taken, by which one knows that it is the database

# Of the tables, not of the classes, and with the rows beside them: compiled once for all numbers of rows.
ADD_WINDOW, ADD_WORDS, ADD_EVENT, ADD_SUGGESTION, ADD_REFUSED = (
    insert(cast(Table, rows.__table__)).on_conflict_do_nothing()
    for rows in (Window, Transcript, CallEvent, AiSuggestion, RefusedRow)
)
GATHERED = (ADD_WINDOW, ADD_WORDS, ADD_EVENT, ADD_SUGGESTION)
"""In the order in which they are written: a line belongs to a window. All others are executed at once."""

Add = Callable[[Session, Insert, list[dict[str, Any]]], None]
Write = Callable[[Session, Add], T]
Rows = dict[Insert, list[dict[str, Any]]]


class LeaseLost(Exception):
    """The window is another's, or Redis has forgotten it: then its client sends the sound again, and that may
    be cut elsewhere. Nothing of it may be written.
    """


class RowsLate(SQLAlchemyError):
    """Too many rows wait. Both servers answer: those of a window are written when it is tried again."""


class Lease(NamedTuple):
    """The key of a window, and the token without which nothing of it may be written."""

    key: str
    token: str


class _Job(NamedTuple):
    call_id: UUID
    write: Write[Any]
    lease: Lease | None
    answer: Future[Any]


def write_rows(store: redis.Redis, call_id: UUID, write: Write[T], lease: Lease | None = None) -> T:
    """Have rows of a call written by `write`, with those of others, in a transaction, by the `Add` that it
    is given. It may be asked more than once.

    When one of the rows is refused for good, or meets another transaction, all writers are asked anew one
    by one; a row that is refused is set aside. Raises what `write` raises, `LeaseLost`, `RowsLate`, and the
    servers' errors; after `RowsLate`, or the database's `TimeoutError`, rows may be written all the same.
    """
    try:
        written: T = _together(store, _Job(call_id, write, lease, Future()))
        return written
    except (SQLAlchemyError, ValueError) as error:
        if refusal(error) is None and not met_another(error):
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


def _together(store: redis.Redis, job: _Job) -> Any:
    writer = _writer()
    try:
        if writer.stands:  # which one need not wait for to know
            raise TimeoutError
        writer.jobs.put(job)
        return job.answer.result(PATIENCE_SECONDS)
    except TimeoutError as error:
        job.answer.cancel()
        store.ping()  # raises where it is Redis that does not answer
        if writer.stands:
            raise DatabaseStands("the rows wait for others") from error
        raise RowsLate from error


@cache
def _writer() -> "_Writer":
    return _Writer()


class _Writer:
    """The process's one writer of rows, a thread."""

    def __init__(self) -> None:
        self.jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._began = inf
        threading.Thread(target=self._run, name="rows", daemon=True).start()

    @property
    def stands(self) -> bool:
        """Whether it has been writing for longer than a server that is well lets it."""
        return time.monotonic() - self._began > STANDS_SECONDS

    def _run(self) -> None:
        while True:
            gathered = [self.jobs.get()]
            time.sleep(GATHER_SECONDS)
            with suppress(queue.Empty):
                while len(gathered) < TOGETHER:
                    if not (job := self.jobs.get_nowait()).answer.cancelled():
                        gathered.append(job)
            # In the order of their calls: processes with the same calls cannot wait for each other.
            gathered.sort(key=attrgetter("call_id"))
            wanted = [job for job in gathered if job.answer.set_running_or_notify_cancel()]
            self._began = time.monotonic()
            try:
                answers = _write(wanted)
            except Exception as error:  # noqa: BLE001 (whoever waits raises it)
                answers = [error] * len(wanted)
            self._began = inf
            for job, answer in zip(wanted, answers, strict=True):
                if isinstance(answer, Exception):
                    job.answer.set_exception(answer)
                else:
                    job.answer.set_result(answer)


def _write(jobs: list[_Job]) -> list[Any]:
    """What each job's `write` returned, or raised by itself. Raises what concerns all of them, a server's
    errors: then nothing is written.
    """
    answers: list[Any] = []
    given: list[Rows] = [{statement: [] for statement in GATHERED} for _ in jobs]
    with db_session() as session:
        for job, rows in zip(jobs, given, strict=True):
            try:
                answers.append(job.write(session, partial(_gather, rows)))
            except (SQLAlchemyError, ValueError, redis.RedisError):
                raise
            except Exception as error:  # noqa: BLE001 (of this writer alone: it raises it)
                answers.append(error)
        for number in _lost(jobs):  # since it was asked for its rows
            answers[number] = LeaseLost(str(jobs[number].call_id))
        good = [
            rows for rows, answer in zip(given, answers, strict=True) if not isinstance(answer, Exception)
        ]
        for statement in GATHERED:
            if several := [row for rows in good for row in rows[statement]]:
                session.execute(statement, several)
    return answers


def _lost(jobs: list[_Job]) -> list[int]:
    """Which of the jobs have lost their lease."""
    leased = [(number, job.lease) for number, job in enumerate(jobs) if job.lease is not None]
    pipeline = store().pipeline(transaction=False)
    for _, lease in leased:
        pipeline.hget(lease.key, "token")
    tokens = pipeline.execute()
    return [
        number for (number, lease), token in zip(leased, tokens, strict=True) if token != lease.token.encode()
    ]


def _gather(gathered: Rows, session: Session, statement: Insert, rows: list[dict[str, Any]]) -> None:
    """The `Add` of those who write together."""
    if statement in gathered:
        gathered[statement] += rows
    else:
        session.execute(statement, rows)
