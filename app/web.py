"""gunicorn's configuration: one process, one greenlet a socket. Patched before anything else is imported."""

from types import FrameType
from typing import Any

from gevent import monkey

monkey.patch_all()

import gevent  # noqa: E402
import psycopg2  # noqa: E402
from gunicorn.workers.ggevent import GeventWorker  # noqa: E402
from psycogreen.gevent import gevent_wait_callback  # noqa: E402
from psycopg2.extensions import connection, set_wait_callback  # noqa: E402

from app.heap import freeze_heap  # noqa: E402
from app.settings import load_settings  # noqa: E402
from app.starter import SUCCESSOR_SECONDS, has_starter, say_ready, wait_for_successor  # noqa: E402
from app.telemetry import get_logger  # noqa: E402

log = get_logger(__name__)

DATABASE_SILENCE_SECONDS = 6  # longer than the 5 s after which PostgreSQL itself ends a statement
LEAVING_SECONDS = 2


def wait_for_database(waiting: connection) -> None:
    """Let other greenlets go on until PostgreSQL answers. Raises `OperationalError` after 6 s without a word.

    PostgreSQL's own time-out cannot end a statement when the server is frozen, and libpq's for connecting
    does not count here.
    """
    try:
        gevent_wait_callback(waiting, timeout=DATABASE_SILENCE_SECONDS)
    except TimeoutError as silence:
        raise psycopg2.OperationalError("The server is silent.") from silence


set_wait_callback(wait_for_database)


class Worker(GeventWorker):  # type: ignore[misc]
    """gunicorn's own, which leaves without a word when it is asked to end: ours serves until another does,
    and says goodbye.
    """

    _asked = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM."""
        if not self._asked:
            self._asked = True
            gevent.spawn(self._leave)  # a signal's handler must not wait for anything

    def _leave(self) -> None:
        from app.api.leaving import leave  # the app is imported after the fork

        if not wait_for_successor():
            log.warning("successor_missed", seconds=SUCCESSOR_SECONDS)
        self.alive = False
        leave()


settings = load_settings()
bind = f"{settings.host}:{settings.port}"
worker_class = Worker
workers = 1
worker_connections = 4000
timeout = 60
graceful_timeout = LEAVING_SECONDS + (SUCCESSOR_SECONDS if has_starter() else 0)
keepalive = 75
control_socket_disable = True
accesslog = None


def post_worker_init(worker: Any) -> None:
    """Start-up is over."""
    freeze_heap()
    say_ready()
