"""Alerts and mood, from the customer's words to the record, by the real task."""

from typing import Any

import pytest

from tests.integration.streaming.scene import Scene
from tests.integration.workers.scripted_engine import ScriptedEngine, transcription
from workers.transcription import transcribe


@pytest.fixture
def call(scene: Scene, engine: ScriptedEngine) -> Scene:
    """Both have joined."""
    scene.take("agent", paired=True)
    scene.take("customer", paired=True)
    return scene


def say(scene: Scene, engine: ScriptedEngine, *texts: str, speaker: str = "customer") -> None:
    """Windows of four seconds with these words, all heard."""
    for text in texts:
        number = scene.cut(4, speaker=speaker)
        engine.will(transcription(text))
        transcribe(str(scene.call_id), speaker, str(number))


def told(scene: Scene) -> list[str]:
    return [event["type"] for event in scene.events()]


def moods(scene: Scene) -> list[dict[str, Any]]:
    return scene.events("sentiment")


def test_a_threat_is_told_right_behind_its_words(call: Scene, engine: ScriptedEngine) -> None:
    say(call, engine, "I will close my account.")
    assert told(call) == ["transcript", "alert"]
    (alert,) = call.events("alert")
    assert (alert["id"], alert["kind"], alert["trigger"]) == (2, "leaving", "I will close my account.")
    assert (alert["window"], alert["speaker"], alert["end"]) == (0, "customer", 4.0)
    assert alert["message"].startswith("The customer is thinking of leaving.")


def test_the_agents_own_words_raise_nothing(call: Scene, engine: ScriptedEngine) -> None:
    say(call, engine, "This is terrible, shall I close your account?", speaker="agent")
    assert told(call) == ["transcript"]


def test_a_threat_that_waits_for_the_words_before_it_is_told_once_and_behind_its_own(
    call: Scene, engine: ScriptedEngine
) -> None:
    call.cut()
    call.cut()
    engine.will(transcription("I want your manager."), transcription("Hello."))
    for number in ("1", "0", "1"):
        transcribe(str(call.call_id), "customer", number)
    assert told(call) == ["transcript", "transcript", "alert"]


def test_the_mood_is_told_when_it_changes_and_only_then(call: Scene, engine: ScriptedEngine) -> None:
    say(call, engine, "My number is four.", "I am very angry, this is terrible.", "It is the blue one.")
    (angry,) = moods(call)
    assert (angry["label"], angry["end"]) == ("negative", 8.0)
    assert angry["score"] < -0.3
    say(call, engine, *["Wonderful, thank you, that is perfect."] * 5)
    assert [mood["label"] for mood in moods(call)][-1] == "positive"
    scores = [mood["score"] for mood in moods(call)]
    assert len(scores) == len(set(scores))
