"""The engine as a process of its own, met over HTTP with the real client."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx2
import openai
import psutil

ROOT = Path(__file__).parents[3]
SPEECH = Path(__file__).with_name("refund.flac")
T = TypeVar("T")


class Engine:
    """A running engine. `client` retries nothing, so that a test sees what was answered."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"
        self.client = openai.OpenAI(base_url=f"{self.url}/v1", api_key="any", max_retries=0, timeout=60)
        self.http = httpx2.Client(base_url=self.url, timeout=60)

    def fault(self, **fields: object) -> None:
        self.http.post("/faults", json=fields).raise_for_status()

    def children(self) -> list[psutil.Process]:
        """Every process below the one that was started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def recognisers(self) -> list[psutil.Process]:
        return [child for child in self.children() if "app.engine.sphinx_process" in child.cmdline()]


@contextmanager
def running(**environment: str) -> Iterator[Engine]:
    """Start an engine with these variables; it is ended, with all its processes, afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app.engine", "--port", "0"],
        cwd=ROOT,
        env=os.environ | {"ENGINE_TOKEN_MS": "0", "ENGINE_PROCESSES": "1"} | environment,
    )
    try:
        engine = Engine(process, until(lambda: port_of(process)))
        with engine.http, engine.client:
            until(lambda: answers(engine))
            yield engine
    finally:
        process.terminate()
        process.wait(10)


def port_of(process: subprocess.Popen[bytes]) -> int | None:
    """The port it listens on, as the system knows it: `--port 0` lets the system choose."""
    assert process.poll() is None, "the engine ended at once"
    listening = [c for c in psutil.Process(process.pid).net_connections("tcp4") if c.status == "LISTEN"]
    return listening[0].laddr.port if listening else None


def answers(engine: Engine) -> bool:
    try:
        return engine.http.get("/healthz").is_success
    except httpx2.TransportError:
        return False


def until(condition: Callable[[], T | None], seconds: float = 60) -> T:
    """Poll until `condition` holds, and return what it gave."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return value
