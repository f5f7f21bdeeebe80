"""A private Earpiece of real processes, each of which may be killed, paused and started again by a test."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Container, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from signal import SIGTERM, Signals
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import psycopg2
import psycopg2.extras
import redis

from app.local import process
from app.local.cord import Cord
from app.local.postgres import SOCKET_NAME, EmbeddedPostgres
from app.local.procfile import read_procfile
from app.local.redis import EmbeddedRedis
from tests.faults.proxy import Proxy

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
LOOK_SECONDS = 0.2
LEVELS = ("debug", "info", "warning", "error", "critical")
ALARMS = LEVELS[2:]
PROCESSES = ("web", "transcribe-1", "transcribe-2", "suggest", "postcall", "beat")


class System:
    """Servers, a fake engine and the processes of the Procfile, in `folder`.

    Clients reach the web process through `to_web`, the web process Redis through `web_to_redis`, the workers
    Redis through `workers_to_redis` and PostgreSQL through `workers_to_postgres`: proxies that a test may
    disturb.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.postgres = EmbeddedPostgres(folder / "postgres", durable=False)
        self.redis = EmbeddedRedis(folder / "redis")
        self.token = f"earpiece_{secrets.token_urlsafe(32)}"
        self.engine_port = free_port()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1500)
        self.web_port: int = self._listener.getsockname()[1]
        self._given = dict(environment or {})
        self._commands = read_procfile(ROOT / "Procfile")
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._cords: dict[str, Cord] = {}
        self._stack = contextlib.ExitStack()
        self._stopping = threading.Event()
        self.ended_by_itself: Counter[str] = Counter()

    # -- life

    def __enter__(self) -> Self:
        (self.folder / "log").mkdir(parents=True)
        self.data_dir.mkdir()
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.postgres)
            stack.callback(self.redis.stop)
            self.redis.start()
            redis_at = urlsplit(self.redis.url)
            assert redis_at.port is not None
            self.to_web = stack.enter_context(Proxy(("127.0.0.1", self.web_port)))
            self.web_to_redis = stack.enter_context(Proxy(("127.0.0.1", redis_at.port)))
            self.workers_to_redis = stack.enter_context(Proxy(("127.0.0.1", redis_at.port)))
            self._sockets = self.folder / "pg"
            self._sockets.mkdir()
            real_socket = Path(self.postgres.dsn.partition("?host=")[2]) / SOCKET_NAME
            self.workers_to_postgres = stack.enter_context(Proxy(real_socket, self._sockets / SOCKET_NAME))
            self._prepare_database()
            self._stack = stack.pop_all()
        self._stack.callback(self._stop_processes)
        threading.Thread(target=self._look_after_processes, name="supervisor", daemon=True).start()
        try:
            self.start("engine", *PROCESSES)
            self.wait_until_ready()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        self._listener.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, *names: str, environment: Mapping[str, str] | None = None) -> None:
        """Start processes by name; one that runs is left alone. `environment` comes on top of the usual."""
        for name in names:
            if name in self._processes and self._processes[name].poll() is None:
                continue
            if name in self._cords:
                self._cords[name].let_go()
            self._cords[name] = cord = Cord()
            with (self.folder / "log" / f"{name}.log").open("ab") as log:
                self._processes[name] = process.spawn(
                    ["/bin/sh", "-c", f"exec {self._command(name)}"],
                    stdout=log,
                    cwd=ROOT,
                    env=self._environment(name)
                    | {"STARTER_FD": str(cord.descriptor)}
                    | dict(environment or {}),
                    pass_fds=[cord.descriptor, *([self._listener.fileno()] if name == "web" else [])],
                )
            cord.handed_over()

    def kill(self, name: str) -> None:
        """SIGKILL to a process and its children, at once."""
        process.forget(self._processes.pop(name))

    def stop(self, name: str) -> None:
        """SIGTERM to a process, as long as it takes it to end (30 s, then SIGKILL)."""
        self._cords[name].let_go()
        process.stop(self._processes.pop(name), SIGTERM, grace_seconds=30)

    def roll_web(self) -> None:
        """SIGTERM to the web process by somebody else: as under `make run`, another takes work before it
        ends.
        """
        ending, cord = self._processes.pop("web"), self._cords.pop("web")
        ending.terminate()
        wait_for(cord.is_ending, START_SECONDS, "the web process to ask for a successor")
        self.start("web")
        wait_for(self._cords["web"].is_ready, START_SECONDS, "the successor to take work")
        cord.let_go()
        process.stop(ending, SIGTERM, grace_seconds=30)

    def signal_all(self, name: str, number: Signals) -> None:
        """Send a signal to a process and its children: SIGSTOP and SIGCONT."""
        os.killpg(self.server(name).pid, number)

    def server(self, name: str) -> subprocess.Popen[bytes]:
        """The running process called `name`; postgres and redis count."""
        servers = {"postgres": self.postgres.process, "redis": self.redis.process}
        return servers.get(name) or self._processes[name]

    def runs(self, name: str) -> bool:
        """Whether the process is there."""
        return name in self._processes and self._processes[name].poll() is None

    def revive(self) -> None:
        """Bring back whatever is gone, so that the next test finds a whole system."""
        for proxy in (self.to_web, self.web_to_redis, self.workers_to_redis, self.workers_to_postgres):
            proxy.heal()
        for server in (self.postgres, self.redis):
            if server.process is None or server.process.poll() is not None:
                server.start()
        self.start("engine", *PROCESSES)
        self.wait_until_ready()
        self.mend_engine()
        with self.broker_client as broker:  # what dead workers had taken: hints for calls that are over
            broker.delete("unacked", "unacked_index")

    def kill_server(self, name: str) -> None:
        """SIGKILL to postgres or redis and its children."""
        server = self.postgres if name == "postgres" else self.redis
        assert server.process is not None
        process.forget(server.process)
        server.process = None

    def start_server(self, name: str) -> None:
        """Start postgres or redis again, with the data it had."""
        (self.postgres if name == "postgres" else self.redis).start()

    def empty_redis(self) -> None:
        """Redis dies and comes back without a single key."""
        self.kill_server("redis")
        shutil.rmtree(self.redis.folder / "data")
        self.redis.start()

    # -- what tests ask

    @property
    def url(self) -> str:
        """The web process, for HTTP, past the proxy."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def redis_client(self) -> redis.Redis:
        """A client of its own, to the real server."""
        return redis.Redis.from_url(self.redis.url)

    @property
    def broker_url(self) -> str:
        """The database of Celery's queues."""
        return self.redis.url.rpartition("/")[0] + "/1"

    @property
    def broker_client(self) -> redis.Redis:
        """A client of its own for the broker's database."""
        return redis.Redis.from_url(self.broker_url)

    def rows(self, query: str, *arguments: object) -> list[dict[str, Any]]:
        """What a query finds in the real database."""
        connection = psycopg2.connect(self.postgres.dsn, cursor_factory=psycopg2.extras.RealDictCursor)
        psycopg2.extras.register_uuid(conn_or_curs=connection)  # type: ignore[no-untyped-call]
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, arguments)
                return [dict(row) for row in cursor.fetchall()] if cursor.description else []
        finally:
            connection.close()

    def logged(self, since: float, levels: Container[str] = LEVELS) -> Counter[str]:
        """How often each event was logged since a moment (Unix seconds)."""
        moment = datetime.fromtimestamp(since, UTC).isoformat()
        counts: Counter[str] = Counter()
        for path in (self.folder / "log").glob("*.log"):
            for line in path.read_text(errors="replace").splitlines():
                with contextlib.suppress(ValueError):
                    entry = json.loads(line) if line.startswith("{") else {}
                    if entry.get("timestamp", "") >= moment and entry.get("level") in levels:
                        counts[entry["event"]] += 1
        return counts

    def break_engine(self, part: str, fault: str, times: int = 0) -> None:
        """Have the engine fail the next so many requests of a part, or without `times` all of them."""
        self.order_engine(
            {"part": part, "coming": [fault] * times} if times else {"part": part, "standing": fault}
        )

    def mend_engine(self) -> None:
        """Have the engine answer everything again, and let go of what it holds."""
        self.order_engine({})

    def order_engine(self, order: dict[str, Any]) -> None:
        """See `engine.Faults.set`."""
        body = json.dumps(order).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.engine_port}/faults", body, timeout=5):
            pass

    def engine_log(self, since: float = 0) -> list[dict[str, Any]]:
        """Every request that the engine got since a moment (Unix seconds)."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.engine_port}/log", timeout=5) as answer:
            log: list[dict[str, Any]] = json.load(answer)
        return [asked for asked in log if asked["began_at"] >= since]

    def wait_until_ready(self) -> None:
        """Wait until calls can be taken and every worker listens for tasks."""
        workers = sum(" worker " in self._command(name) for name in PROCESSES)
        wait_for(self._web_answers, START_SECONDS, "the web process to answer")
        wait_for(lambda: self._listening_workers() >= workers, START_SECONDS, "the workers to listen")
        wait_for(self._engine_answers, START_SECONDS, "the engine to answer")

    def _web_answers(self) -> bool:
        return answers(f"{self.url}/healthz")

    def _engine_answers(self) -> bool:
        return answers(f"http://127.0.0.1:{self.engine_port}/v1/models")

    def _listening_workers(self) -> int:
        with self.broker_client as broker:
            return sum(client["cmd"] == "brpop" for client in broker.client_list())

    # -- parts

    def _prepare_database(self) -> None:
        environment = os.environ | {"DATABASE_URL": self.postgres.url}
        subprocess.run(
            [sys.executable, "-m", "alembic", "upgrade", "head"], cwd=ROOT, env=environment, check=True
        )
        self.rows(
            "INSERT INTO api_tokens (name, token_sha256) VALUES ('faults', %s)",
            sha256(self.token.encode()).hexdigest(),
        )

    def _command(self, name: str) -> str:
        if name == "engine":
            return f"{sys.executable} -m tests.faults.engine {self.engine_port}"
        if name == "beat-2":
            return f"{self._commands['beat']} -s {self.folder / name}"
        line = name.partition("-")[0]  # `transcribe-2` is another of `transcribe`
        return self._commands[line].replace(f"-n {line}@", f"-n {name}@")

    def _environment(self, name: str) -> dict[str, str]:
        to_redis = self.web_to_redis if name == "web" else self.workers_to_redis
        redis_at = urlsplit(self.redis.url)
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": f"{self.postgres.url.partition('?')[0]}?host={quote(str(self._sockets))}",
            "REDIS_URL": f"redis://:{redis_at.password}@127.0.0.1:{to_redis.port}/0",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{self.engine_port}/v1",
            "SECRET_KEY": "0" * 64,
            # As under `make run`: who calls while the web process is away waits, and is not refused.
            "GUNICORN_CMD_ARGS": f"--bind fd://{self._listener.fileno()}",
            "DATA_DIR": str(self.data_dir),
            "WINDOW_SECONDS": "1",
            **{key: os.environ[key] for key in os.environ if key.startswith("COVERAGE_")},
            **self._given,
        }

    def _look_after_processes(self) -> None:
        """Start again what ends by itself, as every supervisor does. What a test ends is none of ours."""
        while not self._stopping.wait(LOOK_SECONDS):
            for name, running in list(self._processes.items()):
                if running.poll() is not None and self._processes.get(name) is running:
                    self.ended_by_itself[name] += 1
                    self.start(name)

    def _stop_processes(self) -> None:
        self._stopping.set()
        for cord in self._cords.values():
            cord.let_go()
        for running in self._processes.values():
            running.terminate()
        for running in self._processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(3)
            process.forget(running)


def answers(url: str) -> bool:
    """Whether a GET of `url` is answered with 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Poll until it holds. Raises `AssertionError`, naming what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.05)
