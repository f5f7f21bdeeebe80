"""Windows tile a leg's bytes, whatever frames they came in and whoever cuts. They end where speech does."""

import itertools
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.streaming.fixed_windows import FixedWindower
from app.streaming.speech_windows import SpeechWindower
from app.streaming.windows import Cut, Windower
from tests.unit.streaming.sounds import hiss, mixed, played, silence, voice

RATES = (8000, 16000, 24000, 44100, 48000)
Make = Callable[[int, float, int], Windower]

policies = st.sampled_from([SpeechWindower, FixedWindower])
patterns = st.lists(st.sampled_from([0.1, 0.25, 0.4, 0.7, 1.0, 2.5]), min_size=1, max_size=6)
frames = st.lists(st.integers(1, 12_000), min_size=1, max_size=30)  # samples


def chunked(pcm: bytes, sizes: Iterable[int]) -> list[bytes]:
    """The bytes in frames of these sizes in samples, over and over."""
    chunks: list[bytes] = []
    at = 0
    for size in itertools.cycle(sizes):
        if at >= len(pcm):
            return chunks
        chunks.append(pcm[at : at + 2 * size])
        at += 2 * size
    raise AssertionError


def cuts_of(windower: Windower, chunks: Iterable[bytes]) -> list[Cut]:
    return [cut for chunk in chunks for cut in windower.feed(chunk)]


@given(make=policies, pattern=patterns, sizes=frames, rate=st.sampled_from(RATES))
@settings(max_examples=80, deadline=None)
def test_the_same_bytes_are_cut_alike_in_any_frames(
    make: Make, pattern: list[float], sizes: list[int], rate: int
) -> None:
    pcm = played(pattern, rate)
    at_once = make(rate, 1.0, 0)
    whole = at_once.feed(pcm)
    in_frames = make(rate, 1.0, 0)
    assert cuts_of(in_frames, chunked(pcm, sizes)) == whole
    assert (in_frames.voiced, in_frames.end) == (at_once.voiced, len(pcm))
    assert in_frames.flush() == at_once.flush()


@given(make=policies, pattern=patterns, sizes=frames, rate=st.sampled_from(RATES), start=st.integers(0, 99))
@settings(max_examples=80, deadline=None)
def test_windows_tile_the_bytes(
    make: Make, pattern: list[float], sizes: list[int], rate: int, start: int
) -> None:
    pcm = played(pattern, rate)
    windower = make(rate, 1.0, 2 * start)
    cuts = cuts_of(windower, chunked(pcm, sizes)) + windower.flush()
    ends = [2 * start, *(cut.end for cut in cuts)]
    assert all(a < b for a, b in itertools.pairwise(ends))
    assert ends[-1] == 2 * start + len(pcm)
    assert all(end % 2 == 0 for end in ends)
    assert windower.flush() == []


