"""People and machines that may come in: made, checked and shut out."""

import secrets

import gevent
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from app.api.auth import token_sha256
from app.clock import now
from app.models import ApiToken, Role, User

TOKEN_PREFIX = "earpiece_"  # noqa: S105 (so that scanners for leaked secrets can know it)
FIRST_ADMIN_EMAIL = "admin@earpiece.local"
NOBODYS_HASH = f"scrypt:32768:8:1${'0' * 16}${'0' * 128}"
"""No password fits it; an unknown address costs the same time as a wrong password."""


def new_password() -> str:
    """Random, 96 bits, without signs that are hard to type."""
    return secrets.token_hex(12)


def add_user(db: Session, name: str, email: str, role: Role, password: str, team: str | None = None) -> bool:
    """Whether the person was added; False when the address is already somebody's."""
    person = {"name": name, "email": normal(email), "role": role, "team": team}
    statement = insert(User).values(**person, password_hash=generate_password_hash(password))
    return db.scalar(statement.on_conflict_do_nothing().returning(User.id)) is not None


def disable_user(db: Session, email: str) -> bool:
    """Whether there was such a person to shut out."""
    user = db.scalar(select(User).where(User.email == normal(email)))
    if user is None:
        return False
    user.disabled_at = user.disabled_at or now()
    return True


def user_with_password(db: Session, email: str, password: str) -> User | None:
    """The person, if address and password are theirs and they are not disabled. Takes as long either way."""
    user = db.scalar(select(User).where(User.email == normal(email), User.disabled_at.is_(None)))
    password_hash = user.password_hash if user else NOBODYS_HASH
    # scrypt computes for some 80 ms: on a thread of its own, the sockets of the calls do not wait for it.
    fits = gevent.get_hub().threadpool.apply(check_password_hash, (password_hash, password))
    return user if fits else None


def issue_token(db: Session, name: str) -> tuple[str, bool]:
    """A new token for the machine `name`, and whether it had one before, which ends with this."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = db.scalar(select(ApiToken).where(ApiToken.name == name).with_for_update())
    if row is None:
        db.add(ApiToken(name=name, token_sha256=token_sha256(token)))
        return token, False
    row.token_sha256, row.created_at, row.revoked_at = token_sha256(token), now(), None
    return token, True


def revoke_token(db: Session, name: str) -> bool:
    """Whether there was such a token to end."""
    row = db.scalar(select(ApiToken).where(ApiToken.name == name))
    if row is None:
        return False
    row.revoked_at = row.revoked_at or now()
    return True


def normal(email: str) -> str:
    """The address as it is stored and compared."""
    return email.strip().lower()
