"""What the agent asks the assistant: from the question to its answer in the record and in the database."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.database import db_session
from app.models import AiSuggestion
from app.streaming.events import emit
from app.streaming.scripts import PUT_QUESTION
from app.streaming.suggestions import (
    QUESTIONS_A_MINUTE,
    CallUnknown,
    TooManyQuestions,
    claim_suggestion,
    question_arguments,
    question_put,
    show_delta,
    shown_so_far,
)
from tests.integration.streaming.scene import Scene
from tests.integration.workers.scripted_engine import ScriptedEngine, says
from workers.suggestions import suggest

QUESTION = "What is our refund window?"


@pytest.fixture
def call(scene: Scene, engine: ScriptedEngine) -> Scene:
    """Both have joined."""
    scene.take("agent", paired=True)
    scene.take("customer", paired=True)
    return scene


def ask(scene: Scene, text: str = QUESTION) -> str:
    """Ann asks; the id of the suggestion that will answer. Raises what the question's sender is told."""
    suggestion_id = str(uuid4())
    question_put(PUT_QUESTION(scene.store, scene.key, *question_arguments(suggestion_id, text, "Ann")))
    return suggestion_id


def told(scene: Scene) -> list[str]:
    return [event["type"] for event in scene.events()]


def row(suggestion_id: str) -> AiSuggestion:
    with db_session() as session:
        return session.scalars(select(AiSuggestion).where(AiSuggestion.id == UUID(suggestion_id))).one()


def test_a_question_is_answered_from_the_policies_and_written_down(
    call: Scene, engine: ScriptedEngine
) -> None:
    question = ask(call)
    engine.will(says("policy\n", "Thirty days [1]."))
    suggest(str(call.call_id), question)
    started, made = call.events()
    assert (started["window"], started["trigger"], started["asked_by"]) == (None, QUESTION, "Ann")
    assert (made["suggestion_id"], made["message"], made["status"]) == (
        question, "Thirty days [1].", "complete",
    )  # fmt: skip
    assert len(made["citations"]) == 1
    saved = row(question)
    assert (saved.window, saved.asked_by, saved.trigger) == (None, "Ann", QUESTION)
    sent = engine.requests[0].json["messages"][1]["content"]
    assert '"task": "ask"' in sent
    assert f'"question": "{QUESTION}"' in sent
    assert call.ledger() == ["o"]


def test_a_question_and_a_turn_do_not_disturb_each_other(call: Scene, engine: ScriptedEngine) -> None:
    (turn,) = call.say("Where is my order?")
    show_delta(call.store, call.claim_suggestion(turn), 0, "It is ", "tip")
    question = ask(call)
    claim = call.claim_suggestion(question)
    show_delta(call.store, claim, 0, "Thirty ", "policy")
    assert len(shown_so_far(call.store, call.call_id)) == 2, "the turn's goes on"
    call.say("And I am in a hurry, I need it now.", 2)
    call.end()
    show_delta(call.store, claim, 7, "days.", "policy")
    assert [event["status"] for event in call.events("suggestion")] == ["superseded"]


def test_after_the_summary_an_answer_is_told_without_a_number(call: Scene, engine: ScriptedEngine) -> None:
    call.end()
    emit(call.store, call.call_id, {"type": "summary"}, once="summary")
    before = told(call)
    question = ask(call)
    engine.will(says("policy\n", "Thirty days."))
    suggest(str(call.call_id), question)
    assert told(call) == before
    assert before[-1] == "summary"
    assert row(question).message == "Thirty days."


def test_a_question_that_is_put_twice_is_asked_once(call: Scene) -> None:
    arguments = question_arguments(str(uuid4()), QUESTION, "Ann")
    for _ in range(QUESTIONS_A_MINUTE + 2):
        question_put(PUT_QUESTION(call.store, call.key, *arguments))
    assert len(call.ledger()) == 2


def test_too_many_questions_are_refused_until_the_minute_is_over(call: Scene) -> None:
    for _ in range(QUESTIONS_A_MINUTE):
        ask(call)
    with pytest.raises(TooManyQuestions):
        ask(call)
    assert 0 < call.store.pttl(f"{call.key}:asked") <= 60_000


def test_a_call_that_nobody_began_takes_no_question(scene: Scene) -> None:
    with pytest.raises(CallUnknown):
        ask(scene)
    assert claim_suggestion(scene.store, scene.call_id, str(uuid4())) is None


def test_who_hangs_up_and_the_call_that_goes_on_are_told(call: Scene) -> None:
    call.end("customer")
    call.end("customer")
    (event,) = call.events()
    kept: dict[str, Any] = {name: event[name] for name in ("type", "speaker")}
    assert kept == {"type": "hang_up", "speaker": "customer"}
