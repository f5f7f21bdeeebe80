"""The customers of the sample calls: what `data/calls/*.json` says about their orders and tickets is true.

`days_ago` counts from the day of seeding, so that "three weeks ago" stays so.
"""

from datetime import date
from typing import Final, NamedTuple

from app.models import OrderStatus, Priority, TicketStatus

MONDAY, FRIDAY = 0, 4


class Bought(NamedTuple):
    """One order; `hour` is UTC."""

    product_name: str
    amount: str
    status: OrderStatus
    days_ago: int
    hour: float = 15


class Asked(NamedTuple):
    """One ticket, resolved the day after where it is."""

    subject: str
    status: TicketStatus
    priority: Priority
    days_ago: int


class Story(NamedTuple):
    """A customer, and what they bought and asked."""

    name: str
    orders: list[Bought]
    tickets: list[Asked]


SAMPLE_ACCOUNTS: Final = {
    "late_order": "ACC00007",
    "refund": "ACC00012",
    "double_charge": "ACC00019",
    "cancellation": "ACC00023",
    "login_trouble": "ACC00031",
    "threat_to_leave": "ACC00042",
}


def stories(today: date) -> dict[str, Story]:
    """By account number: the orders and tickets of the six customers who call."""
    monday, friday = _days_since(MONDAY, today), _days_since(FRIDAY, today)
    story = {
        "late_order": Story(
            name="Walter Finch",
            orders=[
                Bought("Oak dining table", "289.00", OrderStatus.SHIPPED, days_ago=21),
                Bought("Linen tablecloth", "34.50", OrderStatus.DELIVERED, days_ago=96),
                Bought("Set of six wine glasses", "42.00", OrderStatus.DELIVERED, days_ago=203),
            ],
            tickets=[Asked("Where is my table?", TicketStatus.PENDING, Priority.NORMAL, days_ago=6)],
        ),
        "refund": Story(
            name="Grace Holloway",
            orders=[
                Bought("Reading chair", "249.00", OrderStatus.DELIVERED, days_ago=11),
                Bought("Corner sofa", "1190.00", OrderStatus.DELIVERED, days_ago=154),
                Bought("Wool blanket", "79.00", OrderStatus.DELIVERED, days_ago=171),
            ],
            tickets=[],
        ),
        "double_charge": Story(
            name="Victor Hale",
            orders=[
                Bought("Coffee machine", "189.90", OrderStatus.PROCESSING, days_ago=monday, hour=18.25),
                Bought("Coffee machine", "189.90", OrderStatus.SHIPPED, days_ago=monday, hour=18.2),
                Bought("Milk jug", "17.50", OrderStatus.DELIVERED, days_ago=64),
            ],
            tickets=[],
        ),
        "cancellation": Story(
            name="Oliver Marsh",
            orders=[
                Bought("Garden table", "329.00", OrderStatus.PROCESSING, days_ago=1, hour=21),
                Bought("Set of six garden chairs", "294.00", OrderStatus.SHIPPED, days_ago=3),
                Bought("Watering can", "24.00", OrderStatus.DELIVERED, days_ago=120),
            ],
            tickets=[],
        ),
        "login_trouble": Story(
            name="Felix Barlow",
            orders=[
                Bought("Desk lamp", "59.00", OrderStatus.SHIPPED, days_ago=2),
                Bought("Standing desk", "449.00", OrderStatus.DELIVERED, days_ago=88),
            ],
            tickets=[
                Asked("Cannot log in, password refused", TicketStatus.OPEN, Priority.HIGH, days_ago=friday),
                Asked("Change of phone number", TicketStatus.RESOLVED, Priority.LOW, days_ago=130),
            ],
        ),
        "threat_to_leave": Story(
            name="Arthur Quill",
            orders=[
                Bought("Kitchen clock", "89.00", OrderStatus.DELIVERED, days_ago=12),
                Bought("Kitchen clock", "89.00", OrderStatus.RETURNED, days_ago=33),
                Bought("Kitchen cupboard", "980.00", OrderStatus.DELIVERED, days_ago=140),
                Bought("Set of copper pans", "210.00", OrderStatus.DELIVERED, days_ago=208),
            ],
            tickets=[
                Asked(
                    "Second clock broken too, nobody called", TicketStatus.OPEN, Priority.URGENT, days_ago=5
                ),
                Asked("Clock arrived broken", TicketStatus.PENDING, Priority.HIGH, days_ago=26),
            ],
        ),
    }
    return {SAMPLE_ACCOUNTS[name]: told for name, told in story.items()}


def _days_since(weekday: int, today: date) -> int:
    """Days back to the last such weekday before today: 1 to 7."""
    return (today.weekday() - weekday - 1) % 7 + 1
