"""The stream's own bookkeeping, over a real record and a feed that loses what the test says."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from app.api.sse import KEEP_ALIVE
from app.api.transcript_stream import Follower, Place, _follow
from app.streaming.connection import store
from app.streaming.events import Event, emit

START = Place(1, 0)


class DeafFeed:
    """A feed over which nothing comes unless the test says so."""

    def __init__(self) -> None:
        self.followers: list[Follower] = []

    def follow(self, call_id: UUID, follower: Follower) -> None:
        emit(store(), call_id, {"type": "customer"})  # in the moment before the subscription holds
        self.followers.append(follower)

    def unfollow(self, call_id: UUID, follower: Follower) -> None:
        self.followers.remove(follower)


@pytest.fixture
def feed(environment: None, monkeypatch: pytest.MonkeyPatch) -> DeafFeed:
    feed = DeafFeed()
    monkeypatch.setattr("app.api.transcript_stream.media_process", lambda: SimpleNamespace(feed=feed))
    return feed


def numbers(messages: Iterator[str]) -> Iterator[int]:
    """The ids of the recorded events; none may have waited until the stream looked around by itself."""
    for message in messages:
        assert message != KEEP_ALIVE
        yield int(message.split()[1].removeprefix("1-"))


def test_what_is_recorded_just_before_one_follows_is_told(feed: DeafFeed) -> None:
    told = numbers(_follow(uuid4(), START, []))
    assert next(told) == 1


def test_a_message_that_was_lost_is_told_before_the_next_one(feed: DeafFeed) -> None:
    call_id = uuid4()
    told = numbers(_follow(call_id, START, []))
    assert next(told) == 1
    emit(store(), call_id, {"type": "transcript"})
    emit(store(), call_id, {"type": "transcript"})
    feed.followers[0].hear(json.dumps({"id": 3, "type": "transcript"}))
    assert [next(told), next(told)] == [2, 3]


def test_a_message_that_comes_twice_is_told_once(feed: DeafFeed) -> None:
    call_id = uuid4()
    told = numbers(_follow(call_id, START, []))
    assert next(told) == 1
    for number in (1, 1, 2):
        feed.followers[0].hear(json.dumps({"id": number, "type": "transcript"}))
    assert next(told) == 2


def test_a_reader_who_falls_behind_loses_nothing_of_the_record(
    feed: DeafFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.transcript_stream.WAITING_MESSAGES", 2)
    call_id = uuid4()
    told = numbers(_follow(call_id, START, []))
    assert next(told) == 1
    for number in range(2, 7):
        emit(store(), call_id, {"type": "transcript"})
        feed.followers[0].hear(json.dumps({"id": number, "type": "transcript"}))
    emit(store(), call_id, {"type": "summary"})
    assert next(told) == 2
    feed.followers[0].hear(json.dumps({"id": 7, "type": "summary"}))
    assert list(told) == [3, 4, 5, 6, 7]
    assert feed.followers == []


def test_who_joins_is_told_the_backlog_first(feed: DeafFeed) -> None:
    call_id = uuid4()
    for _ in range(2):
        emit(store(), call_id, {"type": "transcript"})
    backlog = [Event(number, json.dumps({"id": number, "type": "transcript"})) for number in (1, 2)]
    told = numbers(_follow(call_id, START, backlog))
    assert [next(told) for _ in range(3)] == [1, 2, 3]
