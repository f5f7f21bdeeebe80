"""A supervisor's note reaches the record of the call; an agent sends none."""

from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from app.models import Role
from app.streaming.connection import store
from app.streaming.events import read_after
from app.streaming.legs import take_leg
from tests.integration.api.conftest import SignIn, add_call


@pytest.fixture
def running(environment: None) -> UUID:
    """A call that goes on, and has no row yet."""
    call_id = uuid4()
    take_leg(store(), call_id, "agent", 16000, paired=True, policy="speech", facts={"agent_id": "1"})
    return call_id


def test_a_note_is_recorded_with_its_sender(sign_in: SignIn, running: UUID) -> None:
    boss = sign_in(Role.SUPERVISOR, "Zoe")
    answer = boss.post(f"/api/calls/{running}/notes", json={"text": " Offer <b>20 %</b>. "})
    assert answer.status_code == 201
    note = answer.json or {}
    assert (note["text"], note["from"]) == ("Offer <b>20 %</b>.", "Zoe")
    (event,) = read_after(store(), running, 0)
    assert event.text.startswith('{"id":1,')
    for part in (note["note_id"], '"type": "note"', '"from": "Zoe"', note["at"]):
        assert part in event.text


def test_a_machine_may_send_one_and_an_agent_may_not(
    sign_in: SignIn, machine: FlaskClient, running: UUID
) -> None:
    path = f"/api/calls/{running}/notes"
    assert machine.post(path, json={"text": "Hello."}).status_code == 201
    assert sign_in().post(path, json={"text": "Hello."}).status_code == 403
    for text in ("", "  ", "x" * 501, "\0", None):
        assert machine.post(path, json={"text": text}).status_code == 422


def test_a_call_that_is_over_takes_no_note(machine: FlaskClient) -> None:
    assert machine.post(f"/api/calls/{add_call()}/notes", json={"text": "Well done."}).status_code == 409
    assert machine.post(f"/api/calls/{uuid4()}/notes", json={"text": "Hello?"}).status_code == 404
