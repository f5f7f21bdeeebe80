"""The socket under a WebSocket: how it makes a sender wait, and when it no longer does."""

import socket
from typing import Any

import pytest

from app.api.call_socket import goodbye
from app.api.media.safe_socket import NAP_SECONDS, OFTEN_SECONDS, UNREAD_MESSAGES, SafeSocket, SafeSockets
from tests.integration.media.conftest import Line
from tests.running import eventually


def test_a_reader_ends_with_its_socket_though_nobody_took_what_it_has_read(line: Line) -> None:
    line.server.sock.unread = lambda: len(line.server.input_buffer)
    for _ in range(UNREAD_MESSAGES * 3):
        line.client.send(b"sound")
    eventually("more than may wait", lambda: len(line.server.input_buffer) > UNREAD_MESSAGES)
    line.server.close(1008, "enough")
    goodbye(line.server)
    assert not line.server.thread.is_alive()


@pytest.mark.parametrize(
    ("size", "often", "naps"), [(640, True, True), (8192, False, False), (65536, True, False)]
)
def test_little_frames_that_come_often_are_read_several_at_a_time(
    monkeypatch: pytest.MonkeyPatch, size: int, often: bool, naps: bool
) -> None:
    ours, theirs = socket.socketpair()
    now, slept = [1000.0], list[float]()
    monkeypatch.setattr("app.api.media.safe_socket.time.monotonic", lambda: now[0])
    monkeypatch.setattr("app.api.media.safe_socket.gevent.sleep", slept.append)
    with ours, theirs:
        safe = SafeSocket(ours)
        for _ in range(3):
            now[0] += OFTEN_SECONDS * (0.5 if often else 2)
            theirs.sendall(bytes(size))
            assert len(safe.recv(65536)) == size
    assert slept == ([NAP_SECONDS] * 2 if naps else [])


@pytest.mark.parametrize("missing", ["HTTP_SEC_WEBSOCKET_KEY", "HTTP_HOST"])
def test_a_handshake_that_can_make_no_socket_is_refused(missing: str) -> None:
    environ = {
        "HTTP_UPGRADE": "websocket", "HTTP_SEC_WEBSOCKET_VERSION": "13", "HTTP_SEC_WEBSOCKET_KEY": "a key",
        "HTTP_HOST": "localhost", "gunicorn.socket": None,
    }  # fmt: skip
    answered: list[str] = []

    def start_response(status: str, _headers: Any) -> None:
        answered.append(status)

    def app(_environ: Any, start: Any) -> list[bytes]:
        start("101 Switching Protocols", [])
        return []

    SafeSockets(app)(environ, start_response)
    del environ[missing]
    SafeSockets(app)(environ, start_response)
    assert answered == ["101 Switching Protocols", "400 Bad Request"]
