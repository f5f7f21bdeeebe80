"""One appender a process: what legs have gathered goes to Redis in one round trip a tick, in order."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import redis
from redis.exceptions import ResponseError

from app.api.media.holding import Held, Holding
from app.streaming.scripts import Argument, Script, execute
from app.telemetry import get_logger

log = get_logger(__name__)

TICK_SECONDS = 0.02  # appends of many legs share a round trip
HOLD_SECONDS = 0.3  # frames of one leg share an append: two of a browser (256 ms), fifteen of a telephone
BATCH = 500
RETRY_SECONDS = 0.5
Done = Callable[[Any], None]


class Appender:
    """Runs scripts in the order given.

    While Redis is away it keeps them and tries again: every script is repeatable.
    """

    def __init__(self, store: redis.Redis, hold_seconds: float = HOLD_SECONDS) -> None:
        self._store, self._hold_seconds = store, hold_seconds
        self._holding = Holding()
        self._waiting: deque[tuple[Script, str, Sequence[Argument], Done]] = deque()
        self._wake = threading.Event()
        self.healthy = True
        self.skew_ms = 0.0  # of Redis's clock against ours, as the pulse measured it
        self.on_change: Callable[[bool], None] = lambda healthy: None

    def start(self) -> None:
        """Begin, in a thread that ends with the process."""
        threading.Thread(target=self._run, name="appender", daemon=True).start()

    def submit(self, script: Script, call_key: str, arguments: Sequence[Argument], done: Done) -> None:
        """Queue one script call; `done` gets its answer (or the `ResponseError` it raised) in the
        appender's thread.
        """
        self._waiting.append((script, call_key, arguments, done))
        self._wake.set()

    def hold(self, leg: Held) -> None:
        """Have a leg send what it gathers when the oldest of it has waited for `hold_seconds`."""
        if self._holding.add(leg, time.monotonic() + self._hold_seconds):
            self._wake.set()

    def let_go(self, leg: Held) -> None:
        """It sends what it has gathered by itself."""
        self._holding.discard(leg)

    def hurry(self, call_key: str) -> None:
        """Have all legs of a call send what they have gathered: somebody is about to listen, or it ends."""
        for leg in self._holding.of_call(call_key):
            leg.send()

    def at_store(self, moment: float) -> int:
        """A moment of our clock (Unix seconds) as a millisecond of Redis's."""
        return round(moment * 1000 + self.skew_ms)

    def _run(self) -> None:
        while True:
            self._wake.wait(self._holding.seconds_left(time.monotonic()))
            self._wake.clear()
            self._send_due()
            while self._waiting:
                self._flush()
                self._send_due()
            time.sleep(TICK_SECONDS)

    def _send_due(self) -> None:
        for leg in self._holding.due(time.monotonic()):
            leg.send()

    def _flush(self) -> None:
        batch = [self._waiting[i] for i in range(min(BATCH, len(self._waiting)))]
        try:
            answers = execute(self._store, [call[:3] for call in batch])
        except (redis.ConnectionError, redis.TimeoutError, OSError) as error:
            if self.healthy:
                log.error("storage_lost", error=type(error).__name__)
                self._become(healthy=False)
            time.sleep(RETRY_SECONDS)
            return
        if not self.healthy:
            log.info("storage_back")
            self._become(healthy=True)
        for (_, _, _, done), answer in zip(batch, answers, strict=True):
            self._waiting.popleft()
            if isinstance(answer, ResponseError):
                log.error("append_refused", error=str(answer)[:80])
            try:
                done(answer)
            except Exception:  # one socket's mistake must not keep the sound of all others back
                log.exception("append_not_told")

    def _become(self, *, healthy: bool) -> None:
        self.healthy = healthy
        self.on_change(healthy)
