"""A bare client of the media socket, for tests that say what a good client would not."""

import json
from contextlib import suppress
from typing import Any, Protocol
from uuid import uuid4

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

ANSWER_SECONDS = 10


class Server(Protocol):
    """Where the sockets are, and a machine's token."""

    @property
    def socket_url(self) -> str: ...
    @property
    def token(self) -> str: ...


class Line:
    """One socket. `closed` holds the close code once the server has closed it."""

    def __init__(
        self, system: Server, call_id: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        self.call_id = call_id or str(uuid4())
        self.closed: int | None = None
        given = {"Authorization": f"Bearer {system.token}"} if headers is None else headers
        self._ws = connect(
            f"{system.socket_url}/{self.call_id}", additional_headers=given, max_size=None, legacy=True
        )

    def say(self, **message: Any) -> None:
        """Send a JSON message."""
        self.send(json.dumps(message))

    def send(self, data: str | bytes) -> None:
        """Send text or bytes as they are; to a server that has closed meanwhile they are lost."""
        with suppress(ConnectionClosed):
            self._ws.send(data)

    def start(self, **fields: Any) -> dict[str, Any]:
        """Send `start_call` (the customer, unless `fields` say otherwise) and return `call_started`."""
        self.say(**{"type": "start_call", "speaker": "customer", "sample_rate": 16000, **fields})
        return self.expect("call_started")

    def expect(self, kind: str) -> dict[str, Any]:
        """The next message of this type; others are passed over. Raises `AssertionError` when none comes."""
        seen = []
        while (message := self.hear()) is not None:
            if message["type"] == kind:
                return message
            seen.append(message["type"])
        raise AssertionError(f"no {kind} came, only {seen}; closed: {self.closed}")

    def hear(self) -> dict[str, Any] | None:
        """The next message; None when the socket was closed or nothing came."""
        try:
            message: dict[str, Any] = json.loads(self._ws.recv(timeout=ANSWER_SECONDS))
        except TimeoutError:
            return None
        except ConnectionClosed as closed:
            self.closed = closed.rcvd.code if closed.rcvd else 1006
            return None
        return message

    def expect_close(self) -> int | None:
        """The code with which the server closes, after whatever it still says."""
        while self.hear() is not None:
            pass
        return self.closed

    def hang_up(self) -> None:
        """Close our side."""
        self._ws.close()
