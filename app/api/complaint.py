"""The database for a command: what is wrong with it is told in a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from app.database import db_session


@contextmanager
def database_or_complaint() -> Iterator[Session]:
    """A session. Raises `click.ClickException` with words for the one who typed the command."""
    try:
        with db_session() as db:
            yield db
    except OperationalError as error:
        raise click.ClickException("The database at DATABASE_URL does not answer.") from error
    except ProgrammingError as error:
        raise click.ClickException(
            "The database has not all its tables: run `alembic upgrade head`."
        ) from error
