"""What the outside is shown of a row: each shape once, for REST answers, events and the OpenAPI document.

Times are ISO 8601 with Z, money is a decimal string.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.clock import iso
from app.models import (
    Call,
    CallStatus,
    Customer,
    CustomerStatus,
    Disposition,
    OrderStatus,
    Priority,
    Role,
    Sentiment,
    Speaker,
    SuggestionStatus,
    SuggestionType,
    TicketStatus,
    Tier,
    WindowState,
)

PAST_CALLS_SHOWN = 10

Time = Annotated[datetime, PlainSerializer(iso, when_used="json")]
Money = Annotated[Decimal, PlainSerializer(str, return_type=str, when_used="json")]


class Row(BaseModel):
    """Made from a database row by `model_validate(row)`; `model_dump(mode="json")` is what goes out."""

    model_config = ConfigDict(from_attributes=True)


class OrderRow(Row):
    order_number: str
    product_name: str
    amount: Money
    status: OrderStatus
    order_date: Time


class TicketRow(Row):
    ticket_number: str
    subject: str
    status: TicketStatus
    priority: Priority
    created_at: Time
    resolved_at: Time | None


class PastCall(Row):
    call_id: UUID
    start_time: Time
    duration_seconds: float | None
    status: CallStatus
    sentiment: Sentiment | None
    summary: str | None


class CustomerRow(Row):
    id: int
    name: str
    email: str
    phone: str
    account_number: str
    tier: Tier
    status: CustomerStatus
    lifetime_value: Money
    created_at: Time


class CustomerProfile(CustomerRow):
    """Everything the agent sees of a customer; orders, tickets and calls newest first."""

    orders: list[OrderRow]
    tickets: list[TicketRow]
    calls: list[PastCall]


class CallerRow(Row):
    """The customer as a call's row names them."""

    id: int
    name: str
    account_number: str
    tier: Tier


class FollowUp(BaseModel):
    """What the agent still has to do after a call."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")
    due: date | None = None
    done: bool = False


class CallRow(Row):
    """`edited` names what a person wrote, which the assistant leaves as it is; `completed_by` is a name.

    `summary_failure` is why the assistant gave the summary up; null again when somebody asks for it.
    """

    call_id: UUID
    status: CallStatus
    customer: CallerRow | None
    agent_id: int | None
    agent_name: str | None
    start_time: Time
    end_time: Time | None
    duration_seconds: float | None
    sentiment: Sentiment | None
    sentiment_score: float | None
    summary: str | None
    summary_failure: str | None
    agent_talk_seconds: float | None
    customer_talk_seconds: float | None
    recording_url: str | None
    disposition: Disposition | None
    follow_ups: list[FollowUp]
    edited: list[str]
    completed_at: Time | None
    completed_by: str | None


class LegRow(Row):
    speaker: Speaker
    sample_rate: int
    starts_at: float
    received_bytes: int
    sha256: str | None
    epoch: int


class WindowRow(Row):
    speaker: Speaker
    number: int
    start_byte: int
    end_byte: int
    state: WindowState
    reason: str | None
    attempts: int


class TranscriptRow(Row):
    """`start` and `end` are seconds into the call."""

    speaker: Speaker
    text: str
    start: float
    end: float
    window: int
    confidence: float | None
    timestamp: Time


class SuggestionRow(Row):
    id: UUID
    call_id: UUID
    suggestion_type: SuggestionType
    message: str
    status: SuggestionStatus
    used: bool
    dismissed: bool
    rating: int | None
    timestamp: Time
    window: int | None
    speaker: Speaker
    trigger: str
    asked_by: str | None
    citations: list[dict[str, Any]]
    lookups: list[dict[str, Any]]
    model: str
    prompt_version: str
    input_tokens: int | None
    output_tokens: int | None
    cost: Money | None


class CallDetail(CallRow):
    """A call with all that belongs to it, each list in the order of the call."""

    legs: list[LegRow]
    windows: list[WindowRow]
    transcripts: list[TranscriptRow]
    suggestions: list[SuggestionRow]
    events: list[dict[str, Any]]


class UserRow(Row):
    id: int
    name: str
    email: str
    role: Role


def customer_profile(db_session: Session, *which: Any) -> CustomerProfile | None:
    """The profile of the customer that conditions such as `Customer.id == 7` name; None when nobody fits."""
    customer = db_session.scalar(
        select(Customer).where(*which).options(selectinload(Customer.orders), selectinload(Customer.tickets))
    )
    if customer is None:
        return None
    calls = db_session.scalars(
        select(Call)
        .where(Call.customer_id == customer.id)
        .order_by(Call.start_time.desc())
        .limit(PAST_CALLS_SHOWN)
    )
    return CustomerProfile(
        **CustomerRow.model_validate(customer).model_dump(),
        orders=[OrderRow.model_validate(order) for order in customer.orders],
        tickets=[TicketRow.model_validate(ticket) for ticket in customer.tickets],
        calls=[PastCall.model_validate(call) for call in calls],
    )
