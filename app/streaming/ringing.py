"""A call before it is one: it rings, an agent accepts it or nobody does; its customer comes in by ticket."""

import json
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import redis

from app.streaming import keys, scripts
from app.streaming.connection import text_of

RING_SECONDS = 45
FIRST_TICKET_SECONDS = 60
UNANSWERED_SECONDS = 60  # agents are told for so long that a call rang in vain
NEXT_TICKET_SECONDS = 24 * 3600  # a customer comes back as long as their call goes on
MOST_RINGING = 50  # at once: more is a flood, or nobody is there to answer


class TooManyRing(Exception):
    """`MOST_RINGING` calls wait for an answer. Retryable."""


class Accepted(NamedTuple):
    """Whether the call is the agent's now; if not, `taken_by` is who has it, None when it rings no longer."""

    accepted: bool
    taken_by: str | None


def ring(
    store: redis.Redis, call_id: UUID, policy: str, shown: Mapping[str, Any], facts: Mapping[str, str]
) -> None:
    """Let a call ring; `shown` is what agents see of it, `facts` are fields of the call.

    Raises `TooManyRing`.
    """
    flat = [item for pair in facts.items() for item in pair]
    if not scripts.RING(
        store, keys.call(call_id), policy, RING_SECONDS, MOST_RINGING, json.dumps(shown), *flat
    ):
        raise TooManyRing


def accept(store: redis.Redis, call_id: UUID, agent_id: int, agent_name: str) -> Accepted:
    """Give the call to an agent, unless another was faster. Asking again is harmless."""
    status = call_status(call_id, "accepted", f"{agent_name} has answered.") | {"agent_name": agent_name}
    answer, *taken_by = scripts.ACCEPT(store, keys.call(call_id), agent_id, agent_name, json.dumps(status))
    return Accepted(answer == 1, taken_by[0].decode() if taken_by else None)


def call_status(call_id: UUID, state: str, message: str) -> dict[str, Any]:
    """A `status` of the part `call`, in words for whoever waits on it."""
    return {"type": "status", "call_id": str(call_id), "part": "call", "state": state, "message": message}


def ringing_calls(store: redis.Redis) -> list[dict[str, Any]]:
    """What agents see of the calls that ring, the longest waiting first."""
    ringing = [text_of(name) for name in store.zrangebyscore(keys.CALLS_RINGING, _now_ms(store), "+inf")]
    pipeline = store.pipeline(transaction=False)
    for name in ringing:
        pipeline.hget(keys.call(UUID(name)), "ringing")
    return [json.loads(shown) for shown in pipeline.execute() if shown]


def unanswered_calls(store: redis.Redis) -> list[dict[str, Any]]:
    """What agents saw of the calls that rang in vain a moment ago, oldest first."""
    since = _now_ms(store) - 1000 * UNANSWERED_SECONDS
    return [json.loads(text_of(shown)) for shown in store.zrangebyscore(keys.CALLS_UNANSWERED, since, "+inf")]


def new_ticket(store: redis.Redis, call_id: UUID, seconds: int = FIRST_TICKET_SECONDS) -> str:
    """A secret that opens one socket, as the customer of this call."""
    secret = secrets.token_urlsafe(32)
    store.set(keys.ticket(secret), str(call_id), ex=seconds)
    return secret


def spend_ticket(store: redis.Redis, secret: str) -> UUID | None:
    """The call that a ticket opens; None when there is no such ticket, or it was spent."""
    call_id = store.getdel(keys.ticket(secret))
    return UUID(text_of(call_id)) if call_id else None


def _now_ms(store: redis.Redis) -> int:
    seconds, micros = store.time()
    return seconds * 1000 + micros // 1000
