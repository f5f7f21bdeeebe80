"""Every failure of a request in words: a problem document (RFC 9457) under `/api`, else a plain page.

HTTPException (werkzeug)      what a view raises: `abort(404, "There is no call …")`
├── InvalidFields             422: the body or the query does not fit; names each field and why
└── Taken                     409: another agent has the call, or it rings no longer; names who has it
NotConfigured                 no request's failure: the process must not start

What another part does not answer (PostgreSQL, Redis) is retryable and becomes a 503; all else is ours: 500.
"""

import json
from http import HTTPStatus
from uuid import uuid4

import click
from flask import Flask, render_template, request
from gunicorn.errors import AppImportError
from redis.exceptions import ConnectionError as RedisLost
from redis.exceptions import TimeoutError as RedisSilent
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import (
    Conflict,
    HTTPException,
    InternalServerError,
    ServiceUnavailable,
    UnprocessableEntity,
)
from werkzeug.wrappers import Response

from app.telemetry import get_logger

log = get_logger("api")

RETRY_SECONDS = 5
PROBLEM_TYPE = "application/problem+json"
WORDS = {
    400: "The request could not be understood.",
    401: "Sign in first.",
    403: "You may not do this.",
    404: "There is nothing at this address.",
    405: "This address does not do that.",
    413: "The request is too large: 64 KiB at the most.",
    415: "Send the body as application/json.",
    429: "Too many tries. Wait a few minutes.",
}


class NotConfigured(AppImportError, click.ClickException):  # type: ignore[misc]
    """A setting forbids the start. Thanks to its parents gunicorn and `flask` print the sentence alone."""


class InvalidFields(UnprocessableEntity):
    """`fields` are {"name", "problem"}, one for each thing wrong."""

    def __init__(self, fields: list[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{field['name']}: {field['problem']}" for field in fields))
        self.fields = fields


class Taken(Conflict):
    """`taken_by` is the other agent's name, None when nobody can have the call any more."""

    def __init__(self, words: str, taken_by: str | None) -> None:
        super().__init__(words)
        self.taken_by = taken_by


def register(app: Flask) -> None:
    """Answer every error of the app."""
    app.register_error_handler(HTTPException, answer)
    for away in (OperationalError, InterfaceError, NoConnectionFree, RedisLost, RedisSilent):
        app.register_error_handler(away, _part_away)
    app.register_error_handler(Exception, _our_fault)


def answer(error: HTTPException) -> Response:
    """The error as the one who asked can read it, with the headers that belong to it."""
    response = error.get_response()
    if response.status_code < HTTPStatus.BAD_REQUEST:  # a redirect is no failure
        return response
    status = HTTPStatus(response.status_code)
    own_words = error.description if error.description != type(error).description else None
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status,
        "detail": own_words or WORDS.get(status) or status.description,
    }
    if isinstance(error, InvalidFields):
        problem["fields"] = error.fields
    if isinstance(error, Taken):
        problem["taken_by"] = error.taken_by
    if request.path.startswith("/api/"):
        response.data = json.dumps(problem)
        response.content_type = PROBLEM_TYPE
    else:
        response.data = render_template("problem.html", **problem)
        response.content_type = "text/html; charset=utf-8"
    return response


def _part_away(error: Exception) -> Response:
    part = "Redis" if isinstance(error, (RedisLost, RedisSilent)) else "database"
    log.warning("part_away", part=part, error=type(error).__name__, path=request.path)
    words = f"The {part} is not answering. Try again in a few seconds."
    return answer(ServiceUnavailable(words, retry_after=RETRY_SECONDS))


def _our_fault(error: Exception) -> Response:
    reference = uuid4().hex[:8]
    log.error("request_failed", reference=reference, path=request.path, exc_info=error)
    return answer(InternalServerError(f"Something went wrong on our side. The log has it under {reference}."))
