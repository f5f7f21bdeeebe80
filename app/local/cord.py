"""Our end of a socket to a process that we start: what it says (`app/starter.py`), and when it may end."""

import socket
from contextlib import suppress

from app.starter import ENDING, READY


class Cord:
    """Hand `descriptor` to the process, then call `handed_over`."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._said = b""

    @property
    def descriptor(self) -> int:
        """The process's end."""
        return self._theirs.fileno()

    def handed_over(self) -> None:
        """The process has its end now."""
        self._theirs.close()

    def is_ready(self) -> bool:
        """Whether the process takes work."""
        return READY in self._heard()

    def is_ending(self) -> bool:
        """Whether the process was asked to end, and waits for a successor."""
        return ENDING in self._heard()

    def let_go(self) -> None:
        """Let the process end as soon as it is asked to, or was. What it said does not count any more."""
        self._ours.close()
        self._said = b""

    def _heard(self) -> bytes:
        with suppress(OSError):  # there is nothing new, or never will be
            self._said += self._ours.recv(16)
        return self._said
