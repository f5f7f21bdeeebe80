"""Commands for what was never heard: `flask --app app.api.factory windows list`, and `windows retry`.

A window fails for good when the engine refuses its sound, when workers die of it, or when its sound is lost.
"""

from collections.abc import Sequence
from uuid import UUID

import click
from flask.cli import AppGroup
from kombu.exceptions import OperationalError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.api.complaint import database_or_complaint
from app.models import Call, Leg, Window, WindowState
from app.queue import send_retry

windows = AppGroup("windows", help="Windows that failed for good: see them, and have them heard again.")


@windows.command("list")
def list_windows() -> None:
    """Show every failed window: call, speaker, number, where in the call, how often tried, and why."""
    with database_or_complaint() as db:
        failed = _failed(db, ())
    for window, leg in failed:
        second = 2 * leg.sample_rate
        start = leg.starts_at + window.start_byte / second
        seconds = (window.end_byte - window.start_byte) / second
        click.echo(
            f"{window.call_id} {window.speaker:8} {window.number:5} at {start:8.1f} s, {seconds:4.1f} s, "
            f"tried {window.attempts} times: {window.reason}"
        )
    click.echo(_counted(len(failed), "failed for good"))


@windows.command("retry")
@click.argument("call_ids", nargs=-1, type=click.UUID)
def retry_windows(call_ids: tuple[UUID, ...]) -> None:
    """Have the failed windows of the calls CALL_IDS heard again, or of all calls.

    Their words take the place of the gap in the transcript.
    """
    with database_or_complaint() as db:
        failed = _failed(db, call_ids)
    try:
        for window, _ in failed:
            send_retry(window.call_id, window.speaker, window.number)
    except OperationalError as error:
        raise click.ClickException("The queue of the workers does not answer.") from error
    click.echo(_counted(len(failed), "will be heard again; `windows list` shows what is left"))


def _failed(db: Session, call_ids: Sequence[UUID]) -> list[tuple[Window, Leg]]:
    query = (
        select(Window, Leg)
        .join(Leg, (Leg.call_id == Window.call_id) & (Leg.speaker == Window.speaker))
        .join(Call, Call.call_id == Window.call_id)
        .where(Window.state == WindowState.FAILED)
        .order_by(Call.start_time, Window.speaker, Window.number)
    )
    if call_ids:
        query = query.where(Window.call_id.in_(call_ids))
    return [(window, leg) for window, leg in db.execute(query)]


def _counted(number: int, what: str) -> str:
    return f"{number} {'window' if number == 1 else 'windows'} {what}."
