import json
from typing import Any

import pytest

from app.engine.assistant.answer import ABOUT, answer
from app.engine.chat import ChatRequest
from app.engine.completions import Answer

TOOL = {"type": "function", "function": {"name": "lookup_orders"}}
SUMMARY = {
    "type": "object",
    "properties": {
        "summary": {"type": "string"},
        "sentiment": {
            "type": "object",
            "properties": {"label": {"type": "string"}, "score": {"type": "number"}},
        },
    },
}


def ask(content: object, **fields: Any) -> Answer:
    text = content if isinstance(content, str) else json.dumps(content)
    messages = [{"role": "system", "content": "rules"}, {"role": "user", "content": text}]
    return answer(ChatRequest.from_json({"model": "m", "messages": messages} | fields))


@pytest.mark.parametrize("content", ["who are you?", '{"task": "sing"}', "[1, 2]", "{"])
def test_anything_that_is_no_task_is_answered_by_what_it_is(content: str) -> None:
    assert ask(content).text == ABOUT
    assert "not a language model" in ABOUT


def test_a_conversation_without_a_user_is_answered_as_well() -> None:
    request = ChatRequest.from_json({"model": "m", "messages": [{"role": "system", "content": "x"}]})
    assert answer(request).text == ABOUT


def test_a_summary_fits_the_schema_it_was_asked_for_with() -> None:
    task = {"task": "summarise", "conversation": [{"speaker": "customer", "text": "i want a refund thanks"}]}
    wanted = {"type": "json_schema", "json_schema": {"name": "call_summary", "schema": SUMMARY}}
    given = json.loads(ask(task, response_format=wanted).text)
    assert given["summary"].startswith("The customer called about a refund.")
    assert given["sentiment"] == {"label": "positive", "score": pytest.approx(0.22, abs=0.2)}


def test_a_summary_without_a_schema_is_plain_text() -> None:
    task = {"task": "summarise", "conversation": [{"speaker": "customer", "text": "i want a refund"}]}
    assert ask(task).text.startswith("The customer called about a refund.")


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "lookup_orders"}}])
def test_a_tool_that_must_be_called_is_called(choice: object) -> None:
    assert [call.name for call in ask("hello", tools=[TOOL], tool_choice=choice).calls] == ["lookup_orders"]


@pytest.mark.parametrize(
    "task",
    [
        {"task": "suggest"},
        {"task": "suggest", "customer": None, "conversation": None, "just_said": None, "policies": None},
        {"task": "suggest", "conversation": ["x"], "policies": [{}], "just_said": ""},
        {"task": "suggest", "just_said": "my order is late", "policies": [{"title": None, "text": ""}]},
        {"task": "ask"},
        {"task": "summarise"},
    ],
)
def test_a_task_with_missing_parts_still_has_an_answer(task: dict[str, Any]) -> None:
    assert ask(task).text
