"""Taking a call up again from the database, when Redis has lost it."""

import json
from uuid import UUID

import redis
from sqlalchemy import func, select

from app.database import db_session
from app.models import Call, CallEvent, CallStatus, Leg, Window
from app.streaming import keys, scripts
from app.telemetry import get_logger

log = get_logger(__name__)


class CallIsOver(Exception):
    """The call was ended before; it takes no more audio. Permanent."""


def restore_call(store: redis.Redis, call_id: UUID, policy: str) -> bool:
    """Rebuild a call that Redis does not know: its legs end where their last final windows end, its epoch is
    one higher.

    Returns whether there was such a call. Raises `CallIsOver`, or `sqlalchemy.exc.SQLAlchemyError` when the
    database is away.
    """
    with db_session() as session:
        call = session.scalar(select(Call).where(Call.call_id == call_id))
        if call is None:
            return False
        if call.status not in (CallStatus.ACTIVE, CallStatus.RINGING):
            raise CallIsOver
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
    if not legs:
        return False
    epoch = max(leg.epoch for leg in legs) + 1
    last = max((event.number for event in events), default=0)
    arguments: list[scripts.Argument] = [epoch, last, int(call.start_time.timestamp() * 1000), policy]
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
    return True


def _as_told(event: CallEvent) -> str:
    return json.dumps(
        {"id": event.number, **{k: v for k, v in event.payload.items() if k != "id"}}, separators=(",", ":")
    )
