"""What has come of a leg since its last append, on its way to the next."""

from collections import deque
from collections.abc import Callable, Iterable

from app.streaming.legs import ENTRY_BYTES
from app.streaming.scripts import Argument
from app.streaming.windows import Cut, Windower


def unknown(_: float) -> int:
    """Nobody knows when it was."""
    return 0


class Gathered:
    """Frames in their order, and the windows that end in them. Feeds the windower; pure, as that is."""

    def __init__(self, windower: Windower, at_store: Callable[[float], int] = unknown) -> None:
        """`at_store` brings a moment of our clock to a millisecond of Redis's, 0 when nobody knows it."""
        self._windower, self._at_store = windower, at_store
        self._frames: list[bytes] = []
        self._cuts: list[Argument] = []
        self._arrivals: deque[tuple[int, float]] = deque()  # frames since the last cut: end, when
        self.size = 0

    @property
    def open_bytes(self) -> int:
        """The length of the open window."""
        return self._windower.open_bytes

    @property
    def voiced(self) -> bool:
        """As `Windower.voiced`."""
        return self._windower.voiced

    def has_room(self, frame: bytes) -> bool:
        """Whether it may go with the others: they become one entry of the leg's stream."""
        return self.size + len(frame) <= ENTRY_BYTES

    def add(self, frame: bytes, arrived: float = 0) -> bool:
        """Take the next bytes of the leg, which arrived at a moment of our clock. Whether a window ends in
        them.
        """
        self._frames.append(frame)
        self.size += len(frame)
        self._arrivals.append((self._windower.end + len(frame), arrived))
        return self._note(self._windower.feed(frame))

    def flush(self) -> bool:
        """Cut what is open. Whether there was anything."""
        return self._note(self._windower.flush())

    def take(self, speaker: str, fence: int) -> list[Argument]:
        """The arguments of the append. Nothing is gathered afterwards."""
        offset, data = self._windower.end - self.size, b"".join(self._frames)
        arguments = [speaker, fence, offset, data, int(self.voiced), *self._cuts]
        self._frames, self._cuts, self.size = [], [], 0
        return arguments

    def _note(self, cuts: Iterable[Cut]) -> bool:
        before = len(self._cuts)
        for cut in cuts:
            self._cuts += [cut.end, cut.kind, cut.reason, self._arrived(cut.end)]
        return len(self._cuts) > before

    def _arrived(self, end: int) -> int:
        """When the byte before `end` came, by Redis's clock. Forgets what came before."""
        while self._arrivals and self._arrivals[0][0] < end:
            self._arrivals.popleft()
        return self._at_store(self._arrivals[0][1]) if self._arrivals else 0
