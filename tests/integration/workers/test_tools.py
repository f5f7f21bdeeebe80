"""What the assistant may look up: this customer's rows, whatever the model asks for."""

import json
from typing import Any

import pytest
import redis

from tests.integration.workers.people import add_customer
from workers.agents.knowledge import Source, policies_index
from workers.agents.tools import MOST_ROWS, TOOLS, Found, Toolbox


@pytest.fixture(autouse=True)
def database(store: redis.Redis) -> None:
    """The database of the settings."""


def run(toolbox: Toolbox, name: str, **arguments: Any) -> tuple[Found, dict[str, Any]]:
    found = toolbox.run(name, json.dumps(arguments))
    return found, json.loads(found.content)


def numbers(content: dict[str, Any]) -> list[str]:
    """The last part of each order's or ticket's number: O0, T3."""
    rows = content.get("orders") or content.get("tickets") or []
    return [str(row.get("order_number") or row.get("ticket_number")).split("-")[1] for row in rows]


def test_orders_are_this_customers_newest_first() -> None:
    add_customer(orders=3)
    customer = add_customer(orders=3)
    found, content = run(Toolbox(customer.id, []), "lookup_orders")
    assert (found.rows, content["found"]) == (3, 3)
    assert numbers(content) == ["O2", "O1", "O0"]
    assert content["orders"][2] == {
        "order_number": f"{customer.account_number}-O0",
        "product_name": "Lamp 0",
        "amount": "10.00",
        "status": "processing",
        "order_date": "2026-03-01T09:00:00.000Z",
    }


def test_an_order_of_somebody_else_is_not_found_though_the_model_knows_its_number() -> None:
    other, customer = add_customer(orders=1), add_customer(orders=1)
    theirs = f"{other.account_number}-O0"
    found, content = run(Toolbox(customer.id, []), "lookup_orders", order_number=theirs)
    assert (found.rows, content) == (0, {"found": 0, "orders": []})
    assert run(Toolbox(other.id, []), "lookup_orders", order_number=theirs)[0].rows == 1


@pytest.mark.parametrize("name", ["lookup_orders", "lookup_tickets"])
def test_no_argument_names_another_customer(name: str) -> None:
    other, customer = add_customer(orders=2, tickets=2), add_customer()
    found, _ = run(
        Toolbox(customer.id, []),
        name,
        customer_id=other.id,
        account_number=other.account_number,
        status="' OR 1=1 --",
    )
    assert found.rows == 0


@pytest.mark.parametrize("name", ["lookup_orders", "lookup_tickets"])
def test_a_call_without_a_customer_finds_nothing(name: str) -> None:
    add_customer(orders=2, tickets=2)
    assert run(Toolbox(None, []), name)[0].rows == 0


def test_arguments_narrow_the_search() -> None:
    customer = add_customer(orders=6, tickets=4)
    toolbox, one = Toolbox(customer.id, []), f"{customer.account_number}-O4"
    assert numbers(run(toolbox, "lookup_orders", order_number=one.lower())[1]) == ["O4"]
    assert numbers(run(toolbox, "lookup_orders", status="processing")[1]) == ["O5", "O0"]
    assert run(toolbox, "lookup_orders", status="processing", order_number=one)[0].rows == 0
    assert numbers(run(toolbox, "lookup_tickets", status="open")[1]) == ["T3", "T0"]


@pytest.mark.parametrize("status", ["lost", "", None, 7, ["shipped"], {"a": 1}])
def test_a_status_that_does_not_exist_narrows_nothing(status: object) -> None:
    toolbox = Toolbox(add_customer(orders=2, tickets=2).id, [])
    assert run(toolbox, "lookup_orders", status=status)[0].rows == 2
    assert run(toolbox, "lookup_tickets", status=status)[0].rows == 2


def test_a_customer_of_many_years_does_not_flood_the_prompt() -> None:
    found, content = run(Toolbox(add_customer(orders=MOST_ROWS + 3).id, []), "lookup_orders")
    assert found.rows == len(content["orders"]) == MOST_ROWS


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("drop_tables", "{}"),
        ("lookup_orders", "{not json"),
        ("lookup_orders", "[]"),
        ("lookup_orders", "null"),
        ("lookup_orders", '"order 1"'),
        ("search_policies", '{"query": '),
    ],
)
def test_what_the_model_gets_wrong_comes_back_to_it_as_words(name: str, arguments: str) -> None:
    found = Toolbox(add_customer(orders=1).id, []).run(name, arguments)
    assert (found.arguments, found.rows) == ({}, 0)
    assert "error" in json.loads(found.content)


def test_what_the_agent_is_told_of_a_look_up_is_what_was_looked_for() -> None:
    toolbox = Toolbox(add_customer(orders=1).id, [])
    given = {"order_number": "O-1\0\ud800", "account_number": "ACC00002", "limit": 5}
    found, _ = run(toolbox, "lookup_orders", **given)
    assert found.arguments == {"order_number": "O-1?"}


def test_no_arguments_are_no_mistake() -> None:
    found = Toolbox(add_customer(orders=2).id, []).run("lookup_orders", "")
    assert (found.arguments, found.rows) == ({}, 2)


def test_policies_that_were_told_before_are_not_told_again_and_numbers_go_on() -> None:
    told = [Source(ref + 1, passage) for ref, passage in enumerate(policies_index().search("refund", 2))]
    toolbox = Toolbox(None, list(told))
    found, content = run(toolbox, "search_policies", query="refund")
    assert [policy["ref"] for policy in content["policies"]] == [3, 4]
    assert found.rows == 2
    assert toolbox.sources[:2] == told
    passages = [source.passage for source in toolbox.sources]
    assert len(set(passages)) == len(passages) == 4


def test_every_tool_that_is_offered_can_be_run() -> None:
    for tool in TOOLS:
        name = tool["function"]["name"]
        found = Toolbox(None, []).run(name, '{"query": "refund"}')
        assert "error" not in json.loads(found.content), name


def test_an_order_is_found_by_its_digits_as_they_are_said() -> None:
    customer = add_customer(orders=3)
    toolbox = Toolbox(customer.id, [])
    digits = "".join(c for c in customer.account_number if c.isdigit()) + "1"
    for said in (digits, f"00{digits}", f"ORD-{digits}", f" {digits} "):
        assert numbers(run(toolbox, "lookup_orders", order_number=said)[1]) == ["O1"], said
    for said in ("1", digits[:-1], f"{digits}0", "the late one"):
        assert numbers(run(toolbox, "lookup_orders", order_number=said)[1]) == [], said
