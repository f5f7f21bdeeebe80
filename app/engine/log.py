"""The engine's log: JSON lines on standard output, a constant event name with fields, never words that were
spoken.
"""

import logging

import structlog

log: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
    structlog.PrintLogger(),
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ],
    wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    process="engine",
)
