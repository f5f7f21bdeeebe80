import threading
import time
from uuid import uuid4

import redis

from app.streaming import keys
from app.streaming.items import Item
from app.streaming.line import has_come, line_up, take_from_line

CALL = uuid4()


def window(number: int) -> Item:
    return Item("w", CALL, ("customer", str(number)))


def test_who_stands_in_line_is_taken_in_order(store: redis.Redis) -> None:
    assert all(line_up(store, window(number)) for number in (7, 3, 5)), "nobody stood there to take them"
    assert [take_from_line(store, "w", 0.1) for _ in range(3)] == [window(7), window(3), window(5)]
    assert take_from_line(store, "w", 0.05) is None


def test_an_item_stands_in_line_once(store: redis.Redis) -> None:
    line_up(store, window(1))
    line_up(store, window(2))
    line_up(store, window(1))
    assert take_from_line(store, "w", 0.1) == window(1), "and it has not lost its place"
    assert take_from_line(store, "w", 0.1) == window(2)
    assert take_from_line(store, "w", 0.05) is None


def test_each_kind_has_its_own_line(store: redis.Redis) -> None:
    line_up(store, window(1))
    assert take_from_line(store, "s", 0.05) is None


def test_whoever_waits_gets_the_next_item_and_nobody_else_is_called(store: redis.Redis) -> None:
    taken: list[Item | None] = []
    hand = threading.Thread(target=lambda: taken.append(take_from_line(store, "w", 4.0)))
    hand.start()
    while not any(client["cmd"] == "bzpopmin" for client in store.client_list()):
        time.sleep(0.01)
    assert line_up(store, window(1)) is False
    hand.join()
    assert taken == [window(1)]


def test_no_more_are_called_than_wait(store: redis.Redis) -> None:
    assert [line_up(store, window(number)) for number in range(3)] == [True] * 3
    has_come(store, "w")
    for number in range(3):
        assert take_from_line(store, "w", 0.1) == window(number), "the first to come has taken all"
    assert [line_up(store, window(number)) for number in (3, 4, 5)] == [False, False, True]
    assert line_up(store, window(5)) is False, "it is hinted again, and somebody is coming"


def test_who_was_called_and_does_not_come_is_given_up(store: redis.Redis) -> None:
    assert line_up(store, window(1))
    assert 4000 < store.pttl(keys.called("w")) <= 5000
    assert line_up(store, window(2))
    assert 4000 < store.pttl(keys.called("w")) <= 5000
    store.delete(keys.called("w"))
    assert line_up(store, window(1))


def test_who_comes_late_owes_nothing(store: redis.Redis) -> None:
    has_come(store, "w")
    assert line_up(store, window(1)), "one is called for it, no matter who came before"
