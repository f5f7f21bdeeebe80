"""Search by the beginnings of words, in any order: "gold mar" finds Maria Goldberg.

The `words` columns hold what is searched and are indexed, so that it stays flat with a million rows.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.models import Call, Customer, Speaker, Transcript

FEW = 1000
"""Of so many customers or lines the calls are looked up; of more, one is soon met among the newest calls."""


class Hit(NamedTuple):
    """The first line of a call in which all of a search was said; `marks` are the words that fit, as pairs of
    characters from, to.
    """

    speaker: Speaker
    start: float
    text: str
    marks: list[tuple[int, int]]


def _words(text: str) -> Iterator[re.Match[str]]:
    return re.finditer(r"[^\W_]+", text)


def matches(words: Any, typed: str) -> ColumnElement[bool]:
    """Whether a row's `words` column holds, for each word that was typed, one that begins with it."""
    query = " & ".join(f"{word}:*" for word in (word[0] for word in _words(typed)))
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


def said_in(db: Session, typed: str) -> ColumnElement[bool]:
    """The condition that all of a search was said in one line of a call."""
    said = matches(Transcript.words, typed)
    found = looked_up(select(Transcript.call_id).where(said))
    calls = db.scalars(select(found.c.call_id).limit(FEW + 1)).all()
    if len(calls) <= FEW:
        return Call.call_id.in_(set(calls))
    # OFFSET 0 keeps PostgreSQL from gathering all such lines first: it then asks each of the newest calls
    return exists(select(1).where(Transcript.call_id == Call.call_id, said).offset(0))


def hits(db: Session, calls: Sequence[UUID], typed: str) -> dict[UUID, Hit]:
    """Where in these calls a search was said first."""
    lines = db.execute(
        select(Transcript.call_id, Transcript.speaker, Transcript.start, Transcript.text)
        .ext(distinct_on(Transcript.call_id))
        .where(Transcript.call_id.in_(calls), matches(Transcript.words, typed))
        .order_by(Transcript.call_id, Transcript.start)
    )
    return {call_id: Hit(speaker, start, text, marks(text, typed)) for call_id, speaker, start, text in lines}


def marks(text: str, typed: str) -> list[tuple[int, int]]:
    """The words of `text` that begin with one that was typed."""
    beginnings = tuple(word[0].lower() for word in _words(typed))
    return [word.span() for word in _words(text) if word[0].lower().startswith(beginnings)]
