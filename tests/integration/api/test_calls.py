from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from app.database import db_session
from app.models import (
    AiSuggestion,
    Call,
    CallStatus,
    Leg,
    Role,
    Sentiment,
    Speaker,
    SuggestionStatus,
    SuggestionType,
    Transcript,
    Window,
    WindowState,
)
from app.streaming import keys
from app.streaming.connection import store
from tests.integration.api.conftest import BEGINNING, SignIn, add_call, add_customer, forget_settings


def listed(client: FlaskClient, query: str = "") -> list[str]:
    """The ids of the calls that one page of the list shows."""
    return [call["call_id"] for call in (client.get(f"/api/calls?{query}").json or {})["items"]]


def _leg(call_id: UUID) -> Leg:
    return Leg(
        call_id=call_id,
        speaker=Speaker.AGENT,
        sample_rate=16000,
        starts_at=0,
        received_bytes=320000,
        sha256="ab",
        epoch=1,
    )


def _window(call_id: UUID, number: int) -> Window:
    return Window(
        call_id=call_id,
        speaker=Speaker.AGENT,
        number=number,
        start_byte=number * 160000,
        end_byte=(number + 1) * 160000,
        state=WindowState.DONE,
    )


def _transcript(call_id: UUID, number: int, text: str) -> Transcript:
    return Transcript(
        call_id=call_id,
        speaker=Speaker.AGENT,
        text=text,
        timestamp=BEGINNING,
        window=number,
        start_byte=number * 160000,
        start=number * 5.0,
        end=number * 5.0 + 4,
        confidence=0.9,
    )


def _suggestion(call_id: UUID) -> AiSuggestion:
    return AiSuggestion(
        call_id=call_id,
        suggestion_type=SuggestionType.POLICY,
        message="Offer a refund [1].",
        timestamp=BEGINNING,
        window=0,
        speaker=Speaker.CUSTOMER,
        trigger="Where is it?",
        status=SuggestionStatus.COMPLETE,
        citations=[{"ref": 1, "title": "Refunds"}],
        lookups=[],
        model="m",
        prompt_version="1",
        cost=Decimal("0.000120"),
    )


class TestOpening:
    def test_an_agent_opens_a_call_of_their_own_for_a_customer(self, sign_in: SignIn) -> None:
        add_customer(7, "Maria Lopez")
        response = sign_in(name="Ann").post("/api/calls", json={"account_number": "acc00007"})
        call = response.json or {}
        assert response.status_code == 201
        assert call["customer"]["name"] == "Maria Lopez"
        assert (call["agent_id"], call["agent_name"], call["status"]) == (1, "Ann", "active")
        assert call["start_time"].endswith("Z")

    def test_the_media_socket_finds_in_redis_whose_call_it_is(self, sign_in: SignIn) -> None:
        customer = add_customer(7, "Maria Lopez")
        call = sign_in(name="Ann").post("/api/calls", json={"customer_id": customer.id}).json or {}
        key = keys.call(UUID(call["call_id"]))
        assert store().hgetall(key) == {
            b"agent_id": b"1",
            b"agent_name": b"Ann",
            b"customer_id": str(customer.id).encode(),
        }
        assert store().ttl(key) > 0

    def test_a_machine_says_for_whom_it_speaks(self, machine: FlaskClient) -> None:
        call = machine.post("/api/calls", json={"agent_name": "Robert"}).json or {}
        assert (call["agent_id"], call["agent_name"], call["customer"]) == (None, "Robert", None)

    @pytest.mark.parametrize("named", [{"account_number": "ACC99999"}, {"customer_id": 99}])
    def test_a_customer_whom_nobody_knows_is_named_as_the_wrong_field(
        self, sign_in: SignIn, named: dict[str, object]
    ) -> None:
        response = sign_in().post("/api/calls", json=named)
        assert response.status_code == 422
        assert [field["name"] for field in (response.json or {})["fields"]] == list(named)

    def test_two_names_for_a_customer_must_mean_the_same_one(self, sign_in: SignIn) -> None:
        first, second = add_customer(1, "Maria Lopez"), add_customer(2, "Paul Green")
        body = {"customer_id": first.id, "account_number": second.account_number}
        assert sign_in().post("/api/calls", json=body).status_code == 422


