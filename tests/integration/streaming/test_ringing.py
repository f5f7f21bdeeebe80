"""A call that rings: how it ends when nobody answers, and when its caller gives up."""

import json

import pytest
import redis
from redis.client import PubSub

from app.streaming import keys
from app.streaming.ringing import accept, ring, ringing_calls, unanswered_calls
from tests.integration.streaming.scene import Scene


@pytest.fixture
def rings(scene: Scene) -> Scene:
    """A customer calls, and is on the line."""
    ring(scene.store, scene.call_id, "speech", {"call_id": str(scene.call_id)}, {})
    scene.take("customer")
    return scene


def ended(scene: Scene, store: redis.Redis, speaker: str = "") -> tuple[list[str], str]:
    """End the call; the work this makes, and the state of the part `call` that is told."""
    with PubSub(store.connection_pool, ignore_subscribe_messages=True) as heard:
        heard.subscribe(keys.feed(scene.call_id))
        heard.get_message(timeout=5)
        made = [item.split(":")[0] for item in scene.end(speaker)]
        while message := heard.get_message(timeout=1):
            told = json.loads(message["data"])
            if told["type"] == "status":
                return made, told["state"]
    return made, ""


def status(scene: Scene) -> bytes | str | None:
    return scene.store.hget(scene.key, "status")


def test_nobody_answers(rings: Scene, store: redis.Redis) -> None:
    assert ended(rings, store) == (["f"], "unanswered")
    assert status(rings) == b"abandoned"
    assert ringing_calls(store) == []
    assert unanswered_calls(store) == [{"call_id": str(rings.call_id)}]
    assert [event["type"] for event in rings.events()] == ["call_ended"]


def test_a_caller_who_gives_up_ends_the_call(rings: Scene, store: redis.Redis) -> None:
    assert ended(rings, store, "customer") == (["f"], "ended")
    assert status(rings) == b"abandoned"
    assert unanswered_calls(store) == []
    assert not accept(store, rings.call_id, 1, "Ann").accepted


def test_once_accepted_the_customers_end_is_that_of_a_leg(rings: Scene, store: redis.Redis) -> None:
    assert accept(store, rings.call_id, 1, "Ann").accepted
    assert ended(rings, store, "customer") == ([], "")
    assert status(rings) == b"active"
    assert ended(rings, store) == (["f"], "ended")
    assert status(rings) == b"wrap_up"
