"""what was said can be searched

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SPOKEN = "to_tsvector('simple', translate(text, '@.-_+()/''', '         '))"


def upgrade() -> None:
    """Add the column and its index."""
    words = sa.Column("words", postgresql.TSVECTOR(), sa.Computed(SPOKEN, persisted=True), nullable=False)
    op.add_column("transcripts", words)
    op.create_index("ix_transcripts_words", "transcripts", ["words"], postgresql_using="gin")


def downgrade() -> None:
    """Take them away."""
    op.drop_column("transcripts", "words")
