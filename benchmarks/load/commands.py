"""Who sends Redis its commands: clients, or our scripts inside it. Its counters do not tell them apart."""

import re
import socket
import time
from collections import Counter

import redis

SCRIPTS = "(scripts)"
COMMAND = re.compile(rb'\+\d+\.\d+ \[\d+ ([^\]]+)\] "([^"]+)"')
PIECE = 1 << 20


def watch(redis_url: str, seconds: float) -> Counter[str]:
    """Listen to every command: the clients' by name, those inside scripts together as `SCRIPTS`.

    Costs Redis much: not in a span that is measured.
    """
    place = redis.Redis.from_url(redis_url).connection_pool.connection_kwargs
    seen, heard, end = Counter[str](), bytearray(), time.monotonic() + seconds
    with socket.create_connection((place["host"], place["port"])) as connection:
        connection.sendall(b"AUTH %b\r\nMONITOR\r\n" % place["password"].encode())
        while time.monotonic() < end:
            heard += connection.recv(PIECE)
            whole = max(0, heard.rfind(b"\r\n"))
            seen += count(bytes(heard[:whole]))
            del heard[:whole]
    return seen


def count(lines: bytes) -> Counter[str]:
    """The commands in whole lines of MONITOR. Quotes in arguments are escaped: none looks like a line."""
    return Counter(
        SCRIPTS if who == b"lua" else command.decode().lower() for who, command in COMMAND.findall(lines)
    )
