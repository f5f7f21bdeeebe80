"""Hear a window once more that had failed for good: an operator asked for it (`flask windows retry`).

Its sound is in the leg's file, its row says `failed`, and the record has a gap in its place. When there are
words now, the row says so, and they take the gap's place: as an event of a record that is still open, else in
the row of the gap.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.call_words import add_late_words
from app.database import db_session
from app.models import Call, CallEvent, Leg, Window, WindowState
from app.queue import RETRY_WINDOW, celery
from app.streaming import keys
from app.streaming.archive import read_span
from app.streaming.connection import store
from app.streaming.events import emit
from app.streaming.ledger import Claim
from app.telemetry import get_logger
from workers.agents import record
from workers.agents.engine import EngineError
from workers.agents.hints import hints_of
from workers.agents.profile import profile_of
from workers.agents.transcriber import hear
from workers.transcription import outcome

log = get_logger(__name__)


@celery().task(name=RETRY_WINDOW)
def retry_window(call_id: str, speaker: str, number: str) -> None:
    """Hear a failed window again. Whatever goes wrong leaves it failed, with the reason in its row."""
    name = {"call_id": call_id, "speaker": speaker, "window": number}
    claim = _failed_window(UUID(call_id), speaker, int(number))
    if claim is None:
        return
    pcm = read_span(claim.call_id, speaker, claim.start, claim.end)
    try:
        if pcm is None or not any(pcm):  # a failed window was no silence: zeros are a hole in the file
            raise SoundGone
        (words,) = hear([pcm], claim.rate, claim.hints)
    except (EngineError, SoundGone) as error:
        log.warning("retry_failed", **name, error=str(error))
        with db_session() as session:
            session.execute(
                update(Window).where(*_still_failed(claim)).values(reason=str(error), attempts=claim.attempts)
            )
        return
    result, event = outcome(claim, words)
    with db_session() as session:
        if not _take(session, claim, result):
            return
        record.save_words(session, claim, result)
        add_late_words(session, claim.call_id)
        if event is not None and _record_is_open(claim.call_id):
            emit(store(), claim.call_id, event, once=f"retried:{speaker}:{number}")
        elif event is not None:
            _fill_gap(session, claim, event)
    log.info("window_retried", **name, state=result["state"])


class SoundGone(Exception):
    """The leg's file was deleted, or never held this window. Permanent."""

    def __str__(self) -> str:
        return "its sound is not stored"


def _failed_window(call_id: UUID, speaker: str, number: int) -> Claim | None:
    """The window as a worker would have claimed it; None when it is not failed (any more)."""
    with db_session() as session:
        found = session.execute(
            select(Window, Leg, Call.customer_id)
            .join(Leg, (Leg.call_id == Window.call_id) & (Leg.speaker == Window.speaker))
            .join(Call, Call.call_id == Window.call_id)
            .where(
                Window.call_id == call_id,
                Window.speaker == speaker,
                Window.number == number,
                Window.state == WindowState.FAILED,
            )
        ).one_or_none()
        if found is None:
            return None
        window, leg, customer_id = found
        profile = profile_of(session, customer_id)
    return Claim(
        call_id, speaker, number, "", "failed", window.start_byte, window.end_byte, "speech", "retried",
        window.attempts + 1, leg.starts_at, leg.sample_rate, {}, hints_of(profile) if profile else "",
    )  # fmt: skip


def _still_failed(claim: Claim) -> tuple[Any, ...]:
    """The conditions of the window's row, unless another retry has heard it meanwhile."""
    return (
        Window.call_id == claim.call_id,
        Window.speaker == claim.speaker,
        Window.number == claim.number,
        Window.state == WindowState.FAILED,
    )


def _take(session: Session, claim: Claim, result: dict[str, Any]) -> bool:
    """Write what became of the window; False when another was quicker."""
    taken = session.execute(
        update(Window)
        .where(*_still_failed(claim))
        .values(
            state=WindowState(result["state"]), reason=result["reason"], attempts=claim.attempts,
            disbelieved=result.get("disbelieved"),
        )
        .returning(Window.id)
    )  # fmt: skip
    return taken.first() is not None


def _record_is_open(call_id: UUID) -> bool:
    """Whether the record may still take an event: it ends with the summary."""
    status, summarised = store().hmget(keys.call(call_id), "status", "once:summary")
    return status is not None and summarised is None


def _fill_gap(session: Session, claim: Claim, event: dict[str, Any]) -> None:
    """Let the words stand in the written record where the gap stood, under its number."""
    gap = session.scalars(
        select(CallEvent).where(
            CallEvent.call_id == claim.call_id,
            CallEvent.payload["type"].astext == "gap",
            CallEvent.payload["speaker"].astext == claim.speaker,
            CallEvent.payload["start"].as_float() == claim.seconds(claim.start),
        )
    ).first()
    if gap is not None:
        gap.payload = {"id": gap.number, **event}
