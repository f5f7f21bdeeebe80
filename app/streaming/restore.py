"""Taking a call up again from the database, when Redis has lost it."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import redis
from sqlalchemy import select

from app.database import db_session
from app.models import Call, CallEvent, CallStatus, Leg
from app.streaming import keys, scripts
from app.streaming.lost import Span, final_spans, next_numbers
from app.streaming.untold import untold
from app.telemetry import get_logger

log = get_logger(__name__)


class CallIsOver(Exception):
    """The call was ended before; it takes no more audio. Permanent."""


def restore_call(store: redis.Redis, call_id: UUID, policy: str) -> bool:
    """Rebuild a call that Redis does not know: its epoch is one higher, and each leg goes on at its first
    byte that has no final window, for its client may still have it; what is final behind that is kept. Of a
    call that has not begun, Redis learns whose it is.

    Returns whether there was a call that had begun. Raises `CallIsOver` (also when it only rang: its caller
    is gone), or `sqlalchemy.exc.SQLAlchemyError` when the database is away.
    """
    with db_session() as session:
        call = session.scalar(select(Call).where(Call.call_id == call_id))
        if call is None:
            return False
        if call.status != CallStatus.ACTIVE:
            raise CallIsOver
        legs = session.scalars(select(Leg).where(Leg.call_id == call_id)).all()
        spans, numbers = final_spans(session, call_id), next_numbers(session, call_id)
        rows = session.scalars(
            select(CallEvent).where(CallEvent.call_id == call_id).order_by(CallEvent.number)
        ).all()
        record = [{"id": row.number, **row.payload, "call_id": str(call_id)} for row in rows]
        survived = rows[-1].number if rows else 0
        late = untold(session, call_id, record)
        epoch = max((leg.epoch for leg in legs), default=0) + 1
        for leg in legs:
            leg.epoch = epoch  # at once: memory may be lost again before a worker writes it
    record += [{"id": number, **event} for number, event in enumerate(late, survived + 1)]
    fields = _fields(call, record)
    arguments: list[scripts.Argument] = [epoch, survived, int(call.start_time.timestamp() * 1000), policy]
    arguments += [survived + len(late), 2 * len(record), *_told(record), len(fields), *fields]
    for leg in legs:
        goes_on, kept = _where_it_goes_on(spans.get(leg.speaker, []))
        arguments += [leg.speaker.value, leg.sample_rate, round(leg.starts_at * 1000), goes_on]
        arguments += [" ".join(f"{start}-{end}" for start, end in kept), numbers[leg.speaker]]
    if scripts.RESTORE_CALL(store, keys.call(call_id), *arguments):
        log.warning("call_restored", call_id=str(call_id), epoch=epoch, events=len(record), late=len(late))
    return bool(legs)


def _where_it_goes_on(spans: Sequence[Span]) -> tuple[int, Sequence[Span]]:
    """The first byte that has no final window, and the spans behind it that have."""
    if spans and spans[0].start == 0:
        return spans[0].end, spans[1:]
    return 0, spans


def _fields(call: Call, record: list[dict[str, Any]]) -> list[scripts.Argument]:
    """Names and values of what Redis kept of the call."""
    facts = {"agent_id": call.agent_id, "agent_name": call.agent_name, "customer_id": call.customer_id}
    if any(event["type"] == "customer" for event in record):
        facts["once:customer"] = 1
    return [part for name, value in facts.items() if value is not None for part in (name, value)]


def _told(record: Iterable[dict[str, Any]]) -> list[scripts.Argument]:
    """Number and text of each event."""
    return [part for event in record for part in (event["id"], json.dumps(event, separators=(",", ":")))]
