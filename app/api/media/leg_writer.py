"""One leg of one socket: bytes in, windows cut, appended in order, acknowledged when stored."""

import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import redis
from redis.exceptions import ResponseError

from app.api.media.appender import Appender
from app.streaming import keys
from app.streaming.gathered import Gathered
from app.streaming.items import Item
from app.streaming.legs import Appended, LegTaken, replay
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
        self.speaker, self.call_key = speaker, keys.call(call_id)
        self.fence = taken.fence
        self.length = self.stored = taken.length
        self._kept = deque(taken.kept)
        self._appender, self._call_id = appender, call_id
        self._on_stored, self._on_lost, self._on_work = on_stored, on_lost, on_work
        self._interim_bytes, self._followed, self._to_follow = interim_bytes, 0, False
        self._windower_at = windower
        self._lock = threading.Lock()  # of what is gathered: the appender's thread takes it, too
        before = windower(taken.cut)
        replay(store, call_id, speaker, taken, before)
        self._gathered = Gathered(before, appender.at_store)

    @property
    def pending(self) -> int:
        """Bytes that wait for Redis, or here for others."""
        return self.length - self.stored

    def append(self, offset: int, data: bytes) -> None:
        """Store `data`, which stands at byte `offset` of the leg, as far as it was not stored before."""
        while (known := max(0, self.length - offset)) < len(data):
            data, offset = data[known:], offset + known
            self._gather(data[: self._kept[0][0] - offset] if self._kept else data)
            if self._kept and self._kept[0][0] == self.length:
                self._pass(self._kept[0][1], LOST)

    def _gather(self, data: bytes) -> None:
        """Frames wait for others, but not when somebody waits for them, nor the first: with it a leg's clock
        begins.
        """
        with self._lock:
            if not self._gathered.has_room(data):
                self._submit_gathered()
            is_first = not self._gathered.size
            is_cut = self._gathered.add(data, time.time())
            self.length += len(data)
            is_awaited = self._is_worth_a_look() or is_cut or self.length == len(data)
        if is_first:
            self._appender.hold(self)
        if is_awaited:
            self._appender.hurry(self.call_key)

    def _is_worth_a_look(self) -> bool:
        """Whether enough was said in the open window since somebody heard it last, or since it began."""
        self._followed = max(self._followed, self.length - self._gathered.open_bytes)
        if (
            self._interim_bytes
            and self._gathered.voiced
            and self.length - self._followed >= self._interim_bytes
        ):
            self._followed, self._to_follow = self.length, True
        return self._to_follow

    def send(self) -> None:
        """Have what is gathered stored now."""
        self._appender.let_go(self)
        with self._lock:
            self._submit_gathered()

    def flush(self) -> None:
        """Cut what is open: the leg has had no byte for a while."""
        with self._lock:
            self._submit_gathered()
            if self._gathered.flush():
                self._submit(self._flushed)

    def _submit_gathered(self) -> None:
        if self._gathered.size:
            self._submit(partial(self._done, to_follow=self._to_follow))
            self._to_follow = False

    def _submit(self, done: Callable[[Any], None]) -> None:
        arguments = self._gathered.take(self.speaker, self.fence)
        self._appender.submit(APPEND, self.call_key, arguments, done)

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
        with self._lock:
            self._submit_gathered()
            self.length = to
            self._gathered = Gathered(self._windower_at(to), self._appender.at_store)
            arguments: list[Argument] = [self.speaker, self.fence, to, reason]
            self._appender.submit(DECLARE_GAP, self.call_key, arguments, self._done)

    def _flushed(self, answer: Any) -> None:
        """A call that another socket ended has cut its tail already; this one still waits for the summary."""
        if isinstance(answer, ResponseError) or answer[0] != OVER:
            self._done(answer)

    def _done(self, answer: Any, *, to_follow: bool = False) -> None:
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
        if to_follow:
            self._on_work(Item("i", self._call_id, (self.speaker,)))
        self._on_stored()
