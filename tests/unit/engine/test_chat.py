from typing import Any

import pytest

from app.engine.chat import ChatRequest
from app.engine.errors import BadRequest

HELLO = [{"role": "user", "content": "hello"}]
TOOL = {"type": "function", "function": {"name": "lookup_orders", "parameters": {}}}


def request(**fields: Any) -> ChatRequest:
    return ChatRequest.from_json({"model": "m", "messages": HELLO} | fields)


def test_a_plain_request_has_no_tools_schema_or_limit() -> None:
    plain = request()
    assert plain.messages[0].text == "hello"
    assert (plain.tools, plain.forced_tool, plain.schema, plain.limit) == ((), None, None, None)
    assert (plain.stream, plain.include_usage) == (False, False)


def test_content_in_parts_is_joined() -> None:
    parts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    assert request(messages=[{"role": "user", "content": parts}]).messages[0].text == "one\ntwo"


def test_tool_calls_are_known_by_their_ids() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "lookup_orders", "arguments": "{}"}}
    messages = [
        *HELLO,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "{}"},
    ]
    _, asked, told = request(messages=messages).messages
    assert asked.calls == {"call_1": "lookup_orders"}
    assert told.tool_call_id == "call_1"


def test_tools_can_be_offered_forbidden_and_forced() -> None:
    assert request(tools=[TOOL]).tools == ("lookup_orders",)
    assert request(tools=[TOOL], tool_choice="none").tools == ()
    assert request(tools=[TOOL], tool_choice="required").forced_tool == "any"
    named = {"type": "function", "function": {"name": "lookup_orders"}}
    assert request(tools=[TOOL], tool_choice=named).forced_tool == "lookup_orders"


def test_a_json_schema_is_found_in_the_response_format() -> None:
    schema = {"type": "object"}
    wanted = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    assert request(response_format=wanted).schema == schema
    assert request(response_format={"type": "text"}).schema is None


def test_either_name_of_the_limit_is_understood() -> None:
    assert request(max_tokens=5).limit == 5
    assert request(max_completion_tokens=7, max_tokens=5).limit == 7


def test_options_of_a_stream_are_read() -> None:
    streamed = request(stream=True, stream_options={"include_usage": True})
    assert (streamed.stream, streamed.include_usage) == (True, True)


@pytest.mark.parametrize(
    ("fields", "param", "code"),
    [
        ({"model": None}, None, None),
        ({"messages": None}, "messages", "missing_required_parameter"),
        ({"messages": []}, "messages", "empty_array"),
        ({"messages": "hello"}, "messages", "invalid_type"),
        ({"messages": ["hello"]}, "messages[0]", "invalid_type"),
        ({"messages": [{"content": "hello"}]}, "messages[0].role", "missing_required_parameter"),
        ({"messages": [{"role": "wizard"}]}, "messages[0].role", "invalid_value"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content", "invalid_type"),
        ({"tools": [{"type": "function"}]}, "tools[0].function.name", "missing_required_parameter"),
        ({"tools": [TOOL], "tool_choice": {"function": {"name": "x"}}}, "tool_choice", None),
        ({"response_format": {"type": "poem"}}, "response_format.type", "invalid_value"),
        ({"response_format": "json"}, "response_format", "invalid_type"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "n"}}},
            "response_format.json_schema.schema",
            "missing_required_parameter",
        ),
        ({"max_tokens": "many"}, "max_completion_tokens", "invalid_type"),
        ({"stream_options": True}, "stream_options", "invalid_type"),
    ],
)
def test_a_bad_field_is_named(fields: dict[str, Any], param: str | None, code: str | None) -> None:
    with pytest.raises(BadRequest) as refusal:
        request(**fields)
    assert (refusal.value.param, refusal.value.code) == (param, code)


def test_a_body_that_is_no_object_is_refused() -> None:
    with pytest.raises(BadRequest, match="JSON object"):
        ChatRequest.from_json([1, 2])
