"""`python -m app.local.up_to_date`: brings the database up to date, and says in its last line what is still
missing in it: `customers`, `admin`.

A program of its own: what it imports would stay in the supervisor's memory, 30 MB, for as long as that runs.
"""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.database import db_session
from app.local.problems import EXIT_STATUS
from app.models import Customer, Role, User


def main() -> int:
    """What is already there costs two short queries. When a person must act, the last line says why."""
    try:
        command.upgrade(Config(Path(__file__).parents[2] / "alembic.ini"), "head")
        with db_session() as db:
            has_customers = db.scalar(select(Customer.id).limit(1)) is not None
            has_admin = db.scalar(select(User.id).where(User.role == Role.ADMIN).limit(1)) is not None
    except CommandError as error:
        print(
            f"The database does not fit this version of Earpiece ({error}): "
            f"go back to the version that wrote it, or move var/postgres away to start empty."
        )
        return EXIT_STATUS
    except SQLAlchemyError as error:
        print(f"The database at DATABASE_URL does not work: {str(error).splitlines()[0]}")
        return EXIT_STATUS
    there = {"customers": has_customers, "admin": has_admin}
    print(*(name for name, is_there in there.items() if not is_there))
    return 0


if __name__ == "__main__":
    sys.exit(main())
