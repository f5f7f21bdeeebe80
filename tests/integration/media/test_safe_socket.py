"""The socket under a WebSocket: how it makes a sender wait, and when it no longer does."""

from app.api.call_socket import goodbye
from app.api.media.safe_socket import UNREAD_MESSAGES
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
