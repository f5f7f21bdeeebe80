"""A row that PostgreSQL refuses for good is set aside: its call goes on, and an operator has it written."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import delete, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.call_words import keep_words
from app.database import db_session, refusal
from app.models import AiSuggestion, Call, CallEvent, Leg, RefusedRow
from app.streaming.events import emit
from tests.integration.streaming.scene import Scene
from tests.integration.workers.conftest import forget_settings
from tests.integration.workers.scripted_engine import ScriptedEngine, says, transcription
from tests.integration.workers.test_postcall import summarised, words_kept
from tests.integration.workers.test_transcription import said, windows
from workers import transcription as task
from workers.postcall import finish_call
from workers.suggestions import suggest
from workers.transcription import open_call, transcribe

NOTE = {"type": "note", "text": "Be\0kind.", "from": "Zoe"}


def refused(scene: Scene) -> list[tuple[str, str]]:
    """Table and reason of what was set aside of the call."""
    with db_session() as session:
        rows = session.scalars(
            select(RefusedRow).where(RefusedRow.call_id == scene.call_id).order_by(RefusedRow.id)
        )
        return [(row.table, row.reason) for row in rows]


def kinds(scene: Scene) -> list[str]:
    """The types of the events in the database."""
    with db_session() as session:
        payloads = session.scalars(
            select(CallEvent.payload).where(CallEvent.call_id == scene.call_id).order_by(CallEvent.number)
        )
        return [payload["type"] for payload in payloads]


def hear(scene: Scene, engine: ScriptedEngine, *words: str) -> None:
    """The customer's next windows, each to its end."""
    for each in words:
        engine.will(transcription(each))
        transcribe(str(scene.call_id), "customer", str(scene.cut(2)))


@contextmanager
def forbidding(table: str, condition: str) -> Iterator[None]:
    """Until the block ends PostgreSQL refuses new rows for which the condition does not hold."""
    with db_session() as session:
        session.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT forbidden CHECK ({condition}) NOT VALID"))
    try:
        yield
    finally:
        with db_session() as session:
            session.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT forbidden"))


@pytest.fixture
def no_lamps(scene: Scene) -> AbstractContextManager[None]:
    """Words that speak of lamps are refused."""
    return forbidding("transcripts", "text NOT LIKE '%lamp%'")


