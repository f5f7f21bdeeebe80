"""words that search reads

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CUSTOMER_WORDS = (
    "to_tsvector('simple', translate(name || ' ' || email || ' ' || phone || ' ' || account_number, "
    "'@.-_+()/', '        ') || ' ' || regexp_replace(phone, '\\D', '', 'g'))"
)
CALL_WORDS = (
    "to_tsvector('simple', translate(coalesce(agent_name, '') || ' ' || coalesce(summary, ''), "
    "'@.-_+()/', '        '))"
)


def upgrade() -> None:
    """Add the columns and the indexes of search, and the order of the customers' list."""
    op.add_column("customers", _words(CUSTOMER_WORDS))
    op.add_column("calls", _words(CALL_WORDS))
    op.create_index("ix_customers_words", "customers", ["words"], postgresql_using="gin")
    op.create_index("ix_calls_words", "calls", ["words"], postgresql_using="gin")
    op.create_index("ix_customers_by_name", "customers", ["name", "id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_customers_by_name", "customers")
    op.drop_column("calls", "words")
    op.drop_column("customers", "words")


def _words(expression: str) -> sa.Column[str]:
    return sa.Column("words", postgresql.TSVECTOR(), sa.Computed(expression, persisted=True), nullable=False)
