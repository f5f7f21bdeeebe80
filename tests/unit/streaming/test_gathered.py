"""Frames on their way to an append: what they carry together is what each would have carried."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.streaming.fixed_windows import FixedWindower
from app.streaming.gathered import Gathered
from app.streaming.legs import ENTRY_BYTES
from app.streaming.speech_windows import SpeechWindower
from tests.unit.streaming.sounds import played

RATE = 8000
LOUD = b"\x00\x40"


def milliseconds(moment: float) -> int:
    return round(1000 * moment)


def test_an_append_carries_the_windows_that_end_in_its_frames_and_when_their_last_bytes_came() -> None:
    gathered = Gathered(FixedWindower(RATE, 1.0), milliseconds)
    assert [gathered.add(LOUD * 3_000, 1 + at) for at in range(6)] == [False, False, True, False, False, True]
    assert gathered.take("agent", 3) == [
        "agent", 3, 0, LOUD * 18_000, 1, 16_000, "speech", "fixed", 3000, 32_000, "speech", "fixed", 6000,
    ]  # fmt: skip
    assert len(gathered._arrivals) == 1, "what is cut is forgotten"


def test_what_is_taken_is_not_taken_again() -> None:
    gathered = Gathered(FixedWindower(RATE, 1.0))
    gathered.add(LOUD * 9_000)
    gathered.take("agent", 3)
    assert gathered.size == 0
    gathered.add(bytes(400))
    assert gathered.take("agent", 3) == ["agent", 3, 18_000, bytes(400), 1]


def test_a_flush_cuts_what_is_open_once() -> None:
    gathered = Gathered(SpeechWindower(RATE, 5.0))
    gathered.add(bytes(4_000))
    gathered.take("agent", 3)
    assert gathered.flush()
    assert gathered.take("agent", 3) == ["agent", 3, 4_000, b"", 0, 4_000, "silent", "idle", 0]
    assert not gathered.flush()


def test_nobody_knows_when_bytes_from_before_came() -> None:
    windower = FixedWindower(RATE, 1.0)
    windower.feed(bytes(8_000))
    gathered = Gathered(windower)
    gathered.add(bytes(8_000))
    assert gathered.take("agent", 3)[-1] == 0


@pytest.mark.parametrize(("gathered_bytes", "frame_bytes", "fits"), [
    (0, ENTRY_BYTES, True), (2, ENTRY_BYTES, False), (ENTRY_BYTES - 640, 640, True),
])  # fmt: skip
def test_they_fit_into_one_entry(gathered_bytes: int, frame_bytes: int, fits: bool) -> None:
    gathered = Gathered(FixedWindower(RATE, 30))
    gathered.add(bytes(gathered_bytes)) if gathered_bytes else None
    assert gathered.has_room(bytes(frame_bytes)) is fits


@given(
    pattern=st.lists(st.sampled_from([0.1, 0.4, 1.0, 2.5]), min_size=1, max_size=6),
    sizes=st.lists(st.integers(1, 4_000), min_size=1, max_size=20),
    taken=st.lists(st.booleans(), min_size=1, max_size=7),
)
@settings(max_examples=40, deadline=None)
def test_however_they_are_gathered_the_same_bytes_and_windows_are_stored(
    pattern: list[float], sizes: list[int], taken: list[bool]
) -> None:
    pcm = played(pattern, RATE)
    gathered, appends, at, number = Gathered(SpeechWindower(RATE, 1.0)), [], 0, 0
    while at < len(pcm):
        frame = pcm[at : at + 2 * sizes[number % len(sizes)]]
        at += len(frame)
        number += 1
        if not gathered.has_room(frame):
            appends.append(gathered.take("agent", 1))
        gathered.add(frame)
        if taken[number % len(taken)]:
            appends.append(gathered.take("agent", 1))
    appends.append(gathered.take("agent", 1))
    stored, ends = b"", []
    for _, _, offset, data, _, *cuts in appends:
        assert offset == len(stored)
        assert isinstance(data, bytes)
        stored += data
        ends += cuts[::4]
        assert all(int(end) <= len(stored) for end in cuts[::4])
    whole = SpeechWindower(RATE, 1.0)
    assert (stored, ends) == (pcm, [cut.end for cut in whole.feed(pcm)])
    assert appends[-1][4] == whole.voiced
