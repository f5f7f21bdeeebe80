"""The task of the queue `postcall`: when a call is over and all of it is written down, its figures, summary,
sentiment and recording, once.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import soundfile
from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.call_words import keep_words
from app.database import db_session
from app.models import GOING_ON, Call, CallStatus, Leg, Sentiment, Speaker, Transcript
from app.queue import FINISH_CALL, celery
from app.streaming import keys
from app.streaming.archive import digest, leg_path, recording_path
from app.streaming.connection import store, text_of
from app.streaming.events import emit, read_unsaved
from app.streaming.items import Item
from app.streaming.ledger import strike
from app.telemetry import get_logger
from workers.agents import record
from workers.agents.context import customer_in_brief
from workers.agents.engine import AnswerMisshapen, EngineError, EngineRefused
from workers.agents.outcome import report_database
from workers.agents.profile import profile_of
from workers.agents.recording import Track, write_recording
from workers.agents.rows import Add, write_rows
from workers.agents.summary import summarise
from workers.in_hand import hands
from workers.lease import Lease

log = get_logger(__name__)

REFUSALS = 3  # of the engine, after which a summary is given up: each may have been paid for
KEEP_SECONDS = 3600  # the record stays in Redis so long for those who come back late


class Ending(NamedTuple):
    """The last words of a call's record. Without a summary `failure` says why it was given up."""

    summary: str
    sentiment: Sentiment | None
    score: float
    failure: str | None


@celery().task(name=FINISH_CALL)
def finish_call(call_id: str) -> None:
    """Finish a call that has ended. Asking again is harmless; asking too early does nothing."""
    call = UUID(call_id)
    lease = Lease.take(keys.finishing(call))
    if lease is not None:
        with hands.holding(Item("f", call, ()), lease.give_back), lease:
            _finish(call)


def _finish(call: UUID) -> None:
    try:
        if _still_open(call):
            return
        _write_figures(call)
        ending = _write_summary(call)
        if ending is not None:
            _tell(call, ending)
        if _write_recording(call) and ending is not None:
            strike(store(), f"f:{call}")
            log.info("call_finished", call_id=str(call))
    except SQLAlchemyError as error:
        log.warning("call_not_finished", call_id=str(call), error=type(error).__name__)
        report_database(store(), error)


def _still_open(call_id: UUID) -> bool:
    """Whether a window of the call has no row yet; the last one to get one asks for us again."""
    pipeline = store().pipeline(transaction=False)
    pipeline.hget(keys.call(call_id), "status")
    for speaker in record.SPEAKERS:
        pipeline.zcard(keys.open_windows(call_id, speaker))
    status, *open_windows = pipeline.execute()
    return status in (b"active", b"ringing") or any(open_windows)


def _write_figures(call_id: UUID) -> None:
    """How long it took, who talked how long and in what words, and what the legs' files hold."""
    status, duration, ended_ms = store().hmget(keys.call(call_id), "status", "duration", "ended_ms")
    with db_session() as session:
        if status is not None:
            record.save_call(store(), session, call_id)
        values: dict[str, Any] = {
            f"{speaker}_talk_seconds": _talk_seconds(session, call_id, speaker) for speaker in record.SPEAKERS
        }
        if duration is not None:
            values |= {
                "status": _unless_closed(CallStatus(text_of(status))),
                "duration_seconds": round(float(duration), 3),
                "end_time": datetime.fromtimestamp(int(ended_ms or 0) / 1000, UTC),
            }  # fmt: skip
        session.execute(update(Call).where(Call.call_id == call_id).values(**values))
        keep_words(session, call_id)
        for leg in session.scalars(select(Leg).where(Leg.call_id == call_id, Leg.sha256.is_(None))):
            _, leg.sha256 = digest(call_id, leg.speaker)


def _unless_closed(ended: CallStatus) -> ColumnElement[CallStatus]:
    """The status of a call that has ended just now; of one whose wrap-up is done already, the one it has."""
    return case((Call.status.in_(GOING_ON), ended), else_=Call.status)


def _talk_seconds(session: Session, call_id: UUID, speaker: str) -> float:
    spoken = select(func.coalesce(func.sum(Transcript.end - Transcript.start), 0.0))
    return round(
        session.scalar(spoken.where(Transcript.call_id == call_id, Transcript.speaker == Speaker(speaker)))
        or 0.0,
        3,
    )


