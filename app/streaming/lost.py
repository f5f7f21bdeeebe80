"""What is left of a call's sound when Redis lost its memory: spans that are final, and holes between them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import CallEvent, Speaker, Window, WindowState
from app.streaming.untold import untold

LOST = "the server lost this sound"  # as in lua/prelude.lua


class Span(NamedTuple):
    """A stretch of a leg, from byte to byte."""

    start: int
    end: int


def final_spans(session: Session, call_id: UUID) -> Mapping[Speaker, list[Span]]:
    """What the windows of each leg cover, in order; between two spans there is a hole."""
    windows = session.execute(
        select(Window.speaker, Window.start_byte, Window.end_byte)
        .where(Window.call_id == call_id)
        .order_by(Window.speaker, Window.start_byte)
    )
    spans: defaultdict[Speaker, list[Span]] = defaultdict(list)
    for speaker, start, end in windows:
        if spans[speaker] and start <= spans[speaker][-1].end:  # a late worker's rows may overlap with others
            first, last = spans[speaker][-1]
            spans[speaker][-1] = Span(first, max(last, end))
        else:
            spans[speaker].append(Span(start, end))
    return spans


def next_numbers(session: Session, call_id: UUID) -> Mapping[Speaker, int]:
    """The number that the next window of each leg gets."""
    highest = select(Window.speaker, func.max(Window.number)).where(Window.call_id == call_id)
    return defaultdict(
        int, {speaker: number + 1 for speaker, number in session.execute(highest.group_by(Window.speaker))}
    )


def name_lost(session: Session, call_id: UUID) -> None:
    """Close a call that nobody comes back to: make its windows tile its legs up to their last one, and its
    record tell of all of them. Twice does no more than once.
    """
    numbers = next_numbers(session, call_id)
    for speaker, spans in final_spans(session, call_id).items():
        for number, hole in enumerate(_holes(spans), numbers[speaker]):
            lost = Window(call_id=call_id, speaker=speaker, number=number, state=WindowState.GAP, reason=LOST)
            lost.start_byte, lost.end_byte = hole
            session.add(lost)
    session.flush()
    record = session.scalars(
        select(CallEvent).where(CallEvent.call_id == call_id).order_by(CallEvent.number)
    ).all()
    last = record[-1].number if record else 0
    for number, event in enumerate(untold(session, call_id, [e.payload for e in record]), last + 1):
        row = {"call_id": call_id, "number": number, "payload": {"id": number, **event}}
        session.execute(insert(CallEvent).values(row).on_conflict_do_nothing())


def _holes(spans: list[Span]) -> Iterator[Span]:
    for before, after in pairwise([Span(0, 0), *spans]):
        if before.end < after.start:
            yield Span(before.end, after.start)
