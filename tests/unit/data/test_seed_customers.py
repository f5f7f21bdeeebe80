import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.models import OrderStatus, Tier
from data.sample_calls import CALLS
from data.sample_customers import SAMPLE_ACCOUNTS, stories
from data.seed_customers import Person, people

TODAY = date(2026, 2, 11)


@pytest.fixture(scope="module")
def everybody() -> list[Person]:
    return list(people(TODAY))


def test_there_are_fifty_customers_with_one_to_ten_orders_and_thirty_of_them_have_tickets(
    everybody: list[Person],
) -> None:
    accounts = [person.customer["account_number"] for person in everybody]
    assert accounts == [f"ACC{number:05}" for number in range(1, 51)]
    assert {len(person.orders) for person in everybody} <= set(range(1, 11))
    assert sum(bool(person.tickets) for person in everybody) == 30


def test_what_must_be_unique_is_unique(everybody: list[Person]) -> None:
    for values in (
        [person.customer["email"] for person in everybody],
        [person.customer["name"] for person in everybody],
        [order["order_number"] for person in everybody for order in person.orders],
        [ticket["ticket_number"] for person in everybody for ticket in person.tickets],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_the_same_seed_gives_the_same_people_and_another_seed_others(everybody: list[Person]) -> None:
    assert list(people(TODAY)) == everybody
    assert [p.customer["name"] for p in people(TODAY, seed=1)] != [p.customer["name"] for p in everybody]


def test_another_day_moves_the_dates_and_nothing_else(everybody: list[Person]) -> None:
    later = people(TODAY + timedelta(days=7))  # the same weekday, so that "last Friday" moves as far
    for before, after in zip(everybody, later, strict=True):
        assert after.customer["email"] == before.customer["email"]
        for old, new in zip(before.orders, after.orders, strict=True):
            assert new == old | {"order_date": old["order_date"] + timedelta(days=7)}


def test_nothing_happens_in_the_future_or_before_somebody_became_a_customer(everybody: list[Person]) -> None:
    midnight = datetime(2026, 2, 11, tzinfo=UTC)
    for person in everybody:
        for moment in [row["order_date"] for row in person.orders] + [
            row["created_at"] for row in person.tickets
        ]:
            assert person.customer["created_at"] < moment < midnight
        for ticket in person.tickets:
            assert ticket["resolved_at"] is None or ticket["created_at"] < ticket["resolved_at"] < midnight


def test_order_numbers_count_up_with_time(everybody: list[Person]) -> None:
    for person in everybody:
        by_number = sorted(person.orders, key=lambda order: str(order["order_number"]))
        dates = [order["order_date"] for order in by_number]
        assert dates == sorted(dates)


def test_tiers_follow_the_policy_on_membership(everybody: list[Person]) -> None:
    for person in everybody:
        bought = [
            order["amount"]
            for order in person.orders
            if order["status"] not in (OrderStatus.CANCELLED, OrderStatus.RETURNED)
        ]
        spent = sum(bought, Decimal(0))
        assert person.customer["lifetime_value"] == spent
        expected = Tier.PLATINUM if spent >= 2000 else Tier.GOLD if spent >= 1000 else Tier.STANDARD
        assert person.customer["tier"] == expected
    assert {person.customer["tier"] for person in everybody} == set(Tier)


class TestTheCustomersOfTheSampleCalls:
    """What is said in data/calls is in the database."""

    @pytest.fixture
    def caller(self, everybody: list[Person], request: pytest.FixtureRequest) -> Person:
        account = SAMPLE_ACCOUNTS[request.param]
        return next(person for person in everybody if person.customer["account_number"] == account)

    @pytest.mark.parametrize("caller", ["late_order"], indirect=True)
    def test_the_late_table_was_shipped_three_weeks_ago(self, caller: Person) -> None:
        (table,) = (order for order in caller.orders if "table" in order["product_name"].split())
        assert table["status"] == "shipped"
        assert (TODAY - table["order_date"].date()).days == 21

    @pytest.mark.parametrize("caller", ["refund"], indirect=True)
    def test_the_chair_came_within_the_time_for_refunds_to_a_gold_customer(self, caller: Person) -> None:
        (chair,) = (order for order in caller.orders if "chair" in order["product_name"])
        assert chair["status"] == "delivered"
        assert 8 <= (TODAY - chair["order_date"].date()).days <= 30
        assert caller.customer["tier"] == Tier.GOLD

    @pytest.mark.parametrize("caller", ["double_charge"], indirect=True)
    def test_the_coffee_machine_was_charged_twice_last_monday(self, caller: Person) -> None:
        first, second = (order for order in caller.orders if order["product_name"] == "Coffee machine")
        assert first["amount"] == second["amount"]
        assert second["order_date"] - first["order_date"] < timedelta(minutes=10)
        assert first["order_date"].weekday() == 0

    @pytest.mark.parametrize("caller", ["cancellation"], indirect=True)
    def test_the_table_of_last_night_can_be_cancelled_and_the_chairs_are_on_their_way(
        self, caller: Person
    ) -> None:
        statuses = {order["product_name"]: order["status"] for order in caller.orders}
        assert statuses["Garden table"] == "processing"
        assert statuses["Set of six garden chairs"] == "shipped"

    @pytest.mark.parametrize("caller", ["login_trouble"], indirect=True)
    def test_the_message_about_the_password_is_of_last_friday_and_still_open(self, caller: Person) -> None:
        (ticket,) = (ticket for ticket in caller.tickets if ticket["status"] == "open")
        assert "log in" in ticket["subject"]
        assert ticket["created_at"].weekday() == 4

    @pytest.mark.parametrize("caller", ["threat_to_leave"], indirect=True)
    def test_two_complaints_about_clocks_wait_for_an_answer_to_a_gold_customer(self, caller: Person) -> None:
        waiting = [ticket for ticket in caller.tickets if ticket["status"] != "resolved"]
        assert len(waiting) == 2
        assert all("clock" in ticket["subject"].lower() for ticket in waiting)
        assert caller.customer["tier"] == Tier.GOLD

    def test_each_script_names_the_account_that_has_its_rows(self) -> None:
        for name, account in SAMPLE_ACCOUNTS.items():
            assert json.loads((CALLS / f"{name}.json").read_text())["account_number"] == account
        assert set(stories(TODAY)) == set(SAMPLE_ACCOUNTS.values())
