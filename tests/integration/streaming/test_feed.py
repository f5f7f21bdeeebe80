"""One subscriber for everybody here who follows a call."""

from uuid import UUID, uuid4

import pytest
import redis

from app.streaming import keys
from app.streaming.connection import connect_for_listening
from app.streaming.feed import Feed
from tests.running import eventually


class Ear:
    """Keeps what it heard, and how often it was told that it may have missed something."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.times_missed = 0

    def hear(self, message: str) -> None:
        self.heard.append(message)

    def missed(self) -> None:
        self.times_missed += 1

    def wait(self, messages: int = 1) -> list[str]:
        eventually(f"{messages} messages", lambda: len(self.heard) >= messages)
        return self.heard


@pytest.fixture(scope="module")
def feed(redis_url: str) -> Feed:
    """A feed that listens; its threads end with the tests."""
    feed = Feed(lambda: connect_for_listening(redis_url))
    feed.start()
    return feed


@pytest.fixture
def call_id() -> UUID:
    return uuid4()


def follow(feed: Feed, store: redis.Redis, call_id: UUID) -> Ear:
    """An ear that follows the call, as the server knows."""
    ear = Ear()
    feed.follow(call_id, ear)
    eventually("the subscription", lambda: store.pubsub_numsub(keys.feed(call_id))[0][1])
    return ear


def cut_off(store: redis.Redis) -> None:
    """Cut every subscriber's connection."""
    assert store.client_kill_filter(_type="pubsub") > 0


def test_everybody_who_follows_a_call_hears_it(feed: Feed, store: redis.Redis, call_id: UUID) -> None:
    ears = [follow(feed, store, call_id) for _ in range(2)]
    for number in range(3):
        store.publish(keys.feed(call_id), str(number))
    for ear in ears:
        assert ear.wait(3) == ["0", "1", "2"]


def test_nobody_hears_another_call(feed: Feed, store: redis.Redis, call_id: UUID) -> None:
    ear, other = follow(feed, store, call_id), follow(feed, store, uuid4())
    store.publish(keys.feed(call_id), "for one")
    ear.wait()
    assert other.heard == []


def test_who_leaves_hears_no_more_and_the_others_do(feed: Feed, store: redis.Redis, call_id: UUID) -> None:
    gone, here = follow(feed, store, call_id), follow(feed, store, call_id)
    feed.unfollow(call_id, gone)
    store.publish(keys.feed(call_id), "after")
    here.wait()
    assert gone.heard == []


def test_a_call_that_nobody_follows_any_more_costs_nothing(
    feed: Feed, store: redis.Redis, call_id: UUID
) -> None:
    ear = follow(feed, store, call_id)
    feed.unfollow(call_id, ear)
    feed.unfollow(call_id, ear)
    eventually("the end of the subscription", lambda: not store.pubsub_numsub(keys.feed(call_id))[0][1])


def test_after_a_cut_everybody_is_told_and_hears_again(feed: Feed, store: redis.Redis, call_id: UUID) -> None:
    ears = [follow(feed, store, call_id) for _ in range(2)]
    other = follow(feed, store, uuid4())
    before = [ear.times_missed for ear in (*ears, other)]
    cut_off(store)
    eventually("that something was missed", lambda: other.times_missed > before[-1])
    assert [ear.times_missed for ear in (*ears, other)] == [times + 1 for times in before]
    eventually("the subscription", lambda: store.pubsub_numsub(keys.feed(call_id))[0][1])
    store.publish(keys.feed(call_id), "again")
    for ear in ears:
        assert ear.wait() == ["again"]


def test_who_follows_while_it_is_cut_off_hears_when_it_is_back(
    feed: Feed, store: redis.Redis, call_id: UUID
) -> None:
    first = follow(feed, store, uuid4())
    cut_off(store)
    ear = Ear()
    feed.follow(call_id, ear)
    eventually("that something was missed", lambda: first.times_missed)
    eventually("the subscription", lambda: store.pubsub_numsub(keys.feed(call_id))[0][1])
    store.publish(keys.feed(call_id), "here")
    assert ear.wait() == ["here"]


def test_a_feed_begins_while_the_server_is_away(redis_url: str, store: redis.Redis, call_id: UUID) -> None:
    tries: list[str] = []

    def connect() -> redis.Redis:
        tries.append("redis://127.0.0.1:1/0" if len(tries) < 3 else redis_url)
        return connect_for_listening(tries[-1])

    feed = Feed(connect)
    feed.start()
    ear = Ear()
    feed.follow(call_id, ear)
    eventually("the subscription", lambda: store.pubsub_numsub(keys.feed(call_id))[0][1])
    assert len(tries) >= 4
    store.publish(keys.feed(call_id), "at last")
    assert ear.wait() == ["at last"]


def test_a_listener_that_fails_does_not_make_the_others_deaf(
    feed: Feed, store: redis.Redis, call_id: UUID
) -> None:
    class Broken(Ear):
        def hear(self, message: str) -> None:
            raise ValueError(message)

    broken = Broken()
    feed.follow(call_id, broken)
    ear = follow(feed, store, call_id)
    before = ear.times_missed
    store.publish(keys.feed(call_id), "too much for one")
    eventually("that something was missed", lambda: ear.times_missed > before)
    feed.unfollow(call_id, broken)
    store.publish(keys.feed(call_id), "again")
    assert ear.wait()[-1] == "again"
