"""One leg of one socket: bytes in, windows cut, appended in order, acknowledged when stored."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any
from uuid import UUID

import redis
from redis.exceptions import ResponseError

from app.api.media.appender import Appender
from app.streaming import keys
from app.streaming.items import Item
from app.streaming.legs import Appended, LegTaken, append_arguments, flush_arguments, replay
from app.streaming.lost import LOST
from app.streaming.scripts import APPEND, DECLARE_GAP, Argument
from app.streaming.windows import Windower

UNKNOWN, NOT_NEXT, FENCED, OVER = -1, -2, -3, -4
PENDING_BYTES = 10 * 48000 * 2  # what one leg may have waiting for Redis: 10 s at the highest rate


class LegWriter:
    """Owns a leg for a socket until a newer socket takes it.

    `length` is the byte at which it goes on, `stored` that up to which all is safe.
    """

    def __init__(
        self,
        store: redis.Redis,
        appender: Appender,
        call_id: UUID,
        speaker: str,
        taken: LegTaken,
        windower: Callable[[int], Windower],
        *,
        on_stored: Callable[[], None],
        on_lost: Callable[[int], None],
        on_work: Callable[[Item], None],
        interim_bytes: int = 0,
    ) -> None:
        """`windower` makes one that begins at a byte. `on_lost` gets the status of an append refused for
        good; `on_work` each new ledger item, and, after every so many `interim_bytes` of speech, what is
        open; 0: never.
        """
        self.speaker = speaker
        self.fence = taken.fence
        self.length = self.stored = taken.length
        self._kept = deque(taken.kept)
        self._appender, self._call_id = appender, call_id
        self._windower_at, self._windower = windower, windower(taken.cut)
        self._on_stored, self._on_lost, self._on_work = on_stored, on_lost, on_work
        self._arrivals: deque[tuple[int, float]] = deque()  # frames since the last cut: end, when
        self._interim_bytes, self._followed = interim_bytes, 0
        replay(store, call_id, speaker, taken, self._windower)

    @property
    def pending(self) -> int:
        """Bytes that wait for Redis."""
        return self.length - self.stored

    def append(self, offset: int, data: bytes) -> None:
        """Store `data`, which stands at byte `offset` of the leg, as far as it was not stored before."""
        while (known := max(0, self.length - offset)) < len(data):
            data, offset = data[known:], offset + known
            self._store(data[: self._kept[0][0] - offset] if self._kept else data)
            if self._kept and self._kept[0][0] == self.length:
                self._pass(self._kept[0][1], LOST)

    def _store(self, data: bytes) -> None:
        self._arrivals.append((self.length + len(data), time.time()))
        arguments = append_arguments(
            self.speaker, self.fence, self.length, data, self._windower, self._arrived
        )
        self.length += len(data)
        self._appender.submit(APPEND, keys.call(self._call_id), arguments, self._done)

    def flush(self) -> None:
        """Cut what is open: the leg has had no byte for a while."""
        if self._windower.open_bytes:
            self._appender.submit(
                APPEND,
                keys.call(self._call_id),
                flush_arguments(self.speaker, self.fence, self._windower, self._arrived),
                self._flushed,
            )

    def _arrived(self, end: int) -> int:
        """As `Arrived`; forgets what came before."""
        while self._arrivals and self._arrivals[0][0] < end:
            self._arrivals.popleft()
        return self._appender.at_store(self._arrivals[0][1]) if self._arrivals else 0

    def lose(self, to: int) -> None:
        """Declare the bytes up to `to` lost."""
        if to > self.length:
            self._pass(to, "the client no longer had this sound")

    def _pass(self, to: int, reason: str) -> None:
        """Go on at byte `to`, or behind the span in which it lies; for what is missing before it there is a
        `reason`.
        """
        while self._kept and self._kept[0][0] <= to:
            to = max(to, self._kept.popleft()[1])
        self.length, self._windower = to, self._windower_at(to)
        arguments: list[Argument] = [self.speaker, self.fence, to, reason]
        self._appender.submit(DECLARE_GAP, keys.call(self._call_id), arguments, self._done)

    def _flushed(self, answer: Any) -> None:
        """A call that another socket ended has cut its tail already; this one still waits for the summary."""
        if isinstance(answer, ResponseError) or answer[0] != OVER:
            self._done(answer)

    def _done(self, answer: Any) -> None:
        if isinstance(answer, ResponseError):
            self._on_lost(0)
            return
        appended = Appended(*answer)
        if appended.status < 0:
            self._on_lost(appended.status)
            return
        self.stored = max(self.stored, appended.length)
        for number in range(appended.first_window, appended.first_window + appended.windows):
            self._on_work(Item("w", self._call_id, (self.speaker, str(number))))
        self._follow()
        self._on_stored()

    def _follow(self) -> None:
        """Have the open window heard when enough was said since the last time, or since it began."""
        self._followed = max(self._followed, self._windower.end - self._windower.open_bytes)
        if (
            self._interim_bytes
            and self._windower.voiced
            and self.stored - self._followed >= self._interim_bytes
        ):
            self._followed = self.stored
            self._on_work(Item("i", self._call_id, (self.speaker,)))
