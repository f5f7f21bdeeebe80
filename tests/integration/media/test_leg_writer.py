"""One leg of a socket, through the real appender to the real Redis."""

import signal
import threading
import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from random import Random
from typing import cast

import pytest

from app.api.media.appender import Appender
from app.api.media.leg_writer import FENCED, OVER, UNKNOWN, LegWriter
from app.local.redis import EmbeddedRedis
from app.streaming import keys, legs
from app.streaming.connection import connect
from app.streaming.fixed_windows import FixedWindower
from app.streaming.items import Item
from app.streaming.legs import read_audio
from tests.integration.streaming.scene import RATE, SECOND, Scene, sound
from tests.running import eventually

PART = round(2.5 * SECOND)


class Socket:
    """What a writer tells its socket."""

    def __init__(
        self,
        scene: Scene,
        appender: Appender,
        interim_bytes: int = 0,
        *,
        speaker: str = "customer",
        window_seconds: float = 1.0,
        remembers: bool = False,
    ) -> None:
        self.scene, self.work, self.lost = scene, list[Item](), list[int]()
        self.times_stored = 0
        taken = scene.take(speaker, remembers=remembers)
        self.writer = LegWriter(
            scene.store,
            appender,
            scene.call_id,
            speaker,
            taken,
            lambda start: FixedWindower(RATE, window_seconds, start),
            on_stored=self.count,
            on_lost=self.lost.append,
            on_work=self.work.append,
            interim_bytes=interim_bytes,
        )

    def count(self) -> None:
        self.times_stored += 1

    def send(self, start: int, end: int) -> None:
        self.writer.append(start, sound(start, end))

    def settle(self) -> None:
        """Wait until nothing is on its way to Redis."""
        eventually("that all is stored", lambda: not self.writer.pending)


@pytest.fixture
def appender(empty_redis: str) -> Iterator[Appender]:
    """A real one, with connections of its own. Its thread ends with the tests."""
    with connect(empty_redis, connections=2) as client:
        appender = Appender(client)
        appender.start()
        yield appender


@pytest.fixture
def socket(scene: Scene, appender: Appender) -> Socket:
    return Socket(scene, appender)


@pytest.fixture
def patient(empty_redis: str) -> Iterator[Appender]:
    """One that lets frames wait for others until somebody needs them."""
    with connect(empty_redis, connections=2) as client:
        appender = Appender(client, hold_seconds=3600)
        appender.start()
        yield appender


def entries(scene: Scene) -> int:
    return int(scene.store.xlen(keys.audio(scene.call_id, "customer")))


def stored(scene: Scene, end: int) -> bytes:
    return read_audio(scene.store, scene.call_id, "customer", 0, end)


def test_frames_are_stored_in_their_order_and_counted_when_they_are_safe(
    socket: Socket, scene: Scene
) -> None:
    ends = [0, *sorted(Random(3).sample(range(2, 4 * SECOND, 2), 60)), 4 * SECOND]
    for start, end in pairwise(ends):
        socket.send(start, end)
        assert socket.writer.length == end
    socket.settle()
    assert socket.writer.stored == 4 * SECOND
    assert stored(scene, 4 * SECOND) == sound(0, 4 * SECOND)
    assert socket.lost == []


def test_frames_wait_for_others_and_no_longer_than_a_moment(socket: Socket, scene: Scene) -> None:
    for start in range(0, 4000, 400):
        socket.send(start, start + 400)
    assert socket.writer.pending == 4000
    socket.settle()
    assert entries(scene) < 10
    assert stored(scene, 4000) == sound(0, 4000)
    socket.send(4000, 4400)
    socket.settle()


def test_a_window_does_not_wait(patient: Appender, scene: Scene) -> None:
    socket = Socket(scene, patient)
    for start in range(0, SECOND + 2000, 2000):
        socket.send(start, start + 2000)
    eventually("the window", lambda: socket.work)
    assert socket.writer.stored == SECOND
    assert entries(scene) == 2, "its clock's beginning, and all the rest"
    assert [(item.kind, item.rest) for item in socket.work] == [("w", ("customer", "0"))]


