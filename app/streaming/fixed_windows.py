"""The windower of the policy `fixed`: a window is full after so many seconds, whatever is said then."""

import numpy as np

from app.streaming.windows import FLOOR_LEVEL, SAMPLE_BYTES, Cut, Windower


class FixedWindower(Windower):
    """Cuts exactly every `window_seconds`."""

    def __init__(self, rate: int, window_seconds: float, start: int = 0) -> None:
        super().__init__(start)
        self._window_bytes = round(rate * window_seconds) * SAMPLE_BYTES
        self._begin(start)

    def _begin(self, start: int) -> None:
        self._start, self._peak = start, 0

    @property
    def voiced(self) -> bool:
        return self._peak > FLOOR_LEVEL

    def feed(self, chunk: bytes) -> list[Cut]:
        """As `Windower.feed`."""
        cuts: list[Cut] = []
        rest = memoryview(chunk)
        while rest:
            part = rest[: self._window_bytes - self._length]
            samples = np.frombuffer(part, "<i2")
            self._peak = max(self._peak, int(samples.max()), -int(samples.min()))
            self._length += len(part)
            rest = rest[len(part) :]
            if self._length == self._window_bytes:
                cuts += self.flush("fixed")
        return cuts
