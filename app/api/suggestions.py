"""A suggestion that is stored, and what became of it: used, dismissed, rated."""

from typing import Literal
from uuid import UUID

from flask import Blueprint
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from app.api.auth import current_principal
from app.api.calls import visible_to
from app.api.typed import Input, typed
from app.database import db_session
from app.models import AiSuggestion, Call
from app.representation import SuggestionRow

suggestions = Blueprint("suggestions", __name__)


class Verdict(Input):
    """Only the fields sent are changed; a rating of null takes the rating back."""

    used: bool = False
    dismissed: bool = False
    rating: Literal[-1, 1] | None = None


@suggestions.get("/api/suggestions/<uuid:suggestion_id>")
@typed()
def show_suggestion(suggestion_id: UUID) -> SuggestionRow:
    """A suggestion, once it is stored: shortly after its last word."""
    with db_session() as db:
        return SuggestionRow.model_validate(_find(db, suggestion_id))


@suggestions.patch("/api/suggestions/<uuid:suggestion_id>")
@typed()
def judge(suggestion_id: UUID, body: Verdict) -> SuggestionRow:
    """Say what became of a suggestion."""
    with db_session() as db:
        suggestion = _find(db, suggestion_id)
        for field in body.model_fields_set:
            setattr(suggestion, field, getattr(body, field))
        return SuggestionRow.model_validate(suggestion)


def _find(db: Session, suggestion_id: UUID) -> AiSuggestion:
    suggestion = db.scalar(
        select(AiSuggestion)
        .join(Call, Call.call_id == AiSuggestion.call_id)
        .where(AiSuggestion.id == suggestion_id, visible_to(current_principal()))
    )
    if suggestion is None:
        raise NotFound("There is no such suggestion, or it is not stored yet.")
    return suggestion
