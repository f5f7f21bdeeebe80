"""Rows follow: what happened in a call, as PostgreSQL keeps it. Every write here can be repeated."""

import json
from datetime import UTC, datetime
from math import inf
from typing import Any, cast
from uuid import UUID

import redis
from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import Call, CallStatus, Customer, Leg, Speaker, User
from app.streaming import keys
from app.streaming.connection import text_of
from app.streaming.events import Unsaved
from app.streaming.ledger import Claim
from workers.agents.rows import ADD_EVENT, ADD_WINDOW, ADD_WORDS, Add, add_rows

SPEAKERS = ("agent", "customer")


class CallUnknown(Exception):
    """Redis does not know the call. Permanent for whoever was told to work on it."""


def save_call(store: redis.Redis, session: Session, call_id: UUID, add: Add = add_rows) -> int | None:
    """Make sure that the call and its legs have rows. Returns the customer's id. Raises `CallUnknown`."""
    facts = {text_of(name): text_of(value) for name, value in store.hgetall(keys.call(call_id)).items()}
    if "created_ms" not in facts:
        raise CallUnknown(str(call_id))
    customer_id = find_customer(session, facts)
    agent_id = (
        session.scalar(select(User.id).where(User.id == int(facts["agent_id"])))
        if "agent_id" in facts
        else None
    )
    values: dict[str, Any] = {
        "customer_id": customer_id,
        "agent_id": agent_id,
        "agent_name": facts.get("agent_name"),
    }
    given = {name: value for name, value in values.items() if value is not None}
    start_time = datetime.fromtimestamp(int(facts["created_ms"]) / 1000, UTC)
    row = {"call_id": call_id, "start_time": start_time, "status": CallStatus.ACTIVE, **values}
    statement = insert(cast(Table, Call.__table__))
    if given:
        add(session, statement.on_conflict_do_update(index_elements=["call_id"], set_=given), [row])
    else:
        add(session, statement.on_conflict_do_nothing(), [row])
    for speaker in SPEAKERS:
        save_leg(store, session, call_id, speaker, int(facts["epoch"]), add)
    return customer_id


def row_written(store: redis.Redis, call_id: UUID) -> None:
    """Remember that the call has its row, so that no window need ask again; only after the commit."""
    store.hset(keys.call(call_id), "row", 1)


def save_leg(
    store: redis.Redis, session: Session, call_id: UUID, speaker: str, epoch: int, add: Add = add_rows
) -> None:
    """Make sure that a leg which exists has a row that says how far it has come."""
    rate, length, starts_ms = store.hmget(keys.leg(call_id, speaker), "rate", "len", "starts_ms")
    if rate is None:
        return
    row = {
        "call_id": call_id,
        "speaker": Speaker(speaker),
        "sample_rate": int(rate),
        "starts_at": int(starts_ms or 0) / 1000,
        "received_bytes": int(length or 0),
        "epoch": epoch,
    }
    statement = insert(cast(Table, Leg.__table__))
    statement = statement.on_conflict_do_update(
        index_elements=["call_id", "speaker"],
        set_={name: statement.excluded[name] for name in ("starts_at", "received_bytes", "epoch")},
    )
    add(session, statement, [row])


def find_customer(session: Session, facts: dict[str, str]) -> int | None:
    """The customer whom the call names by id or account number; None when it names none or nobody."""
    if "customer_id" in facts:
        return session.scalar(select(Customer.id).where(Customer.id == int(facts["customer_id"])))
    if "account_number" in facts:
        return session.scalar(
            select(Customer.id).where(Customer.account_number == facts["account_number"].strip().upper())
        )
    return None


def save_window(session: Session, claim: Claim, result: dict[str, Any], add: Add = add_rows) -> None:
    """The row of a window, and of its words where it has any."""
    window = {
        "call_id": claim.call_id,
        "speaker": claim.speaker,
        "number": claim.number,
        "start_byte": claim.start,
        "end_byte": claim.end,
        "state": result["state"],
        "reason": result["reason"],
        "disbelieved": result.get("disbelieved"),
        "attempts": claim.attempts,
    }
    add(session, ADD_WINDOW, [window])
    save_words(session, claim, result, add)


def save_words(session: Session, claim: Claim, result: dict[str, Any], add: Add = add_rows) -> None:
    """The row of a window's words, where it has any."""
    if result["state"] != "done":
        return
    words = {
        "call_id": claim.call_id,
        "speaker": claim.speaker,
        "text": result["text"],
        "timestamp": datetime.fromisoformat(result["at"]),
        "confidence": result["confidence"],
        "window": claim.number,
        "start_byte": claim.start,
        "start": result.get("start", claim.seconds(claim.start)),
        "end": result.get("end", claim.seconds(claim.end)),
    }
    add(session, ADD_WORDS, [words])


def save_events(session: Session, unsaved: Unsaved, add: Add = add_rows, own: Claim | None = None) -> int:
    """Write recorded events, up to the first that tells of a window whose own row is still to come, unless it
    is our `own`: if Redis lost its memory in between, that window would be heard, and told, once more.

    Returns the number of the last that has a row; `settle_window` or `events_saved` keeps it, after the
    commit.
    """
    rows: list[dict[str, Any]] = [
        {"call_id": unsaved.call_id, "number": event.number, "payload": json.loads(event.text)}
        for event in unsaved.events
    ]
    waiting = unsaved.unsettled - ({(own.speaker, own.number)} if own is not None else set())
    held = (row["number"] for row in rows if _window_of(row["payload"]) in waiting)
    first_held = min(held, default=inf)
    rows = [row for row in rows if row["number"] < first_held]
    if rows:
        add(session, ADD_EVENT, rows)
    return int(rows[-1]["number"]) if rows else unsaved.saved


def _window_of(event: dict[str, Any]) -> tuple[str, int] | None:
    """Speaker and number of the window of which an event tells; gaps of a version before name none."""
    tells = event["type"] in ("transcript", "gap") and "window" in event
    return (event["speaker"], event["window"]) if tells else None


def events_saved(store: redis.Redis, call_id: UUID, number: int) -> None:
    """Remember how far the record is written.

    Two workers may both have written: the lower number costs a repeated write, no more.
    """
    store.hset(keys.call(call_id), "saved", number)
