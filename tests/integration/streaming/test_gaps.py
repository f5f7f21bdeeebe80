"""Bytes that are lost for good: a window without sound, and a line in the record."""

import pytest

from app.streaming import keys, scripts
from tests.integration.streaming.scene import SECOND, Scene, sound

STORED, KNOWN, UNKNOWN, OVER = 1, 0, -1, -4


def declare(scene: Scene, to: int) -> list[int]:
    answer: list[int] = scripts.DECLARE_GAP(
        scene.store, scene.key, "customer", scene.fences.get("customer", 1), to, "lost on the way"
    )
    return answer


def test_a_gap_is_a_window_and_a_line_in_the_record(scene: Scene) -> None:
    scene.take()
    scene.say("Before.")
    assert declare(scene, 3 * SECOND) == [STORED, 3 * SECOND, 1, 1]
    claim = scene.claim(1)
    assert (claim.heard, claim.kind, claim.start, claim.end) == (True, "gap", SECOND, 3 * SECOND)
    assert scene.events("gap") == [
        {
            "id": 2,
            "type": "gap",
            "call_id": str(scene.call_id),
            "speaker": "customer",
            "window": 1,
            "start": 1.0,
            "end": 3.0,
            "reason": "lost on the way",
        }
    ]


def test_the_leg_goes_on_after_the_gap(scene: Scene) -> None:
    scene.take()
    declare(scene, SECOND)
    assert scene.append(sound(0, 400), offset=0).status == KNOWN
    assert scene.append(sound(SECOND, SECOND + 400), offset=SECOND).status == STORED


def test_what_was_said_before_the_gap_is_heard_first(scene: Scene) -> None:
    scene.take()
    scene.append(sound(0, SECOND))
    assert declare(scene, 2 * SECOND) == [STORED, 2 * SECOND, 0, 2]
    before = scene.claim(0)
    assert (before.start, before.end, before.kind, before.reason) == (0, SECOND, "speech", "gap")
    assert scene.events() == []
    scene.finish(before, "Before.")
    assert [event["type"] for event in scene.events()] == ["transcript", "gap"]


def test_silence_before_the_gap_costs_nothing(scene: Scene) -> None:
    scene.take()
    scene.append(sound(0, SECOND), voiced=False)
    declare(scene, 2 * SECOND)
    assert scene.claim(0).kind == "silent"


def test_a_gap_is_declared_once_however_often_it_is_sent(scene: Scene) -> None:
    scene.take()
    declare(scene, SECOND)
    assert declare(scene, SECOND) == [KNOWN, SECOND, 0, 0]
    assert len(scene.events("gap")) == 1


def test_a_call_may_begin_with_a_gap(scene: Scene) -> None:
    scene.take()
    declare(scene, 2 * SECOND)
    (gap,) = scene.events("gap")
    assert (gap["start"], gap["end"]) == (0, 2)


def test_a_leg_that_begins_with_a_gap_begins_when_the_gap_is_declared(scene: Scene) -> None:
    scene.take("agent")
    scene.take("customer")
    scene.append(sound(0, 400), speaker="agent")
    scene.turn_back(scene.key, "zero_ms", 3)  # the agent spoke three seconds ago
    declare(scene, 2 * SECOND)
    (gap,) = scene.events("gap")
    assert (gap["start"], gap["end"]) == (pytest.approx(3, abs=0.5), pytest.approx(5, abs=0.5))


def test_a_gap_is_refused_where_sound_is(scene: Scene) -> None:
    assert declare(scene, SECOND)[0] == UNKNOWN
    scene.take()
    scene.end("customer")
    assert declare(scene, SECOND)[0] == OVER
    assert scene.store.hget(keys.leg(scene.call_id, "customer"), "len") == b"0"
