"""rows that were refused for good

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "refused_rows",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("table", sa.String(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.create_index(
        "uq_refused_rows_row", "refused_rows", ["table", sa.text("md5(row)")], unique=True
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("refused_rows")
