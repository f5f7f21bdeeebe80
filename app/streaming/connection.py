"""Connections to Redis.

Every command answers within seconds or raises; nothing is retried behind our back.
"""

from functools import cache

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.settings import load_settings

CONNECT_SECONDS = 2
ANSWER_SECONDS = 5


def text_of(value: object) -> str:
    """A value that the server sent, as text. redis-py types every answer as bytes or text; ours are bytes."""
    assert isinstance(value, bytes)
    return value.decode()


def connect(url: str, *, connections: int = 200) -> redis.Redis:
    """A client with a pool that waits for a free connection instead of raising. Values come back as bytes.

    redis-py retries on its own by default, which hides a lost server for a minute (`pitfalls.md` 1.2): here
    the caller decides.
    """
    pool = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=CONNECT_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),
    )
    return redis.Redis.from_pool(pool)


def connect_for_listening(url: str) -> redis.Redis:
    """A client whose reads may block for ever, for a subscriber that watches its own pulse."""
    return redis.Redis.from_url(
        url, socket_connect_timeout=CONNECT_SECONDS, socket_keepalive=True, retry=Retry(NoBackoff(), 0)
    )


@cache
def store() -> redis.Redis:
    """The process's client of the Redis that holds the calls."""
    return connect(load_settings().redis_url)
