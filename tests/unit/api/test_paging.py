from datetime import UTC, datetime

import pytest

from app.api.errors import InvalidFields
from app.api.paging import NAME_AND_ID, TIME_AND_ID, cut, place_of


def test_the_last_page_has_no_cursor() -> None:
    assert cut(["a", "b"], 2, NAME_AND_ID, lambda name: (name, 1)) == (["a", "b"], None)


def test_a_cursor_leads_back_to_the_last_row_of_its_page() -> None:
    page, cursor = cut(["Ann", "Zoë, 'quoted'", "one more"], 2, NAME_AND_ID, lambda name: (name, 7))
    assert page == ["Ann", "Zoë, 'quoted'"]
    assert cursor
    assert place_of(cursor, NAME_AND_ID) == ("Zoë, 'quoted'", 7)


def test_a_time_in_a_cursor_keeps_its_microseconds() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
    _, cursor = cut([0, 1], 1, TIME_AND_ID, lambda _: (moment, 1))
    assert cursor
    assert place_of(cursor, TIME_AND_ID) == (moment, 1)


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "é", "bm9uc2Vuc2U=", "WzEsMl0=", "WyJhXHUwMDAwIiwxXQ==", "WyJhIiw5OTk5OTk5OTk5OTldIA=="],
)
def test_what_is_no_cursor_of_ours_is_told_so(cursor: str) -> None:
    with pytest.raises(InvalidFields):
        place_of(cursor, NAME_AND_ID)
