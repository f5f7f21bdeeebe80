"""The Celery app of workers, beat and Flower.

It imports no task: beat and Flower need none, a worker only those of its queues.
"""

from contextlib import suppress
from importlib import import_module
from typing import Any

from celery.bootsteps import Step
from celery.concurrency.thread import TaskPool
from celery.exceptions import ImproperlyConfigured
from celery.signals import setup_logging, worker_init, worker_ready
from redis.exceptions import RedisError

from app.heap import freeze_heap, keep_freed_memory
from app.queue import INTERIM_QUEUE, POSTCALL_QUEUE, SUGGEST_QUEUE, SWEEP_QUEUE, TRANSCRIBE_QUEUE, celery
from app.starter import say_ready
from app.telemetry import configure_logging
from workers.one_core import keep_to_one_core

TASKS_OF_QUEUE = {
    TRANSCRIBE_QUEUE: ("workers.transcription", "workers.retry"),
    INTERIM_QUEUE: ("workers.interim",),
    SUGGEST_QUEUE: ("workers.suggestions",),
    POSTCALL_QUEUE: ("workers.postcall",),
    SWEEP_QUEUE: ("workers.maintenance",),
}
"""The modules with the tasks that are sent to a queue."""

BUSY = {TRANSCRIBE_QUEUE, SUGGEST_QUEUE}
"""Of whose tasks there are many threads at once, and little work that lets Python's lock go for long."""

app = celery()


class TasksOfQueues(Step):
    """A step of a worker's start, and no signal: what the receiver of a signal raises is only logged, and the
    worker would go on without its tasks, dropping every message.
    """

    def __init__(self, worker: Any, **_: Any) -> None:
        """Import the tasks of the worker's queues. Raises `ImproperlyConfigured` for a queue without any."""
        for queue in worker.app.amqp.queues.consume_from:
            if queue not in TASKS_OF_QUEUE:
                raise ImproperlyConfigured(f"No queue {queue}: there are {', '.join(TASKS_OF_QUEUE)}.")
            for module in TASKS_OF_QUEUE[queue]:
                import_module(module)


app.steps["worker"].add(TasksOfQueues)


@setup_logging.connect
def _configure_logging(**_: Any) -> None:
    configure_logging("worker")


@worker_init.connect
def _warm_up(**_: Any) -> None:
    """Make the engine's client now: its first call would cost 35 to 50 ms more."""
    from app.streaming.connection import store
    from app.streaming.scripts import load_scripts
    from workers.agents.engine import warm_up

    with suppress(RedisError):  # the scripts are loaded by whoever finds them missing
        load_scripts(store())
    warm_up()


@worker_ready.connect
def _settle(sender: Any, **_: Any) -> None:
    freeze_heap()
    keep_freed_memory()
    say_ready()
    if set(sender.app.amqp.queues.consume_from) <= BUSY and isinstance(sender.pool, TaskPool):
        keep_to_one_core()
