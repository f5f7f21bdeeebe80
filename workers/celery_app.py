"""The Celery app of the workers: `celery -A workers.celery_app worker -Q <queue>`."""

from contextlib import suppress
from typing import Any

from celery.signals import setup_logging, worker_init, worker_ready
from redis.exceptions import RedisError

from app.heap import freeze_heap
from app.queue import celery
from app.starter import say_ready
from app.telemetry import configure_logging

app = celery()
app.conf.imports = [
    "workers.transcription",
    "workers.interim",
    "workers.retry",
    "workers.suggestions",
    "workers.postcall",
    "workers.maintenance",
]


@setup_logging.connect
def _configure_logging(**_: Any) -> None:
    configure_logging("worker")


@worker_init.connect
def _warm_up(**_: Any) -> None:
    """Make the engine's client now: its first call would cost 35 to 50 ms more (performance.md)."""
    from app.streaming.connection import store
    from app.streaming.scripts import load_scripts
    from workers.agents.engine import warm_up

    with suppress(RedisError):  # the scripts are loaded by whoever finds them missing
        load_scripts(store())
    warm_up()


@worker_ready.connect
def _settle(**_: Any) -> None:
    freeze_heap()
    say_ready()
