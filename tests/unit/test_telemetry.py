import json
import subprocess
import sys

A_TASK_FAILS = """
import logging
from app.telemetry import configure_logging

configure_logging("worker")
celery = logging.getLogger("celery.app.trace")
celery.addHandler(logging.NullHandler())  # as Celery does
try:
    {}["nothing"]
except KeyError:
    celery.error("Task %s raised unexpected", "earpiece.transcribe", exc_info=True)
"""


def test_what_a_library_warns_of_is_logged_like_everything_else() -> None:
    program = [sys.executable, "-c", A_TASK_FAILS]
    output = subprocess.run(program, capture_output=True, text=True, check=True).stdout

    (line,) = output.splitlines()
    entry = json.loads(line)
    assert entry["event"] == "library_warning"
    assert entry["level"] == "error"
    assert entry["library"] == "celery.app.trace"
    assert entry["message"] == "Task earpiece.transcribe raised unexpected"
    assert "KeyError" in entry["exception"]
