"""Whether this web process is about to end: then it takes nothing new, and sends everyone elsewhere."""

import threading
from contextlib import suppress

from simple_websocket import ConnectionClosed

from app.api.media.process import media_process

_leaving = threading.Event()


def leave() -> None:
    """Tell every socket to come back to another process, and end every stream. Returns at once."""
    _leaving.set()
    process = media_process()
    for socket in list(process.sockets):
        with suppress(ConnectionClosed, OSError):  # it is gone already
            socket.move_on()
    process.feed.wake()


def is_leaving() -> bool:
    """Whether the process is about to end."""
    return _leaving.is_set()


def rest(seconds: float) -> None:
    """Sleep, but not beyond the moment at which the process begins to leave."""
    _leaving.wait(seconds)
