"""What an agent leaves behind after a call."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from app.models import CallStatus, Role
from app.streaming import keys
from app.streaming.connection import store
from tests.integration.api.conftest import SignIn, add_call


def path(call_id: UUID) -> str:
    return f"/api/calls/{call_id}/wrap-up"


def test_each_field_is_written_by_itself_and_edits_are_named(sign_in: SignIn) -> None:
    ann = sign_in()
    call_id = add_call(agent="Ann", status=CallStatus.WRAP_UP, sentiment="negative", sentiment_score=-0.5)
    steps: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"disposition": "follow_up"}, {"disposition": "follow_up", "edited": []}),
        ({"summary": "She gets a new lamp."}, {"summary": "She gets a new lamp.", "edited": ["summary"]}),
        ({"sentiment": "positive"}, {"sentiment": "positive", "sentiment_score": None}),
        ({"follow_ups": [{"text": "Send it", "due": "2026-03-04"}]}, {"edited": ["sentiment", "summary"]}),
        ({"disposition": None}, {"disposition": None, "status": "wrap_up"}),
    ]
    for body, expected in steps:
        answer = ann.patch(path(call_id), json=body)
        assert answer.status_code == 200, answer.json
        assert {name: (answer.json or {})[name] for name in expected} == expected
    shown = ann.get(f"/api/calls/{call_id}").json or {}
    assert shown["follow_ups"] == [{"text": "Send it", "due": "2026-03-04", "done": False}]
    assert shown["completed_at"] is None


def test_a_wrap_up_is_closed_once_and_can_still_be_edited(sign_in: SignIn) -> None:
    ann, boss = sign_in(), sign_in(Role.SUPERVISOR, "Zoe")
    call_id = add_call(agent="Ann", status=CallStatus.WRAP_UP)
    first = ann.patch(path(call_id), json={"completed": True, "summary": "Done."}).json or {}
    assert (first["status"], first["completed_by"], first["summary"]) == ("completed", "Ann", "Done.")
    again = boss.patch(path(call_id), json={"completed": True, "disposition": "other"}).json or {}
    assert (again["completed_at"], again["completed_by"]) == (first["completed_at"], "Ann")
    assert again["disposition"] == "other"


def test_a_call_that_goes_on_cannot_be_closed(sign_in: SignIn) -> None:
    ann = sign_in()
    call_id = add_call(agent="Ann", status=CallStatus.ACTIVE)
    refused = ann.patch(path(call_id), json={"completed": True, "summary": "Too soon."})
    assert refused.status_code == 409
    assert (ann.get(f"/api/calls/{call_id}").json or {})["summary"] is None, "all or nothing"
    store().hset(keys.call(call_id), mapping={"status": "wrap_up", "agent_id": 1})
    ann_id = (ann.get("/api/session").json or {})["user"]["id"]
    store().hset(keys.call(call_id), "agent_id", ann_id)
    assert ann.patch(path(call_id), json={"completed": True}).status_code == 200, "its row is a moment behind"


def test_an_abandoned_call_stays_abandoned(machine: FlaskClient) -> None:
    call_id = add_call(status=CallStatus.ABANDONED)
    call = machine.patch(path(call_id), json={"completed": True}).json or {}
    assert (call["status"], call["completed_by"]) == ("abandoned", "gateway")


@pytest.mark.parametrize(
    "body",
    [
        {"disposition": "unheard of"},
        {"summary": None},
        {"summary": "\0"},
        {"sentiment": None},
        {"completed": False},
        {"status": "completed"},
        {"follow_ups": [{"text": ""}]},
        {"follow_ups": [{"text": "x", "due": "soon"}]},
        {"follow_ups": [{"text": "x"}] * 21},
    ],
)
def test_what_does_not_fit_is_refused(machine: FlaskClient, body: dict[str, Any]) -> None:
    assert machine.patch(path(add_call()), json=body).status_code == 422


def test_another_agents_call_is_not_there(sign_in: SignIn) -> None:
    ann, _ = sign_in(), sign_in(name="Bob")
    for call_id in (add_call(agent="Bob"), uuid4()):
        assert ann.patch(path(call_id), json={"disposition": "other"}).status_code == 404
