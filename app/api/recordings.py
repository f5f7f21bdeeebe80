"""The sound of a call that is over."""

from uuid import UUID

from flask import Blueprint, Response, send_file
from werkzeug.exceptions import NotFound

from app.api.calls import find_call
from app.database import db_session
from app.models import GOING_ON
from app.streaming.archive import recording_path

recordings = Blueprint("recordings", __name__)


@recordings.get("/api/calls/<uuid:call_id>/recording")
def play(call_id: UUID) -> Response:
    """A stereo FLAC, left agent, right customer, as long as the call; it takes ranges."""
    with db_session() as db:
        call = find_call(db, call_id)
    if call.status in GOING_ON:
        raise NotFound("The call still goes on. Its recording is written when it has ended.")
    if call.recording_url is None:
        raise NotFound("This call has no recording, or it is still being written.")
    path = recording_path(call_id).resolve()
    if not path.is_file():
        raise NotFound("The recording of this call is no longer kept.")
    response = send_file(path, "audio/flac", conditional=True, etag=True)
    response.cache_control.private = True
    return response
