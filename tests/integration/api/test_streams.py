"""Server-sent events from a real gunicorn, over real sockets."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.api import accounts
from app.database import db_session
from app.models import Call, CallEvent, CallStatus, Leg, Speaker
from app.streaming import keys
from app.streaming.connection import store
from app.streaming.events import emit, tell
from app.streaming.legs import take_leg
from app.streaming.restore import restore_call
from app.streaming.ringing import UNANSWERED_SECONDS, accept, ring
from app.streaming.scripts import END_CALL
from tests.integration.api.conftest import BEGINNING, add_call

ROOT = Path(__file__).parents[3]
SECONDS = 20
"""To wait for what comes at once."""


class Stream:
    """A client of server-sent events."""

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        self._connection.request("GET", path, headers=headers)
        self._response = self._connection.getresponse()
        self.status = self._response.status
        self.last_event_id = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._response.close()
        self._connection.close()

    def __iter__(self) -> Iterator[tuple[int | None, dict[str, Any]]]:
        """Each event with the number in its id, until the stream ends; comments are passed over."""
        number = None
        for line in self._response:
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "id":
                self.last_event_id = value
                number = int(value.partition("-")[2])
            elif field == "data":
                yield number, json.loads(value)
                number = None

    def take(self, count: int) -> list[tuple[int | None, str]]:
        """The ids and types of the next events."""
        return [(number, event["type"]) for number, event in islice(self, count)]

    def rest(self) -> list[tuple[int | None, str]]:
        """The same, of all that come before the stream ends."""
        return [(number, event["type"]) for number, event in self]


Listen = Callable[..., Stream]


@pytest.fixture
def listen(web: int, app: Flask) -> Listen:
    """Open a stream as a machine, or as the one to whom other headers belong."""
    with db_session() as db:
        token, _ = accounts.issue_token(db, "listener")

    def opened(path: str, last_event_id: int | str | None = None, **headers: str) -> Stream:
        given = headers or {"Authorization": f"Bearer {token}"}
        if last_event_id is not None:
            given["Last-Event-ID"] = str(last_event_id)
        return Stream(web, path, given)

    return opened


@pytest.fixture
def running(app: Flask) -> UUID:
    """A call of user 1 that Redis knows and that has no row yet."""
    call_id = uuid4()
    take_leg(store(), call_id, "agent", 16000, paired=True, policy="speech", facts={"agent_id": "1"})
    return call_id


@pytest.fixture
def saved() -> UUID:
    """A call that goes on, whose third event has no row yet."""
    call_id = add_call(status=CallStatus.ACTIVE, duration_seconds=None)
    take_leg(store(), call_id, "agent", 16000, paired=True, policy="speech", facts={})
    record(call_id, "customer", "hold", "note")
    with db_session() as db:
        add_leg(db, call_id, epoch=1)
        for number, kind in enumerate(["customer", "hold"], 1):
            db.add(CallEvent(call_id=call_id, number=number, payload={"type": kind}))
    return call_id


def add_leg(db: Session, call_id: UUID, epoch: int) -> None:
    """The agent's, without a byte."""
    fields: dict[str, Any] = {"sample_rate": 16000, "starts_at": 0, "received_bytes": 0, "epoch": epoch}
    db.add(Leg(call_id=call_id, speaker=Speaker.AGENT, **fields))


def lose_and_restore(call_id: UUID) -> None:
    """Empty Redis, and take the call up again from its rows, as the next socket of its does."""
    store().flushdb()
    assert restore_call(store(), call_id, "speech")


def record(call_id: UUID, *kinds: str) -> None:
    """Add events of these types to the record."""
    for kind in kinds:
        emit(store(), call_id, {"type": kind})


