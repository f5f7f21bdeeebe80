import random

import numpy as np
import pytest

from benchmarks.load.caller import HEARD
from benchmarks.load.sound import SECOND, Leg, Policy, beginning, loop_of
from benchmarks.load.stub_engine import last_crc, words_of
from data.sample_calls import SPEAKERS
from workers.agents.echo import own_voice
from workers.agents.guards import judge
from workers.agents.room import AFTER, BEFORE, RATE

TOOK = "took=0.2001"
SHORTEST = 0.95  # seconds of a window that ends where speech does


@pytest.mark.parametrize("seconds", [SHORTEST, 1.0, 1.5, 2.0, 3.4, 5.0, 8.0])
def test_what_the_stub_says_is_believed_of_a_sound_of_any_length_and_names_it(seconds: float) -> None:
    sound = bytes(int(SECOND * seconds) & ~1)
    text = words_of(sound, TOOK)
    heard = judge(text, seconds=seconds)
    assert (heard.text, heard.doubt) == (text, "")
    found = HEARD.search(text)
    assert found is not None
    assert int(found[2]) == len(sound)


def test_the_stub_says_more_in_a_longer_sound_and_another_word_of_another_byte() -> None:
    lengths = [len(words_of(bytes(SECOND * seconds), TOOK).split()) for seconds in (1, 2, 5)]
    assert lengths == [3, 6, 10]
    assert words_of(bytes(SECOND), TOOK) != words_of(bytes(SECOND - 1) + b"\1", TOOK)


def test_the_stub_finds_the_last_sound_of_a_prompt() -> None:
    assert last_crc(b"crc=00000001 bytes=1 and crc=0123abcd bytes=2, then advice") == "0123abcd"
    assert last_crc(b"hello") == ""


def test_a_call_begins_in_a_pause_where_windows_end_in_one() -> None:
    lots = random.Random(3)
    for _ in range(50):
        leg = Leg("speech", beginning("speech", lots))
        first = next(window for window in leg.windows(8192, 40) if window.spoken)
        assert first.size > 2.6 * SECOND


def test_a_leg_with_a_past_goes_on_behind_it_with_the_same_sound() -> None:
    young, old = Leg("fixed", 0), Leg("fixed", 0, past=720)
    assert old.begin == 720 * 5 * SECOND
    assert old.bytes(old.begin + 100, 50) == young.bytes(100, 50)
    aged = [window._replace(number=window.number - 720) for window in old.windows(8192, 60)]
    assert aged == list(young.windows(8192, 60))
    assert len(aged) == 3


@pytest.mark.parametrize("policy", ["fixed", "speech"])
def test_what_one_party_of_a_call_says_is_no_echo_of_the_other(policy: Policy) -> None:
    """Or the system would take it out, and the window be other bytes than were sent."""
    agent, customer = (
        np.frombuffer(loop_of(policy, speaker), "<i2").astype(np.float32) / 32768 for speaker in SPEAKERS
    )
    length = 6 * RATE
    for start in range(0, len(agent) - length, length):
        for place in range(0, len(customer), 7 * RATE):
            around = np.roll(customer, -place)[: BEFORE + length + AFTER]
            assert own_voice(agent[start : start + length], around, 5 * RATE) is None, (start, place)
