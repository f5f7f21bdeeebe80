"""A recording is as long as the call, and each party is heard in their own ear at the right moment."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from workers.agents.recording import Track, write_recording


def leg(folder: Path, name: str, rate: int, seconds: float, *clicks: float) -> Path:
    """A file of silence with a click at each of these seconds."""
    samples = np.zeros(round(seconds * rate), "<i2")
    for at in clicks:
        samples[round(at * rate) : round((at + 0.01) * rate)] = 20_000
    path = folder / f"{name}.pcm"
    path.write_bytes(samples.tobytes())
    return path


def clicks(path: Path) -> tuple[list[list[float]], int, float]:
    """The seconds at which each channel begins to sound, the rate, and the length in seconds."""
    samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    found = []
    for channel in samples.T.astype(int):
        loud = np.flatnonzero(np.abs(channel) > 8000)
        begins = loud[np.diff(loud, prepend=-rate) > rate * 0.1]
        found.append([round(float(at) / rate, 3) for at in begins])
    return found, rate, len(samples) / rate


@pytest.mark.parametrize("rates", [(16000, 16000), (8000, 16000), (44100, 8000), (48000, 44100)])
def test_each_leg_stands_in_its_ear_at_its_time(tmp_path: Path, rates: tuple[int, int]) -> None:
    agent = Track(leg(tmp_path, "agent", rates[0], 20, 1.0, 15.5), rates[0], 0.0)
    customer = Track(leg(tmp_path, "customer", rates[1], 12, 0.5, 11.0), rates[1], 3.25)
    write_recording(tmp_path / "call.flac", [agent, customer], 20.0)
    (left, right), rate, seconds = clicks(tmp_path / "call.flac")
    assert left == pytest.approx([1.0, 15.5], abs=0.005)
    assert right == pytest.approx([3.75, 14.25], abs=0.005)
    assert (rate, seconds) == (max(rates), 20.0)


def test_what_is_missing_is_silence_and_the_length_is_the_calls(tmp_path: Path) -> None:
    path = leg(tmp_path, "customer", 8000, 1, 0.5)
    with path.open("r+b") as file:  # a gap of five seconds, which nobody wrote
        file.seek(6 * 16000)
        file.write(np.full(80, 20_000, "<i2").tobytes())
    lost = Track(tmp_path / "gone.pcm", 8000, 0.0)
    write_recording(tmp_path / "call.flac", [lost, Track(path, 8000, 0.0)], 30.004)
    (left, right), _, seconds = clicks(tmp_path / "call.flac")
    assert (left, right) == ([], [0.5, 6.0])
    assert seconds == pytest.approx(30.004, abs=0.001)
    assert [file.name for file in tmp_path.glob("call*")] == ["call.flac"]


def test_one_leg_alone_has_an_empty_chair_beside_it(tmp_path: Path) -> None:
    track = Track(leg(tmp_path, "customer", 8000, 2, 1.0), 8000, 0.0)
    write_recording(tmp_path / "call.flac", [None, track], 2.0)
    assert clicks(tmp_path / "call.flac") == ([[], [1.0]], 8000, 2.0)


def test_an_hour_does_not_sit_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "hour.pcm"
    with path.open("wb") as file:
        file.truncate(3600 * 2 * 16000)
    tracks = [Track(path, 16000, 0.0), Track(path, 16000, 0.5)]
    tracemalloc.start()
    write_recording(tmp_path / "call.flac", tracks, 3600.5)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
    assert soundfile.info(tmp_path / "call.flac").duration == 3600.5


def test_a_recording_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    track = Track(leg(tmp_path, "customer", 8000, 2), 8000, 0.0)
    (tmp_path / "call.flac").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_recording(tmp_path / "call.flac", [None, track], 2.0)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["call.flac", "customer.pcm"]