class TestTranscript:
    def test_it_tells_what_was_recorded_and_then_what_comes_until_the_summary(
        self, listen: Listen, running: UUID
    ) -> None:
        record(running, "customer", "transcript")
        with listen(f"/api/stream/transcript/{running}") as stream:
            assert stream.take(2) == [(1, "customer"), (2, "transcript")]
            _wait_until(lambda: store().pubsub_numsub(keys.feed(running))[0][1] == 1)
            record(running, "suggestion_started")
            assert stream.take(1) == [(3, "suggestion_started")]
            tell(store(), running, {"type": "suggestion_delta", "offset": 0, "content": "Say"})
            assert stream.take(1) == [(None, "suggestion_delta")]
            record(running, "suggestion", "call_ended", "sentiment", "summary")
            assert stream.rest() == [
                (4, "suggestion"),
                (5, "call_ended"),
                (6, "sentiment"),
                (7, "summary"),
            ]

    def test_an_event_is_the_json_that_the_socket_tells(self, listen: Listen, running: UUID) -> None:
        emit(store(), running, {"type": "transcript", "text": "Où est-il?\nHere <b>"})
        with listen(f"/api/stream/transcript/{running}") as stream:
            assert next(iter(stream)) == (
                1,
                {"id": 1, "type": "transcript", "call_id": str(running), "text": "Où est-il?\nHere <b>"},
            )

    def test_who_comes_back_hears_what_they_missed_and_nothing_twice(
        self, listen: Listen, running: UUID
    ) -> None:
        record(running, "customer", "transcript", "transcript")
        with listen(f"/api/stream/transcript/{running}", last_event_id=2) as stream:
            assert stream.take(1) == [(3, "transcript")]
            record(running, "transcript")
            assert stream.take(1) == [(4, "transcript")]

    def test_an_id_from_a_record_that_was_lost_counts_for_nothing(
        self, listen: Listen, running: UUID
    ) -> None:
        record(running, "customer")
        with listen(f"/api/stream/transcript/{running}", last_event_id=40) as stream:
            assert stream.take(2) == [(0, "rewind"), (1, "customer")]

    def test_who_follows_while_redis_loses_its_memory_is_led_back_to_what_survived(
        self, listen: Listen, saved: UUID
    ) -> None:
        path = f"/api/stream/transcript/{saved}"
        with listen(path) as stream:
            assert stream.take(3) == [(1, "customer"), (2, "hold"), (3, "note")]
            _wait_until(lambda: store().pubsub_numsub(keys.feed(saved))[0][1] == 1)
            lose_and_restore(saved)
            record(saved, "alert", "transcript")
            assert stream.take(3) == [(2, "rewind"), (3, "alert"), (4, "transcript")]
        with listen(path, last_event_id=stream.last_event_id) as stream:
            record(saved, "note")
            assert stream.take(1) == [(5, "note")]

    def test_who_comes_back_after_redis_lost_its_memory_is_led_back_to_what_survived(
        self, listen: Listen, saved: UUID
    ) -> None:
        path = f"/api/stream/transcript/{saved}"
        with listen(path) as stream:
            stream.take(3)
        lose_and_restore(saved)
        record(saved, "alert", "transcript")
        with listen(path, last_event_id=stream.last_event_id) as again:
            assert again.take(3) == [(2, "rewind"), (3, "alert"), (4, "transcript")]

    def test_who_comes_back_after_a_loss_to_a_finished_call_is_told_all_of_it_again(
        self, listen: Listen
    ) -> None:
        call_id = _finished_call(epoch=2)
        with listen(f"/api/stream/transcript/{call_id}", last_event_id="1-3") as stream:
            assert stream.rest() == [(0, "rewind"), (1, "transcript"), (2, "call_ended"), (3, "summary")]
        with listen(f"/api/stream/transcript/{call_id}", last_event_id=stream.last_event_id) as stream:
            assert stream.status == 204

    def test_nothing_is_missed_when_the_subscription_is_cut(self, listen: Listen, running: UUID) -> None:
        record(running, "customer")
        with listen(f"/api/stream/transcript/{running}") as stream:
            assert stream.take(1) == [(1, "customer")]
            for _ in range(3):
                store().client_kill_filter(_type="pubsub")
                record(running, "transcript")
            assert stream.take(3) == [(2, "transcript"), (3, "transcript"), (4, "transcript")]

    def test_a_finished_call_is_replayed_from_the_database_and_ends(self, listen: Listen) -> None:
        call_id = _finished_call()
        with listen(f"/api/stream/transcript/{call_id}") as stream:
            assert stream.rest() == [(1, "transcript"), (2, "call_ended"), (3, "summary")]
        with listen(f"/api/stream/transcript/{call_id}", last_event_id=2) as stream:
            assert stream.rest() == [(3, "summary")]

    def test_who_has_all_of_a_finished_call_is_told_not_to_come_back(self, listen: Listen) -> None:
        with listen(f"/api/stream/transcript/{_finished_call()}", last_event_id=3) as stream:
            assert (stream.status, stream.rest()) == (204, [])

    def test_a_call_whose_summary_is_written_ends_though_redis_still_has_it(
        self, listen: Listen, running: UUID
    ) -> None:
        record(running, "call_ended", "summary")
        with listen(f"/api/stream/transcript/{running}") as stream:
            assert stream.rest() == [(1, "call_ended"), (2, "summary")]

    def test_another_agents_call_is_not_there_live_or_finished(
        self, listen: Listen, cookie: Callable[[str], str], running: UUID
    ) -> None:
        ann, bob = cookie("Ann"), cookie("Bob")
        finished = add_call(agent="Ann")
        record(running, "customer")
        with listen(f"/api/stream/transcript/{running}", Cookie=ann) as stream:
            assert stream.take(1) == [(1, "customer")]
        for call_id in (running, finished, uuid4()):
            with listen(f"/api/stream/transcript/{call_id}", Cookie=bob) as stream:
                assert stream.status == 404


