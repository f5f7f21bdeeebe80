"""Making sense of looked-up rows: which order or ticket is meant, and how it is said."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from app.engine.assistant.hearing import order_number, stems

Row = Mapping[str, Any]

STATUS_WORDS = {
    "processing": "is being prepared", "shipped": "has been shipped", "delivered": "was delivered",
    "cancelled": "was cancelled", "returned": "was returned",
}  # fmt: skip
LIVE_TICKETS = ("open", "pending")


class Meant(NamedTuple):
    """The row a customer means, `certain` or as our best guess. `key` finds an intent's line."""

    row: Row
    key: str
    certain: bool


def order_meant(orders: Sequence[Row], said: str, prefers: Sequence[str]) -> Meant | None:
    """The order by its number; else the newest of those whose product was named, by the likeliest status."""
    if not orders:
        return None
    spoken = order_number(said)
    for order in orders:
        if spoken and _digits(order).lstrip("0") == spoken.lstrip("0"):
            return Meant(order, str(order.get("status")), certain=True)
    heard = stems(said)
    candidates = [order for order in orders if stems(str(order.get("product_name"))) & heard] or list(orders)
    for status in prefers:
        likely = [order for order in candidates if order.get("status") == status]
        if likely:
            candidates = likely
            break
    return Meant(candidates[0], str(candidates[0].get("status")), certain=len(candidates) == 1)


def order_charged_twice(orders: Sequence[Row]) -> Row | None:
    """The newest order of which another has the same product and amount."""
    seen = Counter((order.get("product_name"), order.get("amount")) for order in orders)
    return next((order for order in orders if seen[order.get("product_name"), order.get("amount")] > 1), None)


def ticket_meant(tickets: Sequence[Row], said: str) -> Meant | None:
    """The open or pending ticket whose subject was spoken of; else, as a guess, the newest of them."""
    live = [ticket for ticket in tickets if ticket.get("status") in LIVE_TICKETS]
    heard = stems(said)
    named = [ticket for ticket in live if stems(str(ticket.get("subject"))) & heard]
    return next((Meant(row, str(row.get("status")), certain=bool(named)) for row in named or live), None)


def order_fields(order: Row) -> dict[str, str]:
    """What a line may name of an order, ready to be said."""
    return {
        "number": str(order.get("order_number")),
        "product": str(order.get("product_name")),
        "amount": str(order.get("amount")),
        "status": STATUS_WORDS.get(str(order.get("status")), str(order.get("status"))),
        "date": spoken_date(str(order.get("order_date"))),
    }


def order_facts(order: Row) -> str:
    """An order at a glance, for the agent."""
    said = order_fields(order)
    words = (said["number"], said["product"], said["amount"], str(order.get("status")), said["date"])
    return " · ".join(words)


def ticket_fields(ticket: Row) -> dict[str, str]:
    """What a line may name of a ticket."""
    return {"number": str(ticket.get("ticket_number")), "subject": str(ticket.get("subject"))}


def ticket_facts(ticket: Row) -> str:
    """A ticket at a glance, for the agent."""
    words = (ticket.get(name) for name in ("ticket_number", "subject", "status", "priority"))
    return " · ".join(str(word) for word in words if word)


def spoken_date(text: str) -> str:
    """`2026-03-04T10:00:00Z` as `4 March`; what is no ISO date as it stands."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return f"{day.day} {day:%B}"


def _digits(order: Row) -> str:
    return "".join(character for character in str(order.get("order_number")) if character.isdigit())
