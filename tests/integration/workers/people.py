"""Customers with orders and tickets, for tests that look somebody up."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from app.database import db_session
from app.models import (
    Customer,
    CustomerStatus,
    Order,
    OrderStatus,
    Priority,
    Ticket,
    TicketStatus,
    Tier,
)

BEGINNING = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


_numbers = count(1)


def add_customer(*, orders: int = 0, tickets: int = 0) -> Customer:
    """A new customer, whose orders (`<account>-O<n>`) and tickets go through the statuses, one a day."""
    account = f"ACC9{next(_numbers):04}"
    customer = Customer(
        name=f"Customer {account}",
        email=f"{account}@mail.example",
        phone="+1-555-0100",
        account_number=account,
        tier=Tier.GOLD,
        status=CustomerStatus.ACTIVE,
        lifetime_value=Decimal("1234.50"),
    )
    order_statuses, ticket_statuses = list(OrderStatus), list(TicketStatus)
    customer.orders = [
        Order(
            order_number=f"{account}-O{n}",
            product_name=f"Lamp {n}",
            amount=Decimal(10 + n),
            status=order_statuses[n % len(order_statuses)],
            order_date=BEGINNING + timedelta(days=n),
        )
        for n in range(orders)
    ]
    customer.tickets = [
        Ticket(
            ticket_number=f"{account}-T{n}",
            subject=f"Trouble {n}",
            status=ticket_statuses[n % len(ticket_statuses)],
            priority=Priority.HIGH,
            created_at=BEGINNING + timedelta(days=n),
        )
        for n in range(tickets)
    ]
    with db_session() as session:
        session.add(customer)
    return customer
