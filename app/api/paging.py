"""Lists in pages. A cursor names the last row seen, no count of rows: page 10,000 costs what page 1 costs."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from pydantic import Field, TypeAdapter

from app.api.errors import InvalidFields
from app.api.typed import Id, Input, Storable

R = TypeVar("R")
Place = TypeVar("Place", tuple[datetime, int], tuple[str, int])
"""Where a row stands in its list: what the list is sorted by, then the id."""

TIME_AND_ID: TypeAdapter[tuple[datetime, int]] = TypeAdapter(tuple[datetime, Id])
NAME_AND_ID: TypeAdapter[tuple[str, int]] = TypeAdapter(tuple[Storable, Id])


class Paging(Input):
    cursor: str | None = Field(None, max_length=600, description="`next_cursor` of the page before")
    limit: int = Field(50, ge=1, le=200)


def cut(
    rows: Sequence[R], limit: int, kind: TypeAdapter[Place], place: Callable[[R], Place]
) -> tuple[Sequence[R], str | None]:
    """One page out of `limit + 1` rows, and the cursor of the next one if there is any."""
    if len(rows) <= limit:
        return rows, None
    last = kind.dump_json(place(rows[limit - 1]))
    return rows[:limit], base64.urlsafe_b64encode(last).decode()


def place_of(cursor: str, kind: TypeAdapter[Place]) -> Place:
    """The place that a cursor of ours names. Raises `InvalidFields` for any other."""
    try:
        return kind.validate_json(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:  # pydantic's ValidationError is a ValueError
        raise InvalidFields([{"name": "cursor", "problem": "This is no cursor of this list."}]) from error
