"""PostgreSQL: one engine a process, made on first use."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from app.settings import load_settings

CONNECT_SECONDS = 3
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""What is raised when the server does not answer, rather than when it is asked for something wrong."""
STATEMENT_MILLISECONDS = 5000


@cache
def engine() -> Engine:
    """The process's engine.

    A server that does not answer costs 3 s, a statement 5 s at the most (`pitfalls.md` 1.3).
    """
    return create_engine(
        load_settings().database_url,
        hide_parameters=True,  # an error's text is logged, and parameters hold what was spoken
        pool_size=5,
        max_overflow=15,
        pool_timeout=CONNECT_SECONDS,
        pool_pre_ping=False,
        pool_recycle=600,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "options": f"-c statement_timeout={STATEMENT_MILLISECONDS} -c timezone=UTC",
        },
    )


@contextmanager
def db_session() -> Iterator[Session]:
    """A session in a transaction: committed when the block ends, rolled back when it raises."""
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session
