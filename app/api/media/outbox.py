"""The one writer of a socket: what waits for it is bounded, recorded events leave in order, once, without
holes.
"""

import contextlib
import json
import queue
import re
import socket
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import redis
from simple_websocket import ConnectionClosed, Server

from app.streaming.events import read_after
from app.telemetry import get_logger

log = get_logger(__name__)

WAITING_MESSAGES = 1000  # a reader this far behind is told to come back later
NUMBER = re.compile(r'\{"id":(\d+),')


class Outbox:
    """Sends to one socket from one thread. `last` is the number of the last recorded event that was sent."""

    def __init__(self, ws: Server, store: redis.Redis, call_id: UUID, allowed: Callable[[str], bool]) -> None:
        """`allowed` says whether this socket may see a message (a customer's may not see everything)."""
        self._ws, self._store, self._call_id, self._allowed = ws, store, call_id, allowed
        self._waiting: queue.Queue[str | tuple[int, str] | None] = queue.Queue(WAITING_MESSAGES)
        self._overflowed = self._left = False
        self.last = 0
        self.on_sent: Callable[[str], None] = lambda message: None

    def start(self, last_event_id: int) -> None:
        """Begin after `last_event_id`, in a thread that ends when the client is gone, or at `leave`."""
        self.last = last_event_id
        threading.Thread(target=self._run, name="outbox", daemon=True).start()

    def put(self, message: str) -> None:
        """Send `message` when its turn comes."""
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            if not self._overflowed:
                self._overflowed = True
                log.warning("reader_too_slow", call_id=str(self._call_id), waiting=WAITING_MESSAGES)
                with contextlib.suppress(OSError):  # the feed's thread must not pay for a socket that is gone
                    self._ws.sock.shutdown(socket.SHUT_RDWR)

    def put_event(self, **fields: Any) -> None:
        """Send a message of ours, which no record holds."""
        self.put(json.dumps(fields))

    def catch_up(self) -> None:
        """Read the record: something may have been missed."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(None)

    def close(self, code: int, reason: str) -> None:
        """Close with `code` after what waits has been sent."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait((code, reason))

    def leave(self) -> None:
        """Nobody looks after the socket any more: send nothing."""
        self._left = True
        self.catch_up()  # to wake the thread, which otherwise waits for ever

    def _run(self) -> None:
        try:
            while True:
                item = self._waiting.get()
                if self._left:
                    return
                self._send_next(item)
        except (ConnectionClosed, OSError):
            log.info("socket_gone", call_id=str(self._call_id))

    def _send_next(self, item: str | tuple[int, str] | None) -> None:
        if item is None:
            self._send_missed()
        elif isinstance(item, tuple):
            self._ws.close(*item)
        elif (match := NUMBER.match(item)) is None:
            self._send(item)
        elif int(match[1]) == self.last + 1:
            self._send_recorded(self.last + 1, item)
        elif int(match[1]) > self.last:
            self._send_missed()

    def _send_missed(self) -> None:
        try:
            for event in read_after(self._store, self._call_id, self.last):
                self._send_recorded(event.number, event.text)
        except redis.RedisError as error:
            log.warning("record_unreadable", call_id=str(self._call_id), error=type(error).__name__)

    def _send_recorded(self, number: int, message: str) -> None:
        self._send(message)
        self.last = number

    def _send(self, message: str) -> None:
        if self._allowed(message):
            self._ws.send(message)
            self.on_sent(message)
