"""Which calls a search finds, newest first, and where in them it was said.

A frequent word is met among the newest calls: `NEAR` of them are read one by one. Only if that does not fill
a page are the calls before them looked up by the indexes of words: what is in them is rare, or it would have
been met. So of a million calls a search reads a few thousand, unless it was frequent once and is rare lately.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    cast,
    exists,
    func,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.models import GOING_ON, Call, CallWords, Customer, Speaker, Transcript
from app.search import few_customers, looked_up, matches, matches_some, words_of

NEWEST_FIRST = (Call.start_time.desc(), Call.id.desc())
NEAR = 1000
SAMPLE = 100
"""Of so many calls a word that is in a tenth is frequent: no index is asked for it beside a rare one."""

Conditions = Sequence[ColumnElement[bool]]
Rows = Select[*tuple[Any, ...]]


class Hit(NamedTuple):
    """The line of a call in which most words of a search were said, the first such one; `marks` are the words
    that fit, as pairs of characters from, to.
    """

    speaker: Speaker
    start: float
    text: str
    marks: list[tuple[int, int]]


def found_calls(
    db: Session, conditions: Conditions, since: datetime | None, typed: str, most: int
) -> list[int]:
    """The ids of the newest calls under these conditions that a search finds by what was said, by their own
    words or by their customer's. `since` is among the conditions, and said apart for what is no call.
    """
    if not any(words_of(typed)):
        return []
    customers = few_customers(db, typed)
    named = Call.customer_id.in_(
        customers if customers is not None else select(Customer.id).where(matches(Customer.words, typed))
    )
    newest = select(Call.id).where(*conditions).order_by(*NEWEST_FIRST)
    edge = db.execute(newest.add_columns(Call.start_time).offset(NEAR).limit(1)).one_or_none()
    place = tuple_(Call.start_time, Call.id)
    near = newest if edge is None else newest.where(place > (edge.start_time, edge.id))
    found = list(db.scalars(near.where(or_(_said(typed), matches(Call.words, typed), named)).limit(most)))
    if edge is None or len(found) == most:
        return found
    # PostgreSQL does not count what it costs to read the words of a call, and would read them all
    db.execute(text("SET LOCAL enable_seqscan = off"))
    far = select(Call.id, Call.start_time).where(*conditions, place <= (edge.start_time, edge.id))
    said = select(CallWords.id, CallWords.start_time, CallWords.words).where(
        tuple_(CallWords.start_time, CallWords.id) <= (edge.start_time, edge.id),
        CallWords.start_time >= since if since else true(),
    )
    ways = (
        _by_words(db, said, CallWords, typed, far),
        _by_words(db, far.add_columns(Call.words), Call, typed),
        _in_order(far.where(Call.status.in_(GOING_ON), _said_so_far(typed))),
        far.where(named).order_by(*NEWEST_FIRST) if customers is None else _in_order(far.where(named)),
    )
    rest = most - len(found)
    places = {(start_time, id) for way in ways for id, start_time in db.execute(way.limit(rest))}
    return found + [id for _, id in sorted(places, reverse=True)[:rest]]


def hits(db: Session, calls: Sequence[UUID], typed: str) -> dict[UUID, Hit]:
    """Where it was said in those of these calls in which all of it was."""
    calls = db.scalars(select(Call.call_id).where(Call.call_id.in_(calls), _said(typed))).all()
    fitting = sum(cast(matches(Transcript.words, word[0]), Integer) for word in words_of(typed))
    lines = db.execute(
        select(Transcript.call_id, Transcript.speaker, Transcript.start, Transcript.text)
        .ext(distinct_on(Transcript.call_id))
        .where(Transcript.call_id.in_(calls), matches_some(Transcript.words, typed))
        .order_by(Transcript.call_id, func.coalesce(fitting, 0).desc(), Transcript.start)
    )
    return {call_id: Hit(speaker, start, said, marks(said, typed)) for call_id, speaker, start, said in lines}


def marks(text: str, typed: str) -> list[tuple[int, int]]:
    """The words of `text` that begin with one that was typed."""
    beginnings = tuple(word[0].lower() for word in words_of(typed))
    return [word.span() for word in words_of(text) if word[0].lower().startswith(beginnings)]


# No join: PostgreSQL would make one of all calls' words rather than of some
KEPT = select(CallWords.words).where(CallWords.id == Call.id).scalar_subquery()


def _said(typed: str) -> ColumnElement[bool]:
    """Whether all of a search was said in a call."""
    return or_(matches(KEPT, typed), _said_so_far(typed))


def _said_so_far(typed: str) -> ColumnElement[bool]:
    """The same of a call that is not finished: its lines are asked for each word."""
    line = select(1).where(Transcript.call_id == Call.call_id)
    words = [word[0] for word in words_of(typed)]
    return and_(KEPT.is_(None), *(exists(line.where(matches(Transcript.words, word))) for word in words))


def _by_words(
    db: Session, rows: Rows, table: type[Call | CallWords], typed: str, calls: Rows | None = None
) -> Rows:
    """Those of such rows of a table that hold all of a search, newest first; with `calls` of these only.

    By an index those are found that hold its rare words. They are looked at for the others in order, as long
    as the page is not full.
    """
    rare = _rare(db, table, typed)
    found = looked_up(rows.where(matches(table.words, rare)))
    ordered = select(found).order_by(found.c.start_time.desc(), found.c.id.desc()).offset(0).subquery()
    newest = (
        select(ordered.c.id, ordered.c.start_time)
        if calls is None
        else calls.join(ordered, ordered.c.id == Call.id)
    )
    if rare != typed:
        newest = newest.where(matches(ordered.c.words, typed))
    return newest.order_by(ordered.c.start_time.desc(), ordered.c.id.desc())


def _in_order(rows: Rows) -> Rows:
    """Such calls, newest first."""
    found = looked_up(rows)
    return select(found).order_by(found.c.start_time.desc(), found.c.id.desc())


def _rare(db: Session, table: type[Call | CallWords], typed: str) -> str:
    """The words of a search that are worth looking up: those which few rows hold; all, if none is such.

    A frequent one costs an index the more the more calls there are, above all a short beginning.
    """
    typed_words = [word[0] for word in words_of(typed)]
    if len(typed_words) == 1:
        return typed
    lately = select(table.words).order_by(table.id.desc()).limit(SAMPLE).subquery()
    rows = [func.count().filter(matches(lately.c.words, word)) for word in typed_words]
    counted = zip(typed_words, db.execute(select(*rows).select_from(lately)).one(), strict=True)
    rare = [word for word, count in counted if count < SAMPLE // 10]
    return typed if len(rare) in (0, len(typed_words)) else " ".join(rare)