def test_an_event_that_is_refused_holds_up_nothing(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    emit(scene.store, scene.call_id, NOTE)
    hear(scene, engine, "Good morning to you.", "My lamp is late.")
    assert said(scene) == ["Good morning to you.", "My lamp is late."]
    assert kinds(scene) == ["transcript", "transcript"]
    assert refused(scene) == [("call_events", "UntranslatableCharacter")]
    assert not [item for item in scene.ledger() if item.startswith("w:")]


def test_words_that_are_refused_leave_the_rest_of_the_call_whole(
    scene: Scene, engine: ScriptedEngine, no_lamps: AbstractContextManager[None]
) -> None:
    scene.take()
    with no_lamps:
        hear(scene, engine, "Good morning to you.", "My lamp is late.", "Goodbye.")
    assert said(scene) == ["Good morning to you.", "Goodbye."]
    assert [state for _, state, _ in windows(scene)] == ["done", "done", "done"]
    assert kinds(scene) == ["transcript", "transcript", "transcript"]
    assert refused(scene) == [("transcripts", "CheckViolation forbidden")]


def test_operators_see_what_was_refused_and_have_it_written(
    scene: Scene,
    engine: ScriptedEngine,
    operator: FlaskCliRunner,
    no_lamps: AbstractContextManager[None],
) -> None:
    scene.take()
    call = str(scene.call_id)
    with no_lamps:
        hear(scene, engine, "My lamp is late.", "Goodbye.")
        listed = operator.invoke(args=["rows", "list"]).output
        (line,) = [each for each in listed.splitlines() if call in each]
        assert line.startswith(f"{call} transcripts at ")
        assert line.endswith(": CheckViolation forbidden")
        again = operator.invoke(args=["rows", "retry", call])
        assert again.exit_code == 1
        assert again.output == "0 rows written.\nError: 1 row refused again; `rows list` says why.\n"
    assert operator.invoke(args=["rows", "retry", call]).output == "1 row written.\n"
    assert said(scene) == ["My lamp is late.", "Goodbye."]
    assert refused(scene) == []
    assert operator.invoke(args=["rows", "retry", "nonsense"]).exit_code == 2


def test_words_that_are_written_after_all_are_searched(
    scene: Scene,
    engine: ScriptedEngine,
    operator: FlaskCliRunner,
    no_lamps: AbstractContextManager[None],
) -> None:
    scene.take()
    with no_lamps:
        hear(scene, engine, "My lamp is late.", "Goodbye.")
    with db_session() as session:
        keep_words(session, scene.call_id)
    assert words_kept(scene) == "'goodbye'"
    operator.invoke(args=["rows", "retry", str(scene.call_id)])
    assert words_kept(scene) == "'goodbye' 'is' 'lamp' 'late' 'my'"


def test_what_is_told_of_a_refusal_holds_no_words(
    scene: Scene,
    engine: ScriptedEngine,
    operator: FlaskCliRunner,
    no_lamps: AbstractContextManager[None],
    capfd: pytest.CaptureFixture[str],
) -> None:
    scene.take()
    with no_lamps:
        hear(scene, engine, "My lamp is late.")
    told = operator.invoke(args=["rows", "list"]).output + "".join(capfd.readouterr())
    assert "row_refused" in told
    assert "lamp" not in told


def test_a_row_is_set_aside_once_however_often_its_window_is_saved(
    scene: Scene,
    engine: ScriptedEngine,
    no_lamps: AbstractContextManager[None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene.take()
    with no_lamps:
        with monkeypatch.context() as patched:  # a worker that dies before it has settled the window
            patched.setattr(task, "settle_window", lambda *_: False)
            hear(scene, engine, "My lamp is late.")
        scene.turn_back(scene.window(0), "until", 60)
        transcribe(str(scene.call_id), "customer", "0")
    assert refused(scene) == [("transcripts", "CheckViolation forbidden")]
    assert not [item for item in scene.ledger() if item.startswith("w:")]


def test_a_suggestion_that_is_refused_leaves_the_ledger(
    scene: Scene, engine: ScriptedEngine, operator: FlaskCliRunner
) -> None:
    scene.take()
    (suggestion_id,) = scene.say("Where is my order?")
    engine.will(says("tip\n", "It is on its way."))
    with forbidding("ai_suggestions", "message = ''"):
        suggest(str(scene.call_id), suggestion_id)
    assert refused(scene) == [("ai_suggestions", "CheckViolation forbidden")]
    assert f"s:{suggestion_id}" not in scene.ledger()
    operator.invoke(args=["rows", "retry", str(scene.call_id)])
    with db_session() as session:
        row = session.scalars(select(AiSuggestion).where(AiSuggestion.call_id == scene.call_id)).one()
    assert (str(row.id), row.message, row.citations) == (suggestion_id, "It is on its way.", [])


def test_a_call_whose_last_words_are_refused_is_finished(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    open_call(str(scene.call_id))
    scene.end()
    emit(scene.store, scene.call_id, NOTE)
    finish_call(str(scene.call_id))
    assert kinds(scene) == ["call_ended", "sentiment", "summary"]
    assert refused(scene) == [("call_events", "UntranslatableCharacter")]
    assert scene.ledger() == []


def test_a_call_that_is_refused_waits_with_all_that_belongs_to_it(
    scene: Scene, engine: ScriptedEngine, operator: FlaskCliRunner
) -> None:
    scene.take(agent_name="Ann")
    with forbidding("calls", "agent_name <> 'Ann'"):
        open_call(str(scene.call_id))
        hear(scene, engine, "My lamp is late.")
        scene.end()
        finish_call(str(scene.call_id))
    assert [table for table, _ in refused(scene)][:2] == ["calls", "legs"]
    assert [item for item in scene.ledger() if item[0] in "owf"] == ["f"]
    operator.invoke(args=["rows", "retry", str(scene.call_id)])
    assert refused(scene) == []
    assert said(scene) == ["My lamp is late."]
    assert [state for _, state, _ in windows(scene)] == ["done"]
    engine.will(summarised())
    finish_call(str(scene.call_id))
    assert "f" not in scene.ledger()


def test_a_call_whose_row_is_gone_gets_it_back(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    open_call(str(scene.call_id))
    scene.cut(1, kind="silent")
    with db_session() as session:
        session.execute(delete(Leg).where(Leg.call_id == scene.call_id))
        session.execute(delete(Call).where(Call.call_id == scene.call_id))
    hear(scene, engine, "My lamp is late.")
    assert said(scene) == ["My lamp is late."]
    assert refused(scene) == []


def attempt(statement: str, **parameters: Any) -> Exception:
    """What PostgreSQL says to it."""
    with pytest.raises((SQLAlchemyError, ValueError)) as raised, db_session() as session:
        session.execute(text(statement), parameters)
    return raised.value


@pytest.mark.parametrize(
    ("statement", "parameters", "name"),
    [
        ("SELECT :words", {"words": "a\0b"}, "ValueError"),
        ("SELECT :words", {"words": "\ud800"}, "UnicodeEncodeError"),
        ("SELECT CAST(:json AS jsonb)", {"json": '"\\u0000"'}, "UntranslatableCharacter"),
        ("SELECT CAST(:json AS jsonb)", {"json": "NaN"}, "InvalidTextRepresentation"),
        ("SELECT CAST(:number AS integer)", {"number": 2**40}, "NumericValueOutOfRange"),
        (
            "SELECT to_tsvector('simple', string_agg('word' || n, ' ')) FROM generate_series(1, 200000) n",
            {},
            "ProgramLimitExceeded",
        ),
        ("SELECT nothing FROM nowhere", {}, None),
        ("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)", {}, None),
    ],
)
def test_what_no_asking_again_mends_has_a_name(
    scene: Scene, statement: str, parameters: dict[str, Any], name: str | None
) -> None:
    assert refusal(attempt(statement, **parameters)) == name


def test_a_database_that_is_away_refuses_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://nobody@127.0.0.1:1/none")
    forget_settings()
    assert refusal(attempt("SELECT 1")) is None
