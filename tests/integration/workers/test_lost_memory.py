"""Redis loses its memory while windows are on their way: what its client still has is heard, once."""

import pytest
import redis
from sqlalchemy import select

from app.database import db_session
from app.models import CallEvent, Transcript, Window
from app.streaming.events import emit
from app.streaming.ledger import finish_window
from app.streaming.restore import restore_call
from app.streaming.scripts import DECLARE_GAP
from tests.integration.streaming.scene import SECOND, Scene, sound
from tests.integration.workers.scripted_engine import ScriptedEngine, transcription
from workers.agents.guards import Words
from workers.transcription import _save, open_call, outcome, transcribe


def begin(scene: Scene) -> None:
    """A call whose customer has spoken three windows."""
    scene.take()
    open_call(str(scene.call_id))
    for _ in range(3):
        scene.cut()


def hear(scene: Scene, engine: ScriptedEngine, number: int, text: str) -> None:
    engine.will(transcription(text))
    transcribe(str(scene.call_id), "customer", str(number))


def test_a_window_that_was_with_the_recogniser_is_heard_from_what_the_client_kept(
    scene: Scene, engine: ScriptedEngine, store: redis.Redis
) -> None:
    begin(scene)
    hear(scene, engine, 0, "First.")
    late = scene.claim(1)
    hear(scene, engine, 2, "Third.")
    assert scene.texts() == ["First."], "the third waits for the second"
    store.flushdb()
    assert restore_call(store, scene.call_id, "speech")
    taken = scene.take(remembers=True)
    assert (taken.epoch, taken.length) == (2, SECOND)
    assert not scene.finish(late, "Second.").kept
    added = scene.append(sound(SECOND, 2 * SECOND), (2 * SECOND, "speech", "pause"))
    DECLARE_GAP(store, scene.key, "customer", taken.fence, 3 * SECOND, "")
    hear(scene, engine, added.first_window, "Second.")
    hear(scene, engine, scene.cut(), "Fourth.")
    assert scene.texts() == ["First.", "Third.", "Second.", "Fourth."]
    with db_session() as session:
        rows = session.execute(
            select(Window.start_byte, Window.end_byte, Transcript.text)
            .join(Transcript, Transcript.start_byte == Window.start_byte)
            .where(Window.call_id == scene.call_id, Transcript.call_id == scene.call_id)
            .order_by(Window.start_byte)
        ).all()
        events = session.scalars(
            select(CallEvent.payload).where(CallEvent.call_id == scene.call_id).order_by(CallEvent.number)
        ).all()
    assert [row.text for row in rows] == ["First.", "Second.", "Third.", "Fourth."]
    assert [row.start_byte // SECOND for row in rows] == [0, 1, 2, 3]
    assert [event["text"] for event in events] == scene.texts()


def test_no_event_is_written_before_the_row_of_its_window(
    scene: Scene, engine: ScriptedEngine, store: redis.Redis
) -> None:
    begin(scene)
    scene.hear(0, "First.")  # told, and its worker died before it wrote anything
    hear(scene, engine, 1, "Second.")
    assert scene.texts() == ["First.", "Second."]
    assert written(scene) == []
    store.flushdb()
    assert restore_call(store, scene.call_id, "speech")
    assert scene.texts() == ["Second."]
    assert scene.take(remembers=True).length == 0


@pytest.mark.parametrize("returned", [True, False])
def test_who_heard_a_window_before_the_loss_writes_nothing_of_it_after(
    scene: Scene, engine: ScriptedEngine, store: redis.Redis, returned: bool
) -> None:
    begin(scene)
    hear(scene, engine, 0, "First.")
    late = scene.claim(1)
    result, event = outcome(late, Words("Second.", confidence=0.9))
    assert finish_window(store, late, result, event, filler=True, suggestion_id="none").kept
    store.flushdb()
    if returned:
        restore_call(store, scene.call_id, "speech")
        scene.take(remembers=True)
        assert scene.cut(0.5) == late.number, "under its number, but shorter"
    _save(late, result, sound(late.start, late.end))
    with db_session() as session:
        rows = session.execute(
            select(Window.start_byte, Window.end_byte).where(Window.call_id == scene.call_id)
        ).all()
    assert [tuple(row) for row in rows] == [(0, SECOND)]
    assert written(scene) == ["First."]


def test_what_was_held_back_is_written_with_the_next(scene: Scene, engine: ScriptedEngine) -> None:
    begin(scene)
    first = scene.claim(0)
    result, event = outcome(first, Words("First.", confidence=0.9))
    finish_window(scene.store, first, result, event, filler=True, suggestion_id="none")
    hear(scene, engine, 1, "Second.")
    assert written(scene) == []
    scene.turn_back(scene.window(0), "until", 60)
    transcribe(str(scene.call_id), "customer", "0")
    assert written(scene) == ["First.", "Second."]


def test_a_gap_of_a_version_before_is_written_and_survives(
    scene: Scene, engine: ScriptedEngine, store: redis.Redis
) -> None:
    begin(scene)
    gap = {"type": "gap", "speaker": "customer", "start": 0.0, "end": 1.0, "reason": "lost"}
    emit(store, scene.call_id, gap)
    hear(scene, engine, 0, "First.")
    assert written(scene) == ["First."]
    store.flushdb()
    assert restore_call(store, scene.call_id, "speech")
    assert [event["type"] for event in scene.events()] == ["gap", "transcript"]


def written(scene: Scene) -> list[str]:
    """The words of the record as the database has it."""
    with db_session() as session:
        payloads = session.scalars(
            select(CallEvent.payload).where(CallEvent.call_id == scene.call_id).order_by(CallEvent.number)
        )
        return [payload["text"] for payload in payloads if payload["type"] == "transcript"]
