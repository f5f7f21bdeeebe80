"""Is this process alive, and does everything that a call needs answer?

Anyone may ask, so the words name no address and no secret.
"""

import time
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPException
from threading import Lock
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from flask import Blueprint, Flask, Response, current_app
from kombu.exceptions import KombuError
from pydantic import BaseModel
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.api.auth import public
from app.api.leaving import is_leaving
from app.database import engine as database
from app.queue import celery
from app.settings import Engine, load_settings
from app.streaming.connection import store
from app.telemetry import get_logger

log = get_logger(__name__)
health = Blueprint("health", __name__)

ANSWER_SECONDS = 2
KEPT_SECONDS = 5.0
"""So long a good answer serves all who ask, so that asking cannot become a load on the parts."""
KEPT_SECONDS_NOT_READY = 0.5
REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class Part(BaseModel):
    ok: bool
    message: str


class Readiness(BaseModel):
    ready: bool
    parts: dict[str, Part]


LEAVING = Readiness(ready=False, parts={"web": Part(ok=False, message="This process is about to end.")})


class Checks:
    """The last look at every part."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: Readiness | None = None
        self._until = 0.0

    def readiness(self) -> Readiness:
        """Every part's state, a few seconds old at most."""
        with self._lock:
            if self._last is None or time.monotonic() >= self._until:
                self._last = _look()
                kept = KEPT_SECONDS if self._last.ready else KEPT_SECONDS_NOT_READY
                self._until = time.monotonic() + kept
            return self._last


def register(app: Flask) -> None:
    """Add the routes."""
    app.extensions["checks"] = Checks()
    app.register_blueprint(health)


@health.get("/healthz")
@public
def alive() -> dict[str, str]:
    """Whether this process answers."""
    return {"status": "alive"}


@health.get("/readyz")
@public
def ready() -> Response:
    """Whether a call can be taken, part by part; 503 when a part does not answer."""
    checks: Checks = current_app.extensions["checks"]
    readiness = LEAVING if is_leaving() else checks.readiness()
    status = HTTPStatus.OK if readiness.ready else HTTPStatus.SERVICE_UNAVAILABLE
    return Response(readiness.model_dump_json(), status, mimetype="application/json")


def _look() -> Readiness:
    settings = load_settings()
    parts = {
        "database": _part("The database", _ask_database),
        "redis": _part("Redis", _ask_redis),
        "broker": _part("The queue of the workers", _ask_broker),
        "recogniser": _part("The recogniser", lambda: _ask_engine(settings.stt)),
        "assistant": _part("The assistant", lambda: _ask_engine(settings.llm)),
    }
    return Readiness(ready=all(part.ok for part in parts.values()), parts=parts)


def _part(name: str, ask: Callable[[], None]) -> Part:
    try:
        ask()
    except HTTPError as error:
        if error.code in REFUSED:
            return Part(ok=False, message=f"{name} refuses our key.")
        return Part(ok=False, message=f"{name} answers with an error ({error.code}).")
    except (SQLAlchemyError, RedisError, KombuError, OSError, HTTPException, ValueError) as error:
        log.warning("part_not_ready", part=name, error=type(error).__name__)
        return Part(ok=False, message=f"{name} does not answer.")
    return Part(ok=True, message=f"{name} answers.")


def _ask_database() -> None:
    with database().connect() as connection:
        connection.execute(text("SELECT 1"))


def _ask_redis() -> None:
    store().ping()


def _ask_broker() -> None:
    with celery().connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=ANSWER_SECONDS)


def _ask_engine(engine: Engine) -> None:
    headers = {"Authorization": f"Bearer {engine.api_key}"} if engine.api_key else {}
    asked = Request(f"{engine.base_url.rstrip('/')}/models", headers=headers)  # noqa: S310 (the operator's own address)
    try:
        urlopen(asked, timeout=ANSWER_SECONDS).close()  # noqa: S310
    except HTTPError as error:
        if error.code != HTTPStatus.NOT_FOUND:  # a server without that route is there all the same
            raise
