"""What the database needs before the product runs: its tables, the demo people, somebody who may sign in."""

import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.database import db_session, engine
from app.local import process
from app.local.console import Console
from app.local.problems import Problem
from app.models import Customer, Role, User
from app.settings import Settings


def prepare_database(root: Path, settings: Settings, console: Console) -> str | None:
    """Bring the database up to date; return the first admin's password when one was made just now.

    What is already there costs two short queries.
    """
    try:
        command.upgrade(Config(root / "alembic.ini"), "head")
        with db_session() as db:
            has_customers = db.scalar(select(Customer.id).limit(1)) is not None
            has_admin = db.scalar(select(User.id).where(User.role == Role.ADMIN).limit(1)) is not None
    except CommandError as error:
        raise Problem(
            f"The database does not fit this version of Earpiece ({error}): "
            f"go back to the version that wrote it, or move var/postgres away to start empty."
        ) from None
    except SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        raise Problem(f"The database at DATABASE_URL does not work: {reason}") from None
    finally:
        engine().dispose()
    if settings.seed_data and not has_customers:
        console.say("Loading the demo customers, once.")
        _run(root, console, "-m", "data.seed_customers")
    if has_admin:
        return None
    lines = _run(root, console, "-m", "flask", "--app", "app.api.factory", "first-admin")
    return lines[-1] if lines else None


def _run(root: Path, console: Console, *args: str) -> list[str]:
    """Run a Python program to its end, show what it says, and return that in lines."""
    child = process.spawn([sys.executable, *args], stdout=subprocess.PIPE, cwd=root)
    lines = []
    assert child.stdout is not None
    try:
        with child.stdout as pipe:
            for raw in pipe:
                lines.append(raw.decode(errors="replace").rstrip())
                console.say(lines[-1])
        child.wait()
    finally:
        process.forget(child)
    if child.returncode != 0:
        raise Problem(f"`python {' '.join(args)}` failed: its own words are above.")
    return lines
