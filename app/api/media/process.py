"""What a web process holds for all its sockets: one appender, one feed, one relay, and the pulse that looks
after them.
"""

import threading
import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import redis

from app.api.auth import Principal
from app.api.media.appender import Appender
from app.api.media.memory import Memory
from app.api.media.relay import Relay
from app.settings import load_settings
from app.streaming import keys
from app.streaming.connection import connect, connect_for_listening, store
from app.streaming.feed import Feed
from app.streaming.scripts import load_scripts
from app.telemetry import get_logger

log = get_logger(__name__)

PULSE_SECONDS = 1.0
AT_ONCE = 50  # sockets are looked after in so short a time that nobody waits for it
STAY_SECONDS = 20.0  # so often it is looked whether who is here may stay
PROMPT_SECONDS = 0.01  # an answer that took longer says too little of the other clock
STORAGE_AWAY = (
    "The server cannot store sound right now. Go on speaking: it is kept here, and sent when that is over."
)
STORAGE_BACK = "Sound is stored again."


class Pulsed(Protocol):
    """A socket that wants to be looked after once a second."""

    call_key: str
    principal: Principal
    epoch: bytes | None
    """Of the call, as it was when the socket started; None before that."""

    def may_stay(self) -> bool:
        """Whether whoever opened it may still come in."""

    def pulse(self, events: int) -> None:
        """`events` is how many the call's record holds."""

    def move_on(self) -> None:
        """Have the client come back, here or elsewhere."""

    def tell_part(self, part: str, state: str, message: str) -> None:
        """Tell the client how a part of the system is."""


@dataclass
class MediaProcess:
    """Made on first use, after the fork."""

    store: redis.Redis
    appender: Appender
    relay: Relay
    feed: Feed
    sockets: set[Pulsed] = field(default_factory=set)
    memory: Memory = field(default_factory=Memory)

    def __post_init__(self) -> None:
        self.appender.on_change = self._tell_storage

    def start(self) -> None:
        """Begin all threads; they end with the process."""
        self.appender.start()
        self.relay.start()
        self.feed.start()
        threading.Thread(target=self._pulse, name="pulse", daemon=True).start()
        threading.Thread(target=self._look_who_stays, name="door", daemon=True).start()

    def send_away(self) -> None:
        """Have clients come back who were shut out meanwhile, or have another role: they meet the door."""
        for socket in list(self.sockets):
            try:
                if not socket.may_stay():
                    log.info("socket_sent_away", call=socket.call_key)
                    socket.move_on()
            except Exception:  # it is gone, or its mistake must not keep the door open for others
                log.exception("socket_not_checked", call=socket.call_key)

    def _look_who_stays(self) -> None:
        while True:
            time.sleep(STAY_SECONDS)
            self.send_away()

    def _tell_storage(self, healthy: bool) -> None:
        """Redis itself cannot say that it is away: whoever misses it does."""
        state, message = ("ok", STORAGE_BACK) if healthy else ("down", STORAGE_AWAY)
        for socket in list(self.sockets):
            socket.tell_part("storage", state, message)

    def _pulse(self) -> None:
        """Tell Redis which calls have sockets, and every socket how far its call's record has come.

        Sockets of a call that Redis forgot, or took up under another epoch, come back: who says nothing for a
        while, or has said that the call ends, would not learn it from an answer to sound.
        """
        while True:
            sockets = list(self.sockets)
            groups = [sockets[at : at + AT_ONCE] for at in range(0, len(sockets), AT_ONCE)]
            now = self._look_at_store()
            for group in groups:
                now = self._look_after(group, now)
                time.sleep(PULSE_SECONDS / len(groups))
            if not groups:
                time.sleep(PULSE_SECONDS)

    def _look_at_store(self) -> int | None:
        """The time of Redis's clock, in milliseconds; None while it is away."""
        try:
            self.memory.look(self.store)
            asked = time.time()
            seconds, micros = self.store.time()
            answered = time.time()
        except redis.RedisError as error:
            log.warning("pulse_failed", error=type(error).__name__)
            return None
        if answered - asked < PROMPT_SECONDS:
            middle = (asked + answered) / 2
            self.appender.skew_ms = (seconds - middle) * 1000 + micros / 1000
        return seconds * 1000 + micros // 1000

    def _look_after(self, sockets: list[Pulsed], now: int | None) -> int | None:
        """`now` is as `_look_at_store` gave it; returns None when Redis went away meanwhile."""
        epochs = [socket.epoch for socket in sockets]  # before Redis is asked: a call may begin meanwhile
        found: list[Any] = [(None, epoch) for epoch in epochs]
        if now is not None:
            try:
                found = self._counts_and_epochs(sockets, now)
            except redis.RedisError as error:
                log.warning("pulse_failed", error=type(error).__name__)
                now = None
        for socket, epoch, (count, epoch_now) in zip(sockets, epochs, found, strict=True):
            try:
                if epoch not in (None, epoch_now):
                    socket.move_on()
                socket.pulse(int(count or 0))
            except Exception:  # or no call of this process would be seen any more, and all be abandoned
                log.exception("socket_pulse_failed", call=socket.call_key)
        return now

    def _counts_and_epochs(self, sockets: list[Pulsed], now: int) -> list[Any]:
        """How many events each one's call holds, and its epoch; calls that Redis knows are seen now."""
        pipeline = self.store.pipeline(transaction=False)
        for socket in sockets:
            pipeline.hmget(socket.call_key, "seq", "epoch")
        found = pipeline.execute()
        seen = {
            s.call_key[6:-1]: now for s, (count, _) in zip(sockets, found, strict=True) if count is not None
        }
        if seen:
            self.store.zadd(keys.CALLS_SEEN, seen, xx=True)
        return found


_making = threading.Lock()


def media_process() -> MediaProcess:
    """The process's own, started. Sockets that come at once wait for the first to make it."""
    with _making:
        return _made()


@cache
def _made() -> MediaProcess:
    url = load_settings().redis_url
    process = MediaProcess(
        store(), Appender(connect(url, connections=2)), Relay(), Feed(lambda: connect_for_listening(url))
    )
    try:
        load_scripts(process.store)
    except redis.RedisError as error:
        log.warning("scripts_not_loaded", error=type(error).__name__)
    process.start()
    return process
