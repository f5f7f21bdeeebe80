"""a summary that was given up

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("calls", sa.Column("summary_failure", sa.String(), nullable=True))
    op.add_column("calls", sa.Column("summary_refusals", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("calls", "summary_refusals")
    op.drop_column("calls", "summary_failure")
