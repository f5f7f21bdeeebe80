"""An hour-long call, written into the database as if it had been held."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import create_engine, delete, insert

from app.models import AiSuggestion, Call, CallEvent, Transcript
from data.sample_calls import SPEAKERS, SampleCall, sample_names

SECONDS, WINDOW_SECONDS = 3600, 1.5
LINES_TO_A_SUGGESTION = 8
MARKUP = '<img src=x onerror="broken()">'
"""Stands in all that is said and advised."""
CITATION = {"ref": 1, "title": "Refunds", "section": "Time", "url": "/policies/refunds#time", "quote": MARKUP}

Row = dict[str, Any]


@contextmanager
def hour_long_call(database_url: str) -> Iterator[UUID]:
    """Two people who take turns, with advice again and again; its id. It is gone at the end."""
    call_id, began = uuid4(), datetime.now(UTC) - timedelta(seconds=SECONDS)
    said = list(spoken(call_id, began))
    advised = [advice(line) for line in said[1::LINES_TO_A_SUGGESTION]]
    told = [{"call_id": call_id, "number": n, "payload": p} for n, p in enumerate(record(said, advised), 1)]
    engine = create_engine(database_url)
    with engine.begin() as tables:
        tables.execute(
            insert(Call).values(
                call_id=call_id, agent_name="Helen", start_time=began, end_time=datetime.now(UTC),
                duration_seconds=SECONDS, status="completed", summary="Long.", sentiment="neutral",
            )
        )  # fmt: skip
        tables.execute(insert(Transcript), said)
        tables.execute(insert(AiSuggestion), advised)
        tables.execute(insert(CallEvent), told)
    yield call_id
    with engine.begin() as tables:
        for table in (CallEvent, AiSuggestion, Transcript, Call):
            tables.execute(delete(table).where(table.call_id == call_id))
    engine.dispose()


def spoken(call_id: UUID, began: datetime) -> Iterator[Row]:
    """The rows of `transcripts`: agent and customer in turn."""
    texts = [turn["text"] for name in sample_names() for turn in SampleCall(name).turns]
    for n in range(round(SECONDS / WINDOW_SECONDS)):
        start = n * WINDOW_SECONDS
        yield {
            "call_id": call_id, "speaker": SPEAKERS[n % 2], "text": f"{texts[n % len(texts)]} {MARKUP}",
            "timestamp": began + timedelta(seconds=start), "confidence": 0.9, "window": n // 2,
            "start_byte": n, "start": start, "end": start + WINDOW_SECONDS,
        }  # fmt: skip


def advice(line: Row) -> Row:
    """The row of `ai_suggestions` that a line calls for."""
    return {
        "id": uuid5(line["call_id"], str(line["start"])), "call_id": line["call_id"],
        "suggestion_type": "policy",
        "message": f"I am sorry to hear that [1]. {MARKUP}\nRefunds take five working days.",
        "used": False, "dismissed": False, "timestamp": line["timestamp"], "window": line["window"],
        "speaker": line["speaker"], "trigger": line["text"], "status": "complete", "citations": [CITATION],
        "lookups": [], "model": "none", "prompt_version": "none",
    }  # fmt: skip


def record(said: list[Row], advised: list[Row]) -> Iterator[dict[str, Any]]:
    """The call's events without their numbers."""
    call_id = str(said[0]["call_id"])
    causes = {one["timestamp"]: one for one in advised}
    for line in said:
        words = {name: line[name] for name in ("speaker", "text", "start", "end", "window", "confidence")}
        yield {"type": "transcript", "call_id": call_id, **words, "final": True}
        if one := causes.get(line["timestamp"]):
            of = {"call_id": call_id, "suggestion_id": str(one["id"])}
            turn = {name: one[name] for name in ("window", "speaker", "trigger")}
            whole = {name: one[name] for name in ("suggestion_type", "message", "citations", "status")}
            yield {"type": "suggestion_started", **of, **turn}
            yield {"type": "suggestion", **of, **whole}
    yield {"type": "call_ended", "call_id": call_id, "duration_seconds": SECONDS, "status": "completed"}
    yield {"type": "summary", "call_id": call_id, "summary": "Long.", "sentiment": "neutral"}
