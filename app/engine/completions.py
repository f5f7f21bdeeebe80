"""The assistant's answer in OpenAI's shapes: one JSON object, or a stream of server-sent events at a reader's
pace.
"""

import json
import re
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.chat import ChatRequest

MODEL = "earpiece-rules"


@dataclass(frozen=True)
class ToolCall:
    """A look-up the assistant asks its caller for."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """Either text or tool calls."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()


def tokens(text: str) -> list[str]:
    """Pieces of text as they are streamed and counted: words, each with the white space before it."""
    return re.findall(r"\s*\S+|\s+", text)


class Completion:
    """One answer to one request, in either shape, under one id."""

    def __init__(self, request: ChatRequest, answer: Answer) -> None:
        self._calls = [
            {
                "id": f"call_{uuid.uuid4().hex[:24]}",
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(dict(call.arguments))},
            }
            for call in answer.calls
        ]
        every = tokens(answer.text)
        self._tokens = every[: request.limit]
        if self._calls:
            self._finish_reason = "tool_calls"
        else:
            self._finish_reason = "stop" if len(self._tokens) == len(every) else "length"
        self._include_usage = request.include_usage
        self._usage = _usage(request, self._tokens, self._calls)
        self._head = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "created": int(time.time()),
            "model": MODEL,
            "system_fingerprint": None,
        }

    def whole(self) -> dict[str, Any]:
        """The answer to a request without `stream`."""
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self._tokens), "refusal": None}
        if self._calls:
            message |= {"content": None, "tool_calls": self._calls}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self._finish_reason}
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": self._usage}

    def events(self, seconds: float) -> Iterator[str]:
        """Server-sent events: the first token at once, each further one `seconds` after the one before."""
        yield self._delta({"role": "assistant", "content": None if self._calls else "", "refusal": None})
        for index, call in enumerate(self._calls):
            yield self._delta({"tool_calls": [{"index": index, **call}]})
        for index, token in enumerate(self._tokens):
            if index:
                time.sleep(seconds)
            yield self._delta({"content": token})
        yield self._delta({}, self._finish_reason)
        if self._include_usage:
            yield self._event({"choices": [], "usage": self._usage})
        yield "data: [DONE]\n\n"

    def _delta(self, delta: dict[str, Any], finish_reason: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self._event({"choices": [choice]} | ({"usage": None} if self._include_usage else {}))

    def _event(self, body: dict[str, Any]) -> str:
        chunk = {**self._head, "object": "chat.completion.chunk", **body}
        return f"data: {json.dumps(chunk)}\n\n"


def _usage(request: ChatRequest, answered: list[str], calls: list[dict[str, Any]]) -> dict[str, int]:
    """Counts of our own tokens, which are words: there is no model whose tokens these could be."""
    prompt = sum(len(tokens(message.text)) for message in request.messages)
    completion = len(answered) + sum(len(tokens(json.dumps(call["function"]))) for call in calls)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
