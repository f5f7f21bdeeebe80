"""A WebSocket client over asyncio, thin enough that a thousand fit into a test."""

import asyncio
import json
from typing import Any, Self

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Message,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError

CHUNK_BYTES = 65536
CONNECT_SECONDS = 10.0
NO_CLOSE_FRAME = 1006


class Closed(Exception):
    """The connection is over; `code` is that of the close frame, 1006 without one."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason


class Wire:
    """One connection. Answers pings by itself while somebody receives."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._text = ""

    @classmethod
    async def open(cls, host: str, port: int, path: str, token: str) -> Self:
        """Connect and shake hands. Raises `Closed` when refused, `OSError` when nobody is there."""
        async with asyncio.timeout(CONNECT_SECONDS):
            wire = cls(*await asyncio.open_connection(host, port))
            headers = [(b"Authorization", f"Bearer {token}".encode())]
            wire._write(Request(host=f"{host}:{port}", target=path, extra_headers=headers))
            while True:
                data = await wire._read()
                wire._protocol.receive_data(data)
                for event in wire._protocol.events():
                    if isinstance(event, AcceptConnection):
                        return wire
                    if isinstance(event, RejectConnection):
                        wire.drop()
                        raise Closed(NO_CLOSE_FRAME, f"HTTP {event.status_code}")

    async def send(self, message: bytes | dict[str, Any]) -> None:
        """Send sound, or JSON. Waits while the peer does not read. Raises `Closed`."""
        try:
            if isinstance(message, bytes):
                self._write(BytesMessage(message))
            else:
                self._write(TextMessage(json.dumps(message)))
            await self._writer.drain()
        except (OSError, LocalProtocolError) as error:
            raise Closed(NO_CLOSE_FRAME, type(error).__name__) from None

    async def receive(self) -> dict[str, Any]:
        """The next JSON message. Raises `Closed`."""
        while True:
            for event in self._protocol.events():
                if isinstance(event, Message):
                    self._text += str(event.data)
                    if event.message_finished:
                        text, self._text = self._text, ""
                        message: dict[str, Any] = json.loads(text)
                        return message
                elif isinstance(event, Ping):
                    self._write(event.response())
                elif isinstance(event, CloseConnection):
                    self._say_goodbye(event)
                    raise Closed(event.code, event.reason or "")
            self._protocol.receive_data(await self._read())

    def drop(self) -> None:
        """Be gone, without a word."""
        self._writer.transport.abort()

    def _say_goodbye(self, event: CloseConnection) -> None:
        try:
            self._write(event.response())
            self._writer.close()
        except (OSError, LocalProtocolError):
            self.drop()

    def _write(self, event: Any) -> None:
        if self._writer.transport.is_closing():
            raise Closed(NO_CLOSE_FRAME, "gone")
        self._writer.write(self._protocol.send(event))

    async def _read(self) -> bytes:
        try:
            data = await self._reader.read(CHUNK_BYTES)
        except OSError as error:
            raise Closed(NO_CLOSE_FRAME, type(error).__name__) from None
        if not data:
            self.drop()
            raise Closed(NO_CLOSE_FRAME, "end of stream")
        return data
