from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.api import accounts
from app.api.auth import Known
from app.api.sign_in import TRIES_PER_PERSON
from app.database import db_session
from app.models import ApiToken, Role, User
from tests.integration.api.conftest import PASSWORD, SignIn


@pytest.fixture
def ann(app: Flask) -> dict[str, str]:
    """What Ann types."""
    with db_session() as db:
        accounts.add_user(db, "Ann", "Ann@Example.com ", Role.AGENT, PASSWORD)
    return {"email": "ann@example.com", "password": PASSWORD}


def forget_checks(app: Flask) -> None:
    """As after half a minute."""
    app.extensions["known"] = Known()


def test_who_signs_in_is_known_until_they_sign_out(client: FlaskClient, ann: dict[str, str]) -> None:
    assert client.get("/api/session").status_code == 401
    signed_in = client.post("/api/session", json=ann)
    assert signed_in.json == {"user": {"id": 1, "name": "Ann", "email": "ann@example.com", "role": "agent"}}
    cookie = signed_in.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert client.get("/api/session").json == signed_in.json
    assert client.delete("/api/session").status_code == 204
    assert client.get("/api/session").status_code == 401


@pytest.mark.parametrize("wrong", [{"password": "guess"}, {"email": "nobody@example.com"}])
def test_a_wrong_password_and_an_unknown_address_are_told_the_same(
    client: FlaskClient, ann: dict[str, str], wrong: dict[str, str]
) -> None:
    response = client.post("/api/session", json=ann | wrong)
    assert response.status_code == 401
    assert (response.json or {})["detail"] == "The address or the password is wrong."


def test_too_many_wrong_passwords_make_one_wait_even_with_the_right_one(
    client: FlaskClient, ann: dict[str, str]
) -> None:
    for _ in range(TRIES_PER_PERSON):
        assert client.post("/api/session", json=ann | {"password": "guess"}).status_code == 401
    response = client.post("/api/session", json=ann)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0


def test_wrong_passwords_at_the_same_time_are_no_more_than_one_after_the_other(
    app: Flask, ann: dict[str, str]
) -> None:
    def guess(number: int) -> int:
        sent = {"json": ann | {"password": f"guess {number}"}, "headers": {"Origin": "http://localhost"}}
        return app.test_client().post("/api/session", **sent).status_code

    with ThreadPoolExecutor(12) as callers:
        answers = list(callers.map(guess, range(12)))
    assert answers.count(401) == TRIES_PER_PERSON
    assert answers.count(429) == 12 - TRIES_PER_PERSON


def test_who_signs_in_again_and_again_never_has_to_wait(client: FlaskClient, ann: dict[str, str]) -> None:
    for _ in range(TRIES_PER_PERSON + 1):
        assert client.post("/api/session", json=ann).status_code == 200


def test_signing_in_from_a_foreign_page_is_refused(app: Flask, ann: dict[str, str]) -> None:
    response = app.test_client().post("/api/session", json=ann, headers={"Origin": "http://evil.example"})
    assert response.status_code == 403


def test_who_is_disabled_is_shut_out_of_the_session_they_have(app: Flask, sign_in: SignIn) -> None:
    client = sign_in(name="Ann")
    assert client.get("/api/calls").status_code == 200
    with db_session() as db:
        accounts.disable_user(db, "ann@example.com")
    forget_checks(app)
    assert client.get("/api/calls").status_code == 401
    assert (
        client.post("/api/session", json={"email": "ann@example.com", "password": PASSWORD}).status_code
        == 401
    )


def test_a_new_password_ends_the_sessions_of_the_old_one(app: Flask, sign_in: SignIn) -> None:
    client = sign_in()
    with db_session() as db:
        db.execute(update(User).values(password_hash="another"))
    assert client.get("/api/calls").status_code == 401


def test_a_cookie_that_we_did_not_sign_is_nobodys(app: Flask, client: FlaskClient) -> None:
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], "eyJ1c2VyIjoxfQ.aaaa.bbbb")
    assert client.get("/api/session").status_code == 401


def test_a_machine_comes_in_with_its_token_until_that_is_revoked(app: Flask, machine: FlaskClient) -> None:
    assert machine.get("/api/calls").status_code == 200
    assert machine.get("/api/session").status_code == 401
    with db_session() as db:
        accounts.revoke_token(db, "gateway")
    forget_checks(app)
    assert machine.get("/api/calls").status_code == 401


def test_only_the_hash_of_a_token_is_stored(machine: FlaskClient) -> None:
    token = machine.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    with db_session() as db:
        stored = db.query(ApiToken.token_sha256).one()[0]
    assert token not in stored
    assert len(stored) == 64


def test_an_unknown_token_does_not_fall_back_to_the_cookie(sign_in: SignIn) -> None:
    client = sign_in()
    assert client.get("/api/calls", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_the_link_that_make_run_prints_signs_in_the_first_admin(client: FlaskClient) -> None:
    with db_session() as db:
        accounts.add_user(db, "Ann", "ann@example.com", Role.AGENT, PASSWORD)
        accounts.add_user(db, "Root", "root@example.com", Role.ADMIN, PASSWORD)
    assert client.get("/sign-in/local?key=wrong").status_code == 403
    response = client.get("/sign-in/local?key=one-click")
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert (client.get("/api/session").json or {})["user"]["name"] == "Root"


def test_the_link_says_what_to_do_when_there_is_no_admin_yet(client: FlaskClient) -> None:
    response = client.get("/sign-in/local?key=one-click")
    assert response.status_code == 503
    assert "first-admin" in response.text


@pytest.mark.parametrize(
    "path", ["/api/calls", "/api/customers", "/api/events", "/api/samples", "/samples/late_order.flac"]
)
def test_nothing_of_the_company_is_shown_to_a_stranger(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in (401, 302)


def test_a_stranger_who_follows_a_source_is_asked_to_sign_in(client: FlaskClient) -> None:
    response = client.get("/policies/refunds")
    assert (response.status_code, response.headers["Location"]) == (302, "/sign-in")
