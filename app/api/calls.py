"""Calls: opened, listed, shown. An agent sees their own, supervisors, admins and machines see all."""

from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, select, true, tuple_
from sqlalchemy.orm import Session, joinedload
from werkzeug.exceptions import NotFound

from app.api.auth import Principal, current_principal
from app.api.errors import InvalidFields
from app.api.paging import TIME_AND_ID, Paging, cut, place_of
from app.api.typed import Id, Input, Line, typed
from app.clock import now
from app.database import db_session
from app.found_calls import NEWEST_FIRST, found_calls, hits
from app.models import (
    AiSuggestion,
    Call,
    CallEvent,
    CallStatus,
    Customer,
    Disposition,
    Leg,
    Sentiment,
    Speaker,
    Transcript,
    Window,
)
from app.representation import CallDetail, CallRow, LegRow, SuggestionRow, TranscriptRow, WindowRow
from app.streaming import keys
from app.streaming.connection import store

calls = Blueprint("calls", __name__)

TOLD_AFTERWARDS = ("gap", "sentiment", "alert", "note", "hold", "mute", "hang_up")
"""The events that no other list of a call holds."""
START_SECONDS = 600
"""So long an opened call waits for its first socket."""


class NewCall(Input):
    customer_id: Id | None = None
    account_number: Line | None = None
    agent_name: Line | None = Field(None, description="whom a machine speaks for")


class CallFilters(Paging):
    status: CallStatus | None = None
    customer_id: Id | None = None
    agent_id: Id | None = None
    sentiment: Sentiment | None = None
    disposition: Disposition | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    q: Line | None = Field(
        None,
        description="beginnings of words, all said in the call, or all of its summary and agent, or customer",
    )


class FoundLine(BaseModel):
    """The line in which most of it was said; `marks` are from, to in characters of `text`."""

    model_config = ConfigDict(from_attributes=True)

    speaker: Speaker
    start: float
    text: str
    marks: list[tuple[int, int]]


class FoundCall(CallRow):
    """`hit` is null where the search was not said, or there was none."""

    hit: FoundLine | None = None


class CallList(BaseModel):
    items: list[FoundCall]
    next_cursor: str | None


@calls.post("/api/calls")
@typed(status=201)
def open_call(body: NewCall) -> CallRow:
    """Open a call; its audio then comes over `/ws/call/{call_id}`."""
    principal = current_principal()
    is_agent = principal.kind == "user"
    with db_session() as db:
        call = Call(
            call_id=uuid4(),
            customer=_customer(db, body),
            agent_id=principal.id if is_agent else None,
            agent_name=principal.name if is_agent else body.agent_name,
            start_time=now(),
            status=CallStatus.ACTIVE,
        )
        db.add(call)
        db.flush()
        _tell_sockets(call)
        return CallRow.model_validate(call)


@calls.get("/api/calls")
@typed()
def list_calls(query: CallFilters) -> CallList:
    """Calls, newest first."""
    conditions = [visible_to(current_principal())]
    for column, wanted in (
        (Call.status, query.status),
        (Call.customer_id, query.customer_id),
        (Call.agent_id, query.agent_id),
        (Call.sentiment, query.sentiment),
        (Call.disposition, query.disposition),
    ):
        if wanted is not None:
            conditions.append(column == wanted)
    if query.since:
        conditions.append(Call.start_time >= query.since)
    if query.until:
        conditions.append(Call.start_time < query.until)
    if query.cursor:
        conditions.append(tuple_(Call.start_time, Call.id) < place_of(query.cursor, TIME_AND_ID))
    most = query.limit + 1
    newest = select(Call).options(joinedload(Call.customer)).order_by(*NEWEST_FIRST).limit(most)
    with db_session() as db:
        if query.q:
            conditions = [Call.id.in_(found_calls(db, conditions, query.since, query.q, most))]
        rows = db.scalars(newest.where(*conditions)).all()
        page, next_cursor = cut(rows, query.limit, TIME_AND_ID, lambda call: (call.start_time, call.id))
        said = hits(db, [call.call_id for call in page], query.q) if query.q and page else {}
    items = [FoundCall.model_validate(call) for call in page]
    for item in items:
        if line := said.get(item.call_id):
            item.hit = FoundLine.model_validate(line)
    return CallList(items=items, next_cursor=next_cursor)


@calls.get("/api/calls/<uuid:call_id>")
@typed()
def show_call(call_id: UUID) -> CallDetail:
    """One call with its words, suggestions, legs and windows, so far as they are stored."""
    with db_session() as db:
        call = find_call(db, call_id, joinedload(Call.customer))
        legs = db.scalars(select(Leg).where(Leg.call_id == call_id).order_by(Leg.speaker))
        windows = db.scalars(
            select(Window).where(Window.call_id == call_id).order_by(Window.speaker, Window.number)
        )
        transcripts = db.scalars(
            select(Transcript)
            .where(Transcript.call_id == call_id)
            .order_by(Transcript.start, Transcript.speaker)
        )
        suggestions = db.scalars(
            select(AiSuggestion).where(AiSuggestion.call_id == call_id).order_by(AiSuggestion.timestamp)
        )
        events = db.scalars(
            select(CallEvent.payload)
            .where(CallEvent.call_id == call_id, CallEvent.payload["type"].astext.in_(TOLD_AFTERWARDS))
            .order_by(CallEvent.number)
        )
        return CallDetail(
            **CallRow.model_validate(call).model_dump(),
            legs=[LegRow.model_validate(leg) for leg in legs],
            windows=[WindowRow.model_validate(window) for window in windows],
            transcripts=[TranscriptRow.model_validate(transcript) for transcript in transcripts],
            suggestions=[SuggestionRow.model_validate(suggestion) for suggestion in suggestions],
            events=list(events),
        )


def find_call(db: Session, call_id: UUID, *options: Any, lock: bool = False) -> Call:
    """The call, until the end of the transaction nobody else's to change with `lock`.

    Raises 404 also when it is another agent's: for the one who asks it is not there.
    """
    wanted = select(Call).where(Call.call_id == call_id, visible_to(current_principal())).options(*options)
    call = db.scalar(wanted.with_for_update(of=Call) if lock else wanted)
    if call is None:
        raise NotFound("There is no such call, or it is another agent's.")
    return call


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """The calls that this person or machine may see."""
    return true() if principal.sees_all_calls else Call.agent_id == principal.id


def _tell_sockets(call: Call) -> None:
    """Put in Redis whose call this is, where the media socket looks: it never asks the database."""
    facts = {"agent_id": call.agent_id, "agent_name": call.agent_name, "customer_id": call.customer_id}
    pipeline = store().pipeline()
    for name, value in facts.items():
        if value is not None:
            pipeline.hset(keys.call(call.call_id), name, str(value))
    pipeline.expire(keys.call(call.call_id), START_SECONDS)
    pipeline.execute()


def _customer(db: Session, body: NewCall) -> Customer | None:
    account_number = body.account_number and body.account_number.upper()
    ways = {
        "customer_id": (Customer.id, body.customer_id),
        "account_number": (Customer.account_number, account_number),
    }
    named = {field: column == value for field, (column, value) in ways.items() if value is not None}
    if not named:
        return None
    customer = db.scalar(select(Customer).where(*named.values()))
    if customer is None:
        raise InvalidFields([{"name": field, "problem": "Nobody has it."} for field in named])
    return customer
