"""A whole system for tests: what `make run` starts, in a folder of its own, with data of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import psutil

ROOT = Path(__file__).parents[1]
PARTS = ("Procfile", "alembic.ini", "app", "celeryconfig.py", "data", "frontend", "workers", "pyproject.toml")
READY_SECONDS = 120
T = TypeVar("T")


def eventually(what: str, look: Callable[[], T | None], seconds: float = 10) -> T:
    """Look until there is something to see. Raises `AssertionError` naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.05)


class RunningSystem:
    """`python -m app.local` in `folder`, which borrows our files and keeps its own `var`."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        for part in PARTS:
            if not (folder / part).exists() and (ROOT / part).exists():
                (folder / part).symlink_to(ROOT / part)
        inherited = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
        }
        self.folder = folder
        self.output: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.local"],
            cwd=folder,
            env={**inherited, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        eventually("the line `ready http://…`", self._is_ready, READY_SECONDS)
        facts = json.loads((folder / "var" / "run.json").read_text())
        self.url: str = facts["url"]
        self.database_url: str = facts["database_url"]
        self.redis_url: str = facts["redis_url"]
        self.sign_in: str = facts["sign_in"]
        self.token = self._make_token()

    @property
    def socket_url(self) -> str:
        return self.url.rstrip("/").replace("http", "ws", 1) + "/ws/call"

    def worker(self, name: str) -> psutil.Process:
        """The Celery worker that the Procfile calls `name`, which a restart numbers."""
        return self._child(rf"{name}(-\d+)?@%h")

    def restart(self) -> None:
        """What `make restart` does, to its end."""
        lines = len(self.output)
        self._process.send_signal(signal.SIGUSR2)
        eventually(
            "the word that all is replaced",
            lambda: any("Web and workers are replaced" in line for line in self.output[lines:]),
            READY_SECONDS,
        )

    def web(self) -> psutil.Process:
        """The web process's master."""
        return self._child(re.escape("app/web.py"))

    def database(self) -> list[psutil.Process]:
        """PostgreSQL: its first process, and each connection's."""
        first = self._child(r".*/bin/postgres")
        return [first, *first.children(recursive=True)]

    def _child(self, argument: str) -> psutil.Process:
        for child in psutil.Process(self._process.pid).children(recursive=True):
            if any(re.fullmatch(argument, each) for each in child.cmdline()):
                return child
        raise AssertionError(f"no process runs with {argument}")

    def stop(self) -> None:
        """Ctrl-C, and the end of every process."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        self._process.wait(15)
        self._reader.join(5)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self.output.append(line.rstrip("\n"))

    def _is_ready(self) -> bool:
        if self._process.poll() is not None:
            raise AssertionError("it ended: " + "\n".join(self.output[-30:]))
        return (
            any(line.startswith("ready http") for line in self.output)
            and (self.folder / "var" / "run.json").exists()
        )

    def add_agent(self, name: str) -> str:
        """The password of a new agent, whose address is `name` at example.com."""
        return self._flask("user", "create", name, f"{name}@example.com")

    def disable_user(self, name: str) -> None:
        """That agent is signed out everywhere, and stays so."""
        self._flask("user", "disable", f"{name}@example.com")

    def _make_token(self) -> str:
        return self._flask("token", "create", "tests")

    def _flask(self, *command: str) -> str:
        """The last line that a command of the web application prints."""
        environment = {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": (self.folder / "var" / "secret").read_text().strip(),
        }
        answer = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app.api.factory", *command],
            cwd=self.folder, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return answer.stdout.strip().splitlines()[-1]
