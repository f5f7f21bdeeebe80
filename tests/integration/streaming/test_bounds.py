"""At a bound new work is refused with its own answer, and what goes on is not touched."""

from collections.abc import Iterator

import pytest
import redis

from app.settings import load_settings
from app.streaming import ledger
from app.streaming.legs import TOO_MANY_CALLS
from tests.integration.streaming.scene import SECOND, Scene, sound

FULL = -7
MEGABYTE = 2**20


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two calls, and a megabyte of each leg."""
    monkeypatch.setenv("MAX_CALLS", "2")
    monkeypatch.setenv("MAX_LEG_MEGABYTES", "1")
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()


def test_one_call_too_many_is_refused_until_another_ends(store: redis.Redis) -> None:
    first, second, third = Scene(store), Scene(store), Scene(store)
    first.take("agent")
    second.take("agent")
    assert third.take("agent").status == TOO_MANY_CALLS
    assert store.exists(third.key) == 0
    assert first.take("customer").status == 1, "a second leg is no second call"
    assert second.take("agent").resumed
    first.end()
    assert third.take("agent").status == 1


def test_a_leg_of_which_too_much_waits_takes_no_more_until_some_was_heard(scene: Scene) -> None:
    scene.take()
    while scene.length() <= MEGABYTE:
        scene.cut(10)
    at = scene.length()
    refused = scene.append(sound(0, 400))
    assert (refused.status, refused.length) == (FULL, at)
    assert scene.take().length == at, "it may come back, and is told what is safe"
    claim = scene.claim(0)
    scene.finish(claim, "Hello.")
    assert scene.append(sound(0, 400)).status == FULL
    ledger.settle_window(scene.store, claim)
    stored = scene.append(sound(0, 400))
    assert (stored.status, stored.length) == (1, at + 400)
    assert at < MEGABYTE + 10 * SECOND
