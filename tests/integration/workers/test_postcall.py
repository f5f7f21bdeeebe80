"""After a call: figures, summary and sentiment, once, when everything else is written."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from threading import Event, Thread
from typing import Any

import pytest
import redis
import soundfile
from flask.testing import FlaskCliRunner
from sqlalchemy import select, update

from app.clock import now
from app.database import db_session
from app.models import Call, CallEvent, CallStatus, CallWords, Leg
from app.streaming import keys
from app.streaming.archive import recording_path
from tests.integration.streaming.scene import SECOND, Scene, sound
from tests.integration.workers.conftest import forget_settings
from tests.integration.workers.people import add_customer
from tests.integration.workers.scripted_engine import (
    Answer,
    ScriptedEngine,
    completion,
    refusal,
    transcription,
)
from tests.running import eventually
from workers import postcall
from workers.agents.summary import NOBODY_SPOKE, summarise
from workers.lease import LEASE_SECONDS
from workers.maintenance import MISSED_MINUTES, finish_missed
from workers.postcall import KEEP_SECONDS, REFUSALS, finish_call
from workers.transcription import open_call, transcribe

Hints = Callable[[], list[str]]

SUMMARY = {"summary": "The lamp was late.", "sentiment": {"label": "negative", "score": -0.6}}


def summarised() -> Answer:
    return completion(json.dumps(SUMMARY))


def talk(scene: Scene, engine: ScriptedEngine) -> None:
    """Two seconds of the agent, three of the customer, all of it written; then the end."""
    scene.take("agent", paired=True)
    scene.take("customer", paired=True, account_number=add_customer().account_number)
    open_call(str(scene.call_id))
    engine.will(transcription("Good morning."), transcription("My lamp is late."))
    scene.cut(2, speaker="agent")
    transcribe(str(scene.call_id), "agent", "0")
    scene.cut(3)
    transcribe(str(scene.call_id), "customer", "0")
    scene.end()


def row(scene: Scene) -> Call:
    with db_session() as session:
        return session.scalars(select(Call).where(Call.call_id == scene.call_id)).one()


def finish(scene: Scene) -> None:
    """A worker gets the hint."""
    finish_call(str(scene.call_id))


def asked(engine: ScriptedEngine) -> int:
    """How many summaries were paid for."""
    return sum(request.path.endswith("completions") for request in engine.requests)


def test_a_call_gets_its_figures_its_summary_and_its_last_words(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)
    engine.will(summarised())
    finish(scene)
    call = row(scene)
    assert (call.status, call.duration_seconds) == (CallStatus.COMPLETED, 3.0)
    assert (call.agent_talk_seconds, call.customer_talk_seconds) == (2.0, 3.0)
    assert (call.summary, call.sentiment, call.sentiment_score) == ("The lamp was late.", "negative", -0.6)
    assert call.end_time is not None
    assert abs((now() - call.end_time).total_seconds()) < 60
    *_, ended, sentiment, last = scene.events()
    assert [event["type"] for event in (ended, sentiment, last)] == ["call_ended", "sentiment", "summary"]
    assert (sentiment["label"], sentiment["score"]) == ("negative", -0.6)
    assert (last["summary"], last["sentiment"]) == ("The lamp was late.", "negative")
    assert "f" not in scene.ledger()


def words_kept(scene: Scene) -> str | None:
    """What a search finds the call by, when it is finished."""
    with db_session() as session:
        return session.scalar(select(CallWords.words).join(Call).where(Call.call_id == scene.call_id))


def test_its_words_are_gathered_once_it_is_over(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)
    assert words_kept(scene) is None
    engine.will(refusal(503))
    finish(scene)
    assert words_kept(scene) == "'good' 'is' 'lamp' 'late' 'morning' 'my'"


def test_the_legs_are_sealed_with_what_was_sent(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)
    engine.will(summarised())
    finish(scene)
    with db_session() as session:
        legs = {
            leg.speaker.value: leg for leg in session.scalars(select(Leg).where(Leg.call_id == scene.call_id))
        }
    for speaker, seconds in (("agent", 2), ("customer", 3)):
        assert legs[speaker].received_bytes == seconds * SECOND
        assert legs[speaker].sha256 == sha256(sound(0, seconds * SECOND, speaker)).hexdigest()


def test_the_whole_record_is_in_the_database_and_leaves_redis_one_day(
    scene: Scene, engine: ScriptedEngine, store: redis.Redis
) -> None:
    talk(scene, engine)
    engine.will(summarised())
    finish(scene)
    with db_session() as session:
        saved = session.scalars(
            select(CallEvent.payload).where(CallEvent.call_id == scene.call_id).order_by(CallEvent.number)
        ).all()
    assert list(saved) == scene.events()
    left = list(store.scan_iter(f"*{scene.call_id}*"))
    assert left
    assert all(0 < store.ttl(key) <= KEEP_SECONDS for key in left)


def test_the_model_is_told_the_whole_conversation_and_the_form(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)
    engine.will(summarised())
    finish(scene)
    request = engine.requests[-1].json
    task = json.loads(request["messages"][1]["content"])
    assert task["task"] == "summarise"
    assert task["conversation"] == [
        {"speaker": "agent", "text": "Good morning."},
        {"speaker": "customer", "text": "My lamp is late."},
    ]
    assert task["customer"].keys() == {"name", "tier", "status", "account_number"}
    assert request["response_format"]["json_schema"]["name"] == "call_summary"


def test_asking_again_is_harmless(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)
    engine.will(summarised())
    for _ in range(3):
        finish(scene)
    assert asked(engine) == 1
    assert len(scene.events("summary")) == len(scene.events("sentiment")) == 1


def test_two_workers_at_once_ask_once(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)

    def parts() -> Iterator[bytes]:
        finish(scene)  # the other worker, while this one waits for its answer
        yield from summarised().parts

    engine.will(Answer(parts()))
    finish(scene)
    assert asked(engine) == 1
    assert len(scene.events("summary")) == 1


class Sleeper:
    """A worker that finishes a call, and sleeps while the engine answers; meanwhile its lease runs out."""

    def __init__(self, scene: Scene, engine: ScriptedEngine, answer: Answer) -> None:
        self._woken = Event()
        self._parts = list(answer.parts)
        before = asked(engine)
        engine.will(Answer(self._when_woken(), answer.status))
        self._thread = Thread(target=finish, args=(scene,))
        self._thread.start()
        eventually("its question", lambda: asked(engine) > before)
        scene.store.delete(keys.finishing(scene.call_id))

    def wake(self) -> None:
        """Let it do what it was about to do."""
        self._woken.set()
        self._thread.join(10)

    def _when_woken(self) -> Iterator[bytes]:
        assert self._woken.wait(30)
        yield from self._parts


def test_one_who_slept_beyond_the_lease_lets_no_third_in(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)
    first = Sleeper(scene, engine, refusal(503))

    def parts() -> Iterator[bytes]:
        first.wake()
        finish(scene)  # a third, while the second waits for its answer
        yield from summarised().parts

    engine.will(Answer(parts()))
    finish(scene)
    assert asked(engine) == 2
    assert row(scene).summary == "The lamp was late."


def test_a_refusal_that_comes_late_does_not_count(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)
    edit(scene, summary_refusals=REFUSALS - 1)
    first = Sleeper(scene, engine, refusal(400))
    engine.will(summarised())
    finish(scene)
    first.wake()
    call = row(scene)
    assert (call.summary, call.summary_failure) == ("The lamp was late.", None)
    assert [event["summary"] for event in scene.events("summary")] == ["The lamp was late."]


def test_a_lease_is_no_longer_when_the_record_is_told(
    scene: Scene, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk(scene, engine)
    left: list[int] = []
    monkeypatch.setattr(
        postcall, "write_recording", lambda *_: left.append(scene.store.ttl(keys.finishing(scene.call_id)))
    )
    engine.will(summarised())
    finish(scene)
    assert len(left) == 1
    assert 0 < left[0] <= LEASE_SECONDS, "should this worker die now, the next need not wait for an hour"


def test_a_call_that_goes_on_is_not_finished(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    scene.say("Hello?")
    finish(scene)
    assert engine.requests == []
    assert scene.events("summary") == []


def test_a_call_of_which_a_window_is_not_written_yet_waits(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    scene.append(sound(0, SECOND))
    scene.end()
    finish(scene)
    assert scene.events("summary") == []
    engine.will(transcription("Hello?"), summarised())
    transcribe(str(scene.call_id), "customer", "0")
    finish(scene)
    assert row(scene).summary == "The lamp was late."


@pytest.mark.parametrize("failure", [refusal(429), refusal(400), completion("not in the form")])
def test_a_summary_that_fails_waits_on_the_ledger(
    scene: Scene, engine: ScriptedEngine, failure: Answer
) -> None:
    talk(scene, engine)
    engine.will(failure)
    finish(scene)
    assert row(scene).status == CallStatus.COMPLETED
    assert row(scene).summary is None
    assert scene.events()[-1]["type"] == "call_ended"
    assert "f" in scene.ledger()
    engine.will(summarised())
    finish(scene)
    assert scene.events()[-1]["type"] == "summary"
    assert "f" not in scene.ledger()


REFUSED = [
    (refusal(400, "context_length_exceeded"), "400 context_length_exceeded"),
    (refusal(422), "422"),
    (completion("not in the form"), "the answer is not in the form asked for"),
]


def refuse(scene: Scene, engine: ScriptedEngine, answer: Answer, times: int = REFUSALS) -> None:
    """So many hints, each of which the engine refuses."""
    for _ in range(times):
        engine.will(answer)
        finish(scene)


@pytest.mark.parametrize(("answer", "why"), REFUSED)
def test_a_summary_that_is_refused_for_good_is_given_up_and_says_so(
    scene: Scene, engine: ScriptedEngine, answer: Answer, why: str
) -> None:
    talk(scene, engine)
    refuse(scene, engine, answer, REFUSALS - 1)
    assert (scene.events()[-1]["type"], row(scene).summary_failure) == ("call_ended", None)
    refuse(scene, engine, answer, 1)
    call = row(scene)
    assert (call.summary, call.sentiment, call.summary_failure) == (None, None, why)
    last = scene.events()[-1]
    assert {name: last[name] for name in ("type", "summary", "sentiment", "failure")} == {
        "type": "summary", "summary": "", "sentiment": None, "failure": why,
    }  # fmt: skip
    assert call.recording_url is not None
    assert "f" not in scene.ledger()


def test_a_summary_that_was_given_up_costs_nothing_more(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)
    refuse(scene, engine, refusal(400))
    edit(scene, end_time=now() - timedelta(minutes=MISSED_MINUTES + 1))
    finish_missed()
    for _ in range(3):
        finish(scene)
    assert asked(engine) == REFUSALS
    assert len(scene.events("summary")) == 1


@pytest.mark.parametrize(
    "failure", [refusal(429), refusal(503), refusal(401), refusal(404), refusal(429, "insufficient_quota")]
)
def test_trouble_that_passes_never_gives_a_summary_up(
    scene: Scene, engine: ScriptedEngine, failure: Answer
) -> None:
    talk(scene, engine)
    refuse(scene, engine, failure, 2 * REFUSALS)
    assert (row(scene).summary_refusals, row(scene).summary_failure) == (0, None)
    assert "f" in scene.ledger()
    engine.will(summarised())
    finish(scene)
    assert scene.events()[-1]["summary"] == "The lamp was late."


def test_asked_again_one_more_refusal_is_enough_and_a_summary_stands(
    scene: Scene, engine: ScriptedEngine, operator: FlaskCliRunner, hints: Hints
) -> None:
    talk(scene, engine)
    refuse(scene, engine, refusal(400, "too_long"))
    hints()
    listed = operator.invoke(args=["summaries", "list"]).output
    assert f"{scene.call_id} began" in listed
    assert "400 too_long" in listed
    for answer, summary, failure in (
        (refusal(422), None, "422"),
        (summarised(), "The lamp was late.", None),
    ):
        told = operator.invoke(args=["summaries", "retry", str(scene.call_id)]).output
        assert told == "1 summary asked for again; `summaries list` shows what is given up once more.\n"
        assert hints() == [f"earpiece.finish_call {scene.call_id}"]
        refuse(scene, engine, answer, 1)
        assert (row(scene).summary, row(scene).summary_failure) == (summary, failure)
    assert str(scene.call_id) not in operator.invoke(args=["summaries", "list"]).output
    assert [event["summary"] for event in scene.events("summary")] == [""], "the record is closed"


def test_what_is_written_by_hand_is_no_failure_though_the_mood_is_given_up(
    scene: Scene, engine: ScriptedEngine
) -> None:
    talk(scene, engine)
    edit(scene, summary="By hand.")
    refuse(scene, engine, refusal(400))
    last = scene.events()[-1]
    assert (last["type"], last["summary"], last["sentiment"]) == ("summary", "By hand.", None)
    assert "failure" not in last
    assert "f" not in scene.ledger()


def test_a_summary_that_a_person_emptied_is_paid_for_once(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)
    edit(scene, summary="")
    for _ in range(3):
        engine.will(summarised())
        finish(scene)
    assert asked(engine) == 1
    assert (row(scene).summary, row(scene).sentiment) == ("", "negative")
    assert "f" not in scene.ledger()


def test_a_call_on_which_nobody_spoke_costs_nothing(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take("agent")
    scene.end()
    finish(scene)
    call = row(scene)
    assert (call.summary, call.sentiment, call.duration_seconds) == (NOBODY_SPOKE, "neutral", 0.0)
    assert (call.agent_talk_seconds, call.customer_talk_seconds) == (0.0, 0.0)
    assert engine.requests == []


def test_an_abandoned_call_is_finished_like_any_other(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    scene.end(status="abandoned")
    finish(scene)
    assert row(scene).status == CallStatus.ABANDONED
    assert scene.events()[-1]["type"] == "summary"


def test_a_summary_that_was_written_but_not_told_is_told(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)
    with db_session() as session:
        session.execute(
            update(Call)
            .where(Call.call_id == scene.call_id)
            .values(summary="Written by one who died.", sentiment="positive", sentiment_score=0.4)
        )
    finish(scene)
    assert scene.events()[-1]["summary"] == "Written by one who died."
    assert scene.events("sentiment")[0]["score"] == 0.4
    assert asked(engine) == 0


def test_while_the_database_is_away_the_work_waits(
    scene: Scene, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    talk(scene, engine)
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://nobody@127.0.0.1:1/none")
    forget_settings()
    finish(scene)
    assert "f" in scene.ledger()
    monkeypatch.setenv("DATABASE_URL", database_url)
    forget_settings()
    engine.will(summarised())
    finish(scene)
    assert row(scene).summary == "The lamp was late."


def test_a_call_that_redis_has_forgotten_is_finished_from_its_rows(
    scene: Scene, engine: ScriptedEngine, store: redis.Redis
) -> None:
    talk(scene, engine)
    store.flushdb()
    with db_session() as session:
        session.execute(
            update(Call)
            .where(Call.call_id == scene.call_id)
            .values(status=CallStatus.ABANDONED, end_time=now())
        )
    engine.will(summarised())
    finish(scene)
    call = row(scene)
    assert (call.status, call.summary) == (CallStatus.ABANDONED, "The lamp was late.")
    assert (call.agent_talk_seconds, call.customer_talk_seconds) == (2.0, 3.0)
    assert store.exists(keys.call(scene.call_id)) == 0, "nothing of it comes back to life"


def test_a_worker_that_dies_while_it_finishes_does_not_keep_the_others_out_for_good(
    scene: Scene, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk(scene, engine)

    def die(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(postcall, "summarise", die)
        with pytest.raises(ZeroDivisionError):
            finish(scene)
    engine.will(summarised())
    finish(scene)
    assert row(scene).summary == "The lamp was late."


def edit(scene: Scene, **columns: Any) -> None:
    """A person writes in the wrap-up."""
    with db_session() as session:
        session.execute(update(Call).where(Call.call_id == scene.call_id).values(**columns))


def test_what_a_person_wrote_first_is_not_overwritten(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)
    edit(scene, summary="By hand.")
    engine.will(summarised())
    finish(scene)
    call = row(scene)
    assert (call.summary, call.sentiment, call.sentiment_score) == ("By hand.", "negative", -0.6)
    assert scene.events()[-1]["summary"] == "By hand."


def test_what_a_person_writes_while_the_assistant_thinks_stays_too(
    scene: Scene, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk(scene, engine)

    def slowly(*asked: Any) -> Any:
        edit(scene, sentiment="positive", summary="By hand.")
        return summarise(*asked)

    monkeypatch.setattr(postcall, "summarise", slowly)
    engine.will(summarised())
    finish(scene)
    call = row(scene)
    assert (call.summary, call.sentiment, call.sentiment_score) == ("By hand.", "positive", None)


def test_a_call_that_a_person_took_is_wrapped_up_and_stays_closed_when_it_is(
    scene: Scene, engine: ScriptedEngine
) -> None:
    scene.take("agent", agent_id="4711")
    scene.cut(2, speaker="agent", kind="silent")
    transcribe(str(scene.call_id), "agent", "0")
    scene.end()
    assert scene.events()[-1]["status"] == "wrap_up"
    finish(scene)
    assert row(scene).status == CallStatus.WRAP_UP
    edit(scene, status=CallStatus.COMPLETED)
    finish(scene)
    assert row(scene).status == CallStatus.COMPLETED


def test_a_call_that_is_over_gets_its_recording(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)
    engine.will(summarised())
    finish(scene)
    call = row(scene)
    assert call.recording_url == f"/api/calls/{scene.call_id}/recording"
    samples, rate = soundfile.read(recording_path(scene.call_id), dtype="int16")
    assert len(samples) / rate == call.duration_seconds == 3.0
    assert samples[:, 1].tobytes() == sound(0, 3 * SECOND), "the customer is on the right"
    assert samples[: 2 * rate, 0].tobytes() == sound(0, 2 * SECOND, "agent")
    assert not samples[2 * rate :, 0].any()
    assert recording_path(scene.call_id).stat().st_mode & 0o077 == 0


def test_a_recording_does_not_wait_for_the_summary(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)
    finish(scene)
    assert row(scene).recording_url is not None
    assert "f" in scene.ledger()


def test_a_recording_that_cannot_be_written_is_tried_again(scene: Scene, engine: ScriptedEngine) -> None:
    talk(scene, engine)
    recording_path(scene.call_id).mkdir()
    engine.will(summarised())
    finish(scene)
    assert (row(scene).summary, row(scene).recording_url) == ("The lamp was late.", None)
    assert "f" in scene.ledger()
    recording_path(scene.call_id).rmdir()
    finish(scene)
    assert row(scene).recording_url is not None
    assert "f" not in scene.ledger()
    assert asked(engine) == 1


def test_a_call_without_sound_has_no_recording(scene: Scene) -> None:
    scene.take("agent")
    scene.end()
    finish(scene)
    assert row(scene).recording_url is None
    assert "f" not in scene.ledger()
