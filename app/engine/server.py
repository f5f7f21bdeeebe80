"""The engine's HTTP side: OpenAI's routes, OpenAI's errors."""

import json
import re
import time
import uuid
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.exceptions import MethodNotAllowed as WrongMethod
from werkzeug.exceptions import NotFound as WrongUrl

from app.engine.assistant.answer import answer
from app.engine.audio import read_audio
from app.engine.chat import ChatRequest
from app.engine.completions import MODEL, Completion
from app.engine.errors import BadRequest, EngineError, MethodNotAllowed, NotFound, Overloaded, TooLarge
from app.engine.faults import allow_faults
from app.engine.log import log
from app.engine.recognition import Recogniser
from app.engine.settings import EngineSettings
from app.engine.transcriptions import TranscriptionRequest, transcription

NORMAL_URGENCY = 3
"""Audio sent with a lower one is the beginning of a piece that still grows: nobody waits for its words."""
UPLOAD_LIMIT = 26_214_400
"""Bytes; OpenAI's limit for a file of audio."""


def create_app(settings: EngineSettings, recogniser: Recogniser) -> Flask:
    """The WSGI application. It answers with `recogniser` and with the rules of `assistant/`."""
    app = Flask("app.engine")
    app.config["MAX_CONTENT_LENGTH"] = UPLOAD_LIMIT
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.register_error_handler(Exception, _answer_error)
    app.after_request(_name_request)
    started = int(time.time())

    @app.post("/v1/audio/transcriptions")
    def transcribe() -> Response:
        """Words for the audio in a form."""
        wanted = TranscriptionRequest.from_form(
            request.form, request.form.getlist("timestamp_granularities[]")
        )
        if "file" not in request.files:
            raise BadRequest("Missing required parameter: 'file'.", "file", "missing_required_parameter")
        audio = read_audio(request.files["file"].read())
        began = time.monotonic()
        grows = urgency_of(request.headers.get("Priority", "")) > NORMAL_URGENCY
        segments = recogniser.follow(audio) if grows else recogniser.recognise(audio, wanted.prompt)
        log.info(
            "transcribed",
            audio_seconds=round(audio.seconds, 2),
            seconds=round(time.monotonic() - began, 3),
            words=sum(len(segment.words) for segment in segments),
            interim=grows,
        )
        shape = transcription(wanted, segments, audio.seconds)
        return Response(shape, mimetype="text/plain") if isinstance(shape, str) else jsonify(shape)

    @app.post("/v1/chat/completions")
    def complete() -> Response:
        """The assistant's answer to a conversation, streamed where that was asked for."""
        wanted = ChatRequest.from_json(_json())
        given = answer(wanted)
        completion = Completion(wanted, given)
        log.info("answered", tool_calls=[call.name for call in given.calls], stream=wanted.stream)
        if wanted.stream:
            return Response(completion.events(settings.token_ms / 1000), mimetype="text/event-stream")
        return jsonify(completion.whole())

    @app.get("/v1/models")
    def models() -> Response:
        """What answers here."""
        listed = [_model(name, started) for name in (MODEL, recogniser.name)]
        return jsonify({"object": "list", "data": listed})

    @app.get("/v1/models/<name>")
    def model(name: str) -> Response:
        """One of them."""
        if name not in (MODEL, recogniser.name):
            raise NotFound(f"The model '{name}' does not exist", "model", "model_not_found")
        return jsonify(_model(name, started))

    @app.get("/healthz")
    def healthz() -> Response:
        """That the process answers, and how many recogniser processes run."""
        return jsonify({"status": "ok", "recogniser": {"name": recogniser.name, **recogniser.readiness()}})

    if settings.faults:
        allow_faults(app)
    return app


def urgency_of(priority: str) -> int:
    """The urgency in a `Priority` header (RFC 9218): 0 is the most urgent, 7 the least."""
    found = re.search(r"(?:^|[,\s])u=([0-7])(?:$|[,;\s])", priority)
    return int(found[1]) if found else NORMAL_URGENCY


def _json() -> Any:
    try:
        return json.loads(request.get_data())
    except ValueError:
        raise BadRequest("We could not parse the JSON body of your request: it is not valid JSON.") from None


def _model(name: str, created: int) -> dict[str, Any]:
    """`owned_by` says plainly what this is."""
    kind = "rules, not a language model" if name == MODEL else "recogniser"
    return {"id": name, "object": "model", "created": created, "owned_by": f"earpiece: built-in {kind}"}


def _name_request(response: Response) -> Response:
    response.headers["x-request-id"] = f"req_{uuid.uuid4().hex}"
    return response


def _answer_error(error: Exception) -> Response:
    """Every failure as OpenAI's API says it; what nobody foresaw is logged and answered 500."""
    match error:
        case EngineError():
            known = error
        case WrongUrl():
            known = NotFound(f"Invalid URL ({request.method} {request.path})")
        case WrongMethod():
            known = MethodNotAllowed(
                f"Not allowed to {request.method} on {request.path}."
                " (HINT: Perhaps you meant to use a different HTTP method?)"
            )
        case RequestEntityTooLarge():
            known = TooLarge(
                f"Maximum content size limit ({UPLOAD_LIMIT}) exceeded ({request.content_length} bytes read)"
            )
        case HTTPException():
            known = BadRequest(error.description or "The request could not be read.")
        case _:
            log.exception("request_failed", path=request.path)
            known = EngineError("The server had an error while processing your request. Sorry about that!")
    response = jsonify(known.body())
    response.status_code = known.status
    if isinstance(known, Overloaded):
        response.headers["Retry-After"] = "1"
    return response
