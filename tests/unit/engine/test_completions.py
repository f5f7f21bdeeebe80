import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.engine.chat import ChatRequest
from app.engine.completions import Answer, Completion, ToolCall, tokens


def completion(answer: Answer, **fields: Any) -> Completion:
    body = {"model": "m", "messages": [{"role": "user", "content": "one two three"}]}
    return Completion(ChatRequest.from_json(body | fields), answer)


def chunks(made: Completion) -> list[dict[str, Any]]:
    """The stream's JSON objects; it must end with [DONE]."""
    events = list(made.events(0))
    assert all(event.startswith("data: ") and event.endswith("\n\n") for event in events)
    assert events[-1] == "data: [DONE]\n\n"
    return [json.loads(event[6:]) for event in events[:-1]]


@given(st.text())
def test_tokens_put_together_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


def test_a_whole_answer_has_its_text_and_usage() -> None:
    body = completion(Answer("a b")).whole()
    assert body["object"] == "chat.completion"
    assert body["choices"][0]["message"] == {"role": "assistant", "content": "a b", "refusal": None}
    assert body["choices"][0]["finish_reason"] == "stop"
    assert body["usage"] == {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


def test_a_stream_has_the_role_then_the_tokens_then_the_reason_it_ended() -> None:
    first, *middle, last = chunks(completion(Answer("tip\nSay it."), stream=True))
    assert first["choices"][0]["delta"]["role"] == "assistant"
    assert [chunk["choices"][0]["delta"]["content"] for chunk in middle] == ["tip", "\nSay", " it."]
    assert (last["choices"][0]["delta"], last["choices"][0]["finish_reason"]) == ({}, "stop")
    assert len({chunk["id"] for chunk in (first, *middle, last)}) == 1


def test_usage_comes_last_in_a_stream_that_asks_for_it() -> None:
    *before, last = chunks(completion(Answer("a b"), stream=True, stream_options={"include_usage": True}))
    assert (last["choices"], last["usage"]["total_tokens"]) == ([], 5)
    assert all(chunk["usage"] is None for chunk in before)


def test_a_limit_cuts_the_answer_and_says_so() -> None:
    choice = completion(Answer("a b c d"), max_tokens=2).whole()["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("a b", "length")


def test_tool_calls_have_ids_and_json_arguments() -> None:
    made = completion(Answer(calls=(ToolCall("lookup_orders", {"order_number": "ORD1"}), ToolCall("x", {}))))
    message = made.whole()["choices"][0]["message"]
    assert message["content"] is None
    assert [call["function"]["name"] for call in message["tool_calls"]] == ["lookup_orders", "x"]
    assert json.loads(message["tool_calls"][0]["function"]["arguments"]) == {"order_number": "ORD1"}
    streamed = [chunk["choices"][0] for chunk in chunks(made)]
    calls = [call for choice in streamed for call in choice["delta"].get("tool_calls", ())]
    assert [(call["index"], call["id"]) for call in calls] == [
        (i, call["id"]) for i, call in enumerate(message["tool_calls"])
    ]
    assert streamed[-1]["finish_reason"] == "tool_calls"
