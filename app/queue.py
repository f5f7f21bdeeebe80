"""The names of the tasks and their queues.

The web process sends tasks by name, so that it never imports `workers`.
"""

from functools import cache
from uuid import UUID

from celery import Celery

from app.streaming.connection import store
from app.streaming.items import Item
from app.streaming.line import line_up

TRANSCRIBE_QUEUE = "transcribe"
INTERIM_QUEUE = "interim"
SUGGEST_QUEUE = "suggest"
POSTCALL_QUEUE = "postcall"
SWEEP_QUEUE = "sweep"

OPEN_CALL = "earpiece.open_call"
TRANSCRIBE = "earpiece.transcribe"
RETRY_WINDOW = "earpiece.retry_window"
INTERIM = "earpiece.interim"
SUGGEST = "earpiece.suggest"
FINISH_CALL = "earpiece.finish_call"
SWEEP_LEDGER = "earpiece.sweep_ledger"
CLOSE_ABANDONED = "earpiece.close_abandoned"
FINISH_MISSED = "earpiece.finish_missed"

IN_LINE = {"w", "s"}
"""Kinds of which a task does one after the other (app/streaming/line.py)."""
TASK_OF_ITEM = {
    "o": (OPEN_CALL, TRANSCRIBE_QUEUE),
    "w": (TRANSCRIBE, TRANSCRIBE_QUEUE),
    "i": (INTERIM, INTERIM_QUEUE),
    "s": (SUGGEST, SUGGEST_QUEUE),
    "f": (FINISH_CALL, POSTCALL_QUEUE),
}

INTERIM_EXPIRES_SECONDS = 2


@cache
def celery() -> Celery:
    """The process's Celery, configured by `celeryconfig.py` at the top of the tree."""
    app = Celery("earpiece")
    app.config_from_object("celeryconfig")
    return app


def send_hint(item: Item) -> None:
    """Tell a worker that `item` waits. Interim words that nobody took in time are not wanted any more.

    Raises `kombu.exceptions.OperationalError` when the broker is away, `redis.RedisError` when the store is.
    """
    task, queue = TASK_OF_ITEM[item.kind]
    if item.kind not in IN_LINE:
        expires = INTERIM_EXPIRES_SECONDS if item.kind == "i" else None
        celery().send_task(task, args=[str(item.call_id), *item.rest], queue=queue, expires=expires)
    elif line_up(store(), item):
        celery().send_task(task, queue=queue)


def send_retry(call_id: UUID, speaker: str, number: int) -> None:
    """Have a window that failed for good heard once more. Raises as `send_hint`."""
    celery().send_task(RETRY_WINDOW, args=[str(call_id), speaker, str(number)], queue=TRANSCRIBE_QUEUE)
