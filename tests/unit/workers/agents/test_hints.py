"""What the recogniser is told to expect."""

from typing import Any

from workers.agents.hints import MOST_CHARACTERS, hints_of


def profile(orders: int) -> dict[str, Any]:
    return {
        "name": "Anna Smith",
        "account_number": "ACC00007",
        "email": "anna@mail.example",
        "phone": "+1 555 0107",
        "orders": [{"order_number": f"ORD{n:07}", "product_name": "Oak Table"} for n in range(orders)],
    }


def test_names_and_numbers_of_the_customer_are_expected_and_nothing_else() -> None:
    assert hints_of(profile(2)) == "Anna Smith, ACC00007. ORD0000000 Oak Table. ORD0000001 Oak Table."
    assert hints_of(profile(0)) == "Anna Smith, ACC00007."


def test_the_newest_orders_fit_into_what_an_engine_reads() -> None:
    hints = hints_of(profile(100))
    assert len(hints) <= MOST_CHARACTERS
    assert "ORD0000000" in hints
    assert hints.endswith("Oak Table.")
