"""The customer's voice is taken out of the agent's microphone, and nothing else is."""

from functools import cache

import numpy as np
import pytest

from data.sample_calls import SampleCall, sample_names
from tests.faults.audio import speech
from workers.agents.echo import OwnVoice, own_voice
from workers.agents.room import AFTER, BEFORE, RATE, Samples


@cache
def leg(name: str, speaker: int) -> Samples:
    samples: Samples = SampleCall(name).samples[:, speaker].astype(np.float32) / 32768
    return samples


def stretch(name: str, turn: int, seconds: float = 6.0) -> tuple[slice, str]:
    """The seconds up to the end of a turn, and who speaks in it."""
    told = SampleCall(name).turns[turn]
    end = round((told["end"] + 0.3) * RATE)
    return slice(end - round(seconds * RATE), end), told["speaker"]


def around(customer: Samples, part: slice) -> Samples:
    """The customer's leg as `own_voice` wants it."""
    padded = np.pad(customer, (BEFORE, AFTER))
    return padded[part.start : part.stop + BEFORE + AFTER]


@cache
def in_a_room(name: str) -> Samples:
    """The customer out of a loudspeaker, 0.12 s late, in a room that fades by 60 dB in 0.2 s."""
    voice = leg(name, 1)
    at = np.arange(round(0.2 * RATE)) / RATE
    room = 0.05 * np.random.default_rng(3).standard_normal(len(at)) * 10 ** (-3 * at / 0.2)
    room[0] = 1
    size = 1 << (len(voice) + len(room)).bit_length()
    heard: Samples = np.fft.irfft(np.fft.rfft(voice, size) * np.fft.rfft(room, size), size)
    return np.roll(heard, round(0.12 * RATE))[: len(voice)]


def level(samples: Samples) -> float:
    return float(10 * np.log10((samples**2).mean() + 1e-12))


def turns_of(speaker: str) -> list[tuple[str, int]]:
    """Turns that begin late enough for a stretch before their end."""
    return [
        (name, number)
        for name in sample_names()[:3]
        for number, turn in enumerate(SampleCall(name).turns)
        if turn["speaker"] == speaker and turn["end"] > 8
    ]


def hear(microphone: Samples, customer: Samples, part: slice, wanted: int | None = None) -> OwnVoice | None:
    return own_voice(microphone[part], around(customer, part), wanted or part.stop - part.start)


@pytest.mark.parametrize("gain_db", [-6, -12, -20])
@pytest.mark.parametrize("room", [True, False])
def test_where_only_the_customer_speaks_nothing_is_left(gain_db: float, room: bool) -> None:
    for name, number in turns_of("customer"):
        part, _ = stretch(name, number, 2.0)
        customer = leg(name, 1)
        echo = (in_a_room(name) if room else customer) * 10 ** (gain_db / 20)
        noise = np.random.default_rng(number).standard_normal(len(echo)) * 10 ** (-64 / 20)
        heard = hear(echo + noise, customer, part)
        assert heard is not None, (name, number)
        assert not len(heard.samples), (name, number)
        assert heard.echo > 0.5


def test_a_customer_who_has_said_next_to_nothing_is_no_echo_of_anybody() -> None:
    """As after a gap: the rest of the customer's leg is nothing at all."""
    for name, number in turns_of("agent"):
        part, _ = stretch(name, number)
        for stranger in sample_names():
            customer = leg(stranger, 1).copy()
            customer[: np.flatnonzero(np.abs(customer[: part.stop]) > 0.01)[-1] - RATE // 5] = 0
            assert hear(leg(name, 0), customer, part) is None, (name, number, stranger)


def test_an_agent_with_a_headset_is_heard_untouched() -> None:
    for name, number in turns_of("agent"):
        part, _ = stretch(name, number)
        assert hear(leg(name, 0), leg(name, 1), part) is None


def test_two_who_speak_at_once_in_different_calls_are_no_echo() -> None:
    one, other, *_ = sample_names()
    length = min(len(leg(one, 1)), len(leg(other, 1)))
    for start in range(0, length - 6 * RATE, 6 * RATE):
        part = slice(start, start + 6 * RATE)
        assert hear(leg(one, 1)[:length], leg(other, 1)[:length], part) is None


def test_two_who_buzz_at_once_are_no_echo() -> None:
    """Steady tones are like each other at many lags, which no two voices are."""
    for seed in range(1, 5):
        one, other = (
            np.frombuffer(speech(24, 2 * seed + leg), "<i2").astype(np.float32) / 32768 for leg in (0, 1)
        )
        for start in range(0, 24 * RATE - 6 * RATE, 2 * RATE):
            part = slice(start, start + 6 * RATE)
            assert hear(one, other, part, 2 * RATE) is None


@pytest.mark.parametrize("gain_db", [-6, -12, -20])
def test_an_agent_who_speaks_over_the_customer_keeps_the_words(gain_db: float) -> None:
    """Louder than what is taken out the agent's voice is left nearly as it was."""
    agent, customer = leg("refund", 0), leg("cancellation", 1)
    length = min(len(agent), len(customer))
    agent, customer = agent[:length], customer[:length]
    microphone = agent + customer * np.float32(10 ** (gain_db / 20))
    for start in range(0, length - 6 * RATE, 6 * RATE):
        part = slice(start, start + 6 * RATE)
        heard = hear(microphone, customer, part)
        spoken = np.abs(agent[part]) > 0.02
        if heard is None or spoken.sum() < RATE // 2:
            continue
        rest = heard.samples if len(heard.samples) else np.zeros(6 * RATE)
        kept = (rest[spoken] != 0).mean()
        assert kept > 0.97, start
        assert level(rest[spoken] - agent[part][spoken]) < level(agent[part][spoken]) - 10


def test_the_same_yes_from_both_is_heard_from_the_agent() -> None:
    """The customer's words in another mouth, at the same moment."""
    part, _ = stretch("refund", turns_of("customer")[0][1], 2.0)
    customer = np.zeros(10 * RATE, np.float32)
    customer[4 * RATE : 6 * RATE] = leg("refund", 1)[part]
    agent = np.roll(customer, 160) * np.float32(0.8)
    agent[4 * RATE : 6 * RATE] = np.interp(
        np.arange(2 * RATE) * 0.94, np.arange(2 * RATE), agent[4 * RATE : 6 * RATE]
    )  # a lower voice
    heard = hear(agent + customer / 4, customer, slice(0, 10 * RATE))
    assert heard is None or level(heard.samples) > level(agent) - 3


def test_a_short_word_of_the_customers_is_known_by_what_came_before() -> None:
    name, number = turns_of("customer")[0]
    part, _ = stretch(name, number)
    heard = hear(leg(name, 1) / 4, leg(name, 1), part, round(0.8 * RATE))
    assert heard is not None
    assert not len(heard.samples)


def test_an_echo_that_comes_before_the_voice_is_none() -> None:
    """The agent's own voice, heard in the customer's room: the customer's leg is the late one."""
    name, number = turns_of("agent")[0]
    part, _ = stretch(name, number)
    late = np.roll(leg(name, 0), round(0.25 * RATE)) / 4
    assert hear(leg(name, 0), late, part) is None
