"""When the engine is slower than speech, what piles up is heard together, and people are told."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from redis.client import PubSub

from app.streaming import keys, ledger, scripts
from app.streaming.ledger import LEASE_SECONDS, release_window
from tests.integration.streaming.scene import Scene


@pytest.fixture
def ear(scene: Scene, store: redis.Redis) -> Iterator[PubSub]:
    """Somebody who follows the call."""
    with store.pubsub(ignore_subscribe_messages=True) as pubsub:  # type: ignore[no-untyped-call]
        pubsub.subscribe(keys.feed(scene.call_id))
        pubsub.get_message(timeout=1)
        yield pubsub


def statuses(ear: PubSub) -> list[tuple[str, str]]:
    """State and words that were told of the recogniser since the last time somebody asked."""
    told: list[dict[str, Any]] = []
    while (message := ear.get_message(timeout=0.2)) is not None:
        told.append(json.loads(message["data"]))
    return [
        (event["state"], event["message"])
        for event in told
        if (event["type"], event.get("part")) == ("status", "recogniser")
    ]


def wait(scene: Scene, *numbers: int, seconds: float, speaker: str = "customer") -> None:
    """So long ago were these windows cut."""
    for number in numbers:
        scene.turn_back(scene.window(number, speaker), "cut_at", seconds)


def test_windows_that_are_not_late_are_heard_one_by_one(scene: Scene) -> None:
    scene.take()
    first, _ = scene.cut(), scene.cut()
    wait(scene, first, seconds=1.5)
    assert scene.claim(0).followers == ()
    assert scene.claim(1).followers == ()


def test_a_late_window_takes_those_behind_it_along(scene: Scene) -> None:
    scene.take()
    for _ in range(3):
        scene.cut(2)
        scene.pause(3)
    wait(scene, 0, 2, 4, seconds=6)
    claim = scene.claim(0)
    assert [window.number for window in claim.followers] == [2, 4]
    assert {window.token for window in claim.followers} == {claim.token}
    assert [(window.start, window.end) for window in claim.followers] == [
        (scene_seconds * 16000, scene_seconds * 16000 + 32000) for scene_seconds in (5, 10)
    ]
    for number in (2, 4):
        assert ledger.claim_window(scene.store, scene.call_id, "customer", number) is None
    for window, text in zip((claim, *claim.followers), ("One.", "Two.", "Three."), strict=True):
        assert scene.finish(window, text).kept
    assert scene.texts() == ["One.", "Two.", "Three."]


def test_no_more_than_thirty_seconds_are_heard_together(scene: Scene) -> None:
    scene.take()
    for _ in range(6):
        scene.cut(8)
    wait(scene, *range(6), seconds=20)
    assert [window.number for window in scene.claim(0).followers] == [1, 2]
    assert [window.number for window in scene.claim(3).followers] == [4, 5]


def test_a_window_that_was_tried_before_is_heard_alone(scene: Scene) -> None:
    scene.take()
    for _ in range(3):
        scene.cut()
    release_window(scene.store, scene.claim(1), 0, "it failed", fault="window")
    wait(scene, *range(3), seconds=20)
    assert scene.claim(0).followers == ()
    assert scene.claim(1).followers == ()


def test_an_engine_gets_two_requests_of_a_leg_and_then_the_next(scene: Scene) -> None:
    scene.take()
    for _ in range(4):
        scene.cut()
    first, second = scene.claim(0), scene.claim(1)
    assert ledger.claim_window(scene.store, scene.call_id, "customer", 3) is None
    assert ledger.claim_window(scene.store, scene.call_id, "customer", 2) is None
    assert scene.finish(second, "Two.").held == 2
    assert scene.claim(2).number == 2
    assert scene.finish(first, "One.").held is None


def test_the_other_leg_is_not_held_back(scene: Scene) -> None:
    scene.take("agent")
    scene.take("customer")
    for _ in range(2):
        scene.claim(scene.cut())
    assert scene.claim(scene.cut(speaker="agent"), "agent")


def test_a_dead_worker_holds_nothing_back_for_longer_than_its_lease(scene: Scene) -> None:
    scene.take()
    for _ in range(3):
        scene.cut()
    scene.claim(0)
    scene.claim(1)
    for number in (0, 1):
        scene.turn_back(scene.window(number), "until", LEASE_SECONDS)
    assert scene.claim(2)


def test_a_long_lease_covers_what_is_heard_together(scene: Scene) -> None:
    scene.take()
    for _ in range(3):
        scene.cut(8)
    wait(scene, *range(3), seconds=20)
    scene.claim(0)
    seconds, _ = scene.store.time()
    leases = [int(scene.store.hget(scene.window(n), "until") or 0) / 1000 - seconds for n in range(3)]
    assert all(62 < lease < 66 for lease in leases), leases


def test_fixed_windows_are_never_heard_together(scene: Scene) -> None:
    scene.take(policy="fixed")
    for _ in range(3):
        scene.cut()
    wait(scene, *range(3), seconds=20)
    assert [scene.claim(number).followers for number in range(3)] == [(), (), ()]


def test_people_are_told_how_far_the_transcript_is_behind_and_when_it_is_not(
    scene: Scene, ear: PubSub
) -> None:
    scene.take()
    scene.cut()
    wait(scene, 0, seconds=3)
    first = scene.claim(0)
    assert statuses(ear) == []
    scene.cut()
    wait(scene, 0, 1, seconds=4)
    second = scene.claim(1)
    assert statuses(ear) == [("behind", "The transcript is 7 s behind.")]
    scene.finish(first, "One.")
    assert statuses(ear) == [("behind", "The transcript is 4 s behind.")]
    scene.finish(second, "Two.")
    assert statuses(ear) == [("ok", "The transcript is up to date again.")]
    scene.say("Three.")
    assert statuses(ear) == []


def test_all_is_well_when_both_legs_are_up_to_date(scene: Scene, ear: PubSub) -> None:
    claims = {}
    for speaker in ("agent", "customer"):
        scene.take(speaker)
        scene.cut(speaker=speaker)
        wait(scene, 0, seconds=10, speaker=speaker)
        claims[speaker] = scene.claim(0, speaker)
    assert len(statuses(ear)) == 2
    scene.finish(claims["agent"], "Hello.")
    assert statuses(ear) == []
    scene.finish(claims["customer"], "Hello.")
    assert statuses(ear) == [("ok", "The transcript is up to date again.")]


def test_the_sweep_tells_of_an_engine_that_hears_nothing_at_all(scene: Scene, ear: PubSub) -> None:
    scene.take()
    scene.cut()
    scene.claim(0)
    wait(scene, 0, seconds=12)
    scripts.ADVANCE_LEG(scene.store, scene.key, "customer")
    assert statuses(ear) == [("behind", "The transcript is 12 s behind.")]


def test_windows_without_words_are_counted_until_there_are_words(scene: Scene) -> None:
    scene.take()
    for expected in (0, 1, 2):
        claim = scene.claim(scene.cut())
        assert claim.wordless == expected
        scene.finish(claim)
    scene.say("Hello.")
    assert scene.claim(scene.cut()).wordless == 0


def test_what_an_engine_is_hearing_is_known(scene: Scene) -> None:
    scene.take()
    claims = [scene.claim(scene.cut()) for _ in range(2)]
    assert scene.store.zcard("hearing") == 2
    scene.finish(claims[0], "One.")
    release_window(scene.store, claims[1], 1, "busy", fault="nobody")
    assert scene.store.zcard("hearing") == 0
