"""How full Redis is. Sound is refused while there still is room for the work that frees it.

A Redis that is quite full refuses every write, also those of the workers and of the broker, and so never
empties.
"""

import redis

FOR_NEW_CALLS, FOR_SOUND = 0.75, 0.85
"""Shares of `maxmemory` up to which each is taken."""


class Memory:
    """`filled` is a share of `maxmemory`, as last seen; 0 for a server without a bound."""

    def __init__(self) -> None:
        self.filled = 0.0

    def look(self, store: redis.Redis) -> None:
        """Ask the server. Raises `redis.RedisError`."""
        seen = store.info("memory")
        most = seen["maxmemory"]
        self.filled = seen["used_memory"] / most if most else 0.0
