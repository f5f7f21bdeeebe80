"""The tables.

`call_id` columns hold `calls.call_id`, the UUID that the outside knows; times are UTC with a zone; money is a
decimal.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    MetaData,
    Numeric,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Tier(StrEnum):
    STANDARD = "standard"
    GOLD = "gold"
    PLATINUM = "platinum"


class CustomerStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


class CallStatus(StrEnum):
    RINGING = "ringing"
    ACTIVE = "active"
    WRAP_UP = "wrap_up"
    COMPLETED = "completed"
    ABANDONED = "abandoned"


GOING_ON = (CallStatus.RINGING, CallStatus.ACTIVE)


class Sentiment(StrEnum):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class Disposition(StrEnum):
    """How a call came out, as its agent sees it."""

    RESOLVED = "resolved"
    FOLLOW_UP = "follow_up"
    CALLBACK = "callback"
    ESCALATED = "escalated"
    TRANSFERRED = "transferred"
    CUSTOMER_LEFT = "customer_left"
    WRONG_NUMBER = "wrong_number"
    OTHER = "other"


class Speaker(StrEnum):
    AGENT = "agent"
    CUSTOMER = "customer"


class WindowState(StrEnum):
    """What became of a window. Only final states are stored."""

    DONE = "done"
    SILENT = "silent"
    REJECTED = "rejected"
    FAILED = "failed"
    GAP = "gap"


class SuggestionType(StrEnum):
    TIP = "tip"
    INSIGHT = "insight"
    POLICY = "policy"
    ALERT = "alert"
    ACTION = "action"


class SuggestionStatus(StrEnum):
    STREAMING = "streaming"
    COMPLETE = "complete"
    SUPERSEDED = "superseded"
    FAILED = "failed"


class OrderStatus(StrEnum):
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class TicketStatus(StrEnum):
    OPEN = "open"
    PENDING = "pending"
    RESOLVED = "resolved"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        Decimal: Numeric(12, 2),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        list[str]: JSONB,
        **{
            kind: Enum(
                kind,
                native_enum=False,
                create_constraint=True,
                length=20,
                values_callable=lambda e: [m.value for m in e],
            )
            for kind in (
                Tier,
                CustomerStatus,
                CallStatus,
                Sentiment,
                Disposition,
                Speaker,
                WindowState,
                SuggestionType,
                SuggestionStatus,
                OrderStatus,
                TicketStatus,
                Priority,
                Role,
            )
        },
    }


class Customer(Base):
    """`words` is what search reads: with blanks between words, and the phone number in one piece too."""

    __tablename__ = "customers"
    __table_args__ = (
        Index("ix_customers_words", "words", postgresql_using="gin"),
        Index("ix_customers_by_name", "name", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str]
    account_number: Mapped[str] = mapped_column(unique=True)
    tier: Mapped[Tier]
    status: Mapped[CustomerStatus]
    lifetime_value: Mapped[Decimal]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    words: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', translate(name || ' ' || email || ' ' || phone || ' ' || account_number, "
            "'@.-_+()/', '        ') || ' ' || regexp_replace(phone, '\\D', '', 'g'))"
        ),
        deferred=True,
    )

    orders: Mapped[list["Order"]] = relationship(
        back_populates="customer", order_by="Order.order_date.desc()"
    )
    tickets: Mapped[list["Ticket"]] = relationship(
        back_populates="customer", order_by="Ticket.created_at.desc()"
    )


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    order_number: Mapped[str] = mapped_column(unique=True)
    product_name: Mapped[str]
    amount: Mapped[Decimal]
    status: Mapped[OrderStatus]
    order_date: Mapped[datetime]

    customer: Mapped[Customer] = relationship(back_populates="orders")


class Ticket(Base):
    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    ticket_number: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    status: Mapped[TicketStatus]
    priority: Mapped[Priority]
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]

    customer: Mapped[Customer] = relationship(back_populates="tickets")


class User(Base):
    """A person who signs in. Disabled people keep their row, since calls name them."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[Role]
    team: Mapped[str | None]
    password_hash: Mapped[str]
    disabled_at: Mapped[datetime | None]


class ApiToken(Base):
    """A machine that calls us.

    Only the SHA-256 of the token is kept: it is random, so nothing slower is needed.
    """

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    revoked_at: Mapped[datetime | None]


