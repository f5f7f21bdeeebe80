"""A customer calls in; the first agent who accepts has the call."""

import time
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.api.customer_calls import CALLS_A_MINUTE
from app.database import db_session
from app.models import Call, CallStatus
from app.streaming import keys, ringing
from app.streaming.connection import store
from app.streaming.ringing import RING_SECONDS, ringing_calls, spend_ticket
from tests.integration.api.conftest import SignIn, add_customer


def call_in(client: FlaskClient, **body: Any) -> dict[str, Any]:
    answer = client.post("/api/customer-calls", json=body)
    assert answer.status_code == 201, answer.json
    return answer.json or {}


def row(call_id: str) -> Call:
    with db_session() as db:
        return db.scalars(select(Call).where(Call.call_id == UUID(call_id))).one()


def test_a_call_rings_with_what_is_known_of_the_caller(client: FlaskClient) -> None:
    add_customer(7, "Maria Goldberg")
    known = call_in(client, account_number="acc00007", name="Maria")
    stranger = call_in(client, account_number="ACC99999")
    assert (known["ticket_seconds"], known["ring_seconds"]) == (60, 45)
    assert known.keys() == stranger.keys(), "whose account numbers there are is not told"
    first, second = ringing_calls(store())
    assert (first["call_id"], first["name"], second["name"]) == (known["call_id"], "Maria", None)
    assert (first["customer"]["name"], second["customer"]) == ("Maria Goldberg", None)
    assert first["since"] < first["rings_until"]
    assert row(known["call_id"]).status == CallStatus.RINGING


def test_the_first_agent_gets_the_call_and_the_second_is_told_who(
    client: FlaskClient, sign_in: SignIn, machine: FlaskClient
) -> None:
    ann, bob = sign_in(name="Ann"), sign_in(name="Bob")
    path = f"/api/calls/{call_in(client)['call_id']}/accept"
    assert machine.post(path).status_code == 403
    assert client.post(path).status_code == 401
    for _ in range(2):  # asking again is harmless
        taken = ann.post(path)
        assert (taken.status_code, (taken.json or {})["status"]) == (200, "active")
        assert (taken.json or {})["agent_name"] == "Ann"
    late = bob.post(path)
    assert (late.status_code, (late.json or {})["taken_by"]) == (409, "Ann")
    assert (late.json or {})["detail"] == "Ann was faster and has taken this call."
    assert ringing_calls(store()) == []


def test_a_call_that_rings_no_longer_cannot_be_accepted(client: FlaskClient, sign_in: SignIn) -> None:
    ann, call = sign_in(), call_in(client)
    store().hincrby(keys.call(UUID(call["call_id"])), "rings_until", -1000 * RING_SECONDS)
    late = ann.post(f"/api/calls/{call['call_id']}/accept")
    assert (late.status_code, (late.json or {})["taken_by"]) == (409, None)
    assert "hung up" in (late.json or {})["detail"]
    assert row(call["call_id"]).status == CallStatus.RINGING


def test_a_ticket_opens_one_socket_of_its_call(client: FlaskClient) -> None:
    call = call_in(client)
    assert spend_ticket(store(), "guessed") is None
    assert 0 < store().ttl(keys.ticket(call["ticket"])) <= call["ticket_seconds"]
    assert spend_ticket(store(), call["ticket"]) == UUID(call["call_id"])
    assert spend_ticket(store(), call["ticket"]) is None
    assert not [key for key in store().scan_iter() if call["ticket"].encode() in key]


def test_only_a_page_of_ours_can_call_in(client: FlaskClient) -> None:
    foreign = client.post("/api/customer-calls", json={}, headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403
    assert client.post("/api/customer-calls", json={"agent_id": 1}).status_code == 422


def test_who_calls_too_often_waits_and_others_do_not(client: FlaskClient) -> None:
    for _ in range(CALLS_A_MINUTE):
        call_in(client)
    refused = client.post("/api/customer-calls", json={})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    other = client.post("/api/customer-calls", json={}, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert other.status_code == 201


def test_when_all_lines_are_busy_nobody_rings_and_no_row_is_left(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ringing, "MOST_RINGING", 1)
    call_in(client)
    busy = client.post("/api/customer-calls", json={})
    assert (busy.status_code, (busy.json or {})["detail"]) == (
        429, "All lines are busy. Please try again in a minute.",
    )  # fmt: skip
    with db_session() as db:
        assert len(db.scalars(select(Call)).all()) == 1


def test_the_length_of_a_call_counts_from_its_answer(client: FlaskClient, sign_in: SignIn) -> None:
    call = call_in(client)
    rang_at = row(call["call_id"]).start_time
    time.sleep(0.05)
    sign_in().post(f"/api/calls/{call['call_id']}/accept")
    assert row(call["call_id"]).start_time > rang_at
