"""A checkout of its own for each test: our code, a small Procfile, an empty `var/`."""

import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.local.run import Run

ROOT = Path(__file__).parents[3]
PROCFILE = """\
web: gunicorn --no-control-socket -c tiny.py tiny:web
transcribe: celery -q -A tiny:worker worker -n transcribe@%h -P solo -l ERROR --without-mingle
"""
TINY = '''\
"""The smallest product that a supervisor can keep: a page that is always there, and a worker."""

import os
from threading import Thread

from celery import Celery
from celery.signals import worker_ready
from gunicorn.workers.sync import SyncWorker

from app.starter import say_ready, wait_for_successor


class worker_class(SyncWorker):
    def handle_exit(self, sig, frame):
        Thread(target=self._leave).start()

    def _leave(self):
        wait_for_successor()
        self.alive = False


def post_worker_init(worker):
    say_ready()


worker_ready.connect(lambda **_: say_ready(), weak=False)


def web(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode()]


worker = Celery(broker=os.environ["REDIS_URL"].removesuffix("0") + "1")
'''


def _make_checkout() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="earpiece-checkout-"))
    folder.chmod(0o755)
    (folder / "app").symlink_to(ROOT / "app")
    for file in ("alembic.ini", "celeryconfig.py"):
        shutil.copy(ROOT / file, folder)
    (folder / "Procfile").write_text(PROCFILE)
    (folder / "tiny.py").write_text(TINY)
    (folder / "frontend" / "dist").mkdir(parents=True)
    (folder / "frontend" / "dist" / "index.html").write_text("<!doctype html>")
    return folder


@pytest.fixture
def new_checkout() -> Iterator[Callable[[], Path]]:
    """Makes checkouts that are gone after the test."""
    made: list[Path] = []

    def make() -> Path:
        made.append(_make_checkout())
        return made[-1]

    yield make
    for folder in made:
        shutil.rmtree(folder)


@pytest.fixture
def checkout(new_checkout: Callable[[], Path]) -> Path:
    """One checkout."""
    return new_checkout()


@pytest.fixture
def start() -> Iterator[Callable[..., Run]]:
    """Starts systems, and ends those that the test has not."""
    runs: list[Run] = []

    def start_one(folder: Path, **environment: str) -> Run:
        runs.append(Run(folder, environment))
        return runs[-1]

    yield start_one
    for run in runs:
        if run.process.poll() is None:
            run.process.send_signal(signal.SIGTERM)
        run.wait(seconds=10)
