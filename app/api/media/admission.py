"""Whether a web process has room for one socket more. Those that are open are never closed for a new one."""

from collections.abc import Iterable
from typing import Protocol

from app.api.auth import Principal
from app.settings import load_settings


class Open(Protocol):
    """A socket that is open."""

    principal: Principal


def refusal(sockets: Iterable[Open], principal: Principal) -> str | None:
    """Why a socket of `principal` cannot be taken beside those that are open; None when it can.

    Machines carry the calls of many people: only the process's own bound is theirs.
    """
    settings = load_settings()
    others = list(sockets)
    if len(others) >= settings.max_sockets:
        return "The server already has as many connections as it can carry."
    if principal.kind == "user":
        own = sum(1 for other in others if other.principal == principal)
        if own >= settings.max_sockets_per_person:
            return "You already have as many calls open as one person may: close one of their pages."
    return None
