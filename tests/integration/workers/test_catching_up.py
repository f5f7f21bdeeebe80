"""Late windows go to the engine in one request, and each gets its own words."""

import json

import pytest

from tests.integration.streaming.scene import Scene
from tests.integration.workers.scripted_engine import Answer, ScriptedEngine, refusal
from tests.integration.workers.test_transcription import Hints, said, windows, work
from workers.agents.guards import Segment
from workers.agents.transcriber import share_out


def heard(*segments: tuple[float, float, str]) -> Answer:
    """A `verbose_json` answer with these segments: start, end, text."""
    told = [{"id": n, "start": a, "end": b, "text": text} for n, (a, b, text) in enumerate(segments)]
    return Answer(
        [json.dumps({"text": " ".join(text for _, _, text in segments), "segments": told}).encode()]
    )


def late(scene: Scene, windows_of: int = 3) -> None:
    """So many windows of two seconds, with silence between, that wait for ten seconds."""
    scene.take()
    for number in range(windows_of):
        scene.cut(2)
        scene.pause(2)
        scene.turn_back(scene.window(2 * number), "cut_at", 10)


def test_late_windows_are_heard_in_one_request_and_each_gets_its_words(
    scene: Scene, engine: ScriptedEngine
) -> None:
    late(scene)
    engine.will(heard((0.3, 1.6, "My lamp"), (2.2, 3.9, "never came."), (4.4, 5.5, "Where is it?")))
    work(scene, 0)
    assert len(engine.requests) == 1
    assert said(scene) == ["My lamp", "never came.", "Where is it?"]
    assert [(event["window"], event["start"], event["end"]) for event in scene.events("transcript")] == [
        (0, 0.3, 1.6),
        (2, 4.2, 5.9),
        (4, 8.4, 9.5),
    ]
    assert windows(scene) == [(0, "done", "pause"), (2, "done", "pause"), (4, "done", "pause")]
    assert [item for item in scene.ledger() if item in ("w:customer:0", "w:customer:2", "w:customer:4")] == []


def test_a_window_without_words_among_them_is_silent(scene: Scene, engine: ScriptedEngine) -> None:
    late(scene)
    engine.will(heard((0.3, 1.6, "My lamp"), (4.4, 5.5, "never came.")))
    work(scene, 0)
    assert windows(scene) == [(0, "done", "pause"), (2, "silent", "no words"), (4, "done", "pause")]


def test_a_request_that_is_refused_is_tried_window_by_window(scene: Scene, engine: ScriptedEngine) -> None:
    late(scene, 2)
    engine.will(refusal(400, "invalid_request_error"), heard((0.3, 1.6, "My lamp")), refusal(400, "no"))
    work(scene, 0)
    assert windows(scene) == []
    work(scene, 0)
    work(scene, 2)
    assert windows(scene) == [(0, "done", "pause"), (2, "failed", "400 no")]


def test_an_engine_that_fails_gives_all_of_them_back(scene: Scene, engine: ScriptedEngine) -> None:
    late(scene, 2)
    engine.will(refusal(503))
    work(scene, 0)
    for number in (0, 2):
        scene.turn_back(scene.window(number), "due", 60)
    engine.will(heard((0.3, 1.6, "My lamp"), (2.2, 3.9, "never came.")))
    work(scene, 2)
    work(scene, 0)
    assert sorted(said(scene)) == ["My lamp never came."] or said(scene) == ["My lamp", "never came."]


def test_a_window_that_was_held_back_is_hinted_when_there_is_room(
    scene: Scene, engine: ScriptedEngine, hints: Hints
) -> None:
    scene.take()
    for _ in range(3):
        scene.cut()
    first = scene.claim(0)
    scene.claim(1)
    work(scene, 2)
    assert engine.requests == []
    scene.turn_back(scene.window(0), "until", 60)
    engine.will(heard((0.1, 0.9, "Hello.")))
    assert first.number == 0
    work(scene, 0)
    assert f"earpiece.transcribe {scene.call_id} customer 2" in hints()


LENGTHS = [2.0, 3.0, 1.0]


def test_segments_go_where_their_middle_lies() -> None:
    segments = [Segment("a", 0.2, 1.9), Segment("b", 1.6, 3.0), Segment("c", 4.75, 5.5)]
    assert share_out("a b c", segments, LENGTHS) == [
        ("a", [Segment("a", 0.2, 1.9)]),
        ("b", [Segment("b", 0.0, 1.0)]),
        ("c", [Segment("c", 0.0, 0.5)]),
    ]


def test_what_an_engine_tells_beyond_the_end_belongs_to_the_last() -> None:
    shares = share_out("a b", [Segment("a", 0.0, 30.0), Segment("b", 30.0, 31.0)], LENGTHS)
    assert [text for text, _ in shares] == ["", "", "a b"]


@pytest.mark.parametrize("segments", [[], [Segment("a b c")]])
def test_without_times_all_words_go_to_the_first(segments: list[Segment]) -> None:
    assert share_out("a b c", segments, LENGTHS) == [("a b c", segments), ("", []), ("", [])]
