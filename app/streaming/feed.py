"""One Redis subscriber a process, fanned out in memory to everyone here who follows a call."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import NoReturn, Protocol
from uuid import UUID, uuid4

import redis
from redis.connection import ConnectionInterface

from app.streaming import keys
from app.telemetry import get_logger

log = get_logger(__name__)

PULSE_SECONDS = 5.0
SILENT_SECONDS = 15.0  # without hearing its own pulse the subscription is taken for dead
RETRY_SECONDS = 0.5


class Listener(Protocol):
    """Somebody who follows a call. Both methods are called from the feed's thread and must return at once."""

    def hear(self, message: str) -> None:
        """A message of the call's channel: an event, a delta, or a control that begins with `!`."""

    def missed(self) -> None:
        """The channel was deaf for a while: read the record."""


class Feed:
    """Follows calls.

    Publish and subscribe is at most once, so a listener is told when something may have been missed. The
    package's PubSub is not used: it connects again by itself, in whichever thread notices first, and
    tells nobody.
    """

    def __init__(self, connect: Callable[[], redis.Redis]) -> None:
        """`connect` makes a client whose reads may block for ever."""
        self._connect = connect
        self._listeners: dict[str, list[Listener]] = defaultdict(list)
        self._lock = threading.RLock()
        self._connection: ConnectionInterface | None = None
        self._own_channel = f"feed:{uuid4().hex}"
        self._heard_at = time.monotonic()

    def start(self) -> None:
        """Begin to listen, in threads of its own that end with the process."""
        threading.Thread(target=self._listen, name="feed", daemon=True).start()
        threading.Thread(target=self._pulse, name="feed-pulse", daemon=True).start()

    def follow(self, call_id: UUID, listener: Listener) -> None:
        """From now on `listener` hears the call; what was told before is in the record."""
        channel = keys.feed(call_id)
        with self._lock:
            self._listeners[channel].append(listener)
            if len(self._listeners[channel]) == 1:
                self._send("SUBSCRIBE", channel)

    def unfollow(self, call_id: UUID, listener: Listener) -> None:
        """Stop hearing the call."""
        channel = keys.feed(call_id)
        with self._lock:
            if listener in self._listeners.get(channel, ()):
                self._listeners[channel].remove(listener)
            if not self._listeners.get(channel):
                self._listeners.pop(channel, None)
                self._send("UNSUBSCRIBE", channel)

    def wake(self) -> None:
        """Have everyone look up from waiting."""
        for listeners in list(self._listeners.values()):
            for listener in list(listeners):
                listener.missed()

    def _send(self, command: str, channel: str) -> None:
        """Under the lock. Where it fails, the listening thread begins anew, with every channel."""
        if self._connection is None:
            return
        try:
            self._connection.send_command(command, channel)  # type: ignore[no-untyped-call]
        except redis.RedisError as error:
            self._connection = None
            log.warning("feed_command_failed", command=command, error=type(error).__name__)

    def _listen(self) -> None:
        while True:
            try:
                connection = self._connect().connection_pool.get_connection()
                try:
                    self._listen_on(connection)
                finally:
                    with self._lock:
                        self._connection = None
                        connection.disconnect()  # type: ignore[no-untyped-call]
            except (redis.RedisError, OSError) as error:
                log.warning("feed_lost", error=type(error).__name__)
            except Exception:  # a listener's mistake must not make the process deaf for good
                log.exception("feed_failed")
            time.sleep(RETRY_SECONDS)

    def _listen_on(self, connection: ConnectionInterface) -> NoReturn:
        with self._lock:
            connection.send_command("SUBSCRIBE", self._own_channel, *self._listeners)  # type: ignore[no-untyped-call]
            self._connection = connection
        self._heard_at = time.monotonic()
        self.wake()
        while True:
            kind, channel, data = connection.read_response(timeout=None, push_request=True)
            if kind == b"message":
                self._hear(channel.decode(), data.decode())

    def _hear(self, channel: str, data: str) -> None:
        self._heard_at = time.monotonic()
        for listener in list(self._listeners.get(channel, ())):
            listener.hear(data)

    def _pulse(self) -> None:
        """A half-open connection reads nothing and raises nothing: hear oneself, or begin anew."""
        client = self._connect()
        while True:
            time.sleep(PULSE_SECONDS)
            try:
                client.publish(self._own_channel, "pulse")
            except redis.RedisError as error:
                log.warning("feed_pulse_failed", error=type(error).__name__)
            if time.monotonic() - self._heard_at > SILENT_SECONDS:
                self._give_up()

    def _give_up(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            log.warning("feed_deaf", seconds=SILENT_SECONDS)
            connection.disconnect()  # type: ignore[no-untyped-call]