class Call(Base):
    """`summary_failure` is why the summary was given up: it is not asked for until a person does that.

    `summary_refusals` counts the engine's answers that asking again does not mend.
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_newest", "start_time", "id"),
        Index("ix_calls_newest_of_customer", "customer_id", "start_time", "id"),
        Index("ix_calls_newest_of_agent", "agent_id", "start_time", "id"),
        Index("ix_calls_newest_of_status", "status", "start_time", "id"),
        Index("ix_calls_newest_of_sentiment", "sentiment", "start_time", "id"),
        Index("ix_calls_newest_of_disposition", "disposition", "start_time", "id"),
        Index("ix_calls_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index(
            "ix_calls_without_summary",
            "end_time",
            postgresql_where=text("summary IS NULL AND summary_failure IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[UUID] = mapped_column(unique=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    agent_name: Mapped[str | None]
    start_time: Mapped[datetime]
    end_time: Mapped[datetime | None]
    duration_seconds: Mapped[float | None]
    status: Mapped[CallStatus]
    sentiment: Mapped[Sentiment | None]
    sentiment_score: Mapped[float | None]
    summary: Mapped[str | None]
    summary_failure: Mapped[str | None]
    summary_refusals: Mapped[int] = mapped_column(server_default="0", default=0)
    agent_talk_seconds: Mapped[float | None]
    customer_talk_seconds: Mapped[float | None]
    recording_url: Mapped[str | None]
    disposition: Mapped[Disposition | None]
    follow_ups: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]", default=list)
    edited: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None]
    words: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', translate(coalesce(agent_name, '') || ' ' || coalesce(summary, ''), "
            "'@.-_+()/', '        '))"
        ),
        deferred=True,
    )

    customer: Mapped[Customer | None] = relationship()


class CallWords(Base):
    """The words that were said in a call, each once, from when the call is finished on (app/call_words.py).

    A table of its own, and narrow, because `calls` is often written and these words are long.
    """

    __tablename__ = "call_words"
    __table_args__ = (
        Index("ix_call_words_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        {"postgresql_with": {"toast_tuple_target": 128}},
    )

    id: Mapped[int] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    start_time: Mapped[datetime]
    words: Mapped[str] = mapped_column(TSVECTOR)


class Leg(Base):
    """One party's audio. `sha256` is of the leg's bytes as sent, written when the call is over."""

    __tablename__ = "legs"
    __table_args__ = (UniqueConstraint("call_id", "speaker"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.call_id"))
    speaker: Mapped[Speaker]
    sample_rate: Mapped[int]
    starts_at: Mapped[float]
    received_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    epoch: Mapped[int]


class Window(Base):
    """A span of a leg whose fate is sealed. The windows of a leg tile its bytes: no gap, no overlap.

    `disbelieved` is what an engine gave for it and we rejected, for audit: it is never shown.
    """

    __tablename__ = "windows"
    __table_args__ = (
        UniqueConstraint("call_id", "speaker", "start_byte"),
        CheckConstraint("end_byte > start_byte", name="not_empty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.call_id"))
    speaker: Mapped[Speaker]
    number: Mapped[int]
    start_byte: Mapped[int] = mapped_column(BigInteger)
    end_byte: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[WindowState]
    reason: Mapped[str | None]
    disbelieved: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)


class Transcript(Base):
    """The words of one window; `start` and `end` are seconds into the call."""

    __tablename__ = "transcripts"
    __table_args__ = (UniqueConstraint("call_id", "speaker", "start_byte"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.call_id"))
    speaker: Mapped[Speaker]
    text: Mapped[str]
    timestamp: Mapped[datetime]
    confidence: Mapped[float | None]
    window: Mapped[int]
    start_byte: Mapped[int] = mapped_column(BigInteger)
    start: Mapped[float]
    end: Mapped[float]
    words: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed("to_tsvector('simple', translate(text, '@.-_+()/''', '         '))"),
        deferred=True,
    )


class AiSuggestion(Base):
    """Made for a turn, whose last window is `window`, or for a question (`trigger`) of `asked_by`."""

    __tablename__ = "ai_suggestions"
    __table_args__ = (Index("ix_ai_suggestions_call", "call_id", "timestamp"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.call_id"))
    suggestion_type: Mapped[SuggestionType]
    message: Mapped[str]
    used: Mapped[bool] = mapped_column(default=False)
    dismissed: Mapped[bool] = mapped_column(default=False)
    rating: Mapped[int | None] = mapped_column(CheckConstraint("rating IN (-1, 1)", name="rating"))
    timestamp: Mapped[datetime]
    window: Mapped[int | None]
    speaker: Mapped[Speaker]
    trigger: Mapped[str]
    asked_by: Mapped[str | None]
    status: Mapped[SuggestionStatus]
    citations: Mapped[list[dict[str, Any]]]
    lookups: Mapped[list[dict[str, Any]]]
    model: Mapped[str]
    prompt_version: Mapped[str]
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    cost: Mapped[Decimal | None] = mapped_column(Numeric(12, 6))


class CallEvent(Base):
    """The record of a call as the socket told it:     `number` counts from 1 without holes; `payload` is the
    event's JSON.
    """

    __tablename__ = "call_events"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.call_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    payload: Mapped[dict[str, Any]]


class RefusedRow(Base):
    """A row that PostgreSQL refused for good, until an operator has it written after all.

    `row` is its JSON as text, which holds what the row's own columns cannot. Its call need not have a row.
    """

    __tablename__ = "refused_rows"
    __table_args__ = (Index("uq_refused_rows_row", "table", text("md5(row)"), unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[UUID]
    table: Mapped[str]
    row: Mapped[str]
    reason: Mapped[str]
    refused_at: Mapped[datetime] = mapped_column(server_default=func.now())
