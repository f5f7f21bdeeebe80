"""What the assistant may look up.

The server decides whose rows: the model's arguments can only narrow the search.
"""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.database import db_session
from app.models import Order, OrderStatus, Ticket, TicketStatus
from app.representation import OrderRow, TicketRow
from workers.agents.engine import clean
from workers.agents.knowledge import Source, policies_index

MOST_ROWS = 10
MOST_PASSAGES = 4


def _tool(name: str, description: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    parameters = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": parameters},
    }


TOOLS = [
    _tool(
        "lookup_orders",
        "The orders of the customer on the line, newest first.",
        {
            "order_number": {"type": "string", "description": "only this order"},
            "status": {"type": "string", "enum": [status.value for status in OrderStatus]},
        },
        [],
    ),
    _tool(
        "lookup_tickets",
        "The support tickets of the customer on the line, newest first.",
        {"status": {"type": "string", "enum": [status.value for status in TicketStatus]}},
        [],
    ),
    _tool(
        "search_policies",
        "Sections of the company's policies that fit a question.",
        {"query": {"type": "string"}},
        ["query"],
    ),
]

ARGUMENTS = {tool["function"]["name"]: tool["function"]["parameters"]["properties"] for tool in TOOLS}


class Found(NamedTuple):
    """What a look-up brought: `content` is the JSON the model reads, `rows` how many the agent is told."""

    arguments: dict[str, Any]
    rows: int
    content: str


class Toolbox:
    """The look-ups of one suggestion. `sources` are the passages it was told so far, which it may cite."""

    def __init__(self, customer_id: int | None, sources: list[Source]) -> None:
        self._customer_id = customer_id
        self.sources = sources
        self._tools: dict[str, Callable[[dict[str, str]], list[dict[str, Any]]]] = {
            "lookup_orders": self._orders,
            "lookup_tickets": self._tickets,
            "search_policies": self._policies,
        }

    def run(self, name: str, arguments: str) -> Found:
        """Run a tool that the model asked for.

        What it got wrong comes back to it as words; the database's errors are raised.
        """
        tool = self._tools.get(name)
        try:
            given = json.loads(arguments or "{}")
        except ValueError:
            given = None
        if tool is None or not isinstance(given, dict):
            return Found(
                {},
                0,
                json.dumps({"error": f"There is no tool {name!r}, or its arguments are no JSON object."}),
            )
        given = {
            argument: clean(value)
            for argument, value in given.items()
            if argument in ARGUMENTS[name] and isinstance(value, str)
        }
        rows = tool(given)
        kind = {"lookup_orders": "orders", "lookup_tickets": "tickets", "search_policies": "policies"}[name]
        return Found(given, len(rows), json.dumps({"found": len(rows), kind: rows}))

    def _orders(self, given: dict[str, str]) -> list[dict[str, Any]]:
        query = (
            select(Order)
            .where(Order.customer_id == self._customer_id)
            .order_by(Order.order_date.desc())
            .limit(MOST_ROWS)
        )
        if given.get("order_number"):
            query = query.where(_same_number(Order.order_number, given["order_number"]))
        if given.get("status") in set(OrderStatus):
            query = query.where(Order.status == OrderStatus(given["status"]))
        with db_session() as session:
            return [OrderRow.model_validate(row).model_dump(mode="json") for row in session.scalars(query)]

    def _tickets(self, given: dict[str, str]) -> list[dict[str, Any]]:
        query = (
            select(Ticket)
            .where(Ticket.customer_id == self._customer_id)
            .order_by(Ticket.created_at.desc())
            .limit(MOST_ROWS)
        )
        if given.get("status") in set(TicketStatus):
            query = query.where(Ticket.status == TicketStatus(given["status"]))
        with db_session() as session:
            return [TicketRow.model_validate(row).model_dump(mode="json") for row in session.scalars(query)]

    def _policies(self, given: dict[str, str]) -> list[dict[str, Any]]:
        told = {source.passage for source in self.sources}
        new = [
            passage
            for passage in policies_index().search(given.get("query", ""), MOST_PASSAGES)
            if passage not in told
        ]
        added = [Source(len(self.sources) + 1 + i, passage) for i, passage in enumerate(new)]
        self.sources += added
        return [source.as_told() for source in added]


def _same_number(column: InstrumentedAttribute[str], said: str) -> ColumnElement[bool]:
    """Whether a number is the one that was said: written out, or its digits alone, with or without zeros in
    front.
    """
    written = column == said.upper()
    digits = re.sub(r"\D", "", said).lstrip("0")
    stored = func.ltrim(func.regexp_replace(column, r"\D", "", "g"), "0")
    return or_(written, stored == digits) if digits else written
