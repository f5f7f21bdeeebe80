"""The socket of a customer who came in by ticket: what it may hear, and how far its call has come."""

import json
from typing import Any
from uuid import UUID

import redis

from app.streaming import keys
from app.streaming.connection import text_of
from app.streaming.ringing import NEXT_TICKET_SECONDS, call_status, new_ticket

HEARD = {"call_started", "audio_ack", "pong", "reconnect", "call_ended", "error", "signal"}


class CustomerSide:
    """Never words, advice or data: those are the agent's."""

    def __init__(self, store: redis.Redis, call_id: UUID) -> None:
        self._store, self._call_id = store, call_id
        self._accepted = False

    def may_hear(self, message: str) -> bool:
        """Whether a message of the call is for a customer."""
        event = json.loads(message)
        return event["type"] in HEARD or (event["type"] == "status" and event["part"] == "call")

    def is_accepted(self) -> bool:
        """Whether an agent has answered: only then is there anybody to hear sound."""
        if not self._accepted:
            self._accepted = self._store.hget(keys.call(self._call_id), "status") != b"ringing"
        return self._accepted

    def next_ticket(self) -> str:
        """With which this customer comes back."""
        return new_ticket(self._store, self._call_id, NEXT_TICKET_SECONDS)

    def states(self) -> list[dict[str, Any]]:
        """What somebody who joins now must be told of the call."""
        status, agent_name, hold = self._store.hmget(keys.call(self._call_id), "status", "agent_name", "hold")
        if status == b"ringing":
            return [call_status(self._call_id, "ringing", "It rings. Somebody will be with you in a moment.")]
        name = text_of(agent_name) if agent_name else ""
        accepted = call_status(self._call_id, "accepted", f"{name} has answered.") | {"agent_name": name}
        on_hold = [call_status(self._call_id, "on_hold", "The call is on hold.")] if hold == b"1" else []
        return [accepted, *on_hold]
