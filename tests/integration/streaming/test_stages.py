"""Where the time went: each stage of a window and of a suggestion, by the clock of Redis."""

import json
from typing import Any

import pytest
import redis
from redis.client import PubSub

from app.streaming import keys
from app.streaming.suggestions import SuggestionClaim, show_delta
from tests.integration.streaming.scene import Scene

SLOW = 150  # milliseconds that the steps of a test themselves may take


def stages_of(message: dict[str, Any]) -> dict[str, int]:
    stages: dict[str, int] = message["stages"]
    return stages


@pytest.fixture
def call(scene: Scene) -> Scene:
    """Both have joined."""
    scene.take("agent", paired=True)
    scene.take("customer", paired=True)
    return scene


def delay(scene: Scene, number: int, seconds: float, *fields: str) -> None:
    """Move moments of a window into the past."""
    for field in fields:
        scene.turn_back(scene.window(number), field, seconds)


def test_a_transcript_says_what_each_stage_took(call: Scene) -> None:
    number = call.cut()
    delay(call, number, 1.0, "arrived", "cut_at")
    delay(call, number, 0.3, "arrived")
    claim = call.claim(number)
    delay(call, number, 0.6, "arrived", "cut_at", "taken_at")
    call.finish(claim, "Hello.")
    (event,) = call.events("transcript")
    stages = stages_of(event)
    expected = {"cut": 300, "queue": 1000, "engine": 0, "store": 600, "publish": 0}
    assert stages.keys() == expected.keys()
    for name, value in expected.items():
        assert value <= stages[name] <= value + SLOW, stages


def test_the_engines_time_is_apart_from_the_rest(call: Scene) -> None:
    claim = call.claim(call.cut())
    delay(call, 0, 0.9, "arrived", "cut_at", "taken_at")
    call.finish(claim, "Hello.", engine_ms=700)
    stages = stages_of(call.events("transcript")[0])
    assert stages["engine"] == 700
    assert 200 <= stages["store"] <= 200 + SLOW


def test_who_waits_for_the_words_before_says_so(call: Scene) -> None:
    call.cut()
    call.cut()
    call.hear(1, "Second.")
    delay(call, 1, 2.0, "arrived", "cut_at", "taken_at", "heard_at")
    call.hear(0, "First.")
    _, second = call.events("transcript")
    assert 2000 <= stages_of(second)["publish"] <= 2000 + SLOW


def deltas(store: redis.Redis, claim: SuggestionClaim, *pieces: str) -> list[dict[str, Any]]:
    """The deltas that are told when these pieces are shown."""
    with PubSub(store.connection_pool, ignore_subscribe_messages=True) as heard:
        heard.subscribe(keys.feed(claim.call_id))
        heard.get_message(timeout=5)
        offset = 0
        for piece in pieces:
            show_delta(store, claim, offset, piece, "tip", made_ms=800, engine_ms=500)
            offset += len(piece)
        told: list[dict[str, Any]] = []
        while len(told) < len(pieces) and (message := heard.get_message(timeout=5)):
            event = json.loads(message["data"])
            told += [event] if event["type"] == "suggestion_delta" else []
    return told


def test_the_first_word_of_a_suggestion_says_what_was_before_it(call: Scene, store: redis.Redis) -> None:
    number = call.cut()
    delay(call, number, 1.5, "arrived", "cut_at")
    (asked,) = call.hear(number, "Where is my order?")
    key = keys.suggestion(call.call_id, asked)
    call.turn_back(key, "asked_at", 0.4)
    claim = call.claim_suggestion(asked)
    call.turn_back(key, "asked_at", 0.9)
    call.turn_back(key, "taken_at", 0.9)
    first, second = deltas(store, claim, "It is ", "late.")
    assert "stages" not in second
    expected = {"transcript": 1500, "queue": 400, "prepare": 300, "engine": 500, "publish": 100}
    assert stages_of(first).keys() == expected.keys()
    for name, value in expected.items():
        assert value <= stages_of(first)[name] <= value + SLOW, first


def test_a_turn_that_was_heard_out_counts_from_its_last_words(call: Scene, store: redis.Redis) -> None:
    number = call.cut(4, reason="length")
    delay(call, number, 3.0, "arrived", "cut_at")
    call.hear(number, "I ordered a lamp")
    call.pause(2)
    asked = call.suggestion_of(number)
    (first,) = deltas(store, call.claim_suggestion(asked), "Yes.")
    assert 3000 <= stages_of(first)["transcript"] <= 3000 + SLOW
