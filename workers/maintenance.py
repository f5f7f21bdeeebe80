"""The sweeps, which beat asks for: each can run at any time, twice or never, and only makes others do what
they owe.
"""

from datetime import timedelta
from uuid import UUID

from kombu.exceptions import OperationalError
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.database import DATABASE_AWAY, db_session
from app.models import GOING_ON, Call, CallStatus, CallWords
from app.queue import CLOSE_ABANDONED, FINISH_MISSED, SWEEP_LEDGER, celery, send_hint
from app.settings import load_settings
from app.streaming import keys
from app.streaming.connection import store, text_of
from app.streaming.items import Item
from app.streaming.ledger import due_items, keep_windows, postpone
from app.streaming.lost import name_lost
from app.streaming.parts import Part, answered, troubles
from app.streaming.scripts import ADVANCE_LEG, END_CALL, Argument
from app.telemetry import get_logger

log = get_logger(__name__)

MOST_ITEMS = 500
ABANDONED_SECONDS = 120  # without a socket
CALLER_GONE_SECONDS = 15  # so long without a socket a call rings for nobody
LOST_MINUTES = 10  # an active call of which Redis knows nothing
MISSED_MINUTES = 2
WORDLESS_DAYS = 2  # a call and the restart of all processes may take so long together
WRAP_UP_HOURS = 12


@celery().task(name=SWEEP_LEDGER)
def sweep_ledger() -> None:
    """Hint again whatever waits past its deadline, publish what a lost window holds back, and let no call
    ring for ever.
    """
    _stop_ringing()
    _look_at_database()
    due = due_items(store(), MOST_ITEMS)
    items = [Item.parse(text) for text in due]
    keep_windows(store(), items)
    for item in items:
        send_hint(item)
    postpone(store(), due)
    legs = {(item.call_id, item.rest[0]) for item in items if item.kind == "w"}
    for call_id, speaker in legs:
        for suggestion in ADVANCE_LEG(store(), keys.call(call_id), speaker):
            send_hint(Item("s", call_id, (suggestion.decode(),)))
    if items:
        log.info("ledger_swept", items=len(items))


def _look_at_database() -> None:
    """Tell when a database that was away is back; whoever misses it says so in passing."""
    if any(trouble.part == Part.DATABASE for trouble in troubles(store())):
        try:
            with db_session() as session:
                session.execute(select(1))
        except DATABASE_AWAY:
            return
        answered(store(), Part.DATABASE)


def _stop_ringing() -> None:
    """End the calls that nobody accepted in time, or whose caller has gone."""
    seconds, micros = store().time()
    now = seconds * 1000 + micros // 1000
    for ringing in store().zrange(keys.CALLS_RINGING, 0, -1):
        name = text_of(ringing)
        rings_until = store().zscore(keys.CALLS_RINGING, name) or 0
        seen = store().zscore(keys.CALLS_SEEN, name) or 0
        if rings_until > now and seen > now - CALLER_GONE_SECONDS * 1000:
            continue
        call_id = UUID(name)
        _end(call_id, CallStatus.ABANDONED, "", CallStatus.RINGING)  # somebody may just have accepted it
        store().zrem(keys.CALLS_RINGING, name)
        log.info("call_not_answered", call_id=str(call_id), in_time=rings_until > now)


@celery().task(name=CLOSE_ABANDONED)
def close_abandoned() -> None:
    """End the calls whose sockets are long gone, in Redis and where only the database knows of them.

    A call that nobody ever hangs up is ended too.
    """
    seconds, _ = store().time()
    _end_endless(seconds * 1000)
    since = (seconds - ABANDONED_SECONDS) * 1000
    for name in store().zrangebyscore(keys.CALLS_SEEN, 0, since):
        call_id = UUID(text_of(name))
        log.info("call_abandoned", call_id=str(call_id))
        _end(call_id, CallStatus.ABANDONED, "", "", since)  # its client may just have come back
    store().zremrangebyscore(keys.CALLS_SEEN, 0, since)
    try:
        _close_forgotten(seconds)
        _complete_wrap_ups()
    except SQLAlchemyError as error:
        log.warning("forgotten_calls_not_closed", error=type(error).__name__)


