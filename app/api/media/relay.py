"""One relay a process, outside all socket loops: gives Celery a hint for each new item of the ledger."""

import queue
import threading

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from app.queue import send_hint
from app.streaming.items import Item
from app.telemetry import get_logger

log = get_logger(__name__)


class Relay:
    """Publishing can hang while the broker is away, and may fail: the ledger keeps the work, and the
    sweeper hints again.
    """

    def __init__(self) -> None:
        self._items: queue.SimpleQueue[Item] = queue.SimpleQueue()

    def start(self) -> None:
        """Begin, in a thread that ends with the process."""
        threading.Thread(target=self._run, name="relay", daemon=True).start()

    def hint(self, item: Item) -> None:
        """Have a worker told of `item`; returns at once."""
        self._items.put(item)

    def _run(self) -> None:
        while True:
            item = self._items.get()
            try:
                send_hint(item)
            except (OperationalError, RedisError, OSError) as error:
                log.warning(
                    "hint_failed", call_id=str(item.call_id), kind=item.kind, error=type(error).__name__
                )
            except Exception:  # one item's mistake must not keep the hints of all others back
                log.exception("relay_failed", call_id=str(item.call_id), kind=item.kind)
