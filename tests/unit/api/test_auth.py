import pytest
from flask import Flask, request
from sqlalchemy.exc import OperationalError

from app.api.auth import (
    AWAY_SECONDS,
    FRESH_SECONDS,
    STALE_SECONDS,
    Known,
    Principal,
    authenticate_socket,
    origin_allowed,
    public,
    require,
)
from app.models import Role
from tests.unit.api.conftest import AppWith

ANN = Principal("user", 1, "Ann", Role.AGENT)
KEY = ("user", 1)


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 1000.0
        monkeypatch.setattr("app.api.auth.time.monotonic", lambda: self.seconds)


class Directory:
    """Where principals are looked up; `found` is what is there."""

    def __init__(self) -> None:
        self.found: Principal | Exception | None = ANN
        self.asked = 0

    def look_up(self) -> Principal | None:
        self.asked += 1
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


class TestKnown:
    def test_somebody_is_looked_up_once_in_a_while(self, clock: Clock) -> None:
        known, directory = Known(), Directory()
        for _ in range(3):
            assert known.recall(KEY, directory.look_up) == ANN
        clock.seconds += FRESH_SECONDS
        assert known.recall(KEY, directory.look_up) == ANN
        assert directory.asked == 2

    def test_a_database_that_is_away_is_not_asked_for_each(self, clock: Clock) -> None:
        known, directory = Known(), Directory()
        for number in range(3):
            known.recall(("user", number), directory.look_up)
        directory.found = OperationalError("", {}, Exception())
        clock.seconds += FRESH_SECONDS
        for number in range(3):
            assert known.recall(("user", number), directory.look_up) == ANN
        assert directory.asked == 4
        with pytest.raises(OperationalError):
            known.recall(("user", "of whom nobody knows"), directory.look_up)
        clock.seconds += AWAY_SECONDS
        directory.found = None
        assert known.recall(KEY, directory.look_up) is None

    def test_who_was_shut_out_is_refused_after_that_while(self, clock: Clock) -> None:
        known, directory = Known(), Directory()
        known.recall(KEY, directory.look_up)
        directory.found = None
        clock.seconds += FRESH_SECONDS
        assert known.recall(KEY, directory.look_up) is None

    def test_while_the_database_is_away_those_already_checked_go_on(self, clock: Clock) -> None:
        known, directory = Known(), Directory()
        known.recall(KEY, directory.look_up)
        directory.found = OperationalError("", {}, Exception())
        clock.seconds += STALE_SECONDS - 1
        assert known.recall(KEY, directory.look_up) == ANN
        clock.seconds += 1
        with pytest.raises(OperationalError):
            known.recall(KEY, directory.look_up)

    def test_a_stranger_is_not_let_in_because_the_database_is_away(self, clock: Clock) -> None:
        directory = Directory()
        directory.found = OperationalError("", {}, Exception())
        with pytest.raises(OperationalError):
            Known().recall(KEY, directory.look_up)


@pytest.fixture
def app(app_with: AppWith) -> Flask:
    app = app_with()

    @app.route("/api/thing", methods=["GET", "POST"])
    @public
    def thing() -> str:
        return "done"

    return app


class TestOrigin:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Origin": "http://localhost"}, 200),
            ({"Sec-Fetch-Site": "same-origin"}, 200),
            ({"Authorization": "Bearer any"}, 200),
            ({}, 403),
            ({"Origin": "null"}, 403),
            ({"Origin": "http://evil.example"}, 403),
            ({"Origin": "http://localhost:9000"}, 403),
            ({"Origin": "https://localhost"}, 403),
            ({"Sec-Fetch-Site": "same-site"}, 403),
            ({"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
        ],
    )
    def test_what_changes_something_must_come_from_our_page_or_bear_a_token(
        self, app: Flask, headers: dict[str, str], status: int
    ) -> None:
        assert app.test_client().post("/api/thing", headers=headers).status_code == status

    def test_reading_may_come_from_anywhere(self, app: Flask) -> None:
        assert (
            app.test_client().get("/api/thing", headers={"Origin": "http://evil.example"}).status_code == 200
        )

    @pytest.mark.parametrize(
        ("origin", "allowed"), [("https://calls.example.com", True), ("http://localhost", False)]
    )
    def test_the_public_url_is_our_origin_whatever_host_the_front_asks(
        self, app_with: AppWith, origin: str, allowed: bool
    ) -> None:
        app = app_with(PUBLIC_URL="https://Calls.example.com/")
        with app.test_request_context(headers={"Origin": origin}):
            assert origin_allowed(request) is allowed

    def test_a_socket_with_neither_token_nor_origin_is_nobodys(self, app: Flask) -> None:
        with app.test_request_context("/ws/call/x"):
            assert authenticate_socket(request) is None


@pytest.mark.parametrize(("role", "status"), [(Role.AGENT, 403), (Role.SUPERVISOR, 200), (Role.ADMIN, 200)])
def test_a_view_may_ask_for_a_role_or_more(
    app: Flask, monkeypatch: pytest.MonkeyPatch, role: Role, status: int
) -> None:
    app.add_url_rule("/api/board", view_func=require(Role.SUPERVISOR)(lambda: "board"), endpoint="board")
    monkeypatch.setattr("app.api.auth._identify", lambda sent: Principal("user", 1, "Ann", role))
    assert app.test_client().get("/api/board").status_code == status
