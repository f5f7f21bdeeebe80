import pytest
from flask import Flask
from redis.exceptions import ConnectionError as RedisLost
from sqlalchemy.exc import OperationalError

from app.api.auth import public
from tests.unit.api.conftest import AppWith


@pytest.fixture
def app(app_with: AppWith) -> Flask:
    app = app_with()

    @app.get("/api/broken/<how>")
    @public
    def broken(how: str) -> str:
        away = {"redis": RedisLost(), "database": OperationalError("", {}, Exception())}
        raise away.get(how, ZeroDivisionError("secret"))

    return app


def test_an_unknown_address_under_api_is_a_problem_document(app: Flask) -> None:
    response = app.test_client().get("/api/nothing")
    assert response.content_type == "application/problem+json"
    assert response.json == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this address.",
    }


def test_a_wrong_method_is_told_which_ones_are_right(app: Flask) -> None:
    response = app.test_client().put("/api/calls")
    assert response.status_code == 405
    assert response.content_type == "application/problem+json"
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_a_body_that_is_too_large_is_refused(app: Flask) -> None:
    headers = {"Origin": "http://localhost", "Content-Type": "application/json"}
    response = app.test_client().post("/api/session", data=b" " * 70_000, headers=headers)
    assert response.status_code == 413
    assert "64 KiB" in (response.json or {})["detail"]


def test_our_own_failure_tells_where_the_log_has_it_and_nothing_else(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    response = app.test_client().get("/api/broken/zero")
    assert response.status_code == 500
    reference = (response.json or {})["detail"].rstrip(".").split()[-1]
    assert "secret" not in response.text
    assert reference in capsys.readouterr().out


@pytest.mark.parametrize(("how", "part"), [("redis", "Redis"), ("database", "database")])
def test_a_part_that_is_away_is_named_and_the_client_told_when_to_come_back(
    app: Flask, how: str, part: str
) -> None:
    response = app.test_client().get(f"/api/broken/{how}")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert part in (response.json or {})["detail"]


def test_a_person_is_shown_a_page_and_not_json(app: Flask) -> None:
    response = app.test_client().get("/nothing.txt")
    assert response.status_code == 404
    assert response.content_type.startswith("text/html")
    assert "There is nothing at this address." in response.text
