"""What the assistant is told: a call in progress or finished, quoted as JSON in a user's message."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.engine.chat import Message

TASKS = ("suggest", "ask", "summarise")
TURNS_HEARD = 12
"""Turns before the last ones are over and done with, for a suggestion."""


class Turn(NamedTuple):
    """What one speaker (`customer` or `agent`) said."""

    speaker: str
    text: str


class Passage(NamedTuple):
    """A section of a company policy, cited by its `ref`."""

    ref: int
    title: str
    section: str
    text: str


@dataclass
class Conversation:
    """One task. `orders` and `tickets` are the rows looked up so far, newest first; `looked_up` the tools'
    names in the order of their results.
    """

    task: str
    customer: Mapping[str, Any]
    turns: Sequence[Turn]
    just_said: str
    question: str
    policies: list[Passage]
    orders: list[Mapping[str, Any]] = field(default_factory=list)
    tickets: list[Mapping[str, Any]] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)

    @property
    def customer_said(self) -> list[str]:
        """The customer's recent turns, the newest first: the one that caused this leads, whoever said it."""
        recent = [turn.text for turn in self.turns[-TURNS_HEARD:] if turn.speaker == "customer"]
        if not self.just_said or (recent and recent[-1] == self.just_said):
            return recent[::-1]
        return [self.just_said, *recent[::-1]]


def conversation_in(messages: Sequence[Message]) -> Conversation | None:
    """The task the last user's message holds, with the results of the look-ups after it; None if it holds
    none.
    """
    asked = max((i for i, message in enumerate(messages) if message.role == "user"), default=None)
    if asked is None:
        return None
    try:
        task = json.loads(messages[asked].text)
    except ValueError:
        return None
    if not isinstance(task, dict) or task.get("task") not in TASKS:
        return None
    conversation = Conversation(
        task=task["task"],
        customer=task.get("customer") or {},
        turns=[
            Turn(str(turn.get("speaker")), str(turn.get("text") or ""))
            for turn in _rows(task, "conversation")
        ],
        just_said=str(task.get("just_said") or ""),
        question=str(task.get("question") or ""),
        policies=[_passage(row) for row in _rows(task, "policies")],
    )
    calls: dict[str, str] = {}
    for message in messages[asked:]:
        calls |= message.calls
        if message.role == "tool":
            _take_in(conversation, calls.get(message.tool_call_id, ""), message.text)
    return conversation


def _take_in(conversation: Conversation, tool: str, content: str) -> None:
    """Add what a look-up brought. A result that cannot be read counts as a look-up that found nothing."""
    conversation.looked_up.append(tool)
    try:
        result = json.loads(content)
    except ValueError:
        return
    if isinstance(result, dict):
        conversation.orders += _rows(result, "orders")
        conversation.tickets += _rows(result, "tickets")
        conversation.policies += [_passage(row) for row in _rows(result, "policies")]


def _rows(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = body.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _passage(row: Mapping[str, Any]) -> Passage:
    ref = row.get("ref")
    return Passage(
        ref if isinstance(ref, int) else 0,
        str(row.get("title")),
        str(row.get("section")),
        str(row.get("text")),
    )