@given(
    make=policies,
    pattern=patterns,
    sizes=frames,
    rate=st.sampled_from(RATES),
    noises=st.lists(st.sampled_from([0, 60, 150, 400]), min_size=1, max_size=4),
    data=st.data(),
)
@settings(max_examples=120, deadline=None)
def test_a_new_owner_who_replays_the_bytes_since_the_last_cut_goes_on_alike(
    make: Make, pattern: list[float], sizes: list[int], rate: int, noises: list[float], data: st.DataObject
) -> None:
    pcm = played(pattern, rate, noises)
    whole = make(rate, 1.0, 0).feed(pcm)
    handover = 2 * data.draw(st.integers(0, len(pcm) // 2))
    before = cuts_of(make(rate, 1.0, 0), chunked(pcm[:handover], sizes))
    last = before[-1].end if before else 0
    heir = make(rate, 1.0, last)
    assert heir.feed(pcm[last:handover]) == []
    assert before + cuts_of(heir, chunked(pcm[handover:], sizes)) == whole


@given(make=policies, flushed_at=st.lists(st.integers(1, 60_000), max_size=4), sizes=frames)
@settings(max_examples=40, deadline=None)
def test_a_leg_that_falls_silent_at_any_byte_still_tiles(
    make: Make, flushed_at: list[int], sizes: list[int]
) -> None:
    pcm = played([0.3, 2.5, 0.7, 1.0])
    windower = make(16000, 1.0, 0)
    ends = [0]
    at = 0
    for samples in [*flushed_at, len(pcm)]:
        part = pcm[at : at + 2 * samples]
        at += len(part)
        ends += [cut.end for cut in cuts_of(windower, chunked(part, sizes)) + windower.flush()]
        assert (ends[-1], windower.open_bytes) == (at, 0)
    assert all(a < b for a, b in itertools.pairwise(ends))


@given(pattern=patterns, noises=st.lists(st.sampled_from([0, 20, 60, 150, 1500]), min_size=2, max_size=5))
@settings(max_examples=40, deadline=None)
def test_every_block_is_judged_as_if_the_leg_had_begun_at_the_last_cut(
    pattern: list[float], noises: list[float]
) -> None:
    pcm = played([*pattern, 0.5], noises=noises)
    windower = SpeechWindower(16000, 1.0)
    last = [0, *(cut.end for cut in windower.feed(pcm))][-1]
    heir = SpeechWindower(16000, 1.0, last)
    heir.feed(pcm[last:])
    assert (windower._voiced, windower._noise) == (heir._voiced, heir._noise)


def test_fixed_windows_have_one_length_and_say_whether_they_sound() -> None:
    windower = FixedWindower(16000, 5.0)
    cuts = windower.feed(voice(5) + silence(5) + silence(4.9) + voice(0.2))
    assert cuts == [
        Cut(160_000, "speech", "fixed"),
        Cut(320_000, "silent", "fixed"),
        Cut(480_000, "speech", "fixed"),
    ]
    assert windower.flush() == [Cut(483_200, "speech", "idle")]


def seconds(cut: Cut) -> float:
    return cut.end / 32_000


@pytest.mark.parametrize("rate", RATES)
def test_speech_is_cut_out_of_the_silence_around_it(rate: int) -> None:
    windower = SpeechWindower(rate, 5.0)
    cuts = windower.feed(silence(3, rate) + voice(2, rate) + silence(3, rate)) + windower.flush()
    assert [(cut.kind, cut.reason) for cut in cuts] == [
        ("silent", "onset"),
        ("speech", "pause"),
        ("silent", "idle"),
    ]
    start, end = (cut.end / rate / 2 for cut in cuts[:2])
    assert 2.45 < start < 2.9
    assert 5.3 < end < 5.6


def test_the_end_of_a_turn_is_known_within_eight_tenths_of_a_second() -> None:
    windower = SpeechWindower(16000, 5.0)
    assert windower.feed(voice(2) + silence(0.65)) == []
    (cut,) = windower.feed(silence(0.15))
    assert cut.reason == "pause"


def test_one_who_goes_on_is_cut_at_a_breath_once_the_window_is_full() -> None:
    sound = voice(3) + silence(0.3) + voice(2.5) + silence(0.3) + voice(4)
    (cut, *_) = SpeechWindower(16000, 5.0).feed(sound)
    assert (cut.kind, cut.reason) == ("speech", "length")
    assert 5.8 < seconds(cut) < 6.1


def test_one_who_never_breathes_is_cut_in_a_dip_before_the_longest_window() -> None:
    cuts = SpeechWindower(16000, 5.0).feed(voice(30))
    lengths = [b - a for a, b in itertools.pairwise([0.0, *map(seconds, cuts)])]
    assert len(cuts) >= 3
    assert all(cut.reason == "length" for cut in cuts)
    assert all(3 < length < 8 for length in lengths)
    dips = [round(seconds(cut) / 0.25, 6) % 1 for cut in cuts]  # the buzz dips every quarter of a second
    assert all(min(dip, 1 - dip) < 0.3 for dip in dips)


def test_one_who_fell_silent_just_before_the_limit_has_paused() -> None:
    (cut, *_) = SpeechWindower(16000, 5.0).feed(voice(7.75) + silence(4))
    assert cut.reason == "pause"


def test_a_short_word_in_long_silence_is_heard() -> None:
    windower = SpeechWindower(16000, 5.0)
    cuts = windower.feed(silence(10) + voice(0.25) + silence(10))
    assert [cut.kind for cut in cuts] == ["silent", "speech"]
    assert seconds(cuts[0]) < 10 < seconds(cuts[1])


def test_a_steady_hiss_is_silence_and_a_voice_in_it_is_not() -> None:
    windower = SpeechWindower(16000, 5.0)
    assert {cut.kind for cut in windower.feed(hiss(65))} == {"silent"}
    cuts = windower.feed(mixed(silence(2) + voice(2) + silence(3), hiss(7)))
    assert [cut.kind for cut in cuts] == ["silent", "speech"]


def test_long_silence_costs_no_memory() -> None:
    windower = SpeechWindower(48000, 5.0)
    for _ in range(900):
        windower.feed(silence(0.1, 48000))
        assert len(windower._pcm) < 96_000
        assert len(windower._levels) <= 1001
