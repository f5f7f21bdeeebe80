"""Which calls a search finds, newest first, and where in them it was said.

A frequent word is met among the newest calls, which are read one by one. A rarer one is looked up by the
indexes of words. So of a million calls a search reads some thousand, unless its word was frequent once and is
rare lately.
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
from app.search import few_customers, matches, matches_some, words_of

NEWEST_FIRST = (Call.start_time.desc(), Call.id.desc())
NEAR = (200, 1600)
"""So many of the newest calls are read, and then so many."""
RARE = 32
"""A search that fewer than one of so many of them fit is looked up: that is cheaper then."""
SAMPLE = 100
"""Of so many calls a word that is in more than a tenth is frequent: it is not looked up beside a rare one."""

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
    fits = or_(_said(typed), matches(Call.words, typed), named)
    found, edge = _met(db, conditions, fits, most)
    if edge is None:
        return found
    # PostgreSQL does not count what it costs to read the words of a call, and would read them all
    db.execute(text("SET LOCAL enable_seqscan = off"))
    far = select(Call.id, Call.start_time).where(*conditions, tuple_(Call.start_time, Call.id) <= edge)
    said = select(CallWords.id, CallWords.start_time, CallWords.words).where(
        tuple_(CallWords.start_time, CallWords.id) <= edge,
        CallWords.start_time >= since if since else true(),
    )
    ways = (
        _by_words(db, said, CallWords, typed, far),
        _by_words(db, far.add_columns(Call.words), Call, typed),
        _in_order(far.outerjoin(KEPT, true()).where(Call.status.in_(GOING_ON), _said_so_far(typed))),
        far.where(named).order_by(*NEWEST_FIRST) if customers is None else _in_order(far.where(named)),
    )
    rest = most - len(found)
    places = {(start_time, id) for way in ways for id, start_time in db.execute(way.limit(rest))}
    return found + [id for _, id in sorted(places, reverse=True)[:rest]]


def hits(db: Session, calls: Sequence[UUID], typed: str) -> dict[UUID, Hit]:
    """Where it was said in those of these calls in which all of it was."""
    said = select(Call.call_id).outerjoin(KEPT, true()).where(Call.call_id.in_(calls), _said(typed))
    fitting = sum(cast(matches(Transcript.words, word[0]), Integer) for word in words_of(typed))
    lines = db.execute(
        select(Transcript.call_id, Transcript.speaker, Transcript.start, Transcript.text)
        .ext(distinct_on(Transcript.call_id))
        .where(Transcript.call_id.in_(db.scalars(said).all()), matches_some(Transcript.words, typed))
        .order_by(Transcript.call_id, func.coalesce(fitting, 0).desc(), Transcript.start)
    )
    return {call_id: Hit(speaker, start, said, marks(said, typed)) for call_id, speaker, start, said in lines}


def marks(text: str, typed: str) -> list[tuple[int, int]]:
    """The words of `text` that begin with one that was typed."""
    beginnings = tuple(word[0].lower() for word in words_of(typed))
    return [word.span() for word in words_of(text) if word[0].lower().startswith(beginnings)]


def _met(
    db: Session, conditions: Conditions, fits: ColumnElement[bool], most: int
) -> tuple[list[int], tuple[datetime, int] | None]:
    """The calls met among the newest, and the place of the next one where the page is not full by then."""
    newest = select(Call.start_time, Call.id).where(*conditions).order_by(*NEWEST_FIRST)
    found: list[int] = []
    edge = None
    for near in NEAR:
        edge = db.execute(newest.offset(near).limit(1)).one_or_none()
        walked = newest if edge is None else newest.where(tuple_(Call.start_time, Call.id) > edge)
        met = walked.with_only_columns(Call.id).outerjoin(KEPT, true()).where(fits)
        found = list(db.scalars(met.limit(most)))
        if edge is None or len(found) == most:
            return found, None
        if len(found) < near // RARE:
            break
    return found, edge


# OFFSET 0 makes PostgreSQL do one thing after the other: find rows, then put them in order; go through calls,
# then see what was said in each. It would walk the order, or gather the words of all calls, guessing wrongly.
KEPT = select(CallWords.words).where(CallWords.id == Call.id).offset(0).lateral("kept")


def _said(typed: str) -> ColumnElement[bool]:
    """Whether all of a search was said in a call; to be joined with `KEPT`."""
    return or_(matches(KEPT.c.words, typed), _said_so_far(typed))


def _said_so_far(typed: str) -> ColumnElement[bool]:
    """The same of a call that is not finished: its lines are asked for each word."""
    line = select(1).where(Transcript.call_id == Call.call_id).offset(0)
    words = [word[0] for word in words_of(typed)]
    return and_(KEPT.c.words.is_(None), *(exists(line.where(matches(Transcript.words, w))) for w in words))


def _by_words(
    db: Session, rows: Rows, table: type[Call | CallWords], typed: str, calls: Rows | None = None
) -> Rows:
    """Those of such rows of a table that hold all of a search, newest first; with `calls` of these only.

    By an index those are found that hold its rare words. They are looked at for the others in order, as long
    as the page is not full.
    """
    rare = _rare(db, table, typed)
    found = rows.where(matches(table.words, rare)).offset(0).subquery()
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
    found = rows.offset(0).subquery()
    return select(found).order_by(found.c.start_time.desc(), found.c.id.desc())


def _rare(db: Session, table: type[Call | CallWords], typed: str) -> str:
    """The words of a search that are worth looking up: those which none of the newest rows hold, or
    few; all, if none is rare.

    A frequent one costs an index the more the more calls there are, above all a short beginning.
    """
    typed_words = [word[0] for word in words_of(typed)]
    lately = select(table.words).order_by(table.id.desc()).limit(SAMPLE).subquery()
    rows = [func.count().filter(matches(lately.c.words, word)) for word in typed_words]
    counts = db.execute(select(*rows).select_from(lately)).one()
    for most in (0, SAMPLE // 10):
        rare = [word for word, count in zip(typed_words, counts, strict=True) if count <= most]
        if rare:
            return " ".join(rare) if len(rare) < len(typed_words) else typed
    return typed
