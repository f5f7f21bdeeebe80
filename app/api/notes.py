"""A supervisor's word to the agent of a call that goes on."""

from typing import Annotated
from uuid import UUID, uuid4

from flask import Blueprint
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from werkzeug.exceptions import Conflict

from app.api.auth import current_principal, require
from app.api.calls import find_call
from app.api.kept_calls import kept_call
from app.api.typed import Input, Storable, typed
from app.clock import now
from app.database import db_session
from app.models import CallStatus, Role
from app.representation import Time
from app.streaming.connection import store
from app.streaming.events import emit

notes = Blueprint("notes", __name__)

LONGEST_NOTE = 500


class NewNote(Input):
    text: Annotated[Storable, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NOTE)]


class Note(BaseModel):
    """As the record of the call has it; `from` is the name of who wrote it."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    note_id: UUID
    text: str
    sender: str = Field(alias="from")
    at: Time


@notes.post("/api/calls/<uuid:call_id>/notes")
@require(Role.SUPERVISOR)
@typed(status=201)
def send_note(call_id: UUID, body: NewNote) -> Note:
    """Send the agent of a call that goes on a note; it is pinned above the advice."""
    status = kept_call(call_id).status
    if status is None:
        with db_session() as db:
            find_call(db, call_id)
    if status != CallStatus.ACTIVE:
        raise Conflict("The call does not go on, so nobody would read this.")
    note = Note(note_id=uuid4(), text=body.text, sender=current_principal().name, at=now())
    emit(store(), call_id, {"type": "note", **note.model_dump(mode="json")})
    return note