def _write_summary(call_id: UUID) -> Ending | None:
    """The ending that the call has, or the one it gets now; None when that must wait.

    What a person has written by then stays.
    """
    with db_session() as session:
        call = session.scalars(select(Call).where(Call.call_id == call_id)).one_or_none()
        if call is None:
            return None
        if ending := _ending_of(call):
            return ending
        lines = session.scalars(
            select(Transcript).where(Transcript.call_id == call_id).order_by(Transcript.start, Transcript.id)
        )
        conversation = [{"speaker": line.speaker.value, "text": line.text} for line in lines]
        customer = customer_in_brief(profile_of(session, call.customer_id))
    try:
        summary = summarise(customer, conversation)
    except (EngineRefused, AnswerMisshapen) as error:
        return _count_refusal(call_id, error)
    except EngineError as error:
        log.warning("summary_postponed", call_id=str(call_id), error=str(error))
        return None
    with db_session() as session:
        call = session.scalars(select(Call).where(Call.call_id == call_id).with_for_update()).one()
        if call.summary is None:
            call.summary = summary.summary
        if call.sentiment is None:
            call.sentiment = Sentiment(summary.sentiment.label)
            call.sentiment_score = summary.sentiment.score
        return _ending_of(call)


def _count_refusal(call_id: UUID, error: EngineError) -> Ending | None:
    """After so many the summary is given up, until a person asks for it: then one more is enough.

    None counts that comes when another worker has written the summary.
    """
    with db_session() as session:
        call = session.scalars(select(Call).where(Call.call_id == call_id).with_for_update()).one()
        if ending := _ending_of(call):
            return ending
        call.summary_refusals += 1
        if call.summary_refusals >= REFUSALS:
            call.summary_failure = str(error)
        ending = _ending_of(call)
    log.error("summary_refused", call_id=str(call_id), error=str(error), given_up=ending is not None)
    return ending


def _ending_of(call: Call) -> Ending | None:
    """What the row says; None while something of it is missing and still to come."""
    if call.summary_failure is None and (call.summary is None or call.sentiment is None):
        return None
    failure = call.summary_failure if call.summary is None else None
    return Ending(call.summary or "", call.sentiment, call.sentiment_score or 0, failure)


def _write_recording(call_id: UUID) -> bool:
    """Whether the call has its recording now, or nobody sent any sound."""
    with db_session() as session:
        call = session.scalars(select(Call).where(Call.call_id == call_id)).one_or_none()
        legs = session.scalars(select(Leg).where(Leg.call_id == call_id, Leg.received_bytes > 0)).all()
    if call is None or call.recording_url is not None or not legs or not call.duration_seconds:
        return True
    tracks = {
        leg.speaker: Track(leg_path(call_id, leg.speaker), leg.sample_rate, leg.starts_at) for leg in legs
    }
    sides = [tracks.get(Speaker(speaker)) for speaker in record.SPEAKERS]
    try:
        write_recording(recording_path(call_id), sides, call.duration_seconds)
    except (OSError, soundfile.SoundFileError) as error:
        log.warning("recording_postponed", call_id=str(call_id), error=type(error).__name__)
        return False
    with db_session() as session:
        url = f"/api/calls/{call_id}/recording"
        session.execute(update(Call).where(Call.call_id == call_id).values(recording_url=url))
    return True


def _tell(call_id: UUID, ending: Ending) -> None:
    """The last words of the record; then it is written whole, and Redis may forget the call."""
    if store().hget(keys.call(call_id), "status") is None:
        return
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if ending.sentiment is not None:
        emit(
            store(),
            call_id,
            {"type": "sentiment", "label": ending.sentiment, "score": ending.score, "at": at},
            once="sentiment",
        )
    failed = {"failure": ending.failure} if ending.failure else {}
    emit(
        store(),
        call_id,
        {"type": "summary", "summary": ending.summary, "sentiment": ending.sentiment, **failed},
        once="summary",
    )
    saved = write_rows(store(), call_id, partial(_write_events, call_id))
    record.events_saved(store(), call_id, saved)
    for key in store().scan_iter(
        match=f"{keys.call(call_id).replace('{', '[{]').replace('}', '[}]')}*", count=1000
    ):
        store().expire(key, timedelta(seconds=KEEP_SECONDS))


def _write_events(call_id: UUID, session: Session, add: Add) -> int:
    unsaved = read_unsaved(store(), call_id)
    assert unsaved is not None  # no lease is asked for
    return record.save_events(session, unsaved, add)
