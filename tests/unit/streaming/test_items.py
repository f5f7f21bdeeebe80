from uuid import uuid4

import pytest

from app.streaming.items import Item

CALL = uuid4()


@pytest.mark.parametrize(
    ("text", "item"),
    [
        (f"o:{CALL}", Item("o", CALL, ())),
        (f"w:{CALL}:customer:12", Item("w", CALL, ("customer", "12"))),
        (f"s:{CALL}:0b1c", Item("s", CALL, ("0b1c",))),
        (f"f:{CALL}", Item("f", CALL, ())),
    ],
)
def test_an_item_of_the_ledger_is_read_by_its_parts(text: str, item: Item) -> None:
    assert Item.parse(text) == item
