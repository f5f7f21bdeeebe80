"""The end of a web process that no supervisor looks after."""

import json
import time
from pathlib import Path
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from simple_websocket import Client, ConnectionClosed

from tests.integration.api.conftest import web_process

LEAVING_SECONDS = 10.0
"""On a loaded machine; far from the 30 s for which a successor would be waited."""


def test_a_web_process_without_a_supervisor_sends_its_sockets_away_at_once(
    machine: FlaskClient, database_url: str, empty_redis: str, tmp_path: Path
) -> None:
    headers = {"Authorization": machine.environ_base["HTTP_AUTHORIZATION"]}
    with web_process(database_url, empty_redis, tmp_path) as (port, process):
        socket = Client.connect(f"ws://127.0.0.1:{port}/ws/call/{uuid4()}", headers=headers)
        socket.send(json.dumps({"type": "ping"}))
        assert json.loads(socket.receive(timeout=10))["type"] == "pong"
        asked = time.monotonic()
        process.terminate()
        assert json.loads(socket.receive(timeout=LEAVING_SECONDS))["type"] == "reconnect"
        with pytest.raises(ConnectionClosed) as closed:
            socket.receive(timeout=LEAVING_SECONDS)
        assert closed.value.reason == 1012
        assert process.wait(LEAVING_SECONDS) == 0
        assert time.monotonic() - asked < LEAVING_SECONDS
