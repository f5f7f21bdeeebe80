"""The agent's work after a call: summary, sentiment, disposition, follow-ups, and that it is done."""

from typing import Annotated, Literal
from uuid import UUID

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import Conflict

from app.api.auth import current_principal
from app.api.calls import find_call
from app.api.kept_calls import kept_call
from app.api.typed import Input, Storable, typed
from app.clock import now
from app.database import db_session
from app.models import GOING_ON, Call, CallStatus, Disposition, Sentiment
from app.representation import CallRow, FollowUp

wrap_up = Blueprint("wrap_up", __name__)

MOST_FOLLOW_UPS = 20


class WrapUp(Input):
    """Only the fields sent are changed; follow-ups are written whole."""

    summary: Annotated[Storable, Field(max_length=10_000)] = ""
    sentiment: Sentiment = Sentiment.NEUTRAL
    disposition: Disposition | None = None
    follow_ups: list[FollowUp] = Field([], max_length=MOST_FOLLOW_UPS)
    completed: Literal[True] = True


@wrap_up.patch("/api/calls/<uuid:call_id>/wrap-up")
@typed()
def write_wrap_up(call_id: UUID, body: WrapUp) -> CallRow:
    """Edit what a call leaves behind, or close it; what was edited the assistant never overwrites."""
    kept = kept_call(call_id).status
    with db_session() as db:
        call = find_call(db, call_id, joinedload(Call.customer), lock=True)
        for field in body.model_fields_set & {"summary", "sentiment", "disposition"}:
            setattr(call, field, getattr(body, field))
        if "follow_ups" in body.model_fields_set:
            call.follow_ups = [follow_up.model_dump(mode="json") for follow_up in body.follow_ups]
        if "sentiment" in body.model_fields_set:
            call.sentiment_score = None  # it was of the assistant's own judgement
        call.edited = sorted({*call.edited, *(body.model_fields_set & {"summary", "sentiment"})})
        if "completed" in body.model_fields_set:
            _complete(call, goes_on=(kept or call.status) in GOING_ON)
        return CallRow.model_validate(call)


def _complete(call: Call, *, goes_on: bool) -> None:
    """Close the wrap-up. Again is harmless. Redis knows sooner than the row that a call has ended."""
    if goes_on:
        raise Conflict("The call still goes on. Hang up first.")
    if call.completed_at is None:
        call.completed_at, call.completed_by = now(), current_principal().name
    if call.status != CallStatus.ABANDONED:
        call.status = CallStatus.COMPLETED
