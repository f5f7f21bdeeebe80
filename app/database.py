"""PostgreSQL: one engine a process, made on first use."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import psycopg2
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import InterfaceError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from app.settings import load_settings

CONNECT_SECONDS = 3
POOL_SIZE, POOL_OVERFLOW = 10, 10
"""Connections of a process that are kept, and others for one use each: signing in takes 5 ms of processor."""
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""What is raised when the server does not answer, rather than when it is asked for something wrong."""
STATEMENT_MILLISECONDS = 5000
DEAD_LINE = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
}
"""When to give up a line over TCP that nobody answers any more, such as a pulled cable: libpq would wait two
hours, and with it every thread that has something to write.
"""
REFUSING = ("22", "23", "54")
"""Classes of SQLSTATE: what a column cannot hold, what a constraint forbids, what is beyond a limit."""

IN_ANOTHERS_WAY = ("40P01", "55P03", "57014")
"""SQLSTATEs of a statement that met another transaction: a deadlock, a lock not had, a time-out."""


@cache
def engine() -> Engine:
    """The process's engine.

    A server that takes no connection costs 3 s, a statement 5 s at the most, by the server's own clock: one
    that is frozen counts nothing (app/web.py has a clock of its own). A line that is cut costs 11 s.
    """
    return create_engine(
        load_settings().database_url,
        hide_parameters=True,  # an error's text is logged, and parameters hold what was spoken
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=CONNECT_SECONDS,
        pool_pre_ping=False,
        pool_recycle=600,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            **DEAD_LINE,
            "options": f"-c statement_timeout={STATEMENT_MILLISECONDS} -c timezone=UTC",
        },
    )


@contextmanager
def db_session() -> Iterator[Session]:
    """A session in a transaction: committed when the block ends, rolled back when it raises."""
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session


def met_another(error: Exception) -> bool:
    """Whether a statement failed because of another transaction, which may concern one of its rows alone."""
    cause = error.orig if isinstance(error, StatementError) else error
    return isinstance(cause, psycopg2.Error) and cause.pgcode in IN_ANOTHERS_WAY


def refusal(error: Exception) -> str | None:
    """By what name a row is refused for good; None when asking again can help.

    The server's own words are left out: they can hold what was spoken.
    """
    cause = error.orig if isinstance(error, StatementError) else error
    if isinstance(cause, psycopg2.Error) and (cause.pgcode or "").startswith(REFUSING):
        return f"{type(cause).__name__} {cause.diag.constraint_name or ''}".strip()
    return type(cause).__name__ if isinstance(cause, ValueError) else None  # of a NUL, before it is sent
