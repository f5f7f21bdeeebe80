"""So many of something a minute, of one socket."""

import time
from collections import deque

MINUTE_SECONDS = 60.0


class Pace:
    """Counts what it allows; what it refuses costs nothing later."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._allowed: deque[float] = deque(maxlen=most)  # when the last ones were

    def allows(self) -> bool:
        """Whether there may be one more now; then it counts."""
        now = time.monotonic()
        if len(self._allowed) == self.most and now - self._allowed[0] < MINUTE_SECONDS:
            return False
        self._allowed.append(now)
        return True
