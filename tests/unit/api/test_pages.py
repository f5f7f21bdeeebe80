from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.unit.api.conftest import AppWith


@pytest.fixture
def client(app_with: AppWith, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("the console")
    (tmp_path / "dist" / "icon.svg").write_text("<svg/>")
    (tmp_path / "dist" / "assets" / "index-1a2b.js").write_text("code")
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setattr("app.api.pages.DIST", tmp_path / "dist")
    return app_with().test_client()


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/history", "/supervisor", "/calls/7", "/apiary", "/" + "a" * 300]
)
def test_any_address_that_is_no_interface_is_a_page_of_the_console(client: FlaskClient, path: str) -> None:
    response = client.get(path, buffered=True)
    assert (response.status_code, response.text) == (200, "the console")
    assert "no-cache" in response.headers["Cache-Control"]


def test_a_file_of_the_build_is_kept_for_a_year(client: FlaskClient) -> None:
    response = client.get("/assets/index-1a2b.js", buffered=True)
    assert response.text == "code"
    assert {"public", "immutable", "max-age=31536000"} <= set(response.headers["Cache-Control"].split(", "))


def test_a_file_beside_the_page_is_served(client: FlaskClient) -> None:
    assert client.get("/icon.svg", buffered=True).text == "<svg/>"


@pytest.mark.parametrize(
    "path", ["/missing.js", "/assets/missing.js", "/../secret.txt", "/assets/../../secret.txt", "/%00.txt"]
)
def test_a_file_that_is_not_of_the_build_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path, buffered=True).status_code == 404


def test_an_unbuilt_console_says_how_to_build_it(client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "dist" / "index.html").unlink()
    response = client.get("/", buffered=True)
    assert response.status_code == 503
    assert "make run" in response.text


def test_browsers_are_told_what_a_page_may_do(client: FlaskClient) -> None:
    headers = client.get("/", headers={"Host": "localhost:8000"}, buffered=True).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "connect-src 'self' ws://localhost:8000 wss://localhost:8000;" in policy
    assert "worker-src 'self' blob:" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "microphone=(self)" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_behind_https_browsers_are_told_to_stay_there(app_with: AppWith) -> None:
    client = app_with(PUBLIC_URL="https://calls.example.com").test_client()
    headers = client.get("/healthz", headers={"X-Forwarded-Proto": "https"}).headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_answers_of_the_interface_are_not_stored(client: FlaskClient) -> None:
    assert client.get("/api/session", buffered=True).headers["Cache-Control"] == "no-store"
