"""Scripts are called by their hash; a server that lost its memory is taught them again."""

from collections.abc import Sequence

import redis
from redis.exceptions import ResponseError

from app.streaming.scripts import APPEND, EMIT, END_CALL, Argument, Script, execute, load_scripts
from tests.integration.streaming.scene import Scene, sound

Call = tuple[Script, str, Sequence[Argument]]


def event(scene: Scene) -> Call:
    return EMIT, scene.key, ['{"type":"status"}', ""]


def frame(scene: Scene, fence: int, at: int) -> Call:
    return APPEND, scene.key, ["customer", fence, at, sound(at, at + 400), 1]


def test_a_server_that_has_forgotten_a_script_is_taught_it_again(scene: Scene, store: redis.Redis) -> None:
    store.script_flush()
    assert EMIT(store, scene.key, '{"type":"status"}', "") == 1


def test_a_batch_runs_in_order_each_call_once(scene: Scene, store: redis.Redis) -> None:
    fence = scene.take().fence
    frames = [frame(scene, fence, at) for at in range(0, 4000, 400)]
    store.script_flush()
    answers = execute(store, frames)
    assert [answer[:2] for answer in answers] == [[1, end] for end in range(400, 4400, 400)]


def test_a_batch_of_which_the_server_knows_a_part_runs_whole(scene: Scene, store: redis.Redis) -> None:
    fence = scene.take().fence
    store.script_flush()
    store.script_load(EMIT.source)
    assert execute(store, [event(scene), frame(scene, fence, 0), event(scene)]) == [1, [1, 400, 0, 0], 2]


def test_one_call_that_fails_does_not_take_the_others_with_it(scene: Scene, store: redis.Redis) -> None:
    load_scripts(store)
    store.set("wrong", "not a hash")
    wrong: Call = (END_CALL, "wrong", ["", "completed"])
    first, second, third = execute(store, [event(scene), wrong, event(scene)])
    assert (first, third) == (1, 2)
    assert isinstance(second, ResponseError)
