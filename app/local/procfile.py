"""The Procfile: one line per process of the product, `name: command`."""

import re
import signal
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

from app.local import process
from app.local.console import Console
from app.local.cord import Cord
from app.local.problems import Problem

LINE = re.compile(r"([a-z][a-z0-9_-]*):\s*(\S.*)")


def read_procfile(file: Path) -> dict[str, str]:
    """The commands by name, in the order of the file. Raises `Problem` for a line that is none."""
    commands = {}
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        found = LINE.fullmatch(line.strip())
        if found is None:
            raise Problem(f"Line {number} of {file} is not of the form `name: command`.")
        commands[found.group(1)] = found.group(2)
    return commands


class ProcfileProcess:
    """One line of the Procfile, run by a shell in the checkout, its lines written to the console."""

    def __init__(
        self,
        name: str,
        command: str,
        folder: Path,
        environment: Mapping[str, str],
        console: Console,
    ) -> None:
        self.name = name
        self._command = command
        self._folder = folder
        self._environment = environment
        self._console = console
        self._descriptors: list[int] = []
        self._cord: Cord | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def hand_over(self, descriptor: int, words: Mapping[str, str]) -> None:
        """Let it inherit an open file from its next start on, and tell it so in its environment."""
        self._descriptors.append(descriptor)
        self._environment = {**self._environment, **words}

    def start(self) -> None:
        """Start it and return at once."""
        self._cord = Cord()
        self.process = process.spawn(
            ["/bin/sh", "-c", f"exec {self._command}"],
            stdout=subprocess.PIPE,
            cwd=self._folder,
            env={**self._environment, "STARTER_FD": str(self._cord.descriptor)},
            pass_fds=[*self._descriptors, self._cord.descriptor],
        )
        self._cord.handed_over()
        threading.Thread(
            target=self._console.pump, args=(self.name, self.process.stdout), name=self.name, daemon=True
        ).start()

    def is_ready(self) -> bool:
        """Whether it said that it takes work."""
        return self._cord is not None and self._cord.is_ready()

    def is_ending(self) -> bool:
        """Whether somebody else asked it to end, and it goes on until a successor takes its work."""
        return self._cord is not None and self._cord.is_ending()

    def let_go(self) -> None:
        """Let it end without a successor."""
        if self._cord is not None:
            self._cord.let_go()

    def stop(self) -> None:
        """Ask it to end, and kill it and its children if it has not within two seconds."""
        self.let_go()
        if self.process is not None:
            process.stop(self.process, signal.SIGTERM, grace_seconds=2)
            self.process = None
