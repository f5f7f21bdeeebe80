from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from app.database import db_session
from app.models import AiSuggestion, Speaker, SuggestionStatus, SuggestionType
from tests.integration.api.conftest import BEGINNING, SignIn, add_call


def add_suggestion(call_id: UUID) -> UUID:
    suggestion_id = uuid4()
    with db_session() as db:
        db.add(
            AiSuggestion(
                id=suggestion_id,
                call_id=call_id,
                suggestion_type=SuggestionType.TIP,
                message="Ask for the order number.",
                timestamp=BEGINNING,
                window=0,
                speaker=Speaker.CUSTOMER,
                trigger="Where is it?",
                status=SuggestionStatus.COMPLETE,
                citations=[],
                lookups=[],
                model="m",
                prompt_version="1",
            )
        )
    return suggestion_id


def test_only_what_was_said_of_a_suggestion_changes(sign_in: SignIn) -> None:
    ann = sign_in(name="Ann")
    path = f"/api/suggestions/{add_suggestion(add_call(agent='Ann'))}"
    fresh = (False, False, None)
    for body, expected in (
        ({"used": True}, (True, False, None)),
        ({"rating": -1}, (True, False, -1)),
        ({"dismissed": True, "used": False}, (False, True, -1)),
        ({"rating": None}, (False, True, None)),
    ):
        suggestion = ann.patch(path, json=body).json or {}
        assert (suggestion["used"], suggestion["dismissed"], suggestion["rating"]) == expected != fresh


@pytest.mark.parametrize("body", [{"rating": 5}, {"used": "yes"}, {"message": "mine"}, {"used": None}])
def test_what_cannot_be_said_of_a_suggestion_is_refused(
    machine: FlaskClient, body: dict[str, object]
) -> None:
    path = f"/api/suggestions/{add_suggestion(add_call())}"
    assert machine.patch(path, json=body).status_code == 422


def test_a_suggestion_of_another_agents_call_is_not_there(sign_in: SignIn) -> None:
    ann = sign_in(name="Ann")
    sign_in(name="Bob")
    path = f"/api/suggestions/{add_suggestion(add_call(agent='Bob'))}"
    assert ann.patch(path, json={"used": True}).status_code == 404


def test_a_suggestion_that_nobody_knows_is_not_found(machine: FlaskClient) -> None:
    assert machine.patch(f"/api/suggestions/{uuid4()}", json={"used": True}).status_code == 404
