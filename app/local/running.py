"""One running system per checkout: the lock that says so, and `var/run.json`, by which others find it."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from app.local.problems import Problem


@dataclass(frozen=True)
class Running:
    """What the commands around a running system need to know of it."""

    url: str
    pid: int
    database_url: str
    redis_url: str
    flower_url: str
    sign_in: str


def claim(var: Path) -> None:
    """Become the one system that runs here, until we end. Raises `Problem` when another one does."""
    descriptor = os.open(var / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        found = _read(var)
        where = f" at {found.url}/ (process {found.pid})" if found else ""
        raise Problem(f"Earpiece already runs from this folder{where}: use it, or stop it first.") from None
    (var / "run.json").unlink(missing_ok=True)


def announce(var: Path, running: Running) -> None:
    """Write `var/run.json`, for this user only."""
    draft = var / "run.json.new"
    draft.unlink(missing_ok=True)
    draft.touch(0o600)
    draft.write_text(json.dumps(asdict(running), indent=2) + "\n")
    draft.rename(var / "run.json")


def find(var: Path) -> Running:
    """The system that runs from this folder. Raises `Problem` when none does."""
    found = _read(var)
    if found is None or not _is_claimed(var):
        raise Problem("Earpiece is not running from this folder, or not ready yet: start it with `make run`.")
    return found


def _read(var: Path) -> Running | None:
    try:
        return Running(**json.loads((var / "run.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _is_claimed(var: Path) -> bool:
    with (var / "lock").open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
