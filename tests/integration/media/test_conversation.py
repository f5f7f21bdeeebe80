"""What a client hears first, on a call that is already full of events."""

import json
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import pytest
import redis
from simple_websocket import ConnectionClosed

from app.api.auth import Principal
from app.api.media.appender import Appender
from app.api.media.conversation import Conversation
from app.api.media.memory import FOR_SOUND
from app.api.media.pace import MINUTE_SECONDS
from app.api.media.process import MediaProcess
from app.api.media.refusals import Fatal
from app.api.media.relay import Relay
from app.api.media.remarks import SWITCHES_A_MINUTE
from app.api.media.sound import GAPS_A_MINUTE
from app.local.redis import EmbeddedRedis
from app.models import Role
from app.streaming import keys
from app.streaming.connection import connect, connect_for_listening
from app.streaming.events import emit, read_after
from app.streaming.feed import Feed, Listener
from app.streaming.parts import Part, Trouble, failed
from app.streaming.suggestions import show_delta
from tests.integration.media.conftest import Line
from tests.integration.streaming.scene import SECOND, Scene, sound
from tests.running import eventually

MACHINE = Principal("machine", 1, "gateway", Role.SUPERVISOR)
START = json.dumps({"type": "start_call", "speaker": "agent", "sample_rate": 8000})


class BusyFeed(Feed):
    """On every call something happens at the very moment at which somebody begins to follow it."""

    def follow(self, call_id: UUID, listener: Listener) -> None:
        super().follow(call_id, listener)
        with self._connect() as store:
            for event in read_after(store, call_id, 0):
                listener.hear(event.text)


@pytest.fixture(scope="module")
def feed(redis_url: str) -> Feed:
    feed = BusyFeed(lambda: connect_for_listening(redis_url))
    feed.start()
    return feed


@pytest.fixture
def process(store: redis.Redis, feed: Feed, empty_redis: str) -> Iterator[MediaProcess]:
    """A web process's parts. Its relay tells nobody."""
    with connect(empty_redis, connections=2) as client:
        appender = Appender(client)
        appender.start()
        yield MediaProcess(store, appender, Relay(), feed)


def test_a_socket_that_joins_a_busy_call_is_answered_first_and_misses_nothing(
    line: Line, scene: Scene, process: MediaProcess
) -> None:
    scene.take("customer")
    for _ in range(5):
        emit(scene.store, scene.call_id, {"type": "lookup"})
    Conversation(line.server, scene.call_id, MACHINE, process).on_text(START)
    messages = [json.loads(line.client.receive(timeout=10) or "{}") for _ in range(6)]
    assert messages[0]["type"] == "call_started"
    assert [message["id"] for message in messages[1:]] == [1, 2, 3, 4, 5]


def test_a_socket_that_joins_in_the_middle_of_a_suggestion_gets_all_of_it_so_far(
    line: Line, scene: Scene, process: MediaProcess
) -> None:
    scene.take("customer")
    (asked,) = scene.say("Where is my order?")
    claim = scene.claim_suggestion(asked)
    show_delta(scene.store, claim, 0, "It is ", "tip")
    show_delta(scene.store, claim, 6, "late.", "tip")
    Conversation(line.server, scene.call_id, MACHINE, process).on_text(START)
    kinds = [json.loads(line.client.receive(timeout=10) or "{}") for _ in range(4)]
    assert [message["type"] for message in kinds] == [
        "call_started", "transcript", "suggestion_started", "suggestion_delta",
    ]  # fmt: skip
    assert (kinds[3]["offset"], kinds[3]["content"]) == (0, "It is late.")


def test_a_socket_that_joins_while_a_part_is_in_trouble_is_told(
    line: Line, scene: Scene, process: MediaProcess
) -> None:
    scene.take("customer")
    failed(scene.store, Trouble(Part.ASSISTANT, "down", "It is away."), times=1, rest_seconds=5)
    Conversation(line.server, scene.call_id, MACHINE, process).on_text(START)
    _, status = [json.loads(line.client.receive(timeout=10) or "{}") for _ in range(2)]
    assert (status["type"], status["part"], status["state"], status["message"]) == (
        "status", "assistant", "down", "It is away.",
    )  # fmt: skip


def test_a_socket_that_waits_for_a_summary_is_told_that_it_was_given_up_and_closed(
    line: Line, scene: Scene, process: MediaProcess
) -> None:
    scene.take("agent")
    Conversation(line.server, scene.call_id, MACHINE, process).on_text(START)
    scene.end()
    given_up = {"type": "summary", "summary": "", "sentiment": None, "failure": "400"}
    emit(scene.store, scene.call_id, given_up, once="summary")
    told = [json.loads(line.client.receive(timeout=10) or "{}") for _ in range(3)]
    assert [message["type"] for message in told] == ["call_started", "call_ended", "summary"]
    assert (told[2]["summary"], told[2]["failure"]) == ("", "400")
    with pytest.raises(ConnectionClosed) as closed:
        line.client.receive(timeout=10)
    assert closed.value.reason == 1000


