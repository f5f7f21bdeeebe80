"""the words of a call in one place, and lists by state, mood and outcome

Revision ID: 0009
Revises: 0008

Nothing here holds a lock for long, since calls go on meanwhile: indexes are made concurrently, and the words of
past calls are gathered some at a time. So it is no transaction: broken off, it can be begun anew. A call that
the version before finishes afterwards is found by the sweep for what was missed. (That version's searches are
slower without the index of lines, for as long as it runs.)
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BATCH = 1000
GATHERED = sa.text("""
    INSERT INTO call_words (id, start_time, words)
    SELECT id, start_time, array_to_tsvector(ARRAY(
        SELECT unnest(tsvector_to_array(words)) FROM transcripts WHERE call_id = calls.call_id
    ))
    FROM calls WHERE id >= :first AND id < :first + :batch AND status NOT IN ('ringing', 'active')
        AND coalesce(end_time, start_time) < now() - interval '1 hour'
    ON CONFLICT DO NOTHING
""")
"""Not of calls that the version before may still be finishing: the sweep asks for theirs."""

NEWEST = {
    f"ix_calls_newest_of_{name}": [column, "start_time", "id"]
    for name, column in (
        ("customer", "customer_id"), ("agent", "agent_id"), ("status", "status"), ("sentiment", "sentiment"),
        ("disposition", "disposition"),
    )
}  # fmt: skip
BEFORE = {
    "ix_calls_customer_newest": ["customer_id", "start_time"],
    "ix_calls_agent_newest": ["agent_id", "start_time"],
    "ix_calls_status": ["status"],
}
WITHOUT_SUMMARY = sa.text("summary IS NULL AND summary_failure IS NULL")


def upgrade() -> None:
    """Create the table and fill it, then the indexes; drop those that they replace."""
    with op.get_context().autocommit_block():
        op.create_table(
            "call_words",
            sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
            sa.Column("start_time", sa.DateTime(timezone=True), nullable=False),
            sa.Column("words", postgresql.TSVECTOR(), nullable=False),
            sa.ForeignKeyConstraint(["id"], ["calls.id"], name="fk_call_words_id", ondelete="CASCADE"),
            postgresql_with={"toast_tuple_target": 128},
            if_not_exists=True,
        )
        last = op.get_bind().scalar(sa.text("SELECT max(id) FROM calls")) or 0
        for first in range(0, last + 1, BATCH):
            op.get_bind().execute(GATHERED, {"first": first, "batch": BATCH})
        _create(
            "ix_call_words_words", "call_words", ["words"], postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )  # fmt: skip
        for name, columns in NEWEST.items():
            _create(name, "calls", columns)
        _create("ix_calls_without_summary", "calls", ["end_time"], postgresql_where=WITHOUT_SUMMARY)
        _drop("ix_transcripts_words", *BEFORE)
        # searches would read what waits to be entered into it, up to 4 MB
        op.execute("ALTER INDEX ix_calls_words SET (fastupdate = off)")
        op.execute("SELECT gin_clean_pending_list('ix_calls_words')")


def downgrade() -> None:
    """Take them away, and bring back those that they replaced."""
    with op.get_context().autocommit_block():
        for name, columns in BEFORE.items():
            _create(name, "calls", columns)
        _create("ix_transcripts_words", "transcripts", ["words"], postgresql_using="gin")
        op.execute("ALTER INDEX ix_calls_words RESET (fastupdate)")
        _drop("ix_calls_without_summary", *NEWEST)
        op.drop_table("call_words", if_exists=True)


def _create(name: str, table: str, columns: list[str], **options: Any) -> None:
    _drop(name)  # what was broken off has left an index that is not valid
    op.create_index(name, table, columns, postgresql_concurrently=True, **options)


def _drop(*names: str) -> None:
    for name in names:
        op.drop_index(name, postgresql_concurrently=True, if_exists=True)
