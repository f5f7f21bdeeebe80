"""What a client sends, taken off the wire: whole binary frames here, all else by wsproto.

wsproto takes each frame through four layers and unmasks it in Python; a telephone sends fifty a second.
"""

import threading
from collections.abc import Iterator
from types import MethodType
from typing import Any, NamedTuple, cast

import numpy as np
from simple_websocket import Server
from wsproto import WSConnection
from wsproto.connection import Connection
from wsproto.events import BytesMessage, CloseConnection, Event

BINARY = 0x82  # the first byte of a frame that is a whole message
USUAL = (BINARY, 0x81, 0x88, 0x89, 0x8A)  # … and of text, close, ping and pong
MASKED, TWO_BYTES = 0x80, 126  # in the second byte; the latter stands for a length of two bytes of its own
MASK_BYTES = 4


class Frame(NamedTuple):
    """Its first byte, and where its payload begins and ends in what has come."""

    first: int
    payload: int
    end: int


class FrameReader:
    """Stands before a connection of wsproto, which is given whole frames. From the first one on that is not
    usual (in pieces, too long, not masked) everything is the connection's.
    """

    def __init__(self, connection: WSConnection | Connection, largest: int) -> None:
        self._connection, self._largest = connection, largest
        self._came = bytearray()
        self._usual, self._closed = True, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def receive_data(self, data: bytes) -> None:
        """As `WSConnection.receive_data`."""
        if self._usual:
            self._came += data
        else:
            self._connection.receive_data(data)

    def events(self) -> Iterator[Event]:
        """As `WSConnection.events`."""
        while (frame := self._next()) is not None:
            if frame.first == BINARY:
                message = _unmasked(self._came, frame)
                del self._came[: frame.end]
                yield BytesMessage(message)
            else:
                yield from self._leave(frame.end)
        if not self._usual and not self._closed:
            yield from self._leave(len(self._came))

    def _leave(self, end: int) -> Iterator[Event]:
        """Let the connection have what has come up to a byte."""
        self._connection.receive_data(bytes(self._came[:end]))
        del self._came[:end]
        for event in self._connection.events():
            if isinstance(event, CloseConnection):  # nothing behind it counts
                self._usual, self._closed = False, True
                self._came.clear()
            yield event

    def _next(self) -> Frame | None:
        """The next frame; None when it has not come whole, or is not usual."""
        came = self._came
        if not self._usual or len(came) < 2:
            return None
        first, length, payload = came[0], came[1] - MASKED, 2 + MASK_BYTES
        shortest, longest = 0, TWO_BYTES - 1
        if length == TWO_BYTES:
            if len(came) < payload:
                return None
            shortest, longest = TWO_BYTES, self._largest
            length, payload = int.from_bytes(came[2:4], "big"), payload + 2
        self._usual = first in USUAL and shortest <= length <= longest
        end = payload + length
        return Frame(first, payload, end) if self._usual and end <= len(came) else None


def _unmasked(came: bytearray, frame: Frame) -> bytes:
    """A payload as it was before its client masked it."""
    mask = int.from_bytes(came[frame.payload - MASK_BYTES : frame.payload], "little")
    length = frame.end - frame.payload
    words = bytes(came[frame.payload : frame.end]) + bytes(-length % MASK_BYTES)
    return (np.frombuffer(words, "<u4") ^ np.uint32(mask)).tobytes()[:length]


def reading_thread(target: MethodType) -> threading.Thread:
    """A `thread_class` of simple-websocket, which makes its reading thread when the handshake is done and
    before the first byte is read.
    """
    server = cast(Server, target.__self__)
    server.ws = FrameReader(server.ws, server.max_message_size)
    return threading.Thread(target=target)
