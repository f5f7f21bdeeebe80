"""Who is asking: a person by the session cookie, a machine by `Authorization: Bearer`.

Everything is guarded but what says `@public`. A cookie that changes something, or opens a socket, must come
from a page of ours (`Origin`), since browsers send cookies along with what any page asks.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, NamedTuple, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import Forbidden, Unauthorized

from app.database import db_session
from app.models import ApiToken, Role, User
from app.telemetry import get_logger

log = get_logger("auth")

FRESH_SECONDS = 30
"""So long a checked person or machine is not looked up again, and a disabled one may still come in."""
STALE_SECONDS = 900
"""So long those already checked may go on while the database is away: calls do not stop with it."""
AWAY_SECONDS = 5
"""So long a database that did not answer is not asked again for those who may go on: each would wait."""
MOST_KNOWN = 10_000

RANK = {Role.AGENT: 0, Role.SUPERVISOR: 1, Role.ADMIN: 2}
READING = {"GET", "HEAD", "OPTIONS"}

P = ParamSpec("P")
T = TypeVar("T")


class Principal(NamedTuple):
    """Who asks. A machine has a supervisor's view: it brings the calls of many agents.

    A customer comes in by ticket, has a socket of one call, and nothing else.
    """

    kind: Literal["user", "machine", "customer"]
    id: int
    name: str
    role: Role

    @property
    def sees_all_calls(self) -> bool:
        return RANK[self.role] >= RANK[Role.SUPERVISOR]


class Known:
    """The principals lately checked, so that neither sockets nor lists ask the database each time."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, object], tuple[Principal, float]] = {}
        self._away_until = 0.0

    def recall(self, key: tuple[str, object], look_up: Callable[[], Principal | None]) -> Principal | None:
        """The principal under `key`: as remembered, else by `look_up`, whose errors it raises."""
        remembered, checked_at = self._entries.get(key, (None, -STALE_SECONDS))
        now = time.monotonic()
        age = now - checked_at
        if age < FRESH_SECONDS or (age < STALE_SECONDS and now < self._away_until):
            return remembered
        try:
            found = look_up()
        except SQLAlchemyError:
            if age < STALE_SECONDS:
                log.warning("principal_not_checked", age_seconds=round(age))
                self._away_until = time.monotonic() + AWAY_SECONDS
                return remembered
            raise
        self._entries.pop(key, None)
        if found:
            if len(self._entries) >= MOST_KNOWN:
                self._entries.clear()
            self._entries[key] = (found, time.monotonic())
        return found


def register(app: Flask) -> None:
    """Guard every route of the app but sockets, which answer in their own words."""
    app.extensions["known"] = Known()
    app.before_request(_guard)


def public(view: Callable[P, T]) -> Callable[P, T]:
    """Let anyone call this view."""
    view.public = True  # type: ignore[attr-defined]
    return view


def require(role: Role) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let only people (and machines) of at least this role call the view."""

    def decorate(view: Callable[P, T]) -> Callable[P, T]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            if RANK[current_principal().role] < RANK[role]:
                raise Forbidden(f"This needs the role {role}.")
            return view(*args, **kwargs)

        return guarded

    return decorate


def current_principal() -> Principal:
    """Who sent this request. Raises 401 when nobody is known."""
    principal: Principal | None = g.get("principal")
    if principal is None:
        raise Unauthorized
    return principal


def authenticate_socket(handshake: Request) -> Principal | None:
    """Who opens this socket; None when unknown, or when the cookie comes from a page that is not ours."""
    if _bears_token(handshake) or origin_allowed(handshake):
        return _identify(handshake)
    return None


def stay(sent: Request) -> Callable[[], bool]:
    """What tells, in any thread, whether the one who sent this is still who they were and may still come in:
    sockets and streams go on for hours. While the database is away everybody stays.
    """
    identify = _identification(sent)
    who = identify()

    def may_stay() -> bool:
        try:
            return identify() == who
        except SQLAlchemyError:
            return True

    return may_stay


def origin_allowed(sent: Request) -> bool:
    """Whether a page of ours sent this: of PUBLIC_URL where it is set, else of the host that was asked."""
    return sent.headers.get("Origin") == _own_origin(sent)


def mark(user: User) -> str:
    """What ties a session to the password it began with: a new password ends it."""
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:16]


def token_sha256(token: str) -> str:
    """As `ApiToken` keeps it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _guard() -> ResponseReturnValue | None:
    if request.url_rule is None or request.url_rule.websocket:
        return None
    if request.method not in READING and not _bears_token(request) and not _from_our_page(request):
        raise Forbidden("This was not sent by a page of Earpiece, so it was not done.")
    view = current_app.view_functions[request.url_rule.endpoint]
    if getattr(view, "public", False):
        return None
    g.principal = _identify(request)
    if g.principal is None:
        if not request.path.startswith("/api/"):
            return redirect("/sign-in")
        raise Unauthorized
    return None


def _identify(sent: Request) -> Principal | None:
    return _identification(sent)()


def _identification(sent: Request) -> Callable[[], Principal | None]:
    """Who sent this, to be asked now and later, in any thread."""
    known: Known = current_app.extensions["known"]
    if _bears_token(sent):
        sha256 = token_sha256(sent.headers["Authorization"].split(None, 1)[1])
        return lambda: known.recall(("token", sha256), lambda: _machine(sha256))
    user_id, user_mark = session.get("user"), session.get("mark")
    if user_id is None:
        return lambda: None
    return lambda: known.recall(("user", (user_id, user_mark)), lambda: _user(user_id, user_mark))


def _machine(sha256: str) -> Principal | None:
    with db_session() as db:
        token = db.scalar(
            select(ApiToken).where(ApiToken.token_sha256 == sha256, ApiToken.revoked_at.is_(None))
        )
    return Principal("machine", token.id, token.name, Role.SUPERVISOR) if token else None


def _user(user_id: int, user_mark: Any) -> Principal | None:
    with db_session() as db:
        user = db.scalar(select(User).where(User.id == user_id, User.disabled_at.is_(None)))
    if user is None or not hmac.compare_digest(mark(user), str(user_mark)):
        return None
    return Principal("user", user.id, user.name, user.role)


def _bears_token(sent: Request) -> bool:
    return sent.headers.get("Authorization", "").lower().startswith("bearer ")


def _from_our_page(sent: Request) -> bool:
    if "Origin" in sent.headers:
        return origin_allowed(sent)
    return sent.headers.get("Sec-Fetch-Site") == "same-origin"


def _own_origin(sent: Request) -> str:
    public_url: str = current_app.config["PUBLIC_URL"]
    if not public_url:
        return f"{sent.scheme}://{sent.host}"
    scheme, place, *_ = urlsplit(public_url.lower())
    return f"{scheme}://{place}"