def _end_endless(now_ms: int) -> None:
    """Calls that go on for so long that somebody forgot to hang up."""
    names = [text_of(name) for name in store().zrange(keys.CALLS_SEEN, 0, -1)]
    pipeline = store().pipeline(transaction=False)
    for name in names:
        pipeline.hget(keys.call(UUID(name)), "created_ms")
    eldest = now_ms - load_settings().max_call_hours * 3600 * 1000
    for name, created_ms in zip(names, pipeline.execute(), strict=True):
        if created_ms is not None and int(created_ms) < eldest:
            log.warning("endless_call_ended", call_id=name, hours=load_settings().max_call_hours)
            _end(UUID(name), CallStatus.COMPLETED)


def _end(call_id: UUID, status: CallStatus, *conditions: Argument) -> None:
    """`conditions` are the last arguments of `end_call.lua`."""
    for item in END_CALL(store(), keys.call(call_id), "", status, *conditions):
        send_hint(Item.parse(item.decode()))


def _close_forgotten(now_seconds: int) -> None:
    """Calls that Redis lost and nobody came back to. What was lost inside them is named."""
    with db_session() as session:
        since = clock.now() - timedelta(minutes=LOST_MINUTES)
        active = session.scalars(
            select(Call.call_id).where(Call.status.in_(GOING_ON), Call.start_time < since)
        ).all()
    for call_id in active:
        if store().hexists(keys.call(call_id), "status") or not _missed_for_long(call_id, now_seconds):
            continue
        with db_session() as session:
            session.execute(
                update(Call)
                .where(Call.call_id == call_id, Call.status.in_(GOING_ON))
                .values(status=CallStatus.ABANDONED, end_time=clock.now())
            )
            name_lost(session, call_id)
        log.warning("forgotten_call_closed", call_id=str(call_id))
        send_hint(Item("f", call_id, ()))


def _missed_for_long(call_id: UUID, now_seconds: int) -> bool:
    """Whether the client of a call that Redis does not know has had its time to come back."""
    missed = keys.missed(call_id)
    store().set(missed, now_seconds, nx=True, ex=2 * ABANDONED_SECONDS)
    return int(store().get(missed) or now_seconds) <= now_seconds - ABANDONED_SECONDS


def _complete_wrap_ups() -> None:
    """Whose agent went home without closing them."""
    now = clock.now()
    with db_session() as session:
        closed = session.execute(
            update(Call)
            .where(Call.status == CallStatus.WRAP_UP, Call.end_time < now - timedelta(hours=WRAP_UP_HOURS))
            .values(status=CallStatus.COMPLETED, completed_at=now)
            .returning(Call.call_id)
        ).all()
    if closed:
        log.info("wrap_ups_completed", calls=len(closed))


@celery().task(name=FINISH_MISSED)
def finish_missed() -> None:
    """Ask for the summary of every ended call that has none and may still get one, and for the words of those
    that a version before has finished.
    """
    ended = select(Call.call_id).where(
        Call.status.not_in(GOING_ON), Call.end_time < clock.now() - timedelta(minutes=MISSED_MINUTES)
    )
    without_words = ended.outerjoin(CallWords).where(
        CallWords.id.is_(None), Call.start_time > clock.now() - timedelta(days=WORDLESS_DAYS)
    )
    without_summary = ended.where(Call.summary.is_(None), Call.summary_failure.is_(None))
    try:
        with db_session() as session:
            missed = [
                *session.scalars(without_summary.limit(MOST_ITEMS)),
                *session.scalars(without_words.limit(MOST_ITEMS)),
            ]
        for call_id in dict.fromkeys(missed):
            send_hint(Item("f", call_id, ()))
    except (SQLAlchemyError, OperationalError) as error:
        log.warning("missed_calls_not_finished", error=type(error).__name__)
