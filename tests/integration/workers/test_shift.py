import redis

from app.streaming.items import Item
from app.streaming.line import line_up
from tests.integration.streaming.scene import Scene
from workers import shift
from workers.shift import work_of


def test_a_task_works_until_the_line_is_empty(store: redis.Redis, scene: Scene) -> None:
    items = [Item("s", scene.call_id, (str(number),)) for number in range(5)]
    for item in items:
        line_up(store, item)
    assert list(work_of("s")) == items


def test_a_worker_that_closes_takes_no_more(store: redis.Redis, scene: Scene) -> None:
    for number in range(2):
        line_up(store, Item("s", scene.call_id, (str(number),)))
    work = work_of("s")
    try:
        assert next(work).rest == ("0",)
        shift._close()  # and not the signal: this process goes on, and others hear that, too
        assert list(work) == [], "what it began is done, the rest is for others"
    finally:
        shift._closing.clear()
    assert [item.rest for item in work_of("s")] == [("1",)]
