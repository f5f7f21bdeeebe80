import contextlib
from collections.abc import Iterator
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, NamedTuple

import pytest
import redis
from simple_websocket import Client, ConnectionClosed, Server
from werkzeug.serving import make_server

from app.api.factory import SOCKET_OPTIONS
from app.api.media.safe_socket import SafeSocket
from app.streaming.connection import connect
from tests.integration.streaming.scene import Scene


class Line(NamedTuple):
    """The two ends of an open WebSocket."""

    server: Server
    client: Client


@pytest.fixture
def store(empty_redis: str) -> Iterator[redis.Redis]:
    """A client as the processes make theirs."""
    with connect(empty_redis) as client:
        yield client


@pytest.fixture
def scene(store: redis.Redis) -> Scene:
    """A call that nobody has begun."""
    return Scene(store)


@pytest.fixture
def line() -> Iterator[Line]:
    """A WebSocket over the loopback interface."""
    accepted: SimpleQueue[Server] = SimpleQueue()
    over = Event()

    def app(environ: dict[str, Any], _start_response: Any) -> list[bytes]:
        safe = SafeSocket(environ["werkzeug.socket"])
        accepted.put(Server.accept(environ | {"werkzeug.socket": safe}, **SOCKET_OPTIONS))
        over.wait(60)
        return []

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        client = Client.connect(f"ws://127.0.0.1:{server.server_port}/")
        end = accepted.get(timeout=10)
        yield Line(end, client)
        for side in (client, end):
            with contextlib.suppress(ConnectionClosed, OSError):
                side.close()
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
