"""A whole running system on one machine, put together from its parts."""

import os
import signal
import socket
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from app.local import checks, running
from app.local.console import standard_console
from app.local.environment import (
    FLOWER_USER,
    add_defaults,
    install,
    port_of,
    protect_flower,
    read_environment,
)
from app.local.first_run import prepare_database
from app.local.postgres import EmbeddedPostgres
from app.local.problems import Problem
from app.local.procfile import ProcfileProcess, read_procfile
from app.local.readiness import Readiness
from app.local.redis import EmbeddedRedis
from app.local.supervisor import Supervisor
from app.settings import Settings

SERVERS, PROCESSES = 0, 1
"""Floors of the house."""
LATER = {"beat", "flower", "interim"}
"""What no call needs in its first seconds, so that nobody has to wait for it."""
LARGEST_LOG = 10 * 2**20
"""Bytes; a larger one is set aside at the next start."""
HOPELESS_DEATHS = 4
"""A process that died so often before the system was ready will not live."""
PATIENCE_SECONDS = 30.0
"""After that we say whom we wait for."""


class System:
    """Everything that `make run` runs, from the checkout in `root`, with its data in `root/var`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._var = root / "var"
        self._commands = read_procfile(root / "Procfile")
        self._console = standard_console(list(self._commands))
        self._supervisor = Supervisor(self._console)
        self._listener: socket.socket | None = None
        self._claimed = False
        self._processes: dict[str, ProcfileProcess] = {}
        self._generation = 0
        self._restart_asked = threading.Event()

    def run(self) -> None:
        """Start everything, say when it is ready, and keep it alive until nobody reads our output any more.

        Raises `Problem` for what a person must mend.
        """
        signal.signal(signal.SIGUSR2, lambda *_: self._restart_asked.set())
        environment = read_environment(self._root)
        checks.allow_many_files()
        checks.check_folder(self._var)
        running.claim(self._var)
        self._claimed = True
        checks.check_frontend(self._root)
        self._listener = checks.listen(environment.get("HOST", "127.0.0.1"), port_of(environment))
        self._start_servers(environment)
        add_defaults(environment, self._var, self._listener.getsockname()[1])
        settings = install(environment)
        password = prepare_database(self._root, settings, self._console)
        protect_flower(environment, self._var, password)
        self._start_processes(environment, settings)
        self._wait_until_ready(environment, settings)
        while not self._console.closed.is_set():
            self._supervisor.look()
            if self._restart_asked.is_set():
                self._restart_asked.clear()
                self._restart(environment)
            for name, process in list(self._processes.items()):
                if process.is_ending():
                    self._relieve(name, process, environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everything, within five seconds, whatever is pressed meanwhile."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if self._supervisor.keeps_anything():
            self._console.say("Stopping.")
        if self._claimed:
            (self._var / "run.json").unlink(missing_ok=True)
        self._supervisor.stop()
        if self._listener is not None:
            self._listener.close()

    def _start_servers(self, environment: dict[str, str]) -> None:
        logs = self._var / "log"
        logs.mkdir(exist_ok=True)
        for log in logs.glob("*.log"):
            if log.stat().st_size > LARGEST_LOG:
                log.rename(log.with_suffix(".old"))
        if "DATABASE_URL" not in environment:
            postgres = EmbeddedPostgres(self._var / "postgres", log=logs / "postgres.log")
            self._supervisor.start(postgres, floor=SERVERS)
            environment["DATABASE_URL"] = postgres.url
            self._console.say(f"PostgreSQL keeps its data in {postgres.folder}.")
        if "REDIS_URL" in environment:
            checks.check_redis(environment["REDIS_URL"])
        else:
            redis = EmbeddedRedis(self._var / "redis", log=logs / "redis.log")
            self._supervisor.start(redis, floor=SERVERS)
            environment["REDIS_URL"] = redis.url
            self._console.say(f"Redis keeps its data in {redis.folder}.")

    def _start_processes(self, environment: dict[str, str], settings: Settings) -> None:
        if not settings.uses_builtin_engine:
            self._commands.pop("engine", None)
        if not settings.shows_interim:
            self._commands.pop("interim", None)
        for name in self._commands:
            if name not in LATER:
                self._start(name, environment)

    def _restart(self, environment: dict[str, str]) -> None:
        """Replace web and workers one by one, each when its successor takes work: calls go on."""
        self._generation += 1
        for name, command in self._commands.items():
            if name != "web" and " worker " not in command:
                continue
            if not self._replace(name, environment):
                self._console.say(
                    f"The new {name} did not start; the old one goes on, and the rest stays as it is."
                )
                return
        self._console.say("Web and workers are replaced.")

    def _relieve(self, name: str, process: ProcfileProcess, environment: dict[str, str]) -> None:
        """Let a process go that somebody else has asked to end: its successor takes work first."""
        if self._replace(name, environment):
            self._console.say(f"{name} was asked to end; another has taken its place.")
        else:
            self._console.say(f"{name} was asked to end, and the new one did not start.")
            process.let_go()

    def _replace(self, name: str, environment: dict[str, str]) -> bool:
        """Have the process end when its successor takes work. False when that did not start."""
        # Two workers of one name would answer for each other.
        command = self._commands[name].replace("@%h", f"-{self._generation}@%h")
        successor = self._process(name, command, environment)
        if not self._supervisor.replace(name, successor, successor.is_ready):
            return False
        self._processes[name] = successor
        return True

    def _start(self, name: str, environment: dict[str, str]) -> None:
        self._processes[name] = self._process(name, self._commands[name], environment)
        self._supervisor.start(self._processes[name], floor=PROCESSES)

    def _process(self, name: str, command: str, environment: dict[str, str]) -> ProcfileProcess:
        assert self._listener is not None
        process = ProcfileProcess(name, command, self._root, environment, self._console)
        if name == "web":
            # The port is ours already; this wins over the `bind` of gunicorn's configuration.
            descriptor = self._listener.fileno()
            process.hand_over(descriptor, {"GUNICORN_CMD_ARGS": f"--bind fd://{descriptor}"})
        return process

    def _wait_until_ready(self, environment: dict[str, str], settings: Settings) -> None:
        system = self._describe(environment, settings)
        workers = {name for name, command in self._commands.items() if " worker " in command} - LATER
        readiness = Readiness(settings, system.url, workers)
        patience_ends = time.monotonic() + PATIENCE_SECONDS
        while missing := readiness.missing:
            self._supervisor.look()
            for name, deaths in self._supervisor.deaths().items():
                if deaths >= HOPELESS_DEATHS:
                    raise Problem(f"{name} does not stay alive: its own words are above.")
            if time.monotonic() > patience_ends:
                self._console.say(f"Still waiting for: {', '.join(missing)}.")
                patience_ends += PATIENCE_SECONDS
        running.announce(self._var, system)
        for name in self._commands:
            if name in LATER:
                self._start(name, environment)
        self._console.say(
            f"Flower: {system.flower_url} (user {FLOWER_USER}, password in var/flower-password)."
        )
        shown = _url(environment["HOST"], environment["PORT"])
        self._console.plain(f"ready {shown}/\n{system.sign_in}")

    def _describe(self, environment: dict[str, str], settings: Settings) -> running.Running:
        url = _url(_reachable(environment["HOST"]), environment["PORT"])
        key = quote(environment["LOCAL_SIGN_IN_KEY"])
        return running.Running(
            url=url,
            pid=os.getpid(),
            database_url=environment["DATABASE_URL"],
            redis_url=environment["REDIS_URL"],
            flower_url=_url(environment["FLOWER_ADDRESS"], environment["FLOWER_PORT"]),
            sign_in=f"{settings.public_url.rstrip('/') or url}/sign-in/local?key={key}",
        )


def _url(host: str, port: str) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _reachable(host: str) -> str:
    """Where programs of this machine reach a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
