"""The record of a call: numbered from 1 without holes, told as it grows."""

import json
from concurrent.futures import ThreadPoolExecutor

import redis
from redis.client import PubSub

from app.streaming import events, keys
from app.streaming.events import emit, read_after, read_latest, tell
from tests.integration.streaming.scene import Scene


def test_events_are_numbered_from_one_without_holes_however_many_write(
    scene: Scene, store: redis.Redis
) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(
            pool.map(lambda n: emit(store, scene.call_id, {"type": "lookup", "found": n}), range(50))
        )
    record = read_after(store, scene.call_id, 0)
    assert sorted(numbers) == [event.number for event in record] == list(range(1, 51))
    assert sorted(json.loads(event.text)["found"] for event in record) == list(range(50))


def test_an_event_says_its_number_its_type_and_its_call(scene: Scene, store: redis.Redis) -> None:
    emit(store, scene.call_id, {"type": "customer", "customer": {"name": 'Zoë "Z" O\'Neill'}})
    (event,) = scene.events()
    assert event == {
        "id": 1, "type": "customer", "call_id": str(scene.call_id), "customer": {"name": "Zoë \"Z\" O'Neill"},
    }  # fmt: skip


def test_what_happens_once_is_recorded_once(scene: Scene, store: redis.Redis) -> None:
    assert emit(store, scene.call_id, {"type": "sentiment"}, once="sentiment") == 1
    assert emit(store, scene.call_id, {"type": "summary", "summary": "first"}, once="summary") == 2
    assert emit(store, scene.call_id, {"type": "summary", "summary": "second"}, once="summary") == 0
    assert [event.get("summary") for event in scene.events()] == [None, "first"]


def test_after_its_summary_a_record_is_closed(scene: Scene, store: redis.Redis) -> None:
    emit(store, scene.call_id, {"type": "summary"}, once="summary")
    assert emit(store, scene.call_id, {"type": "lookup"}) == 0
    assert len(scene.events()) == 1


def test_the_record_is_read_from_where_one_was(scene: Scene, store: redis.Redis) -> None:
    for number in range(1, 6):
        emit(store, scene.call_id, {"type": "lookup", "found": number})
    assert [event.number for event in read_after(store, scene.call_id, 3)] == [4, 5]
    assert [event.number for event in read_after(store, scene.call_id, 0, limit=2)] == [1, 2]
    assert read_after(store, scene.call_id, 5) == []


def test_the_last_events_come_in_order(scene: Scene, store: redis.Redis) -> None:
    for number in range(1, 6):
        emit(store, scene.call_id, {"type": "lookup", "found": number})
    assert [event["found"] for event in read_latest(store, scene.call_id, 3)] == [3, 4, 5]


def test_what_is_recorded_is_told_and_what_is_told_need_not_be_recorded(
    scene: Scene, store: redis.Redis
) -> None:
    with PubSub(store.connection_pool, ignore_subscribe_messages=True) as heard:
        heard.subscribe(keys.feed(scene.call_id))
        heard.get_message(timeout=5)
        emit(store, scene.call_id, {"type": "lookup", "found": 1})
        tell(store, scene.call_id, {"type": "status", "part": "storage"})
        messages = [json.loads(_data(heard)) for _ in range(2)]
    assert [message["type"] for message in messages] == ["lookup", "status"]
    assert messages[1] == {"type": "status", "call_id": str(scene.call_id), "part": "storage"}
    (recorded,) = events.read_after(store, scene.call_id, 0)
    assert json.loads(recorded.text) == messages[0]


def _data(heard: PubSub) -> bytes:
    message = heard.get_message(timeout=5)
    assert message is not None
    data: bytes = message["data"]
    return data
