import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.api.accounts import FIRST_ADMIN_EMAIL
from app.api.auth import Known
from tests.integration.api.conftest import forget_settings


def run(app: Flask, *arguments: str) -> list[str]:
    """The lines that a command prints."""
    result = app.test_cli_runner().invoke(args=arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def calls(app: Flask, token: str) -> int:
    """What a machine with this token is answered."""
    app.extensions["known"] = Known()
    return app.test_client().get("/api/calls", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_token_is_printed_alone_on_the_last_line_and_works(app: Flask) -> None:
    assert calls(app, run(app, "token", "create", "gateway")[-1]) == 200


def test_a_second_token_of_a_name_ends_the_first_and_says_so(app: Flask) -> None:
    first = run(app, "token", "create", "gateway")[-1]
    lines = run(app, "token", "create", "gateway")
    assert "revoked" in lines[0]
    assert (calls(app, first), calls(app, lines[-1])) == (401, 200)


def test_a_revoked_token_no_longer_works_and_can_be_issued_anew(app: Flask) -> None:
    token = run(app, "token", "create", "gateway")[-1]
    run(app, "token", "revoke", "gateway")
    assert calls(app, token) == 401
    assert calls(app, run(app, "token", "create", "gateway")[-1]) == 200


def test_the_first_start_makes_an_admin_and_later_ones_print_nothing(app: Flask, client: FlaskClient) -> None:
    password = run(app, "first-admin")[-1]
    signed_in = client.post("/api/session", json={"email": FIRST_ADMIN_EMAIL, "password": password})
    assert (signed_in.json or {})["user"]["role"] == "admin"
    assert run(app, "first-admin") == []


def test_a_person_is_added_once_and_can_be_shut_out(app: Flask, client: FlaskClient) -> None:
    lines = run(app, "user", "create", "Ann", "Ann@example.com", "--role", "supervisor")
    credentials = {"email": "ann@example.com", "password": lines[-1]}
    assert (client.post("/api/session", json=credentials).json or {})["user"]["role"] == "supervisor"
    again = app.test_cli_runner().invoke(args=["user", "create", "Ann", "ann@EXAMPLE.com"])
    assert again.exit_code == 1
    assert "already" in again.output
    run(app, "user", "disable", "ann@example.com")
    assert client.post("/api/session", json=credentials).status_code == 401


def test_nobody_and_nothing_is_told_so(app: Flask) -> None:
    for arguments in (["user", "disable", "nobody@example.com"], ["token", "revoke", "nothing"]):
        result = app.test_cli_runner().invoke(args=arguments)
        assert result.exit_code == 1
        assert arguments[-1] in result.output


def test_a_database_that_does_not_answer_is_told_in_a_sentence(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://nobody@127.0.0.1:1/none")
    forget_settings()
    result = app.test_cli_runner().invoke(args=["first-admin"])
    assert result.exit_code == 1
    assert result.output == "Error: The database at DATABASE_URL does not answer.\n"
