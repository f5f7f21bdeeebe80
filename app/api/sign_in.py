"""Signing in and out. A session lasts 12 hours from signing in."""

import hmac
import time
from collections import defaultdict, deque

from flask import Blueprint, Flask, current_app, redirect, request, session
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import Forbidden, ServiceUnavailable, TooManyRequests, Unauthorized

from app.api.accounts import normal, user_with_password
from app.api.auth import current_principal, mark, public
from app.api.typed import Input, Line, typed
from app.database import db_session
from app.models import Role, User
from app.representation import UserRow
from app.telemetry import get_logger

log = get_logger("sign_in")
sign_in = Blueprint("sign_in", __name__)
local_sign_in = Blueprint("local_sign_in", __name__)

TRIES_SECONDS = 300
TRIES_PER_PERSON = 5
TRIES_PER_ADDRESS = 100
"""A whole call centre may come from one address."""
MOST_COUNTED = 10_000


class Tries:
    """Failed tries of the last minutes, counted in this process: each web process allows as many."""

    def __init__(self) -> None:
        self._failed: defaultdict[str, deque[float]] = defaultdict(deque)

    def wait_seconds(self, key: str, allowed: int) -> int:
        """How long until `key` may try again; 0 is now."""
        failed = self._failed.get(key, deque())
        since = time.monotonic() - TRIES_SECONDS
        while failed and failed[0] < since:
            failed.popleft()
        return 0 if len(failed) < allowed else int(failed[-allowed] - since) + 1

    def count(self, *keys: str) -> None:
        """Note a try, as if it had failed."""
        if len(self._failed) >= MOST_COUNTED:
            self._failed.clear()
        for key in keys:
            self._failed[key].append(time.monotonic())

    def take_back(self, *keys: str) -> None:
        """A try that was counted did not fail."""
        for key in keys:
            if failed := self._failed.get(key):
                failed.pop()


class Credentials(Input):
    email: Line
    password: str = Field(max_length=200)


class SignedIn(BaseModel):
    user: UserRow


def register(app: Flask) -> None:
    """The routes; the one-click one only where `make run` gave it a key."""
    app.extensions["tries"] = Tries()
    app.register_blueprint(sign_in)
    if app.config["LOCAL_SIGN_IN_KEY"]:
        app.register_blueprint(local_sign_in)


@sign_in.get("/api/session")
@typed()
def show_session() -> SignedIn:
    """Who is signed in; 401 when nobody is."""
    principal = current_principal()
    if principal.kind != "user":
        raise Unauthorized("A token is not a person: nobody is signed in.")
    with db_session() as db:
        return SignedIn(user=UserRow.model_validate(db.get_one(User, principal.id)))


@sign_in.post("/api/session")
@public
@typed()
def start_session(body: Credentials) -> SignedIn:
    """Sign in with address and password."""
    tries: Tries = current_app.extensions["tries"]
    address = request.remote_addr or ""
    person = f"{address} {normal(body.email)}"
    wait = max(tries.wait_seconds(person, TRIES_PER_PERSON), tries.wait_seconds(address, TRIES_PER_ADDRESS))
    if wait:
        raise TooManyRequests(f"Too many tries. Wait {wait} seconds.", retry_after=wait)
    tries.count(person, address)  # before the check, which takes long: more may come meanwhile
    try:
        with db_session() as db:
            user = user_with_password(db, body.email, body.password)
    except SQLAlchemyError:
        tries.take_back(person, address)
        raise
    if user is None:
        log.info("sign_in_refused", address=address)
        raise Unauthorized("The address or the password is wrong.")
    tries.take_back(person, address)
    _begin(user)
    return SignedIn(user=UserRow.model_validate(user))


@sign_in.delete("/api/session")
@public
@typed(status=204)
def end_session() -> None:
    """Sign out."""
    session.clear()


@local_sign_in.get("/sign-in/local")
@public
def sign_in_here() -> ResponseReturnValue:
    """Sign in as the first admin: the link that `make run` prints."""
    key: str = current_app.config["LOCAL_SIGN_IN_KEY"]
    if not hmac.compare_digest(request.args.get("key", "").encode(), key.encode()):
        raise Forbidden("This link belongs to an earlier start. Use the one that was printed last.")
    with db_session() as db:
        admin = db.scalar(
            select(User).where(User.role == Role.ADMIN, User.disabled_at.is_(None)).order_by(User.id).limit(1)
        )
    if admin is None:
        raise ServiceUnavailable("There is no admin yet: run `flask --app app.api.factory first-admin`.")
    _begin(admin)
    return redirect("/")


def _begin(user: User) -> None:
    session.clear()
    session.permanent = True
    session["user"], session["mark"] = user.id, mark(user)
    log.info("signed_in", user_id=user.id)