class TestList:
    def test_it_is_newest_first_and_its_pages_hold_every_call_once(self, machine: FlaskClient) -> None:
        same_minute = [add_call(5) for _ in range(3)]
        calls = [add_call(0), *same_minute, add_call(9)]
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = machine.get(f"/api/calls?limit=2&cursor={cursor}").json or {}
            seen += [call["call_id"] for call in page["items"]]
            cursor = page["next_cursor"]
        assert seen == [str(call_id) for call_id in reversed(calls)]

    def test_an_agent_sees_their_own_calls_and_a_supervisor_everybodys(self, sign_in: SignIn) -> None:
        ann, bob, boss = sign_in(name="Ann"), sign_in(name="Bob"), sign_in(Role.SUPERVISOR, "Boss")
        own, others, machines = add_call(agent="Ann"), add_call(1, agent="Bob"), add_call(2)
        assert listed(ann) == [str(own)]
        assert listed(ann, "agent_id=2") == []
        assert listed(bob) == [str(others)]
        assert listed(boss) == [str(machines), str(others), str(own)]
        assert listed(boss, "agent_id=1") == [str(own)]

    def test_it_is_narrowed_by_status_and_customer(self, machine: FlaskClient) -> None:
        customer = add_customer(1, "Maria Lopez")
        hers = add_call(0, customer=customer)
        running = add_call(1, status=CallStatus.ACTIVE)
        assert listed(machine, "status=active") == [str(running)]
        assert listed(machine, f"customer_id={customer.id}") == [str(hers)]

    @pytest.mark.parametrize("q", ["refund", "REFUND", "card refun", "robert", "lopez", "ACC00001"])
    def test_it_is_searched_by_summary_agent_and_customer(self, machine: FlaskClient, q: str) -> None:
        customer = add_customer(1, "Maria Lopez")
        wanted = add_call(
            3, customer=customer, agent_name="Robert", summary="A refund to the customer's card."
        )
        add_call(4, customer=add_customer(2, "Paul Green"), agent_name="Susan", summary="A late parcel.")
        add_call(5)
        assert listed(machine, f"q={q}") == [str(wanted)]

    def test_a_call_found_in_two_ways_is_listed_once_and_pages_go_on_in_order(
        self, machine: FlaskClient
    ) -> None:
        customer = add_customer(1, "Maria Lopez")
        calls = [add_call(minute, customer=customer, summary="Maria called.") for minute in range(3)]
        calls.append(add_call(3, summary="Maria's neighbour called."))
        first = machine.get("/api/calls?q=maria&limit=2").json or {}
        second = machine.get(f"/api/calls?q=maria&limit=2&cursor={first['next_cursor']}").json or {}
        found = [call["call_id"] for call in first["items"] + second["items"]]
        assert found == [str(call_id) for call_id in reversed(calls)]
        assert second["next_cursor"] is None

    @pytest.mark.parametrize("few", [1, 2])
    def test_many_customers_of_a_name_are_found_like_a_few(
        self, machine: FlaskClient, monkeypatch: pytest.MonkeyPatch, few: int
    ) -> None:
        monkeypatch.setattr("app.search.FEW", few)
        calls = [
            add_call(number, customer=add_customer(number, name))
            for number, name in enumerate(["Maria Lopez", "Paul Green", "Maria Green"])
        ]
        assert listed(machine, "q=maria") == [str(calls[2]), str(calls[0])]

    @pytest.mark.parametrize("q", ["'", "!&|", "a:*", "\\", "%", "é"])
    def test_signs_in_a_search_are_no_commands(self, machine: FlaskClient, q: str) -> None:
        add_call(summary="Something else.")
        response = machine.get("/api/calls", query_string={"q": q})
        assert (response.status_code, (response.json or {})["items"]) == (200, [])

    @pytest.mark.parametrize(
        "query",
        [
            "status=gone",
            "limit=0",
            "limit=201",
            "cursor=nonsense",
            "agent_id=99999999999",
            "q=%00",
            "colour=red",
        ],
    )
    def test_a_wrong_parameter_is_refused(self, machine: FlaskClient, query: str) -> None:
        assert machine.get(f"/api/calls?{query}").status_code == 422


class TestOne:
    def test_it_shows_all_that_is_stored_in_the_order_of_the_call(self, machine: FlaskClient) -> None:
        call_id = add_call(sentiment=Sentiment.NEGATIVE, sentiment_score=-0.4, summary="It is late.")
        with db_session() as db:
            db.add(_leg(call_id))
            db.add_all([_window(call_id, 1), _window(call_id, 0)])
            db.add_all([_transcript(call_id, 1, "It is on its way."), _transcript(call_id, 0, "Hello.")])
            db.add(_suggestion(call_id))
        call = machine.get(f"/api/calls/{call_id}").json or {}
        assert (call["call_id"], call["status"]) == (str(call_id), "completed")
        assert (call["sentiment"], call["summary"]) == ("negative", "It is late.")
        assert [line["text"] for line in call["transcripts"]] == ["Hello.", "It is on its way."]
        assert [window["number"] for window in call["windows"]] == [0, 1]
        assert call["legs"][0]["received_bytes"] == 320000
        assert call["suggestions"][0]["cost"] == "0.000120"
        assert call["suggestions"][0]["citations"] == [{"ref": 1, "title": "Refunds"}]

    def test_another_agents_call_is_not_there(self, sign_in: SignIn) -> None:
        ann = sign_in(name="Ann")
        sign_in(name="Bob")
        assert ann.get(f"/api/calls/{add_call(agent='Bob')}").status_code == 404
        assert ann.get(f"/api/calls/{add_call(agent='Ann')}").status_code == 200

    @pytest.mark.parametrize("call_id", [str(uuid4()), "no-uuid", "7"])
    def test_a_call_that_nobody_knows_is_not_found(self, machine: FlaskClient, call_id: str) -> None:
        response = machine.get(f"/api/calls/{call_id}")
        assert (response.status_code, response.content_type) == (404, "application/problem+json")


def test_a_database_that_does_not_answer_is_told_in_words(
    machine: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.get("/api/calls")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://nobody@127.0.0.1:1/none")
    forget_settings()
    response = machine.get("/api/calls")
    assert response.status_code == 503
    assert "database is not answering" in (response.json or {})["detail"]


def test_times_are_utc_whatever_zone_they_came_in(machine: FlaskClient) -> None:
    call_id = add_call(1)
    with db_session() as db:
        call = db.query(Call).filter_by(call_id=call_id).one()
        assert call.start_time.utcoffset() == timedelta(0)
    assert (machine.get(f"/api/calls/{call_id}").json or {})["start_time"] == "2026-03-01T09:01:00.000Z"
