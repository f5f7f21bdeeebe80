from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from app.database import db_session
from app.models import Order, OrderStatus, Priority, Ticket, TicketStatus
from tests.integration.api.conftest import BEGINNING, SignIn, add_call, add_customer


@pytest.mark.parametrize(
    "q",
    [
        "maria",
        "LOPEZ",
        "lop mar",
        "maria.lopez@mail",
        "ACC00007",
        "acc00007",
        "555-0107",
        "15550107",
        "(555) 0107",
    ],
)
def test_a_customer_is_found_by_the_beginnings_of_what_is_known(machine: FlaskClient, q: str) -> None:
    add_customer(7, "Maria Lopez", phone="+1-555-0107")
    add_customer(8, "Mariana Green", phone="+1-666-0108")
    found = machine.get("/api/customers", query_string={"q": q}).json or {}
    assert "Maria Lopez" in [customer["name"] for customer in found["items"]]
    assert len(found["items"]) == (2 if q == "maria" else 1)


def test_customers_are_listed_by_name_and_pages_hold_each_once(machine: FlaskClient) -> None:
    for number, name in enumerate(["Zoë", "Bob", "Ann O'Neil", "Ann O'Neil"]):
        add_customer(number, name)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = machine.get("/api/customers", query_string={"limit": 1, "cursor": cursor}).json or {}
        seen += [customer["account_number"] for customer in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ["ACC00002", "ACC00003", "ACC00001", "ACC00000"]


def test_a_profile_has_orders_tickets_and_past_calls_newest_first(sign_in: SignIn) -> None:
    customer = add_customer(7, "Maria Lopez")
    with db_session() as db:
        for day in (1, 2):
            db.add(
                Order(
                    customer_id=customer.id,
                    order_number=f"ORD{day}",
                    product_name="Table",
                    amount=Decimal("99.90"),
                    status=OrderStatus.SHIPPED,
                    order_date=BEGINNING + timedelta(days=day),
                )
            )
        db.add(
            Ticket(
                customer_id=customer.id,
                ticket_number="TIC1",
                subject="Where is it?",
                status=TicketStatus.OPEN,
                priority=Priority.HIGH,
                created_at=BEGINNING,
                resolved_at=None,
            )
        )
    calls = [add_call(minute, customer=customer) for minute in range(12)]
    profile = sign_in().get(f"/api/customers/{customer.id}").json or {}
    assert {
        name: profile[name] for name in ("id", "name", "email", "tier", "lifetime_value", "created_at")
    } == {
        "id": customer.id,
        "name": "Maria Lopez",
        "email": "maria.lopez@mail7.example",
        "tier": "gold",
        "lifetime_value": "1234.50",
        "created_at": "2026-03-01T09:00:00.000Z",
    }
    assert [order["order_number"] for order in profile["orders"]] == ["ORD2", "ORD1"]
    assert profile["orders"][0]["amount"] == "99.90"
    assert profile["tickets"][0]["subject"] == "Where is it?"
    assert [call["call_id"] for call in profile["calls"]] == [str(call_id) for call_id in calls[:1:-1]]


@pytest.mark.parametrize("customer_id", ["9", "0", "99999999999", "x"])
def test_a_customer_whom_nobody_knows_is_not_found(machine: FlaskClient, customer_id: str) -> None:
    assert machine.get(f"/api/customers/{customer_id}").status_code == 404
