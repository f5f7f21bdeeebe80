"""Requests as the suggester makes them, with look-ups answered from rows."""

import json
from collections.abc import Sequence
from typing import Any

from app.engine.assistant.answer import answer
from app.engine.chat import ChatRequest
from app.engine.completions import Answer

TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
    for name in ("lookup_orders", "lookup_tickets", "search_policies")
]

Rows = Sequence[dict[str, Any]]


def order(
    number: str, product: str, status: str, amount: str = "89.00", day: str = "2026-03-04"
) -> dict[str, Any]:
    return {
        "order_number": number,
        "product_name": product,
        "amount": amount,
        "status": status,
        "order_date": f"{day}T10:00:00Z",
    }


def ticket(number: str, subject: str, status: str = "open") -> dict[str, Any]:
    return {"ticket_number": number, "subject": subject, "status": status, "priority": "high"}


def passage(ref: int, title: str, section: str, text: str) -> dict[str, Any]:
    return {"ref": ref, "title": title, "section": section, "text": text}


class Desk:
    """One call's data. After `whisper`, `looked_up` holds the look-ups it asked for, as (tool, arguments)."""

    def __init__(
        self,
        orders: Rows = (),
        tickets: Rows = (),
        policies: Rows = (),
        found: Rows = (),
        tools: Rows | None = TOOLS,
    ) -> None:
        self.orders, self.tickets, self.policies, self.found = orders, tickets, policies, found
        self.tools = tools
        self.looked_up: list[tuple[str, dict[str, Any]]] = []

    def whisper(self, *customer: str, task: str = "suggest") -> list[str]:
        """The lines of the suggestion for a customer who said these turns, or of the answer to a question."""
        turns = [{"speaker": "customer", "text": text} for text in customer]
        asked = {"question": customer[-1]} if task == "ask" else {"just_said": customer[-1]}
        body = {
            "task": task,
            "customer": {"name": "Anna Karlsson", "tier": "gold", "status": "active"},
            "conversation": [] if task == "ask" else turns,
            "policies": list(self.policies),
            "language": "en",
        }
        messages: list[dict[str, Any]] = [{"role": "user", "content": json.dumps(body | asked)}]
        while True:
            given = self._ask(messages)
            if not given.calls:
                return given.text.split("\n")
            self._look_up(messages, given)

    def _ask(self, messages: list[dict[str, Any]]) -> Answer:
        body: dict[str, Any] = {"model": "m", "messages": messages, "tools": self.tools}
        return answer(ChatRequest.from_json(body))

    def _look_up(self, messages: list[dict[str, Any]], given: Answer) -> None:
        calls = [
            {
                "id": f"call_{len(messages)}_{i}",
                "type": "function",
                "function": {"name": c.name, "arguments": "{}"},
            }
            for i, c in enumerate(given.calls)
        ]
        messages.append({"role": "assistant", "content": None, "tool_calls": calls})
        for call, asked in zip(calls, given.calls, strict=True):
            self.looked_up.append((asked.name, dict(asked.arguments)))
            result = json.dumps(self._result(asked.name, asked.arguments.get("order_number")))
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})
        assert len(self.looked_up) < 10, "look-ups without end"

    def _result(self, tool: str, number: str | None) -> dict[str, Any]:
        match tool:
            case "lookup_orders":
                rows = [row for row in self.orders if number in (None, row["order_number"])]
                return {"found": len(rows), "orders": rows}
            case "lookup_tickets":
                return {"found": len(self.tickets), "tickets": list(self.tickets)}
            case _:
                return {"found": len(self.found), "policies": list(self.found)}
