"""Taking a call up again from the database, when Redis has lost it."""

import json
from collections.abc import Sequence
from uuid import UUID

import redis
from sqlalchemy import func, select

from app.database import db_session
from app.models import Call, CallEvent, CallStatus, Leg, Window
from app.streaming import keys, scripts
from app.streaming.lost import REASON, name_lost
from app.telemetry import get_logger

log = get_logger(__name__)


class CallIsOver(Exception):
    """The call was ended before; it takes no more audio. Permanent."""


def restore_call(store: redis.Redis, call_id: UUID, policy: str) -> bool:
    """Rebuild a call that Redis does not know: its legs end where their last final windows end, what was not
    final before is a gap, its epoch is one higher. Of a call that has not begun, Redis learns whose it is.

    Returns whether there was a call that had begun. Raises `CallIsOver` (also when it only rang: its caller
    is gone), or `sqlalchemy.exc.SQLAlchemyError` when the database is away.
    """
    with db_session() as session:
        call = session.scalar(select(Call).where(Call.call_id == call_id))
        if call is None:
            return False
        if call.status != CallStatus.ACTIVE:
            raise CallIsOver
        name_lost(session, call_id)
        legs = session.scalars(select(Leg).where(Leg.call_id == call_id)).all()
        ends = {
            speaker: (end, number + 1)
            for speaker, end, number in session.execute(
                select(Window.speaker, func.max(Window.end_byte), func.max(Window.number))
                .where(Window.call_id == call_id)
                .group_by(Window.speaker)
            )
        }
        events = session.scalars(
            select(CallEvent).where(CallEvent.call_id == call_id).order_by(CallEvent.number)
        ).all()
    epoch = max((leg.epoch for leg in legs), default=0) + 1
    last = max((event.number for event in events), default=0)
    survived = max((event.number for event in events if event.payload.get("reason") != REASON), default=0)
    started = int(call.start_time.timestamp() * 1000)
    fields = _fields(call, events)
    arguments: list[scripts.Argument] = [epoch, last, survived, started, policy, len(fields), *fields]
    for leg in legs:
        end, windows = ends.get(leg.speaker, (0, 0))
        arguments += [leg.speaker.value, leg.sample_rate, round(leg.starts_at * 1000), end, windows]
    pipeline = store.pipeline(transaction=False)
    for event in events:
        pipeline.xadd(keys.events(call_id), {"e": _as_told(event)}, id=f"{event.number}-0")
    pipeline.execute(
        raise_on_error=False
    )  # another process may be restoring the same call: its entries are the same
    if scripts.RESTORE_CALL(store, keys.call(call_id), *arguments):
        log.warning("call_restored", call_id=str(call_id), epoch=epoch, events=len(events))
    return bool(legs)


def _fields(call: Call, events: Sequence[CallEvent]) -> list[scripts.Argument]:
    """Names and values of what Redis kept of the call."""
    facts = {"agent_id": call.agent_id, "agent_name": call.agent_name, "customer_id": call.customer_id}
    if any(event.payload["type"] == "customer" for event in events):
        facts["once:customer"] = 1
    return [part for name, value in facts.items() if value is not None for part in (name, value)]


def _as_told(event: CallEvent) -> str:
    return json.dumps(
        {"id": event.number, **{k: v for k, v in event.payload.items() if k != "id"}}, separators=(",", ":")
    )
