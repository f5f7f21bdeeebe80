"""The threads that a web process has for all its sockets: what goes wrong for one is felt by no other."""

import time
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest
import redis

from app.api import leaving
from app.api.auth import Principal
from app.api.media.appender import Appender
from app.api.media.conversation import Conversation
from app.api.media.process import PULSE_SECONDS, MediaProcess
from app.api.media.relay import Relay
from app.models import Role
from app.streaming import keys
from app.streaming.connection import connect, connect_for_listening
from app.streaming.feed import Feed
from app.streaming.items import Item
from app.streaming.scripts import SWITCH, Argument
from tests.integration.media.conftest import Line
from tests.integration.streaming.scene import Scene
from tests.running import eventually

MACHINE = Principal("machine", 1, "gateway", Role.SUPERVISOR)


class Socket:
    """Counts how often it was looked after; one that `fails` does not bear it."""

    principal = MACHINE

    def __init__(self, scene: Scene, *, fails: bool = False, epoch: bytes | None = None) -> None:
        self.call_key, self.epoch, self._fails = scene.key, epoch, fails
        self.pulses = self.times_moved = 0
        self.at = 0.0  # of the first pulse

    def pulse(self, events: int) -> None:
        self.pulses += 1
        self.at = self.at or time.monotonic()
        if self._fails:
            raise LookupError

    def may_stay(self) -> bool:
        return True

    def move_on(self) -> None:
        self.times_moved += 1

    def tell_part(self, part: str, state: str, message: str) -> None: ...


@pytest.fixture
def process(store: redis.Redis, empty_redis: str) -> Iterator[MediaProcess]:
    with connect(empty_redis, connections=2) as client:
        yield MediaProcess(store, Appender(client), Relay(), Feed(lambda: connect_for_listening(empty_redis)))


def test_a_socket_that_fails_does_not_keep_the_pulse_from_others(scene: Scene, process: MediaProcess) -> None:
    scene.take()
    sockets = [Socket(scene, fails=fails) for fails in (True, False, True)]
    process.sockets.update(sockets)
    Thread(target=process._pulse, daemon=True).start()
    eventually("two pulses of each", lambda: all(socket.pulses >= 2 for socket in sockets))
    process.sockets.clear()
    assert scene.store.zscore(keys.CALLS_SEEN, str(scene.call_id))


def test_who_began_under_another_epoch_comes_back_and_no_other(scene: Scene, process: MediaProcess) -> None:
    scene.take()
    unknown = Scene(scene.store)
    here, lost = Socket(scene, epoch=b"1"), Socket(unknown, epoch=b"1")
    older, beginning = Socket(scene, epoch=b"0"), Socket(unknown)
    process.sockets.update((here, lost, older, beginning))
    Thread(target=process._pulse, daemon=True).start()
    eventually("two pulses of each", lambda: all(s.pulses >= 2 for s in (here, lost, older, beginning)))
    process.sockets.clear()
    assert (here.times_moved, beginning.times_moved) == (0, 0)
    assert min(lost.times_moved, older.times_moved) >= 1


def test_who_cannot_ask_sends_nobody_away(scene: Scene, process: MediaProcess) -> None:
    process.store = connect("redis://127.0.0.1:1")
    socket = Socket(scene, epoch=b"1")
    process.sockets.add(socket)
    Thread(target=process._pulse, daemon=True).start()
    eventually("two pulses", lambda: socket.pulses >= 2)
    process.sockets.clear()
    assert socket.times_moved == 0


def test_sockets_are_looked_after_some_at_a_time(
    scene: Scene, process: MediaProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.media.process.AT_ONCE", 2)
    sockets = [Socket(scene) for _ in range(6)]
    process.sockets.update(sockets)
    Thread(target=process._pulse, daemon=True).start()
    eventually("a pulse of each", lambda: all(socket.pulses for socket in sockets))
    process.sockets.clear()
    first = sorted(socket.at for socket in sockets)
    assert first[-1] - first[0] > PULSE_SECONDS / 2


def test_an_answer_that_nobody_can_take_does_not_stop_the_appender(
    scene: Scene, process: MediaProcess
) -> None:
    scene.take()
    arguments: list[Argument] = ["hold", 1, '{"type":"hold"}', ""]
    told = Event()

    def fail(_: Any) -> None:
        raise LookupError

    process.appender.submit(SWITCH, scene.key, arguments, fail)
    process.appender.submit(SWITCH, scene.key, arguments, lambda _: told.set())
    process.appender.start()
    assert told.wait(10)


def test_an_item_that_cannot_be_hinted_does_not_stop_the_relay(process: MediaProcess) -> None:
    for _ in range(2):
        process.relay.hint(Item("unknown", uuid4(), ()))
    process.relay.start()
    eventually("an empty relay", lambda: process.relay._items.empty())


def test_a_socket_that_is_gone_does_not_keep_the_others_from_being_sent_away(
    line: Line, scene: Scene, process: MediaProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "media_process", lambda: process)
    monkeypatch.setattr(leaving, "_leaving", Event())
    gone = Conversation(line.server, scene.call_id, MACHINE, process)
    process.sockets.add(gone)
    line.server.close(1000, "bye")
    woken = Event()
    monkeypatch.setattr(process.feed, "wake", woken.set)
    leaving.leave()
    assert woken.is_set()
