"""What the assistant is told of a call: the customer, and the last turns in the order of the sound."""

import json
from typing import Any, NamedTuple
from uuid import UUID

import redis

from app.streaming import keys
from app.streaming.events import parse_latest
from workers.agents.hints import hints_of

EVENTS_READ = 150
LINES_TOLD = 30
TRANSCRIPT = b'"transcript"'  # two of three events are others, and need not be parsed


class CallContext(NamedTuple):
    """`customer` is the profile that the agent sees, or None; `conversation` holds {speaker, text},
    oldest first.
    """

    customer: dict[str, Any] | None
    conversation: list[dict[str, str]]


def remember_customer(store: redis.Redis, call_id: UUID, profile: dict[str, Any]) -> None:
    """Keep the customer's profile with the call, where the assistant finds it without the database, and the
    recogniser its hints.
    """
    facts = ["customer", json.dumps(profile), "hints", hints_of(profile)]
    store.hset(keys.call(call_id), items=facts)


def read_context(store: redis.Redis, call_id: UUID) -> CallContext:
    """The call as far as it has come. Costs the same at minute 60 as at minute 1."""
    pipeline = store.pipeline(transaction=False)
    pipeline.hget(keys.call(call_id), "customer")
    pipeline.xrevrange(keys.events(call_id), count=EVENTS_READ)
    profile, entries = pipeline.execute()
    lines_only = [entry for entry in entries if TRANSCRIPT in entry[1][b"e"]]
    spoken = [event for event in parse_latest(lines_only) if event["type"] == "transcript"]
    spoken.sort(key=lambda event: event["start"])
    lines = [{"speaker": event["speaker"], "text": event["text"]} for event in spoken[-LINES_TOLD:]]
    return CallContext(json.loads(profile) if profile else None, lines)


def customer_in_brief(profile: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a prompt says of a customer: no address, no telephone, no money."""
    return profile and {name: profile[name] for name in ("name", "tier", "status", "account_number")}