def test_while_sound_cannot_be_stored_sockets_are_told_and_told_when_that_is_over(
    line: Line, scene: Scene, process: MediaProcess, embedded_redis: EmbeddedRedis
) -> None:
    scene.take("customer")
    conversation = Conversation(line.server, scene.call_id, MACHINE, process)
    process.sockets.add(conversation)
    conversation.on_text(START)
    server = embedded_redis.process
    assert server is not None
    server.send_signal(signal.SIGSTOP)
    try:
        conversation.on_audio(bytes(1600))
        told = hear_status(line)
    finally:
        server.send_signal(signal.SIGCONT)
    back = hear_status(line)
    assert [(status["part"], status["state"]) for status in (told, back)] == [
        ("storage", "down"), ("storage", "ok"),
    ]  # fmt: skip
    assert "Go on speaking" in told["message"]


def hear_status(line: Line) -> dict[str, Any]:
    """The next status; whatever else comes is passed over."""
    while True:
        message: dict[str, Any] = json.loads(line.client.receive(timeout=20) or "{}")
        if message["type"] == "status":
            return message


@pytest.fixture
def nearly_full(store: redis.Redis) -> Iterator[None]:
    """A server that holds four fifths of what it may."""
    store.config_set("maxmemory", int(store.info("memory")["used_memory"] / 0.8))
    yield
    store.config_set("maxmemory", 0)


def test_a_server_that_is_nearly_full_takes_no_new_call_and_goes_on_with_old_ones(
    line: Line, scene: Scene, process: MediaProcess, nearly_full: None
) -> None:
    process.memory.look(scene.store)
    scene.take("customer")
    conversation = Conversation(line.server, scene.call_id, MACHINE, process)
    conversation.on_text(START)
    conversation.on_audio(bytes(1600))
    with pytest.raises(Fatal) as refused:
        Conversation(line.server, Scene(scene.store).call_id, MACHINE, process).on_text(START)
    assert (refused.value.code, refused.value.close_code) == ("busy", 1013)
    process.memory.filled = FOR_SOUND
    with pytest.raises(Fatal) as stopped:
        conversation.on_audio(bytes(1600))
    assert stopped.value.code == "busy"


@pytest.mark.parametrize("remark", [{"type": "ask", "text": "Why?"}, {"type": "hold", "on": True}])
def test_a_remark_that_cannot_be_stored_is_answered(
    line: Line, scene: Scene, process: MediaProcess, store: redis.Redis, remark: dict[str, Any]
) -> None:
    scene.take("customer")
    conversation = Conversation(line.server, scene.call_id, MACHINE, process)
    conversation.on_text(START)
    store.config_set("maxmemory", 1)
    try:
        conversation.on_text(json.dumps(remark))
        assert hear_error(line) == "not_done"
    finally:
        store.config_set("maxmemory", 0)


def test_an_end_that_cannot_be_stored_is_not_taken_for_one(
    line: Line, scene: Scene, process: MediaProcess, store: redis.Redis
) -> None:
    scene.take("customer")
    conversation = Conversation(line.server, scene.call_id, MACHINE, process)
    conversation.on_text(START)
    store.config_set("maxmemory", 1)
    try:
        conversation.on_text('{"type": "end_call"}')
        assert hear_error(line) == "busy"
    finally:
        store.config_set("maxmemory", 0)
    with pytest.raises(ConnectionClosed, match="1013"):
        line.client.receive(timeout=10)


@pytest.fixture
def patient(process: MediaProcess, empty_redis: str) -> Iterator[MediaProcess]:
    """One whose appender lets frames wait for others until somebody needs them."""
    with connect(empty_redis, connections=2) as client:
        appender = Appender(client, hold_seconds=3600)
        appender.start()
        yield replace(process, appender=appender)


def test_the_end_of_a_call_comes_after_the_sound_of_both(
    line: Line, scene: Scene, patient: MediaProcess
) -> None:
    scene.take("agent")
    customer, agent = (Conversation(line.server, scene.call_id, MACHINE, patient) for _ in range(2))
    customer.on_text(START.replace("agent", "customer"))
    agent.on_text(START)
    customer.on_audio(sound(0, 400))
    agent.on_audio(sound(0, 1600, "agent"))
    agent.on_text('{"type": "end_call"}')
    eventually("the end", lambda: scene.store.hget(scene.key, "status") != b"active")
    assert (scene.length("customer"), scene.length("agent")) == (400, 1600)
    while (told := json.loads(line.client.receive(timeout=10) or "{}"))["type"] != "audio_ack":
        pass
    assert told["received_bytes"] == 1600, "whoever waits for it knows that the last frame is safe"


