"""Sound that a server lost with its memory: where no window covers a leg's bytes, rows and record say so."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import CallEvent, Leg, Speaker, Window, WindowState
from app.streaming.windows import SAMPLE_BYTES

REASON = "the server lost this sound"


class Span(NamedTuple):
    """A stretch of a leg, from byte to byte; `number` is that of its first window."""

    speaker: Speaker
    number: int
    start: int
    end: int


def name_lost(session: Session, call_id: UUID) -> None:
    """Make the windows of a call tile its legs up to their last one. Twice does no more than once."""
    legs = {leg.speaker: leg for leg in session.scalars(select(Leg).where(Leg.call_id == call_id))}
    last = session.scalar(select(func.max(CallEvent.number)).where(CallEvent.call_id == call_id)) or 0
    for number, lost in enumerate(_holes(session, call_id), last + 1):
        leg = legs[lost.speaker]
        start, end = (round(leg.starts_at + byte / (SAMPLE_BYTES * leg.sample_rate), 3) for byte in lost[2:])
        window = {
            "call_id": call_id, "speaker": lost.speaker, "number": lost.number, "start_byte": lost.start,
            "end_byte": lost.end, "state": WindowState.GAP, "reason": REASON,
        }  # fmt: skip
        event = {
            "id": number, "type": "gap", "call_id": str(call_id), "speaker": lost.speaker, "start": start,
            "end": end, "reason": REASON,
        }  # fmt: skip
        session.execute(insert(Window).values(window).on_conflict_do_nothing())
        row = insert(CallEvent).values(call_id=call_id, number=number, payload=event)
        session.execute(row.on_conflict_do_nothing())


def _holes(session: Session, call_id: UUID) -> Iterator[Span]:
    """Between the windows of each leg."""
    windows = session.execute(
        select(Window.speaker, Window.number, Window.start_byte, Window.end_byte)
        .where(Window.call_id == call_id)
        .order_by(Window.speaker, Window.start_byte)
    )
    covered: defaultdict[Speaker, list[Span]] = defaultdict(list)
    for row in windows:
        covered[row.speaker].append(Span(*row))
    for speaker, spans in covered.items():
        for before, after in pairwise([Span(speaker, -1, 0, 0), *spans]):
            if before.end < after.start:
                yield Span(speaker, before.number + 1, before.end, after.start)
