"""The terminal of `make run`: whole lines only, each after the name of the process that wrote it."""

import errno
import os
import sys
import threading
from io import TextIOWrapper
from typing import IO

COLOURS = (36, 33, 35, 32, 34, 95, 96, 93, 92, 94)
OURS = "earpiece"
FULL = {errno.ENOSPC, errno.EDQUOT}


class Console:
    """Writes lines of many processes to one stream. Sets `closed` when nobody reads any more."""

    def __init__(self, out: IO[str], names: list[str]) -> None:
        self._out = out
        self._width = max(len(name) for name in [OURS, *names])
        self._colours = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(names)}
        self._coloured = out.isatty() and "NO_COLOR" not in os.environ
        self._turn = threading.Lock()
        self.closed = threading.Event()

    def say(self, sentence: str) -> None:
        """A sentence of our own."""
        self.line(OURS, sentence)

    def line(self, name: str, text: str) -> None:
        """One line of the process called `name`."""
        label = name.ljust(self._width)
        if self._coloured:
            label = f"\x1b[{self._colours.get(name, 1)}m{label}\x1b[0m"
        self.plain(f"{label} | {text}")

    def plain(self, text: str) -> None:
        """Text as it is, several lines of it never torn apart by others."""
        try:
            with self._turn:
                self._out.write(text + "\n")
                self._out.flush()
        except OSError as error:
            if error.errno not in FULL:  # there the line is lost; those who write must not wait for room
                self.closed.set()
        except ValueError:
            self.closed.set()

    def pump(self, name: str, pipe: IO[bytes]) -> None:
        """Write what comes out of `pipe` until it ends; runs in a thread of its own."""
        with pipe:
            for raw in pipe:
                self.line(name, raw.decode(errors="replace").rstrip())


def standard_console(names: list[str]) -> Console:
    """The console on standard output, whose signs the locale may lack."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return Console(sys.stdout, names)
