"""The right to do something alone: it outlives a worker that is killed by seconds only, and lasts as long as
one that lives.
"""

from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Self

from redis.exceptions import LockError, RedisError
from redis.lock import Lock

from app.streaming.connection import store
from app.telemetry import get_logger

log = get_logger(__name__)

LEASE_SECONDS = 20
RENEW_SECONDS = 5
"""Redis may be away for the difference."""


class Lease:
    """Renewed while its block runs, unless it is given back before, or has run out and is another's."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock
        self._over = Event()

    @classmethod
    def take(cls, name: str) -> Self | None:
        """The lease of this name (a key of Redis); None when another has it."""
        lock = store().lock(name, timeout=LEASE_SECONDS, thread_local=False)
        return cls(lock) if lock.acquire(blocking=False) else None

    def give_back(self) -> None:
        """Let others take it."""
        self._over.set()
        with suppress(LockError):  # it is given back, or another's
            self._lock.release()

    def __enter__(self) -> Self:
        Thread(target=self._renew, name="lease", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give_back()

    def _renew(self) -> None:
        while not self._over.wait(RENEW_SECONDS):
            try:
                self._lock.reacquire()
            except LockError:
                return
            except RedisError as error:
                log.warning("lease_not_renewed", error=type(error).__name__)
