"""Structured logs: a constant event name with fields. Never words that were spoken, never secrets, never
whole messages.
"""

import logging
import sys
from typing import Any

import structlog


def configure_logging(process: str) -> None:
    """Log to standard output: for people on a terminal, as JSON lines otherwise. `process` is added to
    every line. Warnings of the libraries come the same way: without a handler Celery's would go nowhere, and
    with them every error that a task did not expect.
    """
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if sys.stdout.isatty() else structlog.processors.JSONRenderer()
    )
    common: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*common, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_name_library, *common],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def _name_library(_: Any, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A library's sentence becomes a field: the names of events are constant."""
    record: logging.LogRecord = event["_record"]
    return {**event, "event": "library_warning", "library": record.name, "message": event["event"]}


def get_logger(room: str) -> structlog.typing.FilteringBoundLogger:
    """A logger whose lines carry the room (module) that they come from."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return logger
