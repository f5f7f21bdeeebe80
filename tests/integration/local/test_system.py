"""The whole of `make run`, around a small product."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import redis

from app.local import home
from app.local.problems import Problem
from tests.integration.local.run import Run


def get(url: str, path: str) -> str:
    with urllib.request.urlopen(url + path, timeout=5) as response:
        text: str = response.read().decode()
        return text


def run_file(folder: Path) -> dict[str, str]:
    content: dict[str, str] = json.loads((folder / "var" / "run.json").read_text())
    return content


def inside(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """The command, run with the environment of the system that runs in the folder."""
    program = [sys.executable, "-m", "app.local.inside", *command]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False)


def servers_are_gone(folder: Path) -> bool:
    try:
        for server in ("postgres", "redis"):
            os.close(home.lock(folder / "var" / server, patience_seconds=0))
    except Problem:
        return False
    return True


def wait_until(what: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)


def processes_of(run: Run, word: str) -> list[psutil.Process]:
    """The leaders of groups whose command line carries `word`."""
    return [
        process
        for process in run.left_behind()
        if word in " ".join(process.cmdline()) and process.ppid() == run.process.pid
    ]


def process_of(run: Run, word: str) -> psutil.Process:
    """The one that leads a group and carries `word`."""
    processes = processes_of(run, word)
    assert processes, f"no process {word!r}"
    return processes[0]


def test_two_checkouts_run_at_once_and_leave_nothing_behind(
    new_checkout: Callable[[], Path], start: Callable[..., Run]
) -> None:
    folders = [new_checkout(), new_checkout()]
    runs = [start(folder) for folder in folders]
    urls = []
    for run, folder in zip(runs, folders, strict=True):
        url = run.line("ready ").removeprefix("ready ").removesuffix("/")
        assert run.line("http").startswith(f"{url}/sign-in/local?key=")
        assert run_file(folder)["url"] == url
        assert stat.S_IMODE((folder / "var" / "run.json").stat().st_mode) == 0o600
        assert get(url, "/healthz") == "/healthz"
        urls.append(url)
    assert urls[0] != urls[1]

    assert (
        inside(folders[0], "printenv", "DATABASE_URL").stdout.strip() == run_file(folders[0])["database_url"]
    )

    second = start(folders[0])
    assert second.wait(seconds=20) == 2
    assert second.lines == [
        f"earpiece: Earpiece already runs from this folder at {urls[0]}/ (process {runs[0].process.pid}): "
        f"use it, or stop it first."
    ]
    assert get(urls[0], "/healthz") == "/healthz", "the second start harmed the first"

    for run, folder, how in zip(runs, folders, (signal.SIGINT, signal.SIGTERM), strict=True):
        run.process.send_signal(how)
        assert run.wait(seconds=5) == 0
        assert run.left_behind() == []
        assert servers_are_gone(folder)
        assert not (folder / "var" / "run.json").exists()
    outside = inside(folders[0], "printenv", "DATABASE_URL")
    assert outside.returncode == 2
    assert outside.stderr.startswith("Earpiece is not running from this folder")


def test_what_dies_starts_again_and_keeps_its_data_and_the_guard_ends_the_rest(
    checkout: Path, start: Callable[..., Run]
) -> None:
    run = start(checkout)
    password = run.line("The first admin signs in") and run.line("")
    url = run.line("ready ").removeprefix("ready ").removesuffix("/")
    assert (checkout / "var" / "flower-password").read_text().strip() == password

    process_of(run, "gunicorn").kill()
    run.line("web was killed by SIGKILL; starting it again in 0.2 s.")
    assert get(url, "/still-here") == "/still-here", "the port is kept while the web process restarts"

    with redis.Redis.from_url(run_file(checkout)["redis_url"]) as client:
        client.set("kept", "yes")
        psutil.Process(client.info("server")["process_id"]).kill()
        run.line("redis was killed by SIGKILL")
        wait_until(lambda: _says(client, "kept", b"yes"), seconds=10)

    postmaster = int((checkout / "var" / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    psutil.Process(postmaster).kill()
    run.line("postgres was killed by SIGKILL")
    wait_until(lambda: _restarted(checkout, postmaster), seconds=10)

    run.process.kill()
    run.wait(seconds=5)
    wait_until(lambda: run.left_behind() == [], seconds=5)
    wait_until(lambda: servers_are_gone(checkout), seconds=5)

    again = start(checkout)
    again.line("ready ")
    assert not [line for line in again.lines if "first admin" in line], "the users were kept"
    with redis.Redis.from_url(run_file(checkout)["redis_url"]) as client:
        assert client.get("kept") == b"yes"


def _says(client: redis.Redis, key: str, value: bytes) -> bool:
    try:
        return client.get(key) == value
    except redis.RedisError:
        return False


def _restarted(checkout: Path, old: int) -> bool:
    file = checkout / "var" / "postgres" / "data" / "postmaster.pid"
    return file.exists() and file.read_text().split()[0] != str(old)


def test_a_process_that_never_lives_is_reported_and_everything_is_stopped(
    checkout: Path, start: Callable[..., Run]
) -> None:
    (checkout / "Procfile").write_text("web: python -c 'raise SystemExit(\"no such luck\")'\n")
    run = start(checkout)
    run.line("no such luck")
    run.line("web ended by itself with exit code 1; starting it again in 0.2 s.")
    run.line("web ended by itself with exit code 1; starting it again in 0.4 s.")
    assert run.wait(seconds=60) == 2
    assert run.lines[-1] == "earpiece: web does not stay alive: its own words are above."
    assert run.left_behind() == []
    assert servers_are_gone(checkout)


def test_web_and_workers_are_replaced_while_everybody_is_answered(
    checkout: Path, start: Callable[..., Run]
) -> None:
    run = start(checkout)
    url = run.line("ready ").removeprefix("ready ").removesuffix("/")
    web, worker = process_of(run, "gunicorn"), process_of(run, "celery")
    restart = subprocess.run(
        [sys.executable, "-m", "app.local.restart"], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert restart.stdout.startswith("Replacing web and workers one by one")
    asked = 0
    while web.is_running() or worker.is_running():
        assert get(url, "/here") == "/here"
        asked += 1
    run.line("Web and workers are replaced.")
    assert asked > 0
    assert process_of(run, "gunicorn").pid != web.pid
    assert "transcribe-1@" in " ".join(process_of(run, "celery").cmdline())
    process_of(run, "gunicorn").kill()
    run.line("web was killed by SIGKILL; starting it again in 0.2 s.")
    assert get(url, "/still-here") == "/still-here"


def test_a_web_process_that_somebody_asks_to_end_goes_on_until_another_takes_work(
    checkout: Path, start: Callable[..., Run]
) -> None:
    run = start(checkout)
    url = run.line("ready ").removeprefix("ready ").removesuffix("/")
    web = process_of(run, "gunicorn")
    web.terminate()
    while web.is_running():
        assert get(url, "/here") == "/here"
    run.line("web was asked to end; another has taken its place.")

    tiny = (checkout / "tiny.py").read_text()
    (checkout / "tiny.py").write_text("raise SystemExit('no such luck')")
    process_of(run, "gunicorn").terminate()
    run.line("web was asked to end, and the new one did not start.")
    (checkout / "tiny.py").write_text(tiny)
    run.line("web ended by itself with exit code 0; starting it again in 0.2 s.")
    assert get(url, "/still-here") == "/still-here"

    process_of(run, "gunicorn").terminate()
    wait_until(lambda: len(processes_of(run, "gunicorn")) > 1, seconds=10)
    run.process.send_signal(signal.SIGINT)
    assert run.wait(seconds=10) == 0
    assert run.left_behind() == []