def test_what_came_before_a_socket_died_is_stored(line: Line, scene: Scene, patient: MediaProcess) -> None:
    scene.take("agent")
    conversation = Conversation(line.server, scene.call_id, MACHINE, patient)
    conversation.on_text(START)
    conversation.on_audio(sound(0, 1600, "agent"))
    conversation.leave()
    eventually("the sound", lambda: scene.length("agent") == 1600)


def test_both_legs_of_a_socket_go_together(line: Line, scene: Scene, patient: MediaProcess) -> None:
    scene.take("agent", paired=True)
    conversation = Conversation(line.server, scene.call_id, MACHINE, patient)
    conversation.on_text(json.dumps({"type": "start_call", "channels": 2, "sample_rate": 8000}))
    spoken = np.frombuffer(sound(0, 2 * SECOND) + bytes(SECOND), "<i2")
    both = np.column_stack([spoken, np.zeros_like(spoken)]).tobytes()
    for at in range(0, len(both), 3200):
        conversation.on_audio(both[at : at + 3200])

    def lengths() -> set[int]:
        return {scene.length("agent"), scene.length("customer")}

    eventually("a window, and the other leg until then", lambda: min(lengths()) and len(lengths()) == 1)


@pytest.mark.parametrize("to", [0, 33, "soon", 16000 * 3601, 10**18, 10**40])
def test_a_gap_that_ends_nowhere_is_refused_and_counts_nothing(
    line: Line, scene: Scene, process: MediaProcess, to: object
) -> None:
    scene.take("customer")
    conversation = Conversation(line.server, scene.call_id, MACHINE, process)
    conversation.on_text(START)
    conversation.on_text(json.dumps({"type": "gap", "to": to}))
    started, error = (json.loads(line.client.receive(timeout=10) or "{}") for _ in range(2))
    assert (started["type"], error["code"], error["received_bytes"]) == ("call_started", "bad_audio", 0)
    assert scene.store.hget(keys.leg(scene.call_id, "agent"), "len") == b"0"


def test_so_many_gaps_a_minute_and_no_more(
    line: Line, scene: Scene, process: MediaProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = Conversation(line.server, scene.call_id, MACHINE, process)
    scene.take("customer")
    conversation.on_text(START)
    for number in range(1, GAPS_A_MINUTE + 3):
        conversation.on_text(json.dumps({"type": "gap", "to": 16000 * number}))
    assert [hear_error(line) for _ in range(2)] == ["too_many", "too_many"]
    leg = keys.leg(scene.call_id, "agent")
    eventually("the gaps", lambda: scene.store.hget(leg, "number") == str(GAPS_A_MINUTE).encode())
    later = time.monotonic() + MINUTE_SECONDS
    monkeypatch.setattr("app.api.media.pace.time.monotonic", lambda: later)
    conversation.on_text(json.dumps({"type": "gap", "to": 16000 * (GAPS_A_MINUTE + 1)}))
    eventually("one more", lambda: scene.store.hget(leg, "number") == str(GAPS_A_MINUTE + 1).encode())


def test_so_many_switches_a_minute_and_no_more(line: Line, scene: Scene, process: MediaProcess) -> None:
    scene.take("customer")
    conversation = Conversation(line.server, scene.call_id, MACHINE, process)
    conversation.on_text(START)
    for number in range(SWITCHES_A_MINUTE + 2):
        conversation.on_text(json.dumps({"type": "mute", "on": number % 2 == 0}))
    assert [hear_error(line) for _ in range(2)] == ["too_many", "too_many"]
    eventually("the others", lambda: len(scene.events("mute")) == SWITCHES_A_MINUTE)


def test_either_leg_of_a_socket_may_have_been_begun_at_another_rate(
    line: Line, scene: Scene, process: MediaProcess
) -> None:
    scene.take("customer", 8000)
    start = {"type": "start_call", "channels": 2, "sample_rate": 16000}
    Conversation(line.server, scene.call_id, MACHINE, process).on_text(json.dumps(start))
    assert hear_error(line) == "bad_start"


def hear_error(line: Line) -> str:
    """The code of the next error; whatever else comes is passed over."""
    while True:
        message: dict[str, Any] = json.loads(line.client.receive(timeout=20) or "{}")
        if message["type"] == "error":
            return str(message["code"])


def test_brackets_thousands_deep_are_no_json(line: Line, scene: Scene, process: MediaProcess) -> None:
    Conversation(line.server, scene.call_id, MACHINE, process).on_text("[" * 60_000)
    assert json.loads(line.client.receive(timeout=10) or "{}")["code"] == "bad_json"
