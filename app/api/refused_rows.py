"""Commands for rows that the database refused for good: `flask --app app.api.factory rows list`, and `rows
retry`. They are no part of their call until they are written.
"""

import json
from collections.abc import Sequence
from uuid import UUID

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.api.complaint import database_or_complaint
from app.call_words import add_late_words
from app.database import refusal
from app.models import Base, RefusedRow, Transcript

rows = AppGroup("rows", help="Rows that the database refused for good: see them, and have them written.")


@rows.command("list")
def list_rows() -> None:
    """Show every row that was refused: call, table, when, and by what name it was refused."""
    with database_or_complaint() as db:
        refused = _refused(db, ())
    for row in refused:
        click.echo(f"{row.call_id} {row.table} at {row.refused_at:%Y-%m-%d %H:%M}: {row.reason}")
    click.echo(_counted(len(refused), "refused"))


@rows.command("retry")
@click.argument("call_ids", nargs=-1, type=click.UUID)
def retry_rows(call_ids: tuple[UUID, ...]) -> None:
    """Write the rows of the calls CALL_IDS, or of all calls, now that what stood in their way is mended."""
    written = 0
    with database_or_complaint() as db:
        refused = _refused(db, call_ids)
        for row in refused:
            if _is_written(db, row):
                db.delete(row)
                if row.table == Transcript.__tablename__:
                    add_late_words(db, row.call_id)
                written += 1
    click.echo(_counted(written, "written"))
    if written < len(refused):
        raise click.ClickException(_counted(len(refused) - written, "refused again; `rows list` says why"))


def _refused(db: Session, call_ids: Sequence[UUID]) -> list[RefusedRow]:
    """The first refused first: a call before what belongs to it."""
    query = select(RefusedRow).order_by(RefusedRow.id)
    if call_ids:
        query = query.where(RefusedRow.call_id.in_(call_ids))
    return list(db.scalars(query))


def _is_written(db: Session, refused: RefusedRow) -> bool:
    """Whether the row is where it belongs now; otherwise `refused` says why not."""
    statement = insert(Base.metadata.tables[refused.table]).on_conflict_do_nothing()
    try:
        with db.begin_nested():
            db.execute(statement, json.loads(refused.row))
    except (SQLAlchemyError, ValueError) as error:
        reason = refusal(error)
        if reason is None:
            raise
        refused.reason = reason
        return False
    return True


def _counted(number: int, what: str) -> str:
    return f"{number} {'row' if number == 1 else 'rows'} {what}."
