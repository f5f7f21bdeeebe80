import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask

from app.api.health import Checks
from tests.integration.api.conftest import forget_settings


class Engine(BaseHTTPRequestHandler):
    """An engine behind a key; `status` is what it answers to the right one."""

    status = 200

    def do_GET(self) -> None:
        right = self.path == "/v1/models" and self.headers["Authorization"] == "Bearer right"
        self.send_response(self.status if right else 401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def engine(environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Engine]]:
    """The engine that the settings name."""
    kind = type("Engine", (Engine,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "right")
        forget_settings()
        yield kind
        server.shutdown()
        thread.join()


def readiness(app: Flask) -> tuple[int, dict[str, str]]:
    """What is answered now, and the words for each part that is not well."""
    app.extensions["checks"] = Checks()
    response = app.test_client().get("/readyz")
    parts = json.loads(response.text)["parts"]
    return response.status_code, {name: part["message"] for name, part in parts.items() if not part["ok"]}


def test_a_process_that_answers_is_alive_whatever_is_away(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://nobody@127.0.0.1:1/none")
    forget_settings()
    assert app.test_client().get("/healthz").json == {"status": "alive"}


def test_it_is_ready_when_every_part_answers(app: Flask, engine: type[Engine]) -> None:
    assert readiness(app) == (200, {})


def test_an_engine_without_a_list_of_models_is_there_all_the_same(app: Flask, engine: type[Engine]) -> None:
    engine.status = 404
    assert readiness(app) == (200, {})


@pytest.mark.parametrize(
    ("setting", "value", "part", "words"),
    [
        (
            "DATABASE_URL",
            "postgresql+psycopg2://nobody@127.0.0.1:1/none",
            "database",
            "The database does not answer.",
        ),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "redis", "Redis does not answer."),
        ("STT_BASE_URL", "http://127.0.0.1:1/v1", "recogniser", "The recogniser does not answer."),
        ("STT_BASE_URL", "no address", "recogniser", "The recogniser does not answer."),
        ("LLM_API_KEY", "wrong", "assistant", "The assistant refuses our key."),
    ],
)
def test_a_part_that_is_not_well_is_named_in_words(
    app: Flask,
    engine: type[Engine],
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    value: str,
    part: str,
    words: str,
) -> None:
    monkeypatch.setenv(setting, value)
    forget_settings()
    status, unwell = readiness(app)
    assert status == 503
    assert unwell[part] == words


def test_a_server_that_speaks_another_protocol_does_not_answer(app: Flask, engine: type[Engine]) -> None:
    engine.do_GET = lambda self: self.wfile.write(b"220 mail.example.com ESMTP\r\n")  # type: ignore[assignment]
    status, unwell = readiness(app)
    assert (status, unwell["recogniser"]) == (503, "The recogniser does not answer.")


def test_an_engine_that_fails_is_told_with_its_answer(app: Flask, engine: type[Engine]) -> None:
    engine.status = 500
    status, unwell = readiness(app)
    assert (status, unwell["recogniser"]) == (503, "The recogniser answers with an error (500).")
