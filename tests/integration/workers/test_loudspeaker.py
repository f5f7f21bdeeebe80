"""An agent without a headset: the customer's voice comes back through the agent's microphone."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from app.streaming.archive import digest, leg_path
from app.streaming.stretch import read_stretch
from data.sample_calls import SampleCall
from tests.integration.streaming.scene import Scene
from tests.integration.workers.scripted_engine import ScriptedEngine, transcription
from tests.integration.workers.test_transcription import said, windows, work
from workers.interim import follow_leg

Told = Callable[[str], list[dict[str, Any]]]
Samples = NDArray[np.integer[Any] | np.floating[Any]]

RATE = 16000
ECHO = 10 ** (-12 / 20)
CALL = SampleCall("late_order")
AGENT, CUSTOMER = (turn for turn in CALL.turns[:2])
assert (AGENT["speaker"], CUSTOMER["speaker"]) == ("agent", "customer")


def voice(turn: dict[str, float], speaker: int) -> Samples:
    """What one leg of the call holds while a turn lasts."""
    samples: Samples = CALL.samples[round(turn["start"] * RATE) : round(turn["end"] * RATE), speaker]
    return samples


def speak(scene: Scene, agent: Samples, customer: Samples) -> None:
    """Both legs at once; each is one window."""
    for speaker, samples in (("agent", agent), ("customer", customer)):
        if speaker not in scene.fences:
            scene.take(speaker, RATE, paired=True)
        start = scene.length(speaker)
        data = samples.astype("<i2").tobytes()
        scene.append(data, (start + len(data), "speech", "pause"), speaker=speaker)


@pytest.mark.parametrize("order", [("agent", "customer"), ("customer", "agent")])
def test_the_customers_words_are_heard_once_whoever_is_heard_first(
    scene: Scene, engine: ScriptedEngine, order: tuple[str, str]
) -> None:
    customer = voice(CUSTOMER, 1)
    speak(scene, customer * ECHO, customer)
    engine.will(transcription("My order is late."))
    for speaker in order:
        work(scene, 0, speaker)
    assert len(engine.requests) == 1
    assert said(scene) == ["My order is late."]
    assert windows(scene) == [(0, "rejected", "the customer's voice"), (0, "done", "pause")]
    assert digest(scene.call_id, "agent")[0] == 2 * len(customer), "the sound itself is kept"


def test_nor_are_they_shown_as_the_agents_while_they_are_said(scene: Scene, engine: ScriptedEngine) -> None:
    customer = voice(CUSTOMER, 1).astype("<i2")
    for speaker, samples in (("customer", customer), ("agent", (customer * ECHO).astype("<i2"))):
        scene.take(speaker, RATE, paired=True)
        scene.append(samples.tobytes(), speaker=speaker)
    follow_leg(str(scene.call_id), "agent")
    assert engine.requests == []
    engine.will(transcription("My order is late."))
    follow_leg(str(scene.call_id), "customer")
    assert len(engine.requests) == 1


def test_the_agent_is_advised_once(scene: Scene, engine: ScriptedEngine, told: Told) -> None:
    customer = voice(CUSTOMER, 1)
    for number in range(3):
        speak(scene, customer * ECHO, customer)
        work(scene, number, "agent")
    (advice,) = told("status")
    assert (advice["part"], advice["state"]) == ("microphone", "echo")
    assert "headset" in advice["message"]


def test_an_agent_who_spoke_before_the_echo_is_heard_without_it(scene: Scene, engine: ScriptedEngine) -> None:
    agent, customer = voice(AGENT, 0), voice(CUSTOMER, 1)
    pause = np.zeros(RATE // 2, np.int16)
    speak(
        scene,
        np.concatenate([agent, pause, customer * ECHO]),
        np.concatenate([0 * agent, pause, customer]),
    )
    engine.will(transcription("Good morning."))
    work(scene, 0, "agent")
    assert said(scene) == ["Good morning."]
    ((_, state, reason),) = windows(scene)
    assert state == "done"
    assert reason is not None
    assert reason.startswith("pause, without ")
    body = engine.requests[0].body
    heard, _ = soundfile.read(io.BytesIO(body[body.index(b"RIFF") :]), dtype="int16")
    assert np.abs(heard[: len(agent)].astype(int) - agent).max() <= 3
    assert np.abs(heard[len(agent) :]).max() <= 3


def test_echo_does_not_make_the_agents_next_words_doubtful(scene: Scene, engine: ScriptedEngine) -> None:
    customer = voice(CUSTOMER, 1)
    for number in range(3):
        speak(scene, customer * ECHO, customer)
        work(scene, number, "agent")
    assert scene.claim(scene.cut(speaker="agent"), "agent").wordless == 0


def test_a_stretch_is_read_from_the_file_and_from_redis(scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    for _ in range(3):
        scene.cut()
    engine.will(transcription("One."), transcription("Two."))
    whole = read_stretch(scene.store, scene.call_id, "customer", 0, scene.length())
    for number in range(2):
        work(scene, number)
    assert leg_path(scene.call_id, "customer").stat().st_size < len(whole)
    assert read_stretch(scene.store, scene.call_id, "customer", 0, len(whole)) == whole
    for start, end in (
        (-400, 100),
        (len(whole) // 2 - 3000, len(whole) // 2 + 3000),
        (len(whole) - 100, len(whole) + 600),
    ):
        padded = bytes(400) + whole + bytes(600)
        assert (
            read_stretch(scene.store, scene.call_id, "customer", start, end)
            == padded[start + 400 : end + 400]
        )
    assert read_stretch(scene.store, scene.call_id, "customer", -900, -100) == bytes(800)
