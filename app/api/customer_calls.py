"""A customer calls from a browser, and an agent accepts."""

from datetime import timedelta
from uuid import UUID, uuid4

from flask import Blueprint, request
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import Forbidden, TooManyRequests

from app.api.auth import current_principal, public
from app.api.errors import Taken
from app.api.typed import Input, Line, typed
from app.clock import iso, now
from app.database import db_session
from app.models import Call, CallStatus, Customer
from app.representation import CallerRow, CallRow
from app.settings import load_settings
from app.streaming.connection import store
from app.streaming.ringing import (
    FIRST_TICKET_SECONDS,
    RING_SECONDS,
    TooManyRing,
    accept,
    new_ticket,
    ring,
)
from app.telemetry import get_logger

log = get_logger("customer_calls")
customer_calls = Blueprint("customer_calls", __name__)

CALLS_A_MINUTE = 5
"""Of one address: somebody who is cut off calls again, a script calls more often."""
MINUTE_SECONDS = 60
GONE = "The caller has hung up, or could not wait any longer."


class NewCustomerCall(Input):
    account_number: Line | None = Field(None, max_length=40)
    name: Line | None = Field(None, description="as the caller typed it")


class CustomerCall(BaseModel):
    """`ticket` opens one socket, within `ticket_seconds`; the call rings for `ring_seconds`."""

    call_id: UUID
    ticket: str
    ticket_seconds: int
    ring_seconds: int


@customer_calls.post("/api/customer-calls")
@public
@typed(status=201)
def call_in(body: NewCustomerCall) -> CustomerCall:
    """Call in as a customer. Whether an account number is anybody's is not told."""
    _count(request.remote_addr or "")
    call_id, since = uuid4(), now()
    account_number = (body.account_number or "").upper()
    with db_session() as db:
        customer = db.scalar(select(Customer).where(Customer.account_number == account_number))
        db.add(Call(call_id=call_id, customer=customer, start_time=since, status=CallStatus.RINGING))
        db.flush()
        shown = {
            "call_id": str(call_id),
            "since": iso(since),
            "rings_until": iso(since + timedelta(seconds=RING_SECONDS)),
            "customer": CallerRow.model_validate(customer).model_dump(mode="json") if customer else None,
            "name": body.name or None,
        }
        facts = {"customer_id": str(customer.id)} if customer else {}
        try:
            ring(store(), call_id, load_settings().window_policy, shown, facts)
        except TooManyRing:
            raise TooManyRequests("All lines are busy. Please try again in a minute.") from None
    ticket = new_ticket(store(), call_id)
    log.info("customer_call_rings", call_id=str(call_id), known=customer is not None)
    return CustomerCall(
        call_id=call_id, ticket=ticket, ticket_seconds=FIRST_TICKET_SECONDS, ring_seconds=RING_SECONDS
    )


@customer_calls.post("/api/calls/<uuid:call_id>/accept")
@typed()
def accept_call(call_id: UUID) -> CallRow:
    """Answer a call that rings; 409 with `taken_by` when another was faster, or it rings no longer."""
    agent = current_principal()
    if agent.kind != "user":
        raise Forbidden("Only a person can answer a call.")
    answer = accept(store(), call_id, agent.id, agent.name)
    if not answer.accepted:
        taken_by = answer.taken_by
        raise Taken(f"{taken_by} was faster and has taken this call." if taken_by else GONE, taken_by)
    with db_session() as db:
        call = db.scalars(
            select(Call)
            .where(Call.call_id == call_id)
            .options(joinedload(Call.customer))
            .with_for_update(of=Call)
        ).one()
        if call.status == CallStatus.RINGING:
            call.status, call.start_time = CallStatus.ACTIVE, now()
        call.agent_id, call.agent_name = agent.id, agent.name
        shown = CallRow.model_validate(call)
    log.info("customer_call_accepted", call_id=str(call_id), agent_id=agent.id)
    return shown


def _count(address: str) -> None:
    """Raises 429 when this address calls too often."""
    key = f"customer-calls:{address}"
    pipeline = store().pipeline()
    pipeline.set(key, 0, nx=True, ex=MINUTE_SECONDS)
    pipeline.incr(key)
    if pipeline.execute()[1] > CALLS_A_MINUTE:
        raise TooManyRequests("Too many calls from here. Wait a minute.", retry_after=MINUTE_SECONDS)
