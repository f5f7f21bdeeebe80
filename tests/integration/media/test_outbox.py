"""What leaves a socket: recorded events in order, once, without holes, whatever the channel did to them."""

import json
from collections.abc import Iterator
from socket import SHUT_RDWR
from threading import enumerate as enumerate_threads
from typing import Any

import pytest
import redis
from simple_websocket import ConnectionClosed

from app.api.media.outbox import WAITING_MESSAGES, Outbox
from app.streaming.connection import connect
from app.streaming.events import emit, read_after
from tests.integration.media.conftest import Line
from tests.integration.streaming.scene import Scene
from tests.running import eventually


@pytest.fixture
def outbox(line: Line, scene: Scene) -> Iterator[Outbox]:
    """Not started yet."""
    outbox = Outbox(line.server, scene.store, scene.call_id, allowed=lambda message: True)
    yield outbox
    outbox.leave()


def record(scene: Scene, count: int) -> list[str]:
    """So many events of the call, as the channel tells them."""
    for _ in range(count):
        emit(scene.store, scene.call_id, {"type": "lookup"})
    return [event.text for event in read_after(scene.store, scene.call_id, 0)]


def received(line: Line, count: int) -> list[dict[str, Any]]:
    """The next messages that the client gets, and no more than these."""
    messages = [line.client.receive(timeout=10) for _ in range(count)]
    assert None not in messages, f"only {messages} came"
    return [json.loads(message) for message in messages]


def numbers(messages: list[dict[str, Any]]) -> list[Any]:
    return [message.get("id", message["type"]) for message in messages]


def last_word(outbox: Outbox, line: Line, before: int) -> list[Any]:
    """What came before a message that is put now."""
    outbox.put_event(type="pong")
    return numbers(received(line, before + 1))[:-1]


def test_messages_leave_in_their_order(outbox: Outbox, line: Line, scene: Scene) -> None:
    first, second = record(scene, 2)
    outbox.put_event(type="call_started")
    outbox.put(first)
    outbox.put_event(type="audio_ack")
    outbox.put(second)
    outbox.start(0)
    assert numbers(received(line, 4)) == ["call_started", 1, "audio_ack", 2]


def test_an_event_that_is_told_twice_leaves_once(outbox: Outbox, line: Line, scene: Scene) -> None:
    first, second = record(scene, 2)
    outbox.start(0)
    for message in (first, first, second, first, second):
        outbox.put(message)
    assert last_word(outbox, line, 2) == [1, 2]


def test_a_hole_is_filled_from_the_record(outbox: Outbox, line: Line, scene: Scene) -> None:
    events = record(scene, 4)
    outbox.start(0)
    outbox.put(events[0])
    outbox.put(events[3])
    assert last_word(outbox, line, 4) == [1, 2, 3, 4]


def test_events_in_disorder_are_put_in_order(outbox: Outbox, line: Line, scene: Scene) -> None:
    events = record(scene, 4)
    outbox.start(0)
    for n in (2, 0, 3, 1):
        outbox.put(events[n])
    assert last_word(outbox, line, 4) == [1, 2, 3, 4]


def test_who_saw_some_gets_the_rest(outbox: Outbox, line: Line, scene: Scene) -> None:
    record(scene, 4)
    outbox.start(2)
    outbox.catch_up()
    assert last_word(outbox, line, 2) == [3, 4]


def test_a_reader_that_missed_nothing_is_told_nothing_again(outbox: Outbox, line: Line, scene: Scene) -> None:
    (first,) = record(scene, 1)
    outbox.start(0)
    outbox.put(first)
    outbox.catch_up()
    outbox.catch_up()
    assert last_word(outbox, line, 1) == [1]


def test_what_a_socket_may_not_see_does_not_leave_and_leaves_no_hole(line: Line, scene: Scene) -> None:
    emit(scene.store, scene.call_id, {"type": "transcript"})
    emit(scene.store, scene.call_id, {"type": "gap"})
    emit(scene.store, scene.call_id, {"type": "call_ended"})
    outbox = Outbox(line.server, scene.store, scene.call_id, allowed=lambda message: '"gap"' not in message)
    sent: list[str] = []
    outbox.on_sent = sent.append
    outbox.start(0)
    outbox.catch_up()
    outbox.put('{"type": "gap"}')
    assert last_word(outbox, line, 2) == [1, 3]
    assert outbox.last == 3
    assert [json.loads(message)["type"] for message in sent][:2] == ["transcript", "call_ended"]
    outbox.leave()


def test_a_socket_closes_after_its_last_words(outbox: Outbox, line: Line, scene: Scene) -> None:
    (first,) = record(scene, 1)
    outbox.put(first)
    outbox.close(1012, "come back")
    outbox.put_event(type="pong")
    outbox.start(0)
    assert numbers(received(line, 1)) == [1]
    with pytest.raises(ConnectionClosed) as closed:
        line.client.receive(timeout=10)
    assert (closed.value.reason, closed.value.message) == (1012, "come back")


def test_a_reader_far_behind_is_cut_and_costs_nobody_else_anything(outbox: Outbox, line: Line) -> None:
    for _ in range(WAITING_MESSAGES):
        outbox.put_event(type="audio_ack")
    assert line.client.connected
    outbox.put_event(type="one too many")
    with pytest.raises(ConnectionClosed):
        line.client.receive(timeout=10)
    outbox.put_event(type="and another")
    outbox.catch_up()
    outbox.close(1000, "over")


def test_a_reader_far_behind_whose_socket_is_gone_costs_nobody_else_anything(
    outbox: Outbox, line: Line
) -> None:
    def gone() -> bool:
        try:
            line.server.sock.shutdown(SHUT_RDWR)
        except OSError:
            return True
        return False

    line.client.close()
    eventually("that the connection is gone", gone)
    for _ in range(WAITING_MESSAGES + 1):
        outbox.put_event(type="audio_ack")


def test_while_the_record_cannot_be_read_the_rest_goes_on(line: Line, scene: Scene) -> None:
    events = record(scene, 2)
    with connect("redis://127.0.0.1:1/0") as away:
        outbox = Outbox(line.server, away, scene.call_id, allowed=lambda message: True)
        outbox.start(0)
        outbox.put(events[1])
        assert last_word(outbox, line, 0) == []
        outbox.put(events[0])
        outbox.put(events[1])
        assert last_word(outbox, line, 2) == [1, 2]
        outbox.leave()


def test_it_ends_with_its_socket(outbox: Outbox, line: Line) -> None:
    def writers() -> int:
        return sum(thread.name == "outbox" for thread in enumerate_threads())

    before = writers()
    outbox.start(0)
    assert writers() == before + 1
    outbox.put_event(type="pong")
    received(line, 1)
    outbox.leave()
    eventually("the end of its thread", lambda: writers() <= before)


def test_many_messages_at_once_arrive_whole(
    outbox: Outbox, line: Line, scene: Scene, store: redis.Redis
) -> None:
    outbox.start(0)
    for n in range(200):
        outbox.put_event(type="suggestion_delta", n=n, content="x" * 5000)
    assert [message["n"] for message in received(line, 200)] == list(range(200))
