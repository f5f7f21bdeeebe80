"""A question for the assistant about a call, during it and for an hour after it."""

from uuid import UUID, uuid4

from flask import Blueprint
from pydantic import BaseModel
from werkzeug.exceptions import Conflict, TooManyRequests

from app.api.auth import current_principal
from app.api.calls import find_call
from app.api.kept_calls import kept_call
from app.api.media.process import media_process
from app.api.media.remarks import Question
from app.api.typed import Input, typed
from app.database import db_session
from app.streaming import keys
from app.streaming.connection import store
from app.streaming.items import Item
from app.streaming.scripts import PUT_QUESTION
from app.streaming.suggestions import CallUnknown, TooManyQuestions, question_arguments, question_put

questions = Blueprint("questions", __name__)

WAIT_SECONDS = 60


class NewQuestion(Input):
    text: Question


class Asked(BaseModel):
    """The answer comes as this suggestion."""

    suggestion_id: UUID


@questions.post("/api/calls/<uuid:call_id>/questions")
@typed(status=202)
def ask(call_id: UUID, body: NewQuestion) -> Asked:
    """Ask the assistant; the answer streams to everyone who follows the call."""
    if not kept_call(call_id).status:
        with db_session() as db:
            find_call(db, call_id)
    suggestion_id = uuid4()
    arguments = question_arguments(str(suggestion_id), body.text, current_principal().name)
    try:
        question_put(PUT_QUESTION(store(), keys.call(call_id), *arguments))
    except CallUnknown:
        raise Conflict(
            "Questions can be asked from the beginning of a call until an hour after it."
        ) from None
    except TooManyQuestions:
        raise TooManyRequests(
            "This call has had its questions for this minute. Wait a little.", retry_after=WAIT_SECONDS
        ) from None
    media_process().relay.hint(Item("s", call_id, (str(suggestion_id),)))
    return Asked(suggestion_id=suggestion_id)