def _stored_of(socket: Socket) -> int:
    return socket.writer.stored


def test_whoever_is_on_the_call_does_not_wait_when_a_window_ends(patient: Appender, scene: Scene) -> None:
    customer, agent = Socket(scene, patient), Socket(scene, patient, speaker="agent")
    other = Socket(Scene(scene.store), patient)
    for socket in (customer, other):
        socket.send(0, 400)
        eventually("the first frame, with which a leg's clock begins", partial(_stored_of, socket))
        socket.send(400, 800)
    agent.send(0, SECOND)
    eventually("the window", lambda: agent.work)
    assert (customer.writer.stored, other.writer.stored) == (800, 400)
    assert scene.length("customer") == 800, "stored before anybody hears the agent, to know it from echo"


@pytest.mark.parametrize("size", [400, legs.ENTRY_BYTES // 2 + 2, legs.ENTRY_BYTES])
def test_no_entry_is_longer_than_its_readers_reach(patient: Appender, scene: Scene, size: int) -> None:
    socket = Socket(scene, patient, window_seconds=3600)
    ends = range(0, 3 * legs.ENTRY_BYTES, size)
    for start, end in pairwise([*ends, 3 * legs.ENTRY_BYTES]):
        socket.send(start, end)
    socket.writer.send()
    socket.settle()
    audio = cast(legs.Entries, scene.store.xrange(keys.audio(scene.call_id, "customer")))
    assert max(len(fields[b"d"]) for _, fields in audio) <= legs.ENTRY_BYTES
    assert len(audio) <= 6
    assert stored(scene, 3 * legs.ENTRY_BYTES) == sound(0, 3 * legs.ENTRY_BYTES)


def test_an_idle_leg_and_a_gap_do_not_wait(patient: Appender, scene: Scene) -> None:
    socket = Socket(scene, patient)
    socket.send(0, 400)
    socket.writer.flush()
    socket.send(400, 800)
    socket.writer.lose(SECOND)
    socket.settle()
    assert [item.rest[1] for item in socket.work] == ["0", "1", "2"]
    assert stored(scene, 800) == sound(0, 800)


def test_what_waits_while_redis_is_away_is_stored_once_and_in_order(
    patient: Appender, scene: Scene, embedded_redis: EmbeddedRedis
) -> None:
    socket = Socket(scene, patient)
    server = embedded_redis.process
    assert server is not None
    server.send_signal(signal.SIGSTOP)
    try:
        for start in range(0, 2 * SECOND, 400):
            socket.send(start, start + 400)
            if start % 4000 == 0:
                socket.writer.send()
        eventually("that it is missed", lambda: not patient.healthy, 20)
    finally:
        server.send_signal(signal.SIGCONT)
    socket.writer.send()
    eventually("that all is stored", lambda: not socket.writer.pending, 20)
    assert stored(scene, 2 * SECOND) == sound(0, 2 * SECOND)
    assert scene.ledger() == ["o", "w:customer:0", "w:customer:1"]
    assert socket.lost == []


def test_each_window_is_work(socket: Socket, scene: Scene) -> None:
    socket.send(0, 2 * SECOND + 400)
    socket.settle()
    assert socket.work == [
        Item("w", scene.call_id, ("customer", "0")),
        Item("w", scene.call_id, ("customer", "1")),
    ]


def test_what_was_sent_before_is_not_stored_again(socket: Socket, scene: Scene) -> None:
    socket.send(0, 1000)
    socket.send(0, 1000)
    socket.send(400, 1600)
    socket.send(1000, 1200)
    assert socket.writer.length == 1600
    socket.settle()
    assert stored(scene, 1600) == sound(0, 1600)
    socket.send(0, 1600)
    assert not socket.writer.pending, "what is known costs no round trip"
    assert entries(scene) == socket.times_stored


def test_a_newer_socket_goes_on_where_the_older_one_was(
    socket: Socket, scene: Scene, appender: Appender
) -> None:
    socket.send(0, SECOND + 600)
    socket.settle()
    newer = Socket(scene, appender)
    assert newer.writer.length == newer.writer.stored == SECOND + 600
    newer.send(SECOND + 600, 2 * SECOND)
    newer.settle()
    assert [item.rest for item in newer.work] == [("customer", "1")]
    assert (claim := scene.claim(1)).end == 2 * SECOND
    assert claim.start == SECOND


def test_the_older_socket_learns_that_it_lost_the_leg(
    socket: Socket, scene: Scene, appender: Appender
) -> None:
    Socket(scene, appender)
    socket.send(0, 400)
    eventually("that it is lost", lambda: socket.lost)
    assert socket.lost == [FENCED]
    assert scene.length() == 0


def test_a_leg_that_redis_has_forgotten_is_lost(socket: Socket, scene: Scene) -> None:
    scene.store.flushdb()
    socket.send(0, 400)
    eventually("that it is lost", lambda: socket.lost)
    assert socket.lost == [UNKNOWN]


def test_a_leg_that_is_over_is_lost(socket: Socket, scene: Scene) -> None:
    scene.end()
    socket.send(0, 400)
    eventually("that it is lost", lambda: socket.lost)
    assert socket.lost == [OVER]


def test_a_leg_that_cannot_be_written_is_lost_and_the_others_are_not(
    socket: Socket, scene: Scene, appender: Appender
) -> None:
    other = Socket(Scene(scene.store), appender)
    scene.store.set(keys.leg(scene.call_id, "customer"), "in the way")
    socket.send(0, 400)
    other.send(0, 400)
    eventually("that it is lost", lambda: socket.lost)
    other.settle()
    assert (socket.lost, other.lost) == ([0], [])


def test_an_idle_leg_is_cut_once(socket: Socket, scene: Scene) -> None:
    socket.send(0, 400)
    socket.writer.flush()
    socket.writer.flush()
    eventually("that it is cut", lambda: socket.work)
    socket.send(400, 800)
    socket.settle()
    assert scene.claim(0).end == 400
    assert socket.times_stored == 3
    assert scene.ledger() == ["o", "w:customer:0"]


def test_lost_bytes_are_declared_and_the_leg_goes_on_after_them(socket: Socket, scene: Scene) -> None:
    socket.send(0, 400)
    socket.writer.lose(200)
    assert socket.writer.length == 400, "what is stored cannot be lost"
    socket.writer.lose(SECOND)
    socket.send(SECOND, 2 * SECOND)
    socket.settle()
    assert [item.rest[1] for item in socket.work] == ["0", "1", "2"]
    claims = [scene.claim(n) for n in range(3)]
    assert [(claim.start, claim.end, claim.kind) for claim in claims] == [
        (0, 400, "speech"), (400, SECOND, "gap"), (SECOND, 2 * SECOND, "speech"),
    ]  # fmt: skip


def test_what_is_final_behind_a_hole_is_passed_over_and_stays(scene: Scene, appender: Appender) -> None:
    scene.take()
    kept = f"{SECOND}-{2 * SECOND} {PART}-{3 * SECOND}"
    scene.store.hset(keys.leg(scene.call_id, "customer"), "kept", kept)
    socket = Socket(scene, appender, remembers=True)
    for start, end in ((0, 400), (400, 2 * SECOND + 400), (2 * SECOND + 400, 4 * SECOND)):
        socket.send(start, end)
    socket.settle()
    assert socket.writer.length == socket.writer.stored == 4 * SECOND
    windows = [scene.store.hmget(scene.window(int(item.rest[1])), "start", "end") for item in socket.work]
    spans = [(int(start or 0), int(end or 0)) for start, end in windows]
    assert spans == [(0, SECOND), (2 * SECOND, PART), (3 * SECOND, 4 * SECOND)]
    for start, end in spans:
        assert read_audio(scene.store, scene.call_id, "customer", start, end) == sound(start, end)


def test_who_comes_back_to_a_hole_that_is_filled_goes_on_behind_what_is_final(
    scene: Scene, appender: Appender
) -> None:
    scene.take()
    scene.store.hset(keys.leg(scene.call_id, "customer"), "kept", f"{SECOND}-{2 * SECOND}")
    scene.append(sound(0, SECOND), (SECOND, "speech", "fixed"))
    socket = Socket(scene, appender, remembers=True)
    socket.send(SECOND, SECOND + 400)
    socket.send(SECOND + 400, 3 * SECOND)
    socket.settle()
    claims = [scene.claim(int(item.rest[1])) for item in socket.work]
    assert [(claim.start, claim.end) for claim in claims] == [(2 * SECOND, 3 * SECOND)]


def test_a_loss_that_ends_within_what_is_final_ends_before_it(scene: Scene, appender: Appender) -> None:
    scene.take()
    scene.store.hset(keys.leg(scene.call_id, "customer"), "kept", f"{SECOND}-{3 * SECOND}")
    socket = Socket(scene, appender, remembers=True)
    socket.writer.lose(2 * SECOND)
    assert socket.writer.length == 3 * SECOND
    socket.send(2 * SECOND, 4 * SECOND)
    socket.settle()
    claims = [scene.claim(int(item.rest[1])) for item in socket.work]
    assert [(claim.start, claim.end, claim.kind) for claim in claims] == [
        (0, SECOND, "gap"), (3 * SECOND, 4 * SECOND, "speech"),
    ]  # fmt: skip


def test_a_connection_that_breaks_loses_no_byte_and_doubles_none(
    socket: Socket, scene: Scene, empty_redis: str
) -> None:
    over = threading.Event()

    def break_connections() -> None:
        with connect(empty_redis) as killer:
            while not over.wait(0.01):
                killer.client_kill_filter(_type="normal", skipme=True)

    thread = threading.Thread(target=break_connections)
    thread.start()
    for start in range(0, 2 * SECOND, 400):
        socket.send(start, start + 400)
        over.wait(0.002)
    over.set()
    thread.join()
    socket.settle()
    assert stored(scene, 2 * SECOND) == sound(0, 2 * SECOND)
    assert scene.ledger() == ["o", "w:customer:0", "w:customer:1"]
    assert socket.lost == []


def test_what_is_open_is_hinted_after_so_much_speech_and_not_in_silence(
    scene: Scene, patient: Appender
) -> None:
    socket = Socket(scene, patient, SECOND // 4)
    for start in range(0, SECOND + SECOND // 2, SECOND // 8):
        socket.send(start, start + SECOND // 8)
    socket.settle()
    hinted = ["".join((item.kind, *item.rest)) for item in socket.work]
    assert hinted == ["icustomer"] * 3 + ["wcustomer0"] + ["icustomer"] * 2
    socket.writer.append(SECOND + SECOND // 2, bytes(2 * SECOND))
    socket.settle()
    assert [item.kind for item in socket.work[6:]] == ["w", "w"]


def test_a_window_knows_when_its_last_byte_arrived(socket: Socket, scene: Scene, appender: Appender) -> None:
    appender.skew_ms = -5000.0  # our clock is five seconds ahead of Redis's
    before = time.time()
    socket.send(0, SECOND // 2)
    socket.send(SECOND // 2, SECOND)
    socket.send(SECOND, SECOND + 400)
    after = time.time()
    socket.settle()
    arrived = int(scene.store.hget(scene.window(0), "arrived") or 0) / 1000 + 5
    assert before - 0.001 <= arrived <= after + 0.001
