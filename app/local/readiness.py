"""Whether the whole system can take a call."""

import json
import threading
import time
import urllib.request
from urllib.error import HTTPError

from redis import RedisError

from app.settings import Settings

ANSWER_SECONDS = 3.0
PAUSE_SECONDS = 0.2


class Readiness:
    """Asks the web process about everything it needs, then each worker, until it has answered once.

    It asks in a thread of its own, since who is not ready may keep us waiting too. `missing` names what has
    not answered yet; when it is empty, a call can begin.
    """

    def __init__(self, settings: Settings, url: str, workers: set[str]) -> None:
        self._broker_url = settings.celery_broker_url
        self._page = f"{url}/readyz"
        self._silent_workers = set(workers)
        self.missing = ["web", *sorted(workers)]
        threading.Thread(target=self._ask, name="readiness", daemon=True).start()

    def _ask(self) -> None:
        while self.missing:
            parts = _missing_parts(self._page)
            if not parts and self._silent_workers:
                self._silent_workers -= _answering_workers(self._broker_url, len(self._silent_workers))
            self.missing = [*parts, *sorted(self._silent_workers)]
            time.sleep(PAUSE_SECONDS)


def _missing_parts(page: str) -> list[str]:
    """What `/readyz` says does not answer; `web` when it says nothing itself."""
    try:
        with urllib.request.urlopen(page, timeout=ANSWER_SECONDS) as response:  # noqa: S310 - our own address
            return [] if response.status == 200 else ["web"]
    except HTTPError as error:
        try:
            parts = json.load(error)["parts"]
            return [name for name, part in parts.items() if not part["ok"]] or ["web"]
        except (ValueError, LookupError, TypeError):
            return ["web"]
    except OSError:
        return ["web"]


def _answering_workers(broker_url: str, wanted: int) -> set[str]:
    """The names of the workers that take tasks now; blocks for a second while fewer than `wanted` answer."""
    # Imported here: it takes half a second, which the processes can use to start.
    from celery import Celery
    from kombu.exceptions import OperationalError

    app = Celery(broker=broker_url)
    app.conf.broker_transport_options = {
        "socket_timeout": ANSWER_SECONDS,
        "socket_connect_timeout": ANSWER_SECONDS,
    }
    try:
        replies = app.control.ping(timeout=1.0, limit=wanted) or []
    except (OSError, OperationalError, RedisError):
        return set()
    finally:
        app.close()
    return {node.partition("@")[0] for reply in replies for node in reply}
