"""Windows: the spans of a leg that are heard as one. They tile its bytes; a windower decides where they end.

A windower is pure: no I/O, no clock. Its cuts depend on the bytes since the last cut alone, whatever frames
they came in, so that a new owner of the leg replays those bytes and comes to the same cuts.
"""

from abc import ABC, abstractmethod
from typing import Literal, NamedTuple

Kind = Literal["speech", "silent"]

SAMPLE_BYTES = 2
FLOOR_LEVEL = 45.0  # of 32768: -57 dBFS, under which a line is silent whatever its noise sounds like


class Cut(NamedTuple):
    """The end of a window: a byte of the leg, what the window holds, and why it ends here.

    Reasons: `pause` the speaker paused, `length` speech went on, `onset` silence ended, `silence` it went on,
    `fixed` the seconds were full, `idle` no more bytes came.
    """

    end: int
    kind: Kind
    reason: str


class Windower(ABC):
    """Cuts one leg, fed from the end of its last window on, in whole samples of PCM16."""

    def __init__(self, start: int) -> None:
        """Begin at byte `start` of the leg."""
        self._start = start
        self._length = 0

    @property
    def open_bytes(self) -> int:
        """The length of the open window."""
        return self._length

    @property
    def end(self) -> int:
        """The byte after the last one fed."""
        return self._start + self._length

    @property
    @abstractmethod
    def voiced(self) -> bool:
        """Whether the open window must be listened to if it ends here."""

    @abstractmethod
    def feed(self, chunk: bytes) -> list[Cut]:
        """The cuts that these next bytes bring about, in order."""

    @abstractmethod
    def _begin(self, start: int) -> None:
        """Open the next window at byte `start`, remembering nothing of the one before."""

    def flush(self, reason: str = "idle") -> list[Cut]:
        """Close the open window at the last byte fed, if it has any."""
        if not self._length:
            return []
        cut = Cut(self.end, "speech" if self.voiced else "silent", reason)
        self._length = 0
        self._begin(cut.end)
        return [cut]
