"""What the rows of a call say and its record does not: Redis lost its memory in between."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app import clock
from app.models import (
    AiSuggestion,
    Leg,
    Speaker,
    SuggestionStatus,
    SuggestionType,
    Transcript,
    Window,
    WindowState,
)
from app.streaming.windows import SAMPLE_BYTES

Told = dict[str, Any]
"""An event of the record."""

NOT_HEARD = "the recogniser could not hear this"
ADVICE_LOST = "The server lost this while it was being written. Ask again if you still need it."


def untold(session: Session, call_id: UUID, record: Sequence[Told]) -> list[Told]:
    """The events, without ids, that a `record` lacks: of windows that have their row, and were waiting for
    their turn to be told; and the ends of suggestions. Words of a suggestion that nobody has become a row.
    """
    return [*_of_windows(session, call_id, record), *_of_suggestions(session, call_id, record)]


def _of_windows(session: Session, call_id: UUID, record: Sequence[Told]) -> list[Told]:
    told = {_name(event) for event in record if event["type"] in ("transcript", "gap")}
    legs = {leg.speaker: leg for leg in session.scalars(select(Leg).where(Leg.call_id == call_id))}
    unheard = select(Window).where(
        Window.call_id == call_id, Window.state.in_((WindowState.FAILED, WindowState.GAP))
    )
    events = [
        *map(_spoken, session.scalars(select(Transcript).where(Transcript.call_id == call_id))),
        *(_not_heard(legs[window.speaker], window) for window in session.scalars(unheard)),
    ]
    late = [event for event in events if _name(event) not in told]
    return sorted(late, key=lambda event: event["start"])


def _name(event: Told) -> tuple[str, str, int | None]:
    """Words take the place of a gap when an operator had its window heard again: both are told. Gaps of a
    version before name no window.
    """
    return event["type"], event["speaker"], event.get("window")


def _spoken(words: Transcript) -> Told:
    return {
        "type": "transcript", "call_id": str(words.call_id), "speaker": words.speaker.value,
        "text": words.text, "start": words.start, "end": words.end, "confidence": words.confidence,
        "window": words.window, "final": True,
    }  # fmt: skip


def _not_heard(leg: Leg, window: Window) -> Told:
    start, end = (
        round(leg.starts_at + byte / (SAMPLE_BYTES * leg.sample_rate), 3)
        for byte in (window.start_byte, window.end_byte)
    )
    return {
        "type": "gap", "call_id": str(window.call_id), "speaker": window.speaker.value,
        "window": window.number, "start": start, "end": end,
        "reason": NOT_HEARD if window.state == WindowState.FAILED else window.reason,
    }  # fmt: skip


def _of_suggestions(session: Session, call_id: UUID, record: Sequence[Told]) -> Iterator[Told]:
    begun = {event["suggestion_id"]: event for event in record if event["type"] == "suggestion_started"}
    ended = {event["suggestion_id"] for event in record if event["type"] == "suggestion"}
    for suggestion_id in begun.keys() - ended:
        _fail(session, begun[suggestion_id], clock.now())
    made = select(AiSuggestion).where(AiSuggestion.call_id == call_id).order_by(AiSuggestion.timestamp)
    for suggestion in session.scalars(made):
        who = {"call_id": str(call_id), "suggestion_id": str(suggestion.id)}
        if who["suggestion_id"] in ended:
            continue
        if who["suggestion_id"] not in begun:
            asked = {"asked_by": suggestion.asked_by} if suggestion.asked_by else {}
            yield {
                "type": "suggestion_started", **who, "window": suggestion.window,
                "speaker": suggestion.speaker.value, "trigger": suggestion.trigger, **asked,
            }  # fmt: skip
        yield {
            "type": "suggestion", **who, "suggestion_type": suggestion.suggestion_type.value,
            "message": suggestion.message, "citations": suggestion.citations,
            "status": suggestion.status.value,
        }  # fmt: skip


def _fail(session: Session, begun: Told, at: datetime) -> None:
    """Give a suggestion that was begun its row, unless it has one. Its words are lost."""
    row = {
        "id": UUID(begun["suggestion_id"]), "call_id": UUID(begun["call_id"]),
        "suggestion_type": SuggestionType.TIP, "message": ADVICE_LOST, "timestamp": at,
        "window": begun["window"], "speaker": Speaker(begun["speaker"]), "trigger": begun["trigger"],
        "asked_by": begun.get("asked_by"), "status": SuggestionStatus.FAILED, "citations": [],
        "lookups": [], "model": "", "prompt_version": "",
    }  # fmt: skip
    session.execute(insert(AiSuggestion).values(row).on_conflict_do_nothing())
