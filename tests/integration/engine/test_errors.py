"""Mistakes are answered as OpenAI's API answers them."""

import httpx2
import pytest

from tests.integration.engine.process import SPEECH, Engine


def error(response: httpx2.Response) -> tuple[int, str, str | None, str | None]:
    body = response.json()["error"]
    assert body.keys() == {"message", "type", "param", "code"}
    assert body["message"]
    assert response.headers["x-request-id"].startswith("req_")
    return response.status_code, body["type"], body["param"], body["code"]


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/embeddings", "/v1/chat/completions/", "/faults", "/faults/log"]
)
def test_an_unknown_route_is_an_invalid_url(engine: Engine, path: str) -> None:
    response = engine.http.get(path)
    assert error(response) == (404, "invalid_request_error", None, None)
    assert response.json()["error"]["message"] == f"Invalid URL (GET {path})"


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/audio/transcriptions"])
def test_a_wrong_method_is_not_allowed(engine: Engine, path: str) -> None:
    response = engine.http.get(path)
    assert error(response) == (405, "invalid_request_error", None, None)
    assert f"Not allowed to GET on {path}" in response.json()["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]"])
def test_a_body_that_is_no_json_object_is_refused(engine: Engine, body: bytes) -> None:
    response = engine.http.post("/v1/chat/completions", content=body)
    assert error(response) == (400, "invalid_request_error", None, None)
    assert "We could not parse the JSON body" in response.json()["error"]["message"]


def test_missing_messages_are_named(engine: Engine) -> None:
    response = engine.http.post("/v1/chat/completions", json={"model": "m"})
    assert error(response) == (400, "invalid_request_error", "messages", "missing_required_parameter")


def test_a_form_without_a_file_or_model_is_refused(engine: Engine) -> None:
    no_file = engine.http.post("/v1/audio/transcriptions", data={"model": "m"})
    assert error(no_file) == (400, "invalid_request_error", "file", "missing_required_parameter")
    no_model = engine.http.post("/v1/audio/transcriptions", files={"file": SPEECH.read_bytes()})
    assert error(no_model)[:2] == (400, "invalid_request_error")
    no_form = engine.http.post("/v1/audio/transcriptions", content=SPEECH.read_bytes())
    assert error(no_form)[:2] == (400, "invalid_request_error")


def test_a_file_over_the_limit_is_too_large(engine: Engine) -> None:
    response = engine.http.post(
        "/v1/audio/transcriptions", data={"model": "m"}, files={"file": bytes(26_300_000)}
    )
    assert error(response) == (413, "invalid_request_error", None, None)


def test_the_engine_says_that_it_is_well(engine: Engine) -> None:
    health = engine.http.get("/healthz").json()
    assert health["status"] == "ok"
    assert health["recogniser"]["running"] == 1