class TestPerson:
    def test_a_supervisor_sees_calls_begin_go_on_and_end(self, listen: Listen, running: UUID) -> None:
        with listen("/api/events") as stream:
            told = (event for _, event in stream)
            assert next(told) == {"type": "ringing", "calls": [], "unanswered": []}
            assert next(told) == {"type": "live_calls", "calls": []}
            with db_session() as db:
                row = {"start_time": BEGINNING, "status": CallStatus.ACTIVE, "agent_name": "Ann"}
                db.add(Call(call_id=running, **row))
            call = next(told)["call"]
            assert (call["call_id"], call["agent_name"], call["last_line"]) == (str(running), "Ann", None)
            tell_of_a_call(running)
            with listen("/api/events") as late:
                assert [event["type"] for _, event in islice(late, 2)] == ["ringing", "live_calls"]
            while not call["last_alert"] or not call["mood"]:
                call = next(told)["call"]
            assert call["last_line"] == {"speaker": "customer", "text": "I leave.", "end": 4.0}
            assert (call["alerts"], call["last_alert"]["kind"]) == (2, "legal")
            assert call["mood"] == {"label": "negative", "score": -0.5}
            store().hset(keys.call(running), "status", "completed")
            assert next(told) == {"type": "call_over", "call_id": str(running)}

    def test_an_agent_sees_what_rings_and_nothing_of_others_calls(
        self, listen: Listen, cookie: Callable[[str], str]
    ) -> None:
        add_call(status=CallStatus.ACTIVE)
        call_id = uuid4()
        with listen("/api/events", Cookie=cookie("Ann")) as stream:
            told = (event for _, event in stream)
            assert next(told) == {"type": "ringing", "calls": [], "unanswered": []}
            ring(store(), call_id, "speech", {"call_id": str(call_id), "name": "Zoe"}, {})
            zoe = {"call_id": str(call_id), "name": "Zoe"}
            assert next(told) == {"type": "ringing", "calls": [zoe], "unanswered": []}
            accept(store(), call_id, 1, "Bob")
            assert next(told) == {"type": "ringing", "calls": [], "unanswered": []}

    def test_an_agent_is_told_for_a_while_of_a_call_that_rang_in_vain(self, listen: Listen) -> None:
        call_id = uuid4()
        zoe = {"call_id": str(call_id), "name": "Zoe"}
        with listen("/api/events") as stream:
            told = (event for _, event in stream if event["type"] == "ringing")
            ring(store(), call_id, "speech", zoe, {})
            END_CALL(store(), keys.call(call_id), "", "abandoned", "", "ringing")
            in_vain = next(event for event in told if event["unanswered"])
            assert (in_vain["calls"], in_vain["unanswered"]) == ([], [zoe])
            store().zincrby(keys.CALLS_UNANSWERED, -1000 * UNANSWERED_SECONDS, json.dumps(zoe))
            assert next(told) == {"type": "ringing", "calls": [], "unanswered": []}

    def test_a_stranger_is_told_nothing(self, web: int) -> None:
        with Stream(web, "/api/events", {}) as stream:
            assert stream.status == 401


def tell_of_a_call(call_id: UUID) -> None:
    """Words, a mood and two alerts."""
    alert = {"type": "alert", "message": "Listen.", "trigger": "I leave."}
    for event in (
        {"type": "transcript", "speaker": "agent", "text": "Hello.", "end": 1.0},
        {"type": "transcript", "speaker": "customer", "text": "I leave.", "end": 4.0},
        {**alert, "kind": "leaving"},
        {**alert, "kind": "legal"},
        {"type": "sentiment", "label": "negative", "score": -0.5},
    ):
        emit(store(), call_id, event)


def _finished_call(epoch: int = 1) -> UUID:
    call_id = add_call()
    with db_session() as db:
        add_leg(db, call_id, epoch)
        for number, kind in enumerate(["transcript", "call_ended", "summary"], 1):
            db.add(CallEvent(call_id=call_id, number=number, payload={"id": number, "type": kind}))
    return call_id


def _wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
