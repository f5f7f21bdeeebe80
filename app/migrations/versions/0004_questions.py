"""suggestions that answer a question have no window

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for who asked."""
    op.alter_column("ai_suggestions", "window", nullable=True)
    op.add_column("ai_suggestions", sa.Column("asked_by", sa.String(), nullable=True))


def downgrade() -> None:
    """Questions go."""
    op.execute("DELETE FROM ai_suggestions WHERE asked_by IS NOT NULL")
    op.drop_column("ai_suggestions", "asked_by")
    op.alter_column("ai_suggestions", "window", nullable=False)
