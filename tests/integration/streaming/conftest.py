from collections.abc import Iterator

import pytest
import redis

from app.streaming.connection import connect
from tests.integration.streaming.scene import Scene


@pytest.fixture
def store(empty_redis: str) -> Iterator[redis.Redis]:
    """A client as the processes make theirs."""
    with connect(empty_redis) as client:
        yield client


@pytest.fixture
def scene(store: redis.Redis) -> Scene:
    """A call that nobody has begun."""
    return Scene(store)
