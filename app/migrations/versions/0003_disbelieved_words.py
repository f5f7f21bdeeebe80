"""words that were not believed are kept for audit

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("windows", sa.Column("disbelieved", sa.String(), nullable=True))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("windows", "disbelieved")
