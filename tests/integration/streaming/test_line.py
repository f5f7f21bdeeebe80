import threading
import time
from uuid import uuid4

import redis

from app.streaming.items import Item
from app.streaming.line import line_up, take_from_line

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
    assert line_up(store, window(1)), "it still waits, so another hand is asked for"
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
