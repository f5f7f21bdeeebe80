import json
import time
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionChunk, ChatCompletionToolUnionParam

from tests.integration.engine.process import Engine, running

TOOLS: list[ChatCompletionToolUnionParam] = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}
    for name in ("lookup_orders", "lookup_tickets", "search_policies")
]
LATE = {
    "task": "suggest",
    "customer": {"name": "Anna Karlsson", "tier": "gold", "status": "active", "account_number": "ACC00007"},
    "conversation": [{"speaker": "customer", "text": "my kettle has still not arrived"}],
    "just_said": "my kettle has still not arrived",
    "policies": [
        {
            "ref": 1,
            "title": "Late delivery",
            "section": "What we do",
            "text": "We trace a late order with the carrier and add a credit of $10.",
        }
    ],
    "language": "en",
}
KETTLE = {
    "order_number": "ORD00398",
    "product_name": "Copper Kettle",
    "amount": "59.90",
    "status": "shipped",
    "order_date": "2026-03-04T10:00:00Z",
}
SUMMARY_SCHEMA = {
    "type": "object",
    "properties": {
        "summary": {"type": "string"},
        "sentiment": {
            "type": "object",
            "properties": {
                "label": {"type": "string", "enum": ["positive", "neutral", "negative"]},
                "score": {"type": "number", "minimum": -1, "maximum": 1},
            },
            "required": ["label", "score"],
            "additionalProperties": False,
        },
    },
    "required": ["summary", "sentiment"],
    "additionalProperties": False,
}


def stream(engine: Engine, messages: list[Any]) -> list[ChatCompletionChunk]:
    return list(
        engine.client.chat.completions.create(
            model="gpt",
            messages=messages,
            tools=TOOLS,
            stream=True,
            stream_options={"include_usage": True},
        )
    )


def calls_in(chunks: list[ChatCompletionChunk]) -> list[Any]:
    return [call for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or ()]


def text_in(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


def test_a_suggestion_asks_for_a_look_up_and_uses_its_result(engine: Engine) -> None:
    messages: list[Any] = [
        {"role": "system", "content": "You whisper."},
        {"role": "user", "content": json.dumps(LATE)},
    ]
    asking = stream(engine, messages)
    (call,) = calls_in(asking)
    assert (call.function.name, json.loads(call.function.arguments)) == ("lookup_orders", {})
    assert [c.finish_reason for chunk in asking for c in chunk.choices][-1] == "tool_calls"
    function = {"name": call.function.name, "arguments": call.function.arguments}
    messages += [
        {"role": "assistant", "tool_calls": [{"id": call.id, "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": call.id, "content": json.dumps({"found": 1, "orders": [KETTLE]})},
    ]
    answered = stream(engine, messages)
    kind, say, detail = text_in(answered).split("\n")
    assert kind == "action"
    assert "Copper Kettle" in say
    assert "ORD00398" in detail
    assert "59.90" in detail
    assert detail.endswith("[1]")
    assert [c.finish_reason for chunk in answered for c in chunk.choices][-1] == "stop"
    usage = answered[-1].usage
    assert usage is not None
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens > 20


def test_the_first_token_comes_at_once_and_the_others_at_the_pace_that_was_set() -> None:
    """Bounds on a clock are one-sided: a slow machine may be late, but nothing may come early."""
    with running(ENGINE_TOKEN_MS="20", ENGINE_RECOGNISER="hash") as engine:
        chunks = engine.client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "who are you?"}], stream=True
        )
        arrivals = [time.monotonic() for chunk in chunks if chunk.choices[0].delta.content]
    assert len(arrivals) > 30
    assert arrivals[-1] - arrivals[0] >= 0.02 * (len(arrivals) - 1) * 0.9


def test_a_summary_fits_its_schema(engine: Engine) -> None:
    task = {
        "task": "summarise",
        "customer": {"name": "Anna Karlsson"},
        "conversation": [
            {"speaker": "customer", "text": "i want to cancel my order"},
            {"speaker": "agent", "text": "i can see it i have cancelled the table for you"},
            {"speaker": "customer", "text": "perfect many thanks"},
        ],
        "language": "en",
    }
    answer = engine.client.chat.completions.create(
        model="gpt",
        messages=[{"role": "user", "content": json.dumps(task)}],
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "call_summary", "strict": True, "schema": SUMMARY_SCHEMA},
        },
    )
    given = json.loads(answer.choices[0].message.content or "")
    assert given.keys() == {"summary", "sentiment"}
    assert given["summary"].startswith("Anna Karlsson called about a cancellation.")
    assert given["sentiment"]["label"] == "positive"
    assert 0 < given["sentiment"]["score"] <= 1


def test_it_says_plainly_what_it_is(engine: Engine) -> None:
    models = {model.id: model.owned_by for model in engine.client.models.list()}
    assert models == {
        "earpiece-rules": "earpiece: built-in rules, not a language model",
        "earpiece-pocketsphinx": "earpiece: built-in recogniser",
    }
    answer = engine.client.chat.completions.create(
        model="gpt-5", messages=[{"role": "user", "content": "Which model are you?"}]
    )
    assert answer.model == "earpiece-rules"
    assert "not a language model" in (answer.choices[0].message.content or "")
    assert engine.client.models.retrieve("earpiece-rules").id == "earpiece-rules"


def test_a_model_that_is_not_there_is_not_found(engine: Engine) -> None:
    with pytest.raises(openai.NotFoundError) as refusal:
        engine.client.models.retrieve("gpt-5")
    assert refusal.value.code == "model_not_found"


def test_sixteen_streams_run_side_by_side(engine: Engine) -> None:
    """All are open at once: each is read only after the last one has begun."""
    question: Any = [{"role": "user", "content": "hello"}]
    streams = [
        engine.client.chat.completions.create(model="m", messages=question, stream=True) for _ in range(16)
    ]
    begun = [next(iter(opened)) for opened in streams]
    assert len({chunk.id for chunk in begun}) == 16
    assert all("rules" in text_in(list(opened)) for opened in streams)
