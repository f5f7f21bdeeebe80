"""One WebSocket connection of a client, for several threads."""

import contextlib
import socket
import threading
from typing import Any

from simple_websocket import Client, ConnectionClosed
from wsproto.utilities import LocalProtocolError

LOOK_SECONDS = 5.0


class Line(Client):  # type: ignore[misc]  # simple-websocket publishes no types
    """simple-websocket's client, made whole.

    Frames of several threads (it answers pings in its own) do not mix, none is truncated, what the server
    says in the same breath as the handshake is heard, and the Host header has its port.
    """

    sock: Any
    host: str
    port: int

    def handshake(self) -> None:
        """Called by the constructor, before anything else is read."""
        self.host = f"{self.host}:{self.port}"  # without its port the header names another origin
        super().handshake()
        self.sock = _OneWriter(self.sock)
        if not self._handle_events():
            self.sock.shutdown(socket.SHUT_WR)  # it is closed already, and may go when it sees us go
        self.connected = True  # also then: reading ends it, with its code

    def send(self, data: str | bytes) -> None:
        """Send a message. Raises `ConnectionClosed` or `OSError`."""
        try:
            super().send(data)
        except LocalProtocolError:  # it was closed a moment ago
            raise ConnectionClosed(self.close_reason, self.close_message) from None

    def hear(self) -> str:
        """The next text message, however long it takes. Raises `ConnectionClosed`."""
        while (message := self.receive(timeout=LOOK_SECONDS)) is None:
            if not self.thread.is_alive():  # it choked on what is no WebSocket frame
                raise ConnectionClosed(self.close_reason, self.close_message)
        return str(message)

    def cut(self) -> None:
        """End the connection without a word, as a network does."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)


class _OneWriter:
    """A socket whose `send` sends all, for one thread after the other."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._sending = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def send(self, data: bytes) -> int:
        with self._sending:
            self._connection.sendall(data)
        return len(data)
