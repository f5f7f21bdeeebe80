"""What a process tells whoever started it, on a socket that STARTER_FD names; without one nobody listens.

The other end is `app/local/cord.py`. Its close means that the process may end, whoever asked for that.
"""

import os
import socket
from contextlib import suppress

READY, ENDING = b"r", b"e"
SUCCESSOR_SECONDS = 30
"""So long a process that is asked to end goes on, until its successor takes work."""


def has_starter() -> bool:
    """Whether anybody listens."""
    return "STARTER_FD" in os.environ


def say_ready() -> None:
    """We take work from now on."""
    if has_starter():
        _say(READY)


def wait_for_successor() -> bool:
    """We are asked to end: returns when another takes our work, at once if nobody will, or after 30 s: False
    then.
    """
    if not has_starter():
        return True
    _say(ENDING)
    with socket.socket(fileno=_descriptor()) as cord:
        cord.settimeout(SUCCESSOR_SECONDS)
        try:
            cord.recv(1)
        except ConnectionResetError:
            pass  # the other end was closed before all that we said was read
        except TimeoutError:
            return False
    return True


def _say(word: bytes) -> None:
    with suppress(BrokenPipeError):  # whoever started us asks us to end, or is gone
        os.write(_descriptor(), word)


def _descriptor() -> int:
    return int(os.environ["STARTER_FD"])
