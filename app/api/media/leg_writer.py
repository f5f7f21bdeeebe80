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
from app.streaming.scripts import APPEND, DECLARE_GAP, Argument
from app.streaming.windows import Windower

UNKNOWN, NOT_NEXT, FENCED, OVER = -1, -2, -3, -4
PENDING_BYTES = 10 * 48000 * 2  # what one leg may have waiting for Redis: 10 s at the highest rate


class LegWriter:
    """Owns a leg for a socket until a newer socket takes it.

    `length` counts what was submitted, `stored` what is safe.
    """

    def __init__(
        self,
        store: redis.Redis,
        appender: Appender,
        call_id: UUID,
        speaker: str,
        taken: LegTaken,
        windower: Windower,
        *,
        on_stored: Callable[[], None],
        on_lost: Callable[[int], None],
        on_work: Callable[[Item], None],
        interim_bytes: int = 0,
    ) -> None:
        """`on_lost` gets the status of an append refused for good; `on_work` each new ledger item, and, after
        every so many `interim_bytes` of speech, what is open; 0: never.
        """
        self.speaker = speaker
        self.fence = taken.fence
        self.length = self.stored = taken.length
        self._appender, self._call_id, self._windower = appender, call_id, windower
        self._on_stored, self._on_lost, self._on_work = on_stored, on_lost, on_work
        self._arrivals: deque[tuple[int, float]] = deque()  # frames since the last cut: end, when
        self._interim_bytes, self._followed = interim_bytes, 0
        replay(store, call_id, speaker, taken, windower)

    @property
    def pending(self) -> int:
        """Bytes that wait for Redis."""
        return self.length - self.stored

    def append(self, offset: int, data: bytes) -> None:
        """Store `data`, which stands at byte `offset` of the leg; what was stored before is recognised."""
        data = data[self.length - offset :] if offset < self.length else data
        if not data:
            return
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

    def lose(self, to: int, windower: Windower) -> None:
        """Declare the bytes up to `to` lost; `windower` goes on after them."""
        if to <= self.length:
            return
        self.length, self._windower = to, windower
        arguments: list[Argument] = [self.speaker, self.fence, to, "the client no longer had this sound"]
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
