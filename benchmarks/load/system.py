"""A whole Earpiece of its own: the Procfile's processes on embedded servers, in a temporary folder."""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import psycopg2
import redis

from app.local import process
from app.local.checks import allow_many_files, free_port
from app.local.postgres import EmbeddedPostgres
from app.local.readiness import Readiness
from app.local.redis import EmbeddedRedis
from app.settings import Settings
from benchmarks.load.caller import Caller
from benchmarks.load.commands import watch
from benchmarks.load.earpiece_caller import EarpieceCaller
from benchmarks.load.kept import EarpieceKept, wait_until_stored
from benchmarks.load.measured import Counts, DoesNotStart, Kept, Watched
from benchmarks.load.processes import ROOT, commands
from benchmarks.load.sound import Leg, Policy
from benchmarks.load.statements import counting

START_SECONDS = 90.0
STOP_SECONDS = 5.0


class System:
    """Ready for calls when entered. The stub stands in for the engine; Flower runs only where it is wanted.

    `cores` are the processors that our processes may use; the stub and the callers are free. There are two
    processes of `twice`.
    """

    name = "Earpiece"

    def __init__(
        self, policy: Policy, *, flower: bool = False, cores: set[int] | None = None, twice: str = ""
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="earpiece-load-"))
        self.postgres = EmbeddedPostgres(self.folder / "postgres")
        self.redis = EmbeddedRedis(self.folder / "redis")
        self.token = f"earpiece_{secrets.token_urlsafe(32)}"
        self.port = free_port()
        self._engine_port, self._policy, self._cores = free_port(), policy, cores
        self._commands = commands(flower=flower, twice=twice)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._stack = contextlib.ExitStack()

    @property
    def parts(self) -> dict[str, int]:
        """The process at the head of each part of ours."""
        assert self.redis.process is not None
        assert self.postgres.process is not None
        servers = {"redis": self.redis.process.pid, "postgres": self.postgres.process.pid}
        return {name: self._processes[name].pid for name in self._commands} | servers

    @property
    def stub(self) -> int:
        """The process of the stub engine."""
        return self._processes["stub"].pid

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def address(self, call_id: UUID) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/call/{call_id}"

    def caller(self, legs: Sequence[Leg], frame_samples: int) -> EarpieceCaller:
        return EarpieceCaller(legs, frame_samples)

    def give_past(self, callers: Sequence[Caller]) -> None:
        legs, calls = callers[0].legs, [str(caller.call_id) for caller in callers]
        past = [self._policy, str(next(iter(legs.values())).past), str(len(legs)), *calls]
        with (self.folder / "past.log").open("ab") as log:
            subprocess.run(
                [sys.executable, "-m", "benchmarks.load.past", *past],
                cwd=ROOT, env=self._environment(), check=True, stdout=log, stderr=log,
            )  # fmt: skip
        events = dict(self.rows("SELECT call_id::text, max(number) FROM call_events GROUP BY call_id"))
        for caller in callers:
            assert isinstance(caller, EarpieceCaller)
            caller.last_event_id = events[str(caller.call_id)]
        for chore in ("VACUUM ANALYZE", "CHECKPOINT"):  # or they would come of themselves, in the span
            self.rows(chore)

    def counts(self) -> Counts:
        figures: Any = redis.Redis.from_url(self.redis.url).info("commandstats")
        commands = {name.removeprefix("cmdstat_"): each["calls"] for name, each in figures.items()}
        ((transactions,),) = self.rows(
            "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
        )
        return Counts(commands, int(transactions))

    def watch(self, seconds: float) -> Watched:
        with counting(self.rows, self.postgres.log) as statements:
            commands = watch(self.redis.url, seconds)
        return Watched(commands, *statements)

    def kept(self) -> Kept:
        wait_until_stored(self.redis.url)
        return EarpieceKept(self, self.folder / "data")

    def __enter__(self) -> Self:
        allow_many_files()
        with contextlib.ExitStack() as stack:
            for folder in (
                self.folder,
                self.postgres.folder,
                self.redis.folder,
            ):  # root: elsewhere
                stack.callback(shutil.rmtree, folder, ignore_errors=True)
            free = os.sched_getaffinity(0)
            os.sched_setaffinity(0, self._cores or free)  # what we start inherits it
            stack.enter_context(self.postgres)
            stack.enter_context(self.redis)
            self._prepare_database()
            stack.callback(self._stop)
            for name, command in self._commands.items():
                self._start(name, command)
            os.sched_setaffinity(0, free)
            self._start("stub", f"{sys.executable} -m benchmarks.load.stub_engine {self._engine_port}")
            self._wait_until_ready()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def rows(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with contextlib.closing(psycopg2.connect(self.postgres.dsn)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(query, arguments)
                return list(cursor.fetchall()) if cursor.description else []

    def _prepare_database(self) -> None:
        for program in (["alembic", "upgrade", "head"], ["data.seed_customers"]):
            subprocess.run(
                [sys.executable, "-m", *program],
                cwd=ROOT,
                env=self._environment(),
                check=True,
                stdout=subprocess.DEVNULL,
            )
        digest = sha256(self.token.encode()).hexdigest()
        self.rows("INSERT INTO api_tokens (name, token_sha256) VALUES ('load', %s)", digest)

    def _start(self, name: str, command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes[name] = process.spawn(
                ["/bin/sh", "-c", f"exec {command}"], stdout=log, cwd=ROOT, env=self._environment()
            )

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis.url,
            "OPENAI_BASE_URL": f"http://127.0.0.1:{self._engine_port}/v1",
            "SECRET_KEY": "0" * 64,
            "PORT": str(self.port),
            "FLOWER_PORT": str(free_port()),
            "DATA_DIR": str(self.folder / "data"),
            "WINDOW_POLICY": self._policy,
        }

    def _wait_until_ready(self) -> None:
        settings = Settings(redis_url=self.redis.url, broker_url="")
        workers = {name for name, command in self._commands.items() if " worker " in command}
        readiness = Readiness(settings, f"http://127.0.0.1:{self.port}", workers)
        deadline = time.monotonic() + START_SECONDS
        while readiness.missing:
            if time.monotonic() > deadline:
                missing = ", ".join(readiness.missing)
                raise DoesNotStart(f"Earpiece does not start; missing: {missing}. {self._last_words()}")
            time.sleep(0.1)

    def _last_words(self) -> str:
        """Of each part, before the folder goes."""
        logs = {log.stem: log.read_text(errors="replace").splitlines() for log in self.folder.glob("*.log")}
        return "; ".join(f"{name}: {lines[-1]}" for name, lines in logs.items() if lines)

    def _stop(self) -> None:
        for child in self._processes.values():
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
            process.forget(child)
