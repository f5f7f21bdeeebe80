"""What Redis knows of a call for the one who asks: a call that goes on may have no row yet."""

from typing import NamedTuple, cast
from uuid import UUID

from werkzeug.exceptions import NotFound

from app.api.auth import current_principal
from app.streaming import keys
from app.streaming.connection import store

NOT_THERE = "There is no such call, or it is another agent's."


class KeptCall(NamedTuple):
    """`status` is None when Redis does not know the call.

    `last` is the number of its last event; `epoch` is one higher each time that Redis lost it, 0 where
    unknown, and `survived` the number of the last event that the last such loss left as it was.
    """

    status: str | None
    agent_id: str | None
    last: int
    epoch: int
    survived: int


def kept_call(call_id: UUID) -> KeptCall:
    """The call. Raises 404 when it is not there for the one who asks."""
    call = look_up(call_id)
    principal = current_principal()
    if call.status and not principal.sees_all_calls and call.agent_id != str(principal.id):
        raise NotFound(NOT_THERE)
    return call


def look_up(call_id: UUID) -> KeptCall:
    """The call, whoever asks."""
    fields = ("status", "agent_id", "seq", "epoch", "survived")
    values = cast("list[bytes | None]", store().hmget(keys.call(call_id), *fields))
    status, agent_id, last, epoch, survived = (value.decode() if value else None for value in values)
    return KeptCall(status, agent_id, int(last or 0), int(epoch or 0) if status else 0, int(survived or 0))
