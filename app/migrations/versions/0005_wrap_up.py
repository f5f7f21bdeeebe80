"""what the agent writes after a call

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DISPOSITIONS = (
    "resolved", "follow_up", "callback", "escalated", "transferred", "customer_left", "wrong_number", "other",
)  # fmt: skip


def upgrade() -> None:
    """Add the columns."""
    disposition = sa.Enum(
        *DISPOSITIONS, name="disposition", native_enum=False, create_constraint=True, length=20
    )
    op.add_column("calls", sa.Column("disposition", disposition, nullable=True))
    for name in ("follow_ups", "edited"):
        op.add_column("calls", sa.Column(name, postgresql.JSONB(), server_default="[]", nullable=False))
    op.add_column("calls", sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("calls", sa.Column("completed_by", sa.String(), nullable=True))


def downgrade() -> None:
    """Take them away."""
    for name in ("completed_by", "completed_at", "edited", "follow_ups", "disposition"):
        op.drop_column("calls", name)
