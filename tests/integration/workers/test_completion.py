"""Reading a streamed answer off the wire."""

import json
import time
from typing import Any

import pytest

from app.settings import load_settings
from tests.integration.workers.scripted_engine import (
    Answer,
    ScriptedEngine,
    calls,
    chunk,
    page,
    refusal,
    says,
    streamed,
)
from workers.agents.completion import Completion, stream
from workers.agents.engine import EngineBusy, EngineError, EngineRefused, EngineUnavailable, engine_errors

TOOLS = [{"type": "function", "function": {"name": "lookup_orders"}}]


def ask(tools: list[dict[str, Any]] | None = None) -> tuple[list[str], Completion]:
    """The pieces of one answer, and what it came to."""
    completion = Completion()
    settings = load_settings()
    with engine_errors():
        asked = [{"role": "user", "content": "Where is it?"}]
        pieces = list(stream(settings.llm, settings.llm_model, asked, tools or [], 600, completion))
    return pieces, completion


def test_text_comes_piece_by_piece(engine: ScriptedEngine) -> None:
    engine.will(says("tip\n", "It is ", "late."))
    pieces, completion = ask()
    assert pieces == ["tip\n", "It is ", "late."]
    assert (completion.text, completion.finish_reason) == ("tip\nIt is late.", "stop")
    assert completion.usage == {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    assert completion.tool_calls == []


def test_the_request_is_what_the_protocol_asks_for(engine: ScriptedEngine) -> None:
    engine.will(says("tip"), says("tip"))
    ask(TOOLS)
    ask()
    with_tools, without = (request.json for request in engine.requests)
    assert with_tools == {
        "model": load_settings().llm_model,
        "messages": [{"role": "user", "content": "Where is it?"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": 600,
        "tools": TOOLS,
    }
    assert "tools" not in without
    assert engine.requests[0].path == "/v1/chat/completions"
    assert engine.requests[0].headers["authorization"] == "Bearer a key"


def test_an_answer_read_to_its_end_keeps_the_connection(engine: ScriptedEngine) -> None:
    engine.will(says("one"), says("two"))
    ask()
    ask()
    first, second = engine.requests
    assert first.connection == second.connection


def test_a_piece_may_come_in_bits(engine: ScriptedEngine) -> None:
    line = chunk(content="It is lâte ☎.")
    engine.will(streamed(line[:20], line[20:50], line[50:] + chunk(content=" Now.")[:9],
                         chunk(content=" Now.")[9:], chunk(finish="stop")))  # fmt: skip
    pieces, _ = ask()
    assert pieces == ["It is lâte ☎.", " Now."]


def test_a_tool_call_comes_in_pieces(engine: ScriptedEngine) -> None:
    def piece(index: int, arguments: str, **first: Any) -> bytes:
        named = {"name": first.pop("name")} if first else {}
        return chunk(tool_calls=[{"index": index, "function": {"arguments": arguments, **named}, **first}])

    engine.will(
        streamed(
            piece(0, "", id="call_a", type="function", name="lookup_orders"),
            piece(0, '{"sta'),
            piece(0, 'tus": "shipped"}'),
            piece(1, "{}", id="call_b", type="function", name="lookup_tickets"),
            chunk(finish="tool_calls"),
        )
    )
    pieces, completion = ask(TOOLS)
    assert pieces == []
    assert completion.tool_calls == [
        {
            "id": "call_a",
            "type": "function",
            "function": {"name": "lookup_orders", "arguments": '{"status": "shipped"}'},
        },
        {"id": "call_b", "type": "function", "function": {"name": "lookup_tickets", "arguments": "{}"}},
    ]


def test_what_only_keeps_the_line_open_is_not_read(engine: ScriptedEngine) -> None:
    engine.will(
        streamed(
            b": OPENROUTER PROCESSING\n\n", b"\n\n", b"event: ping\ndata: {}\n\n",
            chunk(role="assistant", content=""), chunk(content="Here."), chunk(content=None),
            chunk(finish="stop"),
        )
    )  # fmt: skip
    assert ask()[0] == ["Here."]


def test_what_the_database_cannot_hold_is_left_out(engine: ScriptedEngine) -> None:
    engine.will(says("He\0re ", "\ud800."))
    pieces, completion = ask()
    assert "".join(pieces) == completion.text == "Here ?."


def test_what_is_no_number_of_tokens_is_none(engine: ScriptedEngine) -> None:
    used: Any = {"prompt_tokens": None, "completion_tokens": 5, "details": {}}
    engine.will(streamed(chunk(content="Here."), chunk(finish="stop"), chunk(usage=used)))
    assert ask()[1].usage == {"completion_tokens": 5}


def test_a_line_without_a_blank_after_its_colon_is_read(engine: ScriptedEngine) -> None:
    engine.will(
        streamed(chunk(content="Here.").replace(b"data: ", b"data:"), chunk(finish="stop"), done=False)
    )
    assert ask()[0] == ["Here."]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (streamed(chunk(content="It is"), done=False), EngineUnavailable),
        (streamed(chunk(content="It is")), EngineUnavailable),
        (streamed(chunk(content="It is"), done=False, breaks_off=True), EngineUnavailable),
        (
            streamed(chunk(content="It is"), b'data: {"error": {"message": "overloaded"}}\n\n'),
            EngineUnavailable,
        ),
        (
            streamed(chunk(content="It"), chunk(finish="stop"), b'data: {"error": {"code": 1}}\n\n'),
            EngineUnavailable,
        ),
        (Answer([chunk(content="It is"), chunk(finish="stop")], content_type="text/html"), EngineUnavailable),
        (streamed(chunk(content="It is"), b"data: {not json\n\n"), EngineUnavailable),
        (streamed(b"data: []\n\n"), EngineUnavailable),
        (streamed(b"data: null\n\n"), EngineUnavailable),
        (streamed(b'data: {"choices": null}\n\n'), EngineUnavailable),
        (streamed(chunk(tool_calls=[{"id": "no index"}]), chunk(finish="tool_calls")), EngineUnavailable),
        (streamed(chunk(tool_calls=["no object"]), chunk(finish="tool_calls")), EngineUnavailable),
        (streamed(chunk(tool_calls=[{"index": 10**9}]), chunk(finish="tool_calls")), EngineUnavailable),
        (streamed(), EngineUnavailable),
        (page(), EngineUnavailable),
        (Answer([b"{}"]), EngineUnavailable),
        (refusal(429), EngineBusy),
        (refusal(400), EngineRefused),
    ],
)
def test_an_answer_that_did_not_end_well_is_an_error(
    engine: ScriptedEngine, answer: Answer, error: type[EngineError]
) -> None:
    engine.will(answer)
    with pytest.raises(EngineError) as raised:
        ask(TOOLS)
    assert type(raised.value) is error


def test_an_answer_that_only_keeps_the_line_open_is_given_up(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(range(0, 1000, 10))
    monkeypatch.setattr(time, "monotonic", lambda: next(moments))
    engine.will(streamed(*[b": keep-alive\n\n"] * 20, chunk(content="At last."), chunk(finish="stop")))
    with pytest.raises(EngineUnavailable, match="without end"):
        ask()


def test_the_words_of_a_tool_call_are_given_back_as_they_came(engine: ScriptedEngine) -> None:
    engine.will(calls("lookup_orders", order_number="ORD-1"))
    _, completion = ask(TOOLS)
    (call,) = completion.tool_calls
    assert json.loads(call["function"]["arguments"]) == {"order_number": "ORD-1"}
