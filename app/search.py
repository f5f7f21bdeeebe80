"""Search by the beginnings of words, in any order: "gold mar" finds Maria Goldberg.

The `words` columns hold what is searched and are indexed, so that it stays flat with a million rows.
"""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.models import Customer

FEW = 1000
"""Of so many customers the calls are looked up; of more, one is soon met among the newest calls."""


def words_of(text: str) -> Iterator[re.Match[str]]:
    """The words of a text as search sees them: letters and digits."""
    return re.finditer(r"[^\W_]+", text)


def matches(words: Any, typed: str) -> ColumnElement[bool]:
    """Whether a row's `words` column holds, for each word that was typed, one that begins with it."""
    return _fits(words, typed, " & ")


def matches_some(words: Any, typed: str) -> ColumnElement[bool]:
    """Whether it does for one of them at least."""
    return _fits(words, typed, " | ")


def _fits(words: Any, typed: str, operator: str) -> ColumnElement[bool]:
    query = operator.join(f"{word[0]}:*" for word in words_of(typed))
    condition: ColumnElement[bool] = words.bool_op("@@")(func.to_tsquery("simple", query))
    return condition


def looked_up(statement: Select[*tuple[Any, ...]]) -> CTE:
    """The rows of a search, by the index of its words.

    PostgreSQL cannot tell how many rows a beginning fits. Under ORDER BY and LIMIT it would walk the order,
    hoping to meet enough of them soon: through the whole table when there are few.
    """
    return statement.cte("found").prefix_with("MATERIALIZED")


def few_customers(db: Session, typed: str) -> list[int] | None:
    """The ids of the customers whom a search finds; None when they are more than a few."""
    found = looked_up(select(Customer.id).where(matches(Customer.words, typed)))
    ids = db.scalars(select(found.c.id).limit(FEW + 1)).all()
    return list(ids) if len(ids) <= FEW else None
