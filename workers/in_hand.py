"""What this worker has in hand. Asked to end, it gives back what it does not finish in a moment.

Otherwise a lease would have to run out before another may take the work: half a minute without words.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import redis
from celery.signals import worker_shutting_down
from kombu.exceptions import OperationalError

from app.queue import send_hint
from app.streaming.items import Item
from app.telemetry import get_logger

log = get_logger(__name__)

FINISH_SECONDS = 1.2
"""Less than whoever stops us waits before the kill: two seconds under `make run`."""


class _Hands:
    """The leases that are held now: each item with how it is given back."""

    def __init__(self) -> None:
        self._held: dict[Item, Callable[[], object]] = {}

    @contextmanager
    def holding(self, item: Item, give_back: Callable[[], object]) -> Iterator[None]:
        """While the block runs, `item` is ours. `give_back` ends the lease, if it is still ours then."""
        self._held[item] = give_back
        try:
            yield
        finally:
            self._held.pop(item, None)

    def open(self) -> None:
        """Give back what is held, and have others told of it."""
        for item, give_back in list(self._held.items()):
            try:
                give_back()
                send_hint(item)
            except (redis.RedisError, OperationalError, OSError) as error:
                log.warning("not_given_back", call_id=str(item.call_id), error=type(error).__name__)
            else:
                log.info("given_back", call_id=str(item.call_id), kind=item.kind)


hands = _Hands()


@worker_shutting_down.connect
def _finish_or_give_back(**_: Any) -> None:
    """In a thread: a signal's handler must not wait."""

    def wait() -> None:
        time.sleep(FINISH_SECONDS)
        hands.open()

    threading.Thread(target=wait, name="giving back", daemon=True).start()
