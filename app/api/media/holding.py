"""Legs that hold frames back, so that several go to Redis as one."""

import threading
from collections import deque
from typing import Protocol


class Held(Protocol):
    """A leg that has gathered something."""

    call_key: str

    def send(self) -> None:
        """Give it to the appender."""


class Holding:
    """By how long they have waited, and by call. Moments are of `time.monotonic`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: dict[str, dict[Held, float]] = {}  # each leg that waits, and until when
        self._order: deque[tuple[float, Held]] = deque()  # of them all, and of some that wait no longer

    def add(self, leg: Held, until: float) -> bool:
        """A leg waits, if it does not already: `until` then at the latest, which is never before the last.
        Whether nothing waited before.
        """
        with self._lock:
            was_empty = not self._order
            legs = self._calls.setdefault(leg.call_key, {})
            if leg not in legs:
                legs[leg] = until
                self._order.append((until, leg))
            return was_empty

    def discard(self, leg: Held) -> None:
        """It waits no longer."""
        with self._lock:
            legs = self._calls.get(leg.call_key, {})
            legs.pop(leg, None)
            if not legs:
                self._calls.pop(leg.call_key, None)

    def of_call(self, call_key: str) -> list[Held]:
        """The legs of a call that wait."""
        with self._lock:
            return list(self._calls.get(call_key, ()))

    def due(self, now: float) -> list[Held]:
        """Those that have waited long enough, the first one first; each is named once."""
        with self._lock:
            found = []
            while self._order and self._order[0][0] <= now:
                until, leg = self._order.popleft()
                if self._calls.get(leg.call_key, {}).get(leg) == until:
                    found.append(leg)
            return found

    def seconds_left(self, now: float) -> float | None:
        """So long nothing is due; None when nothing waits."""
        with self._lock:
            return max(0.0, self._order[0][0] - now) if self._order else None
