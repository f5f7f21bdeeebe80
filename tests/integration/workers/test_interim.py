"""Words before their window ends: shown, replaced by the final ones, and never kept."""

from collections.abc import Callable
from typing import Any

from app.streaming import keys
from app.streaming.connection import text_of
from app.streaming.interim import claim_interim, show_interim
from tests.integration.streaming.scene import SECOND, Scene, sound
from tests.integration.workers.scripted_engine import ScriptedEngine, refusal, transcription
from tests.integration.workers.test_transcription import said, windows, work
from workers.interim import follow_leg

Told = Callable[[str], list[dict[str, Any]]]


def speak(scene: Scene, seconds: float = 1) -> None:
    """So much more of an open window."""
    start = scene.length()
    scene.append(sound(start, start + round(seconds * SECOND)))


def look(scene: Scene, speaker: str = "customer") -> None:
    follow_leg(str(scene.call_id), speaker)


def words(told: Told) -> list[tuple[str, bool]]:
    return [(event["text"], event["final"]) for event in told("transcript")]


def cut(scene: Scene) -> None:
    """The open window ends where the leg does."""
    scene.append(b"", (scene.length(), "speech", "pause"))


def test_words_are_shown_while_they_are_said_and_replaced(
    scene: Scene, engine: ScriptedEngine, told: Told
) -> None:
    scene.take()
    speak(scene)
    engine.will(
        transcription("Where is"), transcription("Where is my order"), transcription("Where is my order?")
    )
    look(scene)
    (first,) = told("transcript")
    assert first == {
        "type": "transcript", "call_id": str(scene.call_id), "speaker": "customer", "text": "Where is",
        "start": 0.0, "end": 1.0, "window": 0, "final": False, "confidence": None,
    }  # fmt: skip
    speak(scene)
    look(scene)
    cut(scene)
    work(scene, 0)
    assert words(told) == [("Where is my order", False), ("Where is my order?", True)]
    assert [request.headers.get("priority") for request in engine.requests] == ["u=6", "u=6", None]


def test_they_are_neither_recorded_nor_stored_nor_told_to_the_engine(
    scene: Scene, engine: ScriptedEngine, told: Told
) -> None:
    scene.take()
    speak(scene)
    engine.will(transcription("Where is"), transcription("Where is"))
    look(scene)
    speak(scene)
    look(scene)
    assert (scene.events(), said(scene), windows(scene)) == ([], [], [])
    assert b"Where is" not in b"".join(request.body for request in engine.requests)
    hashes = [key for key in scene.store.scan_iter(f"{scene.key}*") if scene.store.type(key) == b"hash"]
    kept = [value for key in hashes for value in scene.store.hvals(key)]
    assert kept
    assert not any("Where" in text_of(value) for value in kept)


def test_nobody_is_asked_while_a_final_waits(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    scene.cut()
    speak(scene)
    look(scene)
    assert engine.requests == []
    scene.hear(0, "Hello.")
    engine.will(transcription("And"))
    look(scene)
    assert len(engine.requests) == 1


def test_one_worker_at_a_time_hears_a_leg(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    speak(scene)
    assert claim_interim(scene.store, scene.call_id, "customer") is not None
    look(scene)
    assert engine.requests == []
    scene.turn_back(keys.leg(scene.call_id, "customer"), "following", 60)
    engine.will(transcription("A worker died."))
    look(scene)
    assert len(engine.requests) == 1


def test_silence_an_ended_leg_and_an_unknown_one_are_not_heard(scene: Scene, engine: ScriptedEngine) -> None:
    look(scene)
    scene.take()
    scene.append(bytes(SECOND), voiced=False)
    look(scene)
    speak(scene)
    scene.end()
    look(scene)
    assert engine.requests == []


def test_words_that_come_after_their_final_are_not_shown(
    scene: Scene, engine: ScriptedEngine, told: Told
) -> None:
    scene.take()
    speak(scene)
    claim = claim_interim(scene.store, scene.call_id, "customer")
    cut(scene)
    scene.hear(0, "Where is it?")
    scene.turn_back(keys.leg(scene.call_id, "customer"), "following", 60)
    assert claim is not None
    assert not show_interim(scene.store, claim, {"type": "transcript", "text": "Where"})
    assert [event["text"] for event in told("transcript")] == ["Where is it?"]


def test_words_are_taken_back_when_the_window_turns_out_to_have_none(
    scene: Scene, engine: ScriptedEngine, told: Told
) -> None:
    scene.take()
    speak(scene)
    engine.will(transcription("Thanks for"), transcription("Thanks.", avg_logprob=-2.0, no_speech_prob=0.9))
    look(scene)
    cut(scene)
    work(scene, 0)
    assert words(told) == [("Thanks for", False), ("", False)]
    assert windows(scene) == [(0, "rejected", "no speech")]


def test_an_engine_that_fails_is_not_asked_again_for_it(
    scene: Scene, engine: ScriptedEngine, told: Told
) -> None:
    scene.take()
    speak(scene)
    engine.will(refusal(503), refusal(429), transcription("Now"))
    for _ in range(3):
        look(scene)
    assert words(told) == [("Now", False)]


def test_what_is_not_believed_is_not_shown_in_the_meantime_either(
    scene: Scene, engine: ScriptedEngine, told: Told
) -> None:
    scene.take()
    speak(scene)
    engine.will(transcription("Thanks for watching!", avg_logprob=-2.0, no_speech_prob=0.9))
    look(scene)
    assert words(told) == []
