"""Summaries that were given up, and how they are asked for again: by who has the call, over HTTP, and by
operators: `flask --app app.api.factory summaries list`, and `summaries retry`.

A summary is given up when the engine has refused it three times, or not once answered in the form asked for.
"""

from collections.abc import Sequence
from uuid import UUID

import click
from flask import Blueprint
from flask.cli import AppGroup
from kombu.exceptions import OperationalError
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.api.calls import find_call
from app.api.complaint import database_or_complaint
from app.api.media.process import media_process
from app.api.typed import typed
from app.database import db_session
from app.models import Call
from app.queue import send_hint
from app.representation import CallRow
from app.streaming.items import Item

failed_summaries = Blueprint("failed_summaries", __name__)
summaries = AppGroup("summaries", help="Summaries that were given up: see them, and ask for them again.")


@failed_summaries.post("/api/calls/<uuid:call_id>/summary")
@typed(status=202)
def ask_for_summary(call_id: UUID) -> CallRow:
    """Ask again for a summary that was given up; where none was, this changes nothing."""
    with db_session() as db:
        call = find_call(db, call_id, joinedload(Call.customer), lock=True)
        given_up = call.summary_failure is not None and call.summary is None
        if given_up:
            call.summary_failure = None
        row = CallRow.model_validate(call)
    if given_up:
        media_process().relay.hint(Item("f", call_id, ()))
    return row


@summaries.command("list")
def list_summaries() -> None:
    """Show every call whose summary was given up: when it began, and why there is none."""
    with database_or_complaint() as db:
        given_up = _given_up(db, ())
    for call in given_up:
        click.echo(f"{call.call_id} began {call.start_time:%Y-%m-%d %H:%M}: {call.summary_failure}")
    click.echo(_counted(len(given_up), "given up"))


@summaries.command("retry")
@click.argument("call_ids", nargs=-1, type=click.UUID)
def retry_summaries(call_ids: tuple[UUID, ...]) -> None:
    """Ask again for the summaries of the calls CALL_IDS, or for all that were given up."""
    with database_or_complaint() as db:
        given_up = _given_up(db, call_ids)
        for call in given_up:
            call.summary_failure = None
    try:
        for call in given_up:
            send_hint(Item("f", call.call_id, ()))
    except OperationalError as error:
        raise click.ClickException(
            "The queue of the workers does not answer; the summaries are asked for when it does."
        ) from error
    click.echo(_counted(len(given_up), "asked for again; `summaries list` shows what is given up once more"))


def _given_up(db: Session, call_ids: Sequence[UUID]) -> list[Call]:
    query = (
        select(Call)
        .where(Call.summary.is_(None), Call.summary_failure.is_not(None))
        .order_by(Call.start_time)
    )
    if call_ids:
        query = query.where(Call.call_id.in_(call_ids))
    return list(db.scalars(query))


def _counted(number: int, what: str) -> str:
    return f"{number} {'summary' if number == 1 else 'summaries'} {what}."
