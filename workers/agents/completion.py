"""One streamed answer of a chat model, read line by line off the wire.

The package's parsed objects cost twice the CPU, and its sync stream drops the connection after every answer:
the raw response, read to its end, keeps it. The wire format is server-sent events of `chat.completion.chunk`.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import openai

from app.settings import Engine
from workers.agents.engine import CONNECT_SECONDS, EngineUnavailable, clean, client_of

SILENCE_SECONDS = 10.0  # without a byte
ANSWER_SECONDS = 25.0  # for the whole answer: keep-alive lines defeat a read timeout
MOST_TOOL_CALLS = 16
FINISHED = {"stop", "length", "tool_calls", "content_filter"}


@dataclass
class Completion:
    """What an answer has come to.

    `tool_calls` are as the API wants them back; complete once `finish_reason` is set.
    """

    text: str = ""
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    finish_reason: str | None = None
    usage: dict[str, int] = field(default_factory=dict)

    def add_tool_call(self, piece: dict[str, Any]) -> None:
        """Join a piece of a tool call to the pieces before it. Raises `EngineUnavailable` for nonsense."""
        if not 0 <= piece["index"] < MOST_TOOL_CALLS:
            raise EngineUnavailable("a tool call out of all numbers")
        while len(self.tool_calls) <= piece["index"]:
            self.tool_calls.append({"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
        call = self.tool_calls[piece["index"]]
        call["id"] = clean(piece.get("id") or call["id"])
        function = piece.get("function") or {}
        call["function"]["name"] += clean(function.get("name") or "")
        call["function"]["arguments"] += clean(function.get("arguments") or "")


def stream(
    engine: Engine,
    model: str,
    messages: list[dict[str, Any]],
    tools: list[dict[str, Any]],
    most_tokens: int,
    completion: Completion,
) -> Iterator[str]:
    """Yield the answer's text piece by piece, and fill `completion`. Closing the generator ends the request.

    Raises `openai.OpenAIError`, and `EngineUnavailable` for an answer that is no stream, stalls, or ends
    before its end.
    """
    deadline = time.monotonic() + ANSWER_SECONDS
    body: dict[str, Any] = {
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": most_tokens,
    }
    if tools:
        body["tools"] = tools
    # `messages=[]` beside `extra_body` skips a recursive transformation of the whole prompt: 8 % of a worker.
    with client_of(engine).chat.completions.with_streaming_response.create(
        model=model,
        messages=[],
        extra_body=body,
        timeout=openai.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
    ) as response:
        if "text/event-stream" not in response.headers.get("content-type", ""):
            raise EngineUnavailable("an answer that is no stream")
        for line in response.iter_lines():
            if time.monotonic() > deadline:
                raise EngineUnavailable("an answer without end")
            if line.startswith("data:") and (data := line[5:].strip()) != "[DONE]":
                yield from _read(json.loads(data), completion)
    if completion.finish_reason not in FINISHED:
        raise EngineUnavailable("an answer that stopped half-way")


def _read(chunk: dict[str, Any], completion: Completion) -> Iterator[str]:
    if chunk.get("error"):
        raise EngineUnavailable("an error inside the stream")
    if usage := chunk.get("usage"):
        completion.usage = {name: count for name, count in usage.items() if isinstance(count, int)}
    for choice in chunk.get("choices", ()):
        delta = choice.get("delta") or {}
        for piece in delta.get("tool_calls") or ():
            completion.add_tool_call(piece)
        completion.finish_reason = choice.get("finish_reason") or completion.finish_reason
        if content := clean(delta.get("content") or ""):
            completion.text += content
            yield content
