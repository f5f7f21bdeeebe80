"""Windows of five seconds as in life: a slow engine, and ten minutes in which nobody speaks."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soxr

from benchmarks.sound.synthesis import RATE as SOUND_RATE
from benchmarks.sound.synthesis import made_sounds
from tests.faults.audio import RATE
from tests.faults.caller import Caller
from tests.faults.conftest import warm_up
from tests.faults.scenario import Scenario
from tests.faults.system import System

SLOW_SECONDS, RECOVERY_SECONDS, CALM_SECONDS = 120.0, 60.0, 20.0
PACE = 1.5
LAG_SECONDS = 30.0
LAG_AFTERWARDS = 2.0

SILENT_SECONDS = 200
FAST = 40.0


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    """It would show interim text of an engine that is paid; without a worker for it at first."""
    folder = Path(tempfile.mkdtemp(prefix="earpiece-pace-")) / "run"
    with System(folder, {"WINDOW_SECONDS": "5", "INTERIM": "on"}) as started:
        warm_up(started)
        yield started


def lags(caller: Caller, began: float) -> list[tuple[float, float]]:
    """Of each transcript, when it came and how long after its last word; seconds since the call began."""
    return [
        (at - began, at - began - event["end"])
        for event, at in zip(caller.record, caller.heard_at, strict=True)
        if event["type"] == "transcript"
    ]


@pytest.mark.full
@pytest.mark.timeout(400)
def test_an_engine_slower_than_speech_loses_nothing_and_is_caught_up_with(system: System) -> None:
    scenario = Scenario(system)
    caller = scenario.caller(SLOW_SECONDS + RECOVERY_SECONDS + CALM_SECONDS, seed=1)

    async def be_slow() -> None:
        system.order_engine({"pace": PACE})
        await asyncio.sleep(SLOW_SECONDS)
        system.order_engine({"pace": 0.0})

    began = time.monotonic()
    scenario.play(be_slow)
    found = scenario.verdict()
    told = lags(caller, began)
    behind = [m["message"] for m in caller.told if m["type"] == "status" and m["state"] == "behind"]
    slow = [lag for at, lag in told if at < SLOW_SECONDS]
    after = [lag for at, lag in told if at > SLOW_SECONDS + RECOVERY_SECONDS]
    late = max((at for at, lag in told if lag > LAG_AFTERWARDS), default=SLOW_SECONDS) - SLOW_SECONDS
    print(f"\nlag at {PACE} x real time: median {np.median(slow):.1f} s, at most {max(slow):.1f} s")
    print(f"told: {behind}; over 2 s until {late:.1f} s after recovery, then at most {max(after):.2f} s")
    assert found == []
    assert max(slow) < LAG_SECONDS
    assert behind
    assert max(after) < LAG_AFTERWARDS


@pytest.mark.full
@pytest.mark.timeout(200)
def test_ten_minutes_of_silence_music_and_noise_ask_no_engine_and_write_no_word(system: System) -> None:
    silence = np.zeros(SILENT_SECONDS * SOUND_RATE)
    sounds = [0.3 * sound / float(np.abs(sound).max()) for _, sound in made_sounds(20, seed=11)]
    sound = soxr.resample(np.concatenate([silence, *sounds]), SOUND_RATE, RATE)
    pcm = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    seconds = len(pcm) / 2 / RATE
    assert seconds > 600
    system.start("interim")
    scenario = Scenario(system)
    caller = Caller(system.to_web.port, system.token, {"customer": pcm}, speed=FAST, keep_seconds=seconds)
    scenario.callers.append(caller)
    scenario.play()
    windows = system.rows("SELECT DISTINCT state FROM windows WHERE call_id = %s", caller.call_id)
    rows = system.rows("SELECT text FROM transcripts WHERE call_id = %s", caller.call_id)
    asked = [asked for asked in system.engine_log(scenario.since) if asked["part"] == "recogniser"]
    print(
        f"\n{seconds:.0f} s without speech: {len(rows)} transcripts, {len(asked)} requests to the recogniser"
    )
    assert rows == []
    assert asked == []
    assert windows == [{"state": "silent"}]
    assert not [message for message in caller.told if message["type"] == "transcript"]
