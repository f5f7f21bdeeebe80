"""The folder of one embedded server: private, locked while one runs in it, owned by the server's account."""

import fcntl
import hashlib
import os
import pwd
import secrets
import stat
import time
from pathlib import Path

from app.local.problems import Problem
from app.local.process import Account

SYSTEM_HOME = Path("/var/lib/earpiece")
"""Where root keeps what an unprivileged server has to reach, when the checkout is in a private place."""


def server_account() -> Account | None:
    """Whom a server that refuses to be root runs as: `nobody` when we are root, else None: ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise Problem(
            "PostgreSQL refuses to run as root and this machine has no user `nobody`: "
            "run as an ordinary user, or set DATABASE_URL."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def reachable(path: Path, account: Account | None) -> bool:
    """Whether the account may walk through every folder above `path`."""
    if account is None:
        return True
    return all(_may_pass(folder.stat(), account) for folder in path.resolve().parents if folder.exists())


def _may_pass(folder: os.stat_result, account: Account) -> bool:
    if folder.st_uid == account.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def place_for(folder: Path, account: Account | None) -> Path:
    """`folder` itself, or one under `SYSTEM_HOME` where the account cannot reach it."""
    if reachable(folder, account):
        return folder
    return SYSTEM_HOME / hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]


def make_system_home() -> None:
    """Make `SYSTEM_HOME` unless it is there; everyone may pass through it, nobody else may list it."""
    if not SYSTEM_HOME.exists():
        SYSTEM_HOME.mkdir(parents=True)
        SYSTEM_HOME.chmod(0o711)


def prepare(folder: Path, account: Account | None) -> None:
    """Make the folder, private (0700) and the account's own. Raises `Problem` for somebody else's folder."""
    if SYSTEM_HOME in folder.parents:
        make_system_home()
    folder.mkdir(parents=True, exist_ok=True)
    owner = folder.stat().st_uid
    ours = os.geteuid() if account is None else account.uid
    if owner not in (ours, os.geteuid()):
        raise Problem(f"{folder} belongs to another user: take it over with chown, or move it away.")
    if account is not None and owner != account.uid:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def lock(folder: Path, *, patience_seconds: float = 3.0) -> int:
    """Lock the folder for one server and return the descriptor to hand to it.

    The server inherits it, so that the lock ends with the last process that writes here, not with us. One
    that is just ending is waited for. Raises `Problem` when another one stays.
    """
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(0.05)
                continue
            os.close(descriptor)
            raise Problem(
                f"Another process still works in {folder}: stop it first (`fuser {folder}/lock` names it)."
            ) from None
        return descriptor


def password(folder: Path, account: Account | None) -> str:
    """The server's password, made at the first start and kept in a file that only its owner reads."""
    file = folder / "password"
    if not file.exists():
        draft = folder / "password.new"
        draft.touch(0o600)
        if account is not None:
            os.chown(draft, account.uid, account.gid)
        draft.write_text(secrets.token_urlsafe(24))
        draft.rename(file)
    return file.read_text().strip()
