"""The environment of a running system: what the person gave, and what `make run` adds to it."""

import os
import secrets
import sys
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError

from app.local.checks import free_port
from app.local.problems import Problem
from app.settings import MINIMUM_SECRET_CHARACTERS, Settings, load_settings

FLOWER_PORT = 5555
"""Of the system on port 8000; 5556 of that on 8001, and so on, so that two of them never race for one."""
FLOWER_USER = "admin"
OURSELVES = ("127.0.0.1", "localhost", "::1")
"""What no proxy leads to: our parts find each other without one."""


def read_environment(root: Path) -> dict[str, str]:
    """The environment over `.env`, without what is set to nothing, our own programs first on the PATH."""
    given = {name: value for name, value in dotenv_values(root / ".env").items() if value}
    given |= {name: value for name, value in os.environ.items() if value}
    given["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{given.get('PATH', os.defpath)}"
    given["PYTHONUNBUFFERED"] = "1"
    direct = ",".join(filter(None, [given.get("NO_PROXY") or given.get("no_proxy"), *OURSELVES]))
    return given | {"NO_PROXY": direct, "no_proxy": direct}


def port_of(environment: dict[str, str]) -> int | None:
    """The port that was asked for; None when any will do. Raises `Problem` for what is no port."""
    text = environment.get("PORT")
    if text is None:
        return None
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Problem(f"PORT={text} is no port: give a number from 1 to 65535, or leave it unset.")
    return int(text)


def kept_secret(file: Path, *, shortest: int = MINIMUM_SECRET_CHARACTERS) -> str:
    """The secret in the file, made the first time; only this user reads it."""
    if not file.exists():
        draft = file.with_suffix(".new")
        draft.unlink(missing_ok=True)
        draft.touch(0o600)
        draft.write_text(secrets.token_hex(32) + "\n")
        draft.rename(file)
    secret = file.read_text(errors="replace").strip()
    if len(secret) < shortest:
        raise Problem(f"{file} is damaged: delete it, and it is made anew.")
    return secret


def add_defaults(environment: dict[str, str], var: Path, port: int) -> None:
    """Add what the processes need to know and the person did not say; `port` is the web process's."""
    engine_port = environment.get("ENGINE_PORT", str(free_port()))
    defaults = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DATA_DIR": str(var),
        "SEED_DATA": "1",
        "ENGINE_PORT": engine_port,
        "BUILTIN_ENGINE_URL": f"http://127.0.0.1:{engine_port}/v1",
        "FLOWER_ADDRESS": "127.0.0.1",
        "FLOWER_PORT": str(free_port(FLOWER_PORT + port % 1000)),
        "FLOWER_READ_ONLY": "true",
        # Celery says so, at length, in every worker that root starts.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }
    for name, value in defaults.items():
        environment.setdefault(name, value)
    if "SECRET_KEY" not in environment:
        environment["SECRET_KEY"] = kept_secret(var / "secret")
    environment["LOCAL_SIGN_IN_KEY"] = secrets.token_urlsafe(24)


def protect_flower(environment: dict[str, str], var: Path, admin_password: str | None) -> None:
    """Flower asks for the first admin's password, or for one of its own where nobody knows that any more.

    `admin_password` is known only in the run that made it; from then on `var/flower-password` keeps it.
    """
    kept = var / "flower-password"
    if admin_password is not None:
        kept.unlink(missing_ok=True)
        kept.touch(0o600)
        kept.write_text(admin_password + "\n")
    environment.setdefault("FLOWER_BASIC_AUTH", f"{FLOWER_USER}:{kept_secret(kept, shortest=8)}")


def install(environment: dict[str, str]) -> Settings:
    """Make it the environment of this process and return its settings. Raises `Problem` for wrong ones."""
    os.environ.clear()
    os.environ.update(environment)
    try:
        return load_settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, each['loc'])).upper() or 'the settings'}: {each['msg']}"
            for each in error.errors()
        )
        raise Problem(f"The environment or .env is wrong: {wrong}.") from None
