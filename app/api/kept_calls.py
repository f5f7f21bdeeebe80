"""What Redis knows of a call for the one who asks: a call that goes on may have no row yet."""

from typing import NamedTuple, cast
from uuid import UUID

from werkzeug.exceptions import NotFound

from app.api.auth import current_principal
from app.streaming import keys
from app.streaming.connection import store

NOT_THERE = "There is no such call, or it is another agent's."


class KeptCall(NamedTuple):
    """`status` is None when Redis does not know the call; `last` is the number of its last event."""

    status: str | None
    agent_id: str | None
    last: int


def kept_call(call_id: UUID) -> KeptCall:
    """The call. Raises 404 when it is not there for the one who asks."""
    values = cast("list[bytes | None]", store().hmget(keys.call(call_id), "status", "agent_id", "seq"))
    status, agent_id, last = (value.decode() if value else None for value in values)
    principal = current_principal()
    if status and not principal.sees_all_calls and agent_id != str(principal.id):
        raise NotFound(NOT_THERE)
    return KeptCall(status, agent_id, int(last or 0))
