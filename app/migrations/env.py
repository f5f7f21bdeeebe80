"""Alembic's entry: `alembic upgrade head` brings the database at DATABASE_URL to the newest schema."""

from alembic import context
from sqlalchemy import create_engine

from app.models import Base
from app.settings import load_settings

with create_engine(load_settings().database_url).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
