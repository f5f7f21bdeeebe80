"""The past of calls: what so many minutes of talk have left of each in PostgreSQL and Redis, made in bulk.

`python -m benchmarks.load.past POLICY WINDOWS LEGS CALL…`, in the environment of a system. Of each window
there are its row and its words, of each of the customer's also a suggestion, and the events that told of
them, made by what makes them in life. Then Redis learns of the call as it does when it has lost its memory.
What processes alone know of a call is not aged; its legs' files have a hole where the past would be.
"""

import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid5

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from app import clock
from app.database import db_session
from app.models import Call, CallStatus, Leg, Speaker
from app.streaming.connection import store
from app.streaming.ledger import Claim
from app.streaming.restore import restore_call
from benchmarks.load.earpiece_caller import ACCOUNT
from benchmarks.load.sound import WINDOW_BYTES, WINDOW_SECONDS
from benchmarks.load.stub_engine import TOKENS, words_of
from data.sample_calls import SAMPLE_RATE, SPEAKERS
from workers.agents import record
from workers.agents.guards import Words
from workers.agents.profile import profile_of
from workers.agents.rows import ADD_EVENT, ADD_SUGGESTION
from workers.transcription import outcome

# Milliseconds of a window, as every transcript has them.
STAGES = {"cut": 12, "queue": 5, "engine": 200, "store": 8, "publish": 1}
ADVICE = f"took=0.1501 about=0123abcd {' '.join(f'word{n}' for n in range(1, TOKENS - 1))} end=0123abcd"
TEXT = words_of(bytes(WINDOW_BYTES), "took=0.2001")


class Rows:
    """Collects rows, and inserts those of each statement together."""

    def __init__(self) -> None:
        self._rows: dict[Insert, list[dict[str, Any]]] = {}

    def add(self, _: Session, statement: Insert, rows: list[dict[str, Any]]) -> None:
        """As `Add`."""
        self._rows.setdefault(statement, []).extend(rows)

    def write(self, session: Session) -> None:
        """In the order in which the statements came."""
        for statement, rows in self._rows.items():
            session.execute(statement, rows)


def make(call_id: UUID, policy: str, windows: int, speakers: tuple[str, ...]) -> None:
    """A call that goes on, and has gone on for so many windows of each of its legs."""
    rows = Rows()
    with db_session() as session:
        customer_id = record.find_customer(session, {"account_number": ACCOUNT})
        call: dict[str, Any] = {"call_id": call_id, "customer_id": customer_id, "agent_name": "Dana"}
        began = clock.now() - timedelta(seconds=windows * WINDOW_SECONDS)
        call |= {"start_time": began, "status": CallStatus.ACTIVE}
        rows.add(session, insert(cast(Table, Call.__table__)), [call])
        events: list[dict[str, Any]] = [{"type": "customer", "customer": profile_of(session, customer_id)}]
        for speaker in speakers:
            leg = {
                "call_id": call_id,
                "speaker": Speaker(speaker),
                "sample_rate": SAMPLE_RATE,
                "starts_at": 0.0,
            }
            leg |= {"received_bytes": windows * WINDOW_BYTES, "epoch": 1}
            rows.add(session, insert(cast(Table, Leg.__table__)), [leg])
        for number in range(windows):
            for speaker in speakers:
                events += _window(session, rows, Claim(
                    call_id, speaker, number, "", "heard", number * WINDOW_BYTES, (number + 1) * WINDOW_BYTES,
                    "speech", "fixed", 1, 0.0, SAMPLE_RATE, {},
                ))  # fmt: skip
        told = [
            {
                "call_id": call_id,
                "number": number,
                "payload": {"id": number, "call_id": str(call_id), **event},
            }
            for number, event in enumerate(events, 1)
        ]
        rows.add(session, ADD_EVENT, told)
        rows.write(session)
    restore_call(store(), call_id, policy)
    record.row_written(store(), call_id)
    record.events_saved(store(), call_id, len(events))


def _window(session: Session, rows: Rows, claim: Claim) -> Iterator[dict[str, Any]]:
    result, words = outcome(claim, Words(TEXT))
    assert words is not None
    record.save_window(session, claim, result, rows.add)
    yield {**words, "stages": STAGES}
    if claim.speaker == "customer":
        yield from _suggestion(session, rows, claim, result["at"])


def _suggestion(session: Session, rows: Rows, claim: Claim, at: str) -> Iterator[dict[str, Any]]:
    name = {"suggestion_id": str(uuid5(claim.call_id, f"suggestion:{claim.number}"))}
    made = {"suggestion_type": "tip", "message": ADVICE, "citations": [], "status": "complete"}
    asked = {"window": claim.number, "speaker": claim.speaker, "trigger": TEXT}
    row = {
        "id": name["suggestion_id"], "call_id": claim.call_id, **made, **asked, "timestamp": at,
        "asked_by": None, "lookups": [], "model": "stub", "prompt_version": "past", "input_tokens": 100,
        "output_tokens": TOKENS, "cost": None,
    }  # fmt: skip
    rows.add(session, ADD_SUGGESTION, [row])
    yield {"type": "suggestion_started", **name, **asked}
    yield {"type": "suggestion", **name, **made}


if __name__ == "__main__":
    policy, windows, legs, *calls = sys.argv[1:]
    for each in calls:
        make(UUID(each), policy, int(windows), SPEAKERS if legs == "2" else SPEAKERS[1:])
