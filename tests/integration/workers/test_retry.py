"""A window that failed for good is a gap that people see; an operator can have it heard again, once."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from app.call_words import keep_words
from app.database import db_session
from app.models import CallEvent, Window
from app.streaming.archive import leg_path
from tests.integration.streaming.scene import SECOND, Scene
from tests.integration.workers.scripted_engine import Answer, ScriptedEngine, refusal, transcription
from tests.integration.workers.test_postcall import words_kept
from tests.integration.workers.test_transcription import said, windows
from workers.retry import retry_window
from workers.transcription import transcribe

Hints = Callable[[], list[str]]


def lose_second_window(scene: Scene, engine: ScriptedEngine) -> None:
    """Three windows, of which the engine refuses the one in the middle."""
    scene.take("customer")
    for answer in (transcription("Good morning to you."), refusal(400), transcription("Goodbye.")):
        engine.will(answer)
        transcribe(str(scene.call_id), "customer", str(scene.cut(2)))


def retry(scene: Scene, engine: ScriptedEngine, answer: Answer) -> None:
    """The task that `windows retry` asks for, and what the engine says to it."""
    engine.will(answer)
    retry_window(str(scene.call_id), "customer", "1")


def retry_twice_at_once(scene: Scene, engine: ScriptedEngine, slow: Answer, quick: Answer) -> None:
    """One retry begins and ends while the engine makes up its mind about another."""

    def answered_late() -> Iterator[bytes]:
        retry(scene, engine, quick)
        yield from slow.parts

    retry(scene, engine, replace(slow, parts=answered_late()))


def close_record(scene: Scene) -> None:
    """As if the summary had been told."""
    scene.store.hset(scene.key, "once:summary", 1)


def written(scene: Scene) -> list[tuple[str, float]]:
    """Type and start of the record's rows."""
    with db_session() as session:
        payloads = session.scalars(
            select(CallEvent.payload).where(CallEvent.call_id == scene.call_id).order_by(CallEvent.number)
        )
        return [(payload["type"], payload["start"]) for payload in payloads]


def test_what_was_not_heard_is_named_and_the_call_goes_on(scene: Scene, engine: ScriptedEngine) -> None:
    lose_second_window(scene, engine)
    assert [event["type"] for event in scene.events()] == ["transcript", "gap", "transcript"]
    (gap,) = scene.events("gap")
    assert (gap["speaker"], gap["start"], gap["end"]) == ("customer", 2.0, 4.0)
    assert gap["reason"] == "the recogniser could not hear this"


def test_operators_see_what_failed_and_have_it_heard_again(
    scene: Scene, engine: ScriptedEngine, operator: FlaskCliRunner, hints: Hints
) -> None:
    lose_second_window(scene, engine)
    hints()
    (line,) = [
        x for x in operator.invoke(args=["windows", "list"]).output.splitlines() if str(scene.call_id) in x
    ]
    assert line == f"{scene.call_id} customer     1 at      2.0 s,  2.0 s, tried 1 times: 400"
    answer = operator.invoke(args=["windows", "retry", str(scene.call_id)])
    assert answer.output == "1 window will be heard again; `windows list` shows what is left.\n"
    assert hints() == [f"earpiece.retry_window {scene.call_id} customer 1"]
    assert operator.invoke(args=["windows", "retry", "nonsense"]).exit_code == 2


def test_words_heard_late_take_the_place_of_the_gap_once(scene: Scene, engine: ScriptedEngine) -> None:
    lose_second_window(scene, engine)
    for _ in range(3):
        retry(scene, engine, transcription("My lamp is here."))
    assert windows(scene)[1] == (1, "done", "retried")
    assert said(scene) == ["Good morning to you.", "My lamp is here.", "Goodbye."]
    late = scene.events()[-1]
    assert (late["id"], late["text"], late["start"]) == (4, "My lamp is here.", 2.0)
    assert len(engine.requests) == 4, "one for each window, one for the retry"


def test_in_a_closed_record_the_gap_itself_becomes_words(scene: Scene, engine: ScriptedEngine) -> None:
    lose_second_window(scene, engine)
    close_record(scene)
    retry(scene, engine, transcription("My lamp is here."))
    assert len(scene.events()) == 3
    assert written(scene) == [("transcript", 0.0), ("transcript", 2.0), ("transcript", 4.0)]
    assert said(scene)[1] == "My lamp is here."


def test_words_heard_late_are_searched_in_a_call_that_is_finished(
    scene: Scene, engine: ScriptedEngine
) -> None:
    lose_second_window(scene, engine)
    with db_session() as session:
        keep_words(session, scene.call_id)
    assert "lamp" not in (words_kept(scene) or "")
    retry(scene, engine, transcription("My lamp is here."))
    assert "'lamp'" in (words_kept(scene) or "")


def test_what_fails_again_stays_failed_and_says_why(scene: Scene, engine: ScriptedEngine) -> None:
    lose_second_window(scene, engine)
    retry(scene, engine, refusal(503))
    assert windows(scene)[1] == (1, "failed", "InternalServerError")
    with db_session() as session:
        query = select(Window.attempts).where(Window.call_id == scene.call_id, Window.number == 1)
        assert session.scalar(query) == 2
    leg_path(scene.call_id, "customer").unlink()
    retry(scene, engine, transcription("Too late."))
    assert windows(scene)[1] == (1, "failed", "its sound is not stored")
    assert len(said(scene)) == 2


def test_a_hole_in_the_file_is_not_taken_for_silence(scene: Scene, engine: ScriptedEngine) -> None:
    lose_second_window(scene, engine)
    with leg_path(scene.call_id, "customer").open("r+b") as file:
        file.seek(2 * SECOND)
        file.write(bytes(2 * SECOND))
    retry(scene, engine, transcription(""))
    assert windows(scene)[1] == (1, "failed", "its sound is not stored")


def test_a_retry_in_which_nobody_speaks_is_silence(scene: Scene, engine: ScriptedEngine) -> None:
    lose_second_window(scene, engine)
    retry(scene, engine, transcription(""))
    assert windows(scene)[1] == (1, "silent", "no words")
    assert len(scene.events("transcript")) == 2


@pytest.mark.parametrize("slow", [transcription("Not quite the same."), transcription(""), refusal(503)])
def test_of_two_retries_at_once_the_quicker_one_counts(
    scene: Scene, engine: ScriptedEngine, slow: Answer
) -> None:
    lose_second_window(scene, engine)
    retry_twice_at_once(scene, engine, slow, quick=transcription("My lamp is here."))
    assert windows(scene)[1] == (1, "done", "retried")
    assert said(scene) == ["Good morning to you.", "My lamp is here.", "Goodbye."]
    assert scene.texts() == ["Good morning to you.", "Goodbye.", "My lamp is here."]


def test_in_a_closed_record_the_quicker_of_two_retries_counts_too(
    scene: Scene, engine: ScriptedEngine
) -> None:
    lose_second_window(scene, engine)
    close_record(scene)
    retry_twice_at_once(scene, engine, transcription("Too late."), quick=transcription("My lamp is here."))
    assert said(scene)[1] == "My lamp is here."
