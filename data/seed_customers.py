"""Loads the demo people into the database at DATABASE_URL: `python -m data.seed_customers`.

50 customers of the shop whose policies are in `data/policies`, their orders, and tickets for 30 of them. The
same seed makes the same people. What is there already stays as it is, so a second run adds nothing, and one
that was broken off is completed by the next. Nobody is real: addresses end in example.com, and telephone
numbers hold 555-01, which is kept for fiction.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from faker import Faker
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute, Session
from tqdm import tqdm

from app import clock
from app.database import db_session
from app.models import Customer, CustomerStatus, Order, OrderStatus, Priority, Ticket, TicketStatus, Tier
from app.settings import load_settings
from data.catalogue import PRODUCTS, SUBJECTS
from data.sample_customers import Asked, Bought, Story, stories

SEED: Final = 50
CUSTOMERS: Final = 50
WITH_TICKETS: Final = 30
MOST_ORDERS: Final = 10
GOLD_FROM, PLATINUM_FROM = Decimal(1000), Decimal(2000)
"""Dollars spent in 12 months, as `data/policies/membership.md` says; all orders are younger than that."""

Row = dict[str, Any]


class NotOurs(Exception):
    """An account number of the demo belongs to somebody else in this database. Permanent."""


class Person(NamedTuple):
    """Rows as the tables take them, without the `customer_id` that the database gives."""

    customer: Row
    orders: list[Row]
    tickets: list[Row]


def people(today: date, seed: int = SEED) -> Iterator[Person]:
    """The 50, by account number. Their dates count back from `today`; nothing else depends on it."""
    chance = random.Random(seed)
    fake = Faker("en_US")
    fake.seed_instance(seed)
    told = stories(today)
    accounts = [f"ACC{number:05}" for number in range(1, CUSTOMERS + 1)]
    asking = {account for account, story in told.items() if story.tickets}
    strangers = [account for account in accounts if account not in told]
    asking.update(chance.sample(strangers, WITH_TICKETS - len(asking)))
    for number, account in enumerate(accounts, start=1):
        name = f"{fake.unique.first_name()} {fake.unique.last_name()}"
        story = told.get(account) or _story(chance, name, asks=account in asking)
        active = account in told or chance.random() < 0.9
        yield _person(number, story, active, today)


def seed(db: Session, person: Person) -> int:
    """Add what is missing of this person; return the number of rows added. Raises `NotOurs`."""
    added = _add(db, Customer, [person.customer], Customer.account_number)
    account, email = person.customer["account_number"], person.customer["email"]
    customer_id = db.scalar(select(Customer.id).filter_by(account_number=account, email=email))
    if customer_id is None:
        raise NotOurs(f"{account} belongs to somebody else in this database: the demo people stay out of it.")
    orders = [row | {"customer_id": customer_id} for row in person.orders]
    tickets = [row | {"customer_id": customer_id} for row in person.tickets]
    return (
        added + _add(db, Order, orders, Order.order_number) + _add(db, Ticket, tickets, Ticket.ticket_number)
    )


def main() -> int:
    """Seed, each person in a transaction of their own."""
    if not load_settings().database_url:
        print("DATABASE_URL says where the people go: set it, and run this again.", file=sys.stderr)
        return 2
    added = 0
    try:
        for person in tqdm(list(people(clock.now().date())), desc="Customers", unit="", disable=None):
            with db_session() as db:
                added += seed(db, person)
    except NotOurs as error:
        print(error, file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        print(f"The database did not take the demo people: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    print(f"{CUSTOMERS} demo customers are there; {added} rows were added.")
    return 0


def _story(chance: random.Random, name: str, asks: bool) -> Story:
    """One to ten orders, and one to three tickets for those who ask."""
    orders = []
    for product in chance.choices(list(PRODUCTS), k=chance.randint(1, MOST_ORDERS)):
        days_ago = 1 + int(350 * chance.betavariate(1, 3))
        status = _order_status(days_ago, chance.random())
        orders.append(Bought(product, PRODUCTS[product], status, days_ago, hour=chance.uniform(7, 21)))
    tickets = []
    for subject in chance.sample(SUBJECTS, k=chance.randint(1, 3) if asks else 0):
        days_ago = 1 + int(200 * chance.betavariate(1, 3))
        priority = chance.choices(list(Priority), weights=[2, 5, 2, 1])[0]
        tickets.append(Asked(subject, _ticket_status(days_ago), priority, days_ago))
    return Story(name, orders, tickets)


def _order_status(days_ago: int, chance: float) -> OrderStatus:
    if chance < 0.06:
        return OrderStatus.CANCELLED
    if days_ago <= 2:
        return OrderStatus.PROCESSING
    if days_ago <= 7:
        return OrderStatus.SHIPPED
    return OrderStatus.RETURNED if chance > 0.92 else OrderStatus.DELIVERED


def _ticket_status(days_ago: int) -> TicketStatus:
    if days_ago <= 5:
        return TicketStatus.OPEN
    return TicketStatus.PENDING if days_ago <= 12 else TicketStatus.RESOLVED


def _person(number: int, story: Story, active: bool, today: date) -> Person:
    """Numbers of orders and tickets tell whose they are, and count up with time."""
    midnight = datetime.combine(today, time(), UTC)
    orders: list[Row] = [
        {
            "order_number": f"ORD{number:05}{index:02}",
            "product_name": bought.product_name,
            "amount": Decimal(bought.amount),
            "status": bought.status,
            "order_date": midnight + timedelta(days=-bought.days_ago, seconds=round(bought.hour * 3600)),
        }
        for index, bought in enumerate(sorted(story.orders, key=_age, reverse=True), start=1)
    ]
    tickets = [
        {
            "ticket_number": f"TIC{number:05}{index:02}",
            "subject": asked.subject,
            "status": asked.status,
            "priority": asked.priority,
            "created_at": midnight + timedelta(days=-asked.days_ago, hours=10),
            "resolved_at": midnight + timedelta(days=1 - asked.days_ago, hours=16)
            if asked.status is TicketStatus.RESOLVED
            else None,
        }
        for index, asked in enumerate(sorted(story.tickets, key=_age, reverse=True), start=1)
    ]
    kept = {OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.DELIVERED}
    spent = sum((order["amount"] for order in orders if order["status"] in kept), Decimal(0))
    customer = {
        "name": story.name,
        "email": f"{story.name.lower().replace(' ', '.')}@example.com",
        "phone": f"+1 {200 + number * 7} 555 01{number:02}",
        "account_number": f"ACC{number:05}",
        "tier": Tier.PLATINUM
        if spent >= PLATINUM_FROM
        else Tier.GOLD
        if spent >= GOLD_FROM
        else Tier.STANDARD,
        "status": CustomerStatus.ACTIVE if active else CustomerStatus.INACTIVE,
        "lifetime_value": spent,
        "created_at": midnight - timedelta(days=400 + number),
    }
    return Person(customer, orders, tickets)


def _age(event: Bought | Asked) -> tuple[int, float]:
    """Grows with the time since."""
    return event.days_ago, -event.hour if isinstance(event, Bought) else 0


def _add(
    db: Session,
    table: type[Customer] | type[Order] | type[Ticket],
    rows: Sequence[Row],
    unique: InstrumentedAttribute[str],
) -> int:
    """Insert the rows whose `unique` is not there yet; return how many."""
    if not rows:
        return 0
    statement = insert(table).values(rows).on_conflict_do_nothing(index_elements=[unique])
    return len(db.scalars(statement.returning(table.id)).all())


if __name__ == "__main__":
    sys.exit(main())
