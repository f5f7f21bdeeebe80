"""What must be true of this machine before anything starts. Each check raises `Problem` with what to do."""

import errno
import os
import resource
import shutil
import socket
from pathlib import Path

import redis

from app.local.problems import Problem

LEAST_FREE = 500 * 2**20
"""Bytes. A fresh database is 40 MB, an hour of a two-party call 230 MB."""
MOST_FILES = 10_240
"""Open files a process; macOS allows no more."""
FIRST_PORT = 8000
PORTS_TRIED = 100


def check_folder(var: Path) -> None:
    """That `var/` is a folder we can write in, on a disk with room. It is made when it is missing."""
    try:
        var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(
            f"{var} cannot be a folder ({error.strerror}): move away what is in its place."
        ) from None
    if not os.access(var, os.W_OK | os.X_OK):
        raise Problem(f"{var} belongs to another user: take it over with chown, or move it away.")
    free = shutil.disk_usage(var).free
    if free < LEAST_FREE:
        raise Problem(
            f"The disk of {var} is nearly full ({free // 2**20} MB free): "
            f"free at least {LEAST_FREE // 2**20} MB and start again."
        )


def allow_many_files() -> None:
    """Ask for more than the 256 or 1024 of some systems, for us and our children: a socket is a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def check_frontend(root: Path) -> None:
    """That the pages have been built; `make` builds them where Node is."""
    if (root / "frontend" / "dist" / "index.html").exists():
        return
    if shutil.which("npm") is None:
        raise Problem(
            "The pages are not built and Node is missing: install Node 20 or later, then `make run`."
        )
    raise Problem(
        "The pages are not built: `make run` builds them, or do `npm ci && npm run build` in frontend/."
    )


def check_redis(url: str) -> None:
    """That the Redis the person gave answers."""
    try:
        with redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise Problem(
            f"The Redis at REDIS_URL does not answer ({error}): start it, or unset REDIS_URL."
        ) from None


def listen(host: str, port: int | None) -> socket.socket:
    """A listening socket on the port, or on 8000 or the next free one when it is None.

    It is bound here and handed to the web process, so that nobody can take the port in between, or while the
    web process restarts.
    """
    wanted = [port] if port is not None else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED)
    for candidate in wanted:
        try:
            family, _, _, _, address = socket.getaddrinfo(host, candidate, type=socket.SOCK_STREAM)[0]
        except socket.gaierror:
            raise Problem(f"HOST={host} is no address of this machine: use 127.0.0.1 or 0.0.0.0.") from None
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(2048)
        except PermissionError:
            listener.close()
            raise Problem(f"Port {candidate} needs privileges: set PORT to one above 1023.") from None
        except OSError as error:
            listener.close()
            if error.errno == errno.EADDRNOTAVAIL:
                raise Problem(
                    f"HOST={host} is no address of this machine: use 127.0.0.1 or 0.0.0.0."
                ) from None
            continue
        return listener
    if port is not None:
        raise Problem(f"Port {port} is taken: stop who uses it, set PORT to another, or leave PORT unset.")
    raise Problem(
        f"Ports {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} are all taken: set PORT to a free one."
    )


def free_port(first: int | None = None) -> int:
    """A loopback port nobody listens on: `first` or the next free one, or any when it is None."""
    for port in [0] if first is None else range(first, first + PORTS_TRIED):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise Problem(
        f"Ports {first} to {(first or 0) + PORTS_TRIED - 1} are all taken: stop something that listens there."
    )
