"""`POST /v1/chat/completions`: what a request may hold, checked as OpenAI's API checks it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.errors import BadRequest

ROLES = ("system", "developer", "user", "assistant", "tool")


@dataclass(frozen=True)
class Message:
    """`text` is the content, its parts joined; `calls` are the names of the tools asked for, by call id."""

    role: str
    text: str
    calls: Mapping[str, str]
    tool_call_id: str


@dataclass(frozen=True)
class ChatRequest:
    """A checked request. `tools` are the names on offer; `forced_tool` the one that must be called, `any` for
    one of them; `schema` the JSON schema the answer must fit, if one was given; `limit` the most tokens to
    answer.
    """

    messages: tuple[Message, ...]
    tools: tuple[str, ...]
    forced_tool: str | None
    schema: Mapping[str, Any] | None
    limit: int | None
    stream: bool
    include_usage: bool

    @classmethod
    def from_json(cls, body: object) -> "ChatRequest":
        """Raises BadRequest naming the field at fault."""
        if not isinstance(body, dict):
            raise BadRequest("We could not parse the JSON body of your request: it must be a JSON object.")
        if not body.get("model"):
            raise BadRequest("you must provide a model parameter")
        tools = tuple(_tool_name(tool, i) for i, tool in enumerate(_array(body, "tools", required=False)))
        choice = body.get("tool_choice") or "auto"
        return cls(
            messages=tuple(_message(message, i) for i, message in enumerate(_array(body, "messages"))),
            tools=() if choice == "none" else tools,
            forced_tool=_forced(choice, tools),
            schema=_schema(body.get("response_format")),
            limit=_limit(body),
            stream=body.get("stream") is True,
            include_usage=_object(body.get("stream_options"), "stream_options").get("include_usage") is True,
        )


def _array(body: dict[str, Any], name: str, required: bool = True) -> list[Any]:
    value = body.get(name)
    if value is None and not required:
        return []
    if value is None:
        raise BadRequest(f"Missing required parameter: '{name}'.", name, "missing_required_parameter")
    if not isinstance(value, list):
        raise _wrong_type(name, "an array of objects", value)
    if not value:
        message = f"Invalid '{name}': empty array. Expected an array with minimum length 1."
        raise BadRequest(message, name, "empty_array")
    return value


def _object(value: object, name: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong_type(name, "an object", value)
    return value


def _message(value: object, index: int) -> Message:
    name = f"messages[{index}]"
    message = _object(value, name)
    role = message.get("role")
    if role is None:
        raise BadRequest(
            f"Missing required parameter: '{name}.role'.", f"{name}.role", "missing_required_parameter"
        )
    if role not in ROLES:
        words = ", ".join(f"'{word}'" for word in ROLES)
        text = f"Invalid value: '{role}'. Supported values are: {words}."
        raise BadRequest(text, f"{name}.role", "invalid_value")
    calls = {
        str(call.get("id")): str(_object(call.get("function"), f"{name}.tool_calls").get("name"))
        for call in message.get("tool_calls") or ()
    }
    return Message(
        role, _text(message.get("content"), f"{name}.content"), calls, str(message.get("tool_call_id"))
    )


def _text(content: object, name: str) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = (_object(part, name) for part in content)
        return "\n".join(str(part.get("text", "")) for part in parts)
    raise _wrong_type(name, "one of a string or array of objects", content)


def _tool_name(value: object, index: int) -> str:
    name = f"tools[{index}].function"
    function = _object(_object(value, f"tools[{index}]").get("function"), name)
    if not isinstance(function.get("name"), str):
        raise BadRequest(
            f"Missing required parameter: '{name}.name'.", f"{name}.name", "missing_required_parameter"
        )
    return str(function["name"])


def _forced(choice: object, tools: tuple[str, ...]) -> str | None:
    if choice in ("auto", "none"):
        return None
    if choice == "required":
        return "any"
    name = _object(_object(choice, "tool_choice").get("function"), "tool_choice.function").get("name")
    if name not in tools:
        text = f"Invalid value for 'tool_choice': '{name}' is not in the 'tools' parameter."
        raise BadRequest(text, "tool_choice")
    return str(name)


def _schema(value: object) -> Mapping[str, Any] | None:
    response_format = _object(value, "response_format")
    match response_format.get("type", "text"):
        case "text":
            return None
        case "json_object":
            return {"type": "object"}
        case "json_schema":
            schema = _object(response_format.get("json_schema"), "response_format.json_schema").get("schema")
            if isinstance(schema, dict):
                return schema
            name = "response_format.json_schema.schema"
            raise BadRequest(f"Missing required parameter: '{name}'.", name, "missing_required_parameter")
        case other:
            text = (
                f"Invalid value: '{other}'. Supported values are: 'json_object', 'json_schema', and 'text'."
            )
            raise BadRequest(text, "response_format.type", "invalid_value")


def _limit(body: dict[str, Any]) -> int | None:
    value = body.get("max_completion_tokens", body.get("max_tokens"))
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    raise _wrong_type("max_completion_tokens", "an integer above 0", value)


def _wrong_type(name: str, expected: str, value: object) -> BadRequest:
    got = {str: "a string", list: "an array", dict: "an object", bool: "a boolean", int: "an integer"}
    actual = got.get(type(value), "another type")
    message = f"Invalid type for '{name}': expected {expected}, but got {actual} instead."
    return BadRequest(message, name, "invalid_type")
