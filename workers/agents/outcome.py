"""What asking an engine has shown of it, told to everyone (app/streaming/parts.py)."""

import redis

from app.database import DATABASE_AWAY
from app.streaming.parts import Part, Trouble, answered, failed
from workers.agents.engine import EngineBusy, EngineClosed, EngineError, EngineRefused

REST_SECONDS = 5.0
TIMES = {Part.RECOGNISER: 3, Part.ASSISTANT: 1}
"""Failures in a row before people are told: a window is tried again, a suggestion is missing at once."""
NO_DATABASE = Trouble(
    Part.DATABASE, "down", "The database does not answer. The call goes on, and is stored when it is back."
)
MEANWHILE = {
    Part.RECOGNISER: "What is said is recorded, and written down when it is back.",
    Part.ASSISTANT: "Policies that fit are shown meanwhile.",
}


def report(store: redis.Redis, part: Part, error: EngineError | None) -> None:
    """It answered, or this is how it did not. Who is busy or refuses a request is there all the same."""
    if error is None or isinstance(error, EngineRefused):
        answered(store, part)
    elif isinstance(error, EngineClosed):
        _failed(store, part, "refused", error, times=1)
    elif not isinstance(error, EngineBusy):
        _failed(store, part, "down", error, times=TIMES[part])


def report_database(store: redis.Redis, error: Exception) -> None:
    """Tell people when it is the database's absence that `error` is about. The sweep tells of its return."""
    if isinstance(error, DATABASE_AWAY):
        failed(store, NO_DATABASE, times=1, rest_seconds=0)


def _failed(store: redis.Redis, part: Part, state: str, error: EngineError, *, times: int) -> None:
    rest = max(REST_SECONDS, error.retry_after)
    message = f"The {part} {error.words} {MEANWHILE[part]}"
    failed(store, Trouble(part, state, message), times=times, rest_seconds=rest)
