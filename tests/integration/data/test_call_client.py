"""The client against a far end that fails on purpose, over real sockets."""

import threading
from collections.abc import Iterator
from uuid import uuid4

import numpy as np
import pytest
from simple_websocket import Server

from data.call_client import CallFailed, CallRefused, NotHeard, ServerGone
from data.playback import Playback
from data.sample_calls import SampleCall
from tests.integration.data.far_end import FarEnd, Fault, close, cut

SECOND = 32_000  # bytes of one leg at 16 kHz


@pytest.fixture
def far_end() -> Iterator[FarEnd]:
    far_end = FarEnd()
    yield far_end
    far_end.stop()


@pytest.fixture
def call() -> SampleCall:
    return SampleCall("late_order")


def sound(seconds: float) -> bytes:
    """Bytes of which no two stretches are alike."""
    return np.random.default_rng(1).integers(-9000, 9000, int(seconds * 16_000), dtype="<i2").tobytes()


def frames(data: bytes, size: int = 8192) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("frame_bytes", [640, 4096, 8192, 65_536, None])
@pytest.mark.parametrize("two_sockets", [False, True])
def test_every_byte_of_a_call_arrives_once_whatever_the_frames(
    far_end: FarEnd, call: SampleCall, frame_bytes: int | None, two_sockets: bool
) -> None:
    playback = Playback(
        call, far_end.socket_url, uuid4(), {}, two_sockets=two_sockets, frame_bytes=frame_bytes
    )
    playback.dial()
    playback.play(speed=1000)
    playback.hang_up()
    playback.clients[0].wait_until_over(10)
    if two_sockets:
        assert [far_end.leg("agent"), far_end.leg("customer")] == [
            call.samples[:, channel].tobytes() for channel in (0, 1)
        ]
    else:
        assert far_end.leg() == call.samples.tobytes()
    assert set(far_end.frames[:5]) == {frame_bytes} or frame_bytes is None
    sample_bytes = 2 if two_sockets else 4
    if frame_bytes is None:
        assert len(set(far_end.frames)) > 10
        assert {frame // sample_bytes % 2 for frame in far_end.frames[:20]} == {1}


@pytest.mark.parametrize("rate", [8_000, 24_000, 44_100, 48_000])
def test_other_sample_rates_are_resampled_and_announced(far_end: FarEnd, call: SampleCall, rate: int) -> None:
    playback = Playback(call, far_end.socket_url, uuid4(), {}, rate=rate)
    playback.dial()
    assert far_end.starts[0]["sample_rate"] == rate
    assert len(playback.pcm[0]) / (4 * rate) == pytest.approx(len(call.samples) / 16_000, abs=0.001)
    playback.hang_up()


def test_start_call_says_what_the_contract_wants(far_end: FarEnd) -> None:
    far_end.client(account_number="ACC00007", agent_name="Dana").dial()
    far_end.client(speaker="customer", sample_rate=8000).dial()
    both, one = far_end.starts
    assert both == {
        "type": "start_call",
        "channels": 2,
        "sample_rate": 16000,
        "encoding": "pcm_s16le",
        "account_number": "ACC00007",
        "agent_name": "Dana",
        "token": "Bearer t",
    }
    assert (one["channels"], one["speaker"]) == (1, "customer")


@pytest.mark.parametrize("fault", [cut, *map(close, (1001, 1009, 1011, 1012, 1013))])
def test_a_leg_goes_on_where_it_was_cut_off(far_end: FarEnd, fault: Fault) -> None:
    far_end.faults[SECOND] = fault
    client = far_end.client(speaker="agent")
    client.dial()
    said = sound(3)
    for frame in frames(said):
        client.send(frame)
    client.wait_for("a second connection", lambda: client.connections == 2 or None)
    client.settle()
    assert far_end.leg("agent") == said
    assert far_end.gaps == []


def test_what_is_said_while_the_line_is_cut_is_sent_when_it_is_back(far_end: FarEnd) -> None:
    client = far_end.client(speaker="agent")
    client.dial()
    said = sound(6)
    for index, frame in enumerate(frames(said)):
        if index % 5 == 2:
            client.cut()
        client.send(frame)
    client.wait_for("all of it", lambda: len(far_end.leg("agent")) == len(said) or None)
    assert far_end.leg("agent") == said


def test_a_server_that_lost_its_memory_gets_the_last_sound_again(far_end: FarEnd) -> None:
    said = sound(25)

    def forget(far_end: FarEnd, socket: Server) -> None:
        far_end.forgotten = 10 * SECOND
        socket.close(1011, "restarted empty")

    far_end.faults[20 * SECOND] = forget
    client = far_end.client(speaker="customer")
    client.dial()
    for frame in frames(said):
        client.send(frame)
    client.wait_for("all of it", lambda: far_end.leg("customer") == said or None)
    assert far_end.gaps == []


def test_what_is_older_than_thirty_seconds_is_declared_lost(far_end: FarEnd) -> None:
    said = sound(45)

    def forget(far_end: FarEnd, socket: Server) -> None:
        far_end.forgotten = 40 * SECOND
        socket.close(1011, "restarted empty")

    far_end.faults[40 * SECOND] = forget
    client = far_end.client(speaker="customer")
    client.dial()
    for frame in frames(said):
        client.send(frame)
    client.wait_for("the rest", lambda: len(far_end.leg("customer")) == len(said) or None)
    (lost,) = far_end.gaps
    assert 0 < lost <= 15 * SECOND
    assert far_end.leg("customer")[lost:] == said[lost:]


def test_the_record_has_no_hole_and_nothing_twice_over_a_cut(far_end: FarEnd) -> None:
    shown: list[int] = []

    def tell_and_cut(far_end: FarEnd, socket: Server) -> None:
        for text in ("one", "two"):
            far_end.tell(socket, type="transcript", speaker="customer", text=text, start=0.0, end=1.0)
        cut(far_end, socket)
        far_end.told.append({"id": 3, "type": "sentiment", "label": "neutral", "score": 0})

    far_end.faults[SECOND] = tell_and_cut
    client = far_end.client(speaker="customer")
    client._on_message = lambda message: shown.append(message["id"]) if "id" in message else None
    client.dial()
    for frame in frames(sound(2)):
        client.send(frame)
    client.wait_for("the third event", lambda: len(client.record) >= 3 or None)
    assert [event["id"] for event in client.record] == shown == [1, 2, 3]
    assert far_end.starts[1]["last_event_id"] <= 2
    assert client.words("customer") == "one two"


def test_what_was_sent_is_known_to_be_read_also_over_a_cut(far_end: FarEnd) -> None:
    client = far_end.client(speaker="agent")
    client.dial()
    said = sound(3)
    for frame in frames(said):
        client.send(frame)
    client.cut()
    client.settle()
    assert far_end.leg("agent") == said


def test_a_call_ends_also_when_the_line_is_cut_at_that_moment(far_end: FarEnd) -> None:
    client = far_end.client()
    client.dial()
    client.send(bytes(SECOND))
    client.cut()
    client.end_call()
    client.wait_until_over(10)
    assert far_end.leg() == bytes(SECOND)
    assert [event["type"] for event in client.record] == ["call_ended", "summary"]


@pytest.mark.parametrize(
    ("code", "close_code"),
    [("unauthorized", 4401), ("not_found", 4404), ("leg_taken", 4409), ("call_over", 4410)],
)
def test_a_refusal_is_final_and_says_why(far_end: FarEnd, code: str, close_code: int) -> None:
    far_end.refusal = (code, close_code)
    with pytest.raises(CallRefused, match=f"It is {code}") as refused:
        far_end.client().dial()
    assert refused.value.code == code
    assert far_end.starts == []


@pytest.mark.filterwarnings("ignore:.*unclosed <socket")  # simple-websocket's, when nobody listens
def test_a_call_without_a_server_is_given_up_with_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.call_client.RESUME_SECONDS", 0.1)
    gone = FarEnd()
    gone.stop()
    with pytest.raises(ServerGone, match="Nobody has answered"):
        gone.client().dial()


def test_who_sends_faster_than_life_waits_for_acknowledgements(far_end: FarEnd) -> None:
    far_end.acknowledges.clear()
    client = far_end.client(speaker="agent")
    client.dial()

    def talk() -> None:
        for frame in frames(sound(24)):
            client.send(frame)

    sender = threading.Thread(target=talk)
    sender.start()
    client.wait_for("all that may wait", lambda: client.sent_bytes > 19.7 * SECOND or None)
    client.settle()
    assert client.sent_bytes <= 20 * SECOND
    far_end.acknowledges.set()
    client.send(b"")  # acknowledged, and with it all before it
    sender.join(10)
    assert not sender.is_alive()


def test_what_does_not_come_in_time_is_named(far_end: FarEnd) -> None:
    client = far_end.client()
    client.dial()
    with pytest.raises(NotHeard, match="a miracle did not come"):
        client.wait_for("a miracle", lambda: None, seconds=0.1)
    assert issubclass(NotHeard, CallFailed)


def test_a_frame_is_never_sent_before_it_has_been_spoken(far_end: FarEnd) -> None:
    playback = Playback(SampleCall("late_order"), far_end.socket_url, uuid4(), {}, frame_bytes=65_536)
    playback.pcm = [playback.pcm[0][: 8 * 65_536]]
    playback.dial()
    progress: list[float] = []
    (client,) = playback.clients
    began = len(client.heard)
    playback.play(speed=20, on_progress=progress.append)
    client.settle()
    acks = [heard for heard in client.heard[began:] if heard.message["type"] == "audio_ack"]
    spread = acks[-1].at - client.heard[0].at
    assert spread >= progress[-1] / 20
    assert progress == sorted(progress)
    assert progress[-1] == pytest.approx(8 * 65_536 / 64_000)
