import json
import zlib

import pytest

from benchmarks.load.caller import Caller
from benchmarks.load.earpiece_caller import EarpieceCaller
from benchmarks.load.measured import NOTHING
from benchmarks.load.meter import Reading
from benchmarks.load.run import Load, Taken
from benchmarks.load.sound import Leg, Window
from benchmarks.load.verdict import Verdict, judge

FRAME_SECONDS = 0.256
FRAMES = 45
ENGINE_SECONDS = 0.2
BEGAN = 1000.0


def kept(*_: object) -> bool:
    return True


def call() -> EarpieceCaller:
    """Two windows of five seconds and some more were sent, nothing was told."""
    caller = EarpieceCaller([Leg("fixed", 64_000)], 4096)
    caller.sent_at = [BEGAN + FRAME_SECONDS * frame for frame in range(FRAMES)]
    return caller


def windows_of(caller: Caller) -> list[Window]:
    return list(caller.legs["customer"].windows(caller.frame_bytes, len(caller.sent_at)))


def tell_words(caller: EarpieceCaller, window: Window, *, late: float = 0.05, crc: str = "") -> None:
    """Their transcript comes `late` seconds after what the engine took."""
    text = f"I want crc={crc or window.crc} bytes={window.size} took={ENGINE_SECONDS}"
    event = {"type": "transcript", "final": True, "speaker": "customer", "window": window.number}
    at = caller.sent_at[window.frame] + ENGINE_SECONDS + late
    caller.hear(json.dumps({**event, "text": text}).encode(), at)


def tell_advice(caller: EarpieceCaller, window: Window, at: float) -> None:
    name = {"suggestion_id": str(window.number)}
    for event in (
        {"type": "suggestion_started", "window": window.number},
        {"type": "suggestion_delta", "content": "took=0.15 word1"},
        {"type": "suggestion", "status": "complete"},
    ):
        caller.hear(json.dumps({**name, **event}).encode(), at)


def verdict_of(*callers: Caller, seconds: float = FRAMES * FRAME_SECONDS) -> Verdict:
    used = Reading(seconds, {}, 0.0, {}, 0)
    taken = Taken(Load(len(callers), used.at), list(callers), BEGAN, used, {}, {}, [], NOTHING)
    return judge(taken, kept)


def test_every_window_with_its_words_and_its_advice_is_timed_without_the_engine() -> None:
    caller = call()
    first, second = windows_of(caller)
    for window in (first, second):
        tell_words(caller, window, late=0.05)
        tell_advice(caller, window, caller.sent_at[window.frame] + ENGINE_SECONDS + 0.05 + 0.15 + 0.02)
    verdict = verdict_of(caller)
    assert (verdict.windows, verdict.lost, verdict.unadvised, verdict.complaints) == (2, 0, 0, [])
    assert verdict.to_text == pytest.approx([0.05, 0.05])
    assert verdict.to_advice == pytest.approx([0.02, 0.02])
    assert verdict.both == pytest.approx([0.07, 0.07])


def test_a_window_without_words_is_lost_and_one_without_advice_is_counted() -> None:
    caller = call()
    tell_words(caller, windows_of(caller)[1])
    verdict = verdict_of(caller)
    assert (verdict.windows, verdict.lost, verdict.unadvised) == (2, 1, 1)


def test_who_hangs_up_at_once_need_not_have_advice() -> None:
    caller = call()
    for window in windows_of(caller):
        tell_words(caller, window)
    assert verdict_of(caller, seconds=6.0).unadvised == 1


def test_a_window_that_was_heard_with_one_other_byte_is_lost() -> None:
    caller = call()
    first, second = windows_of(caller)
    sound = bytearray(caller.legs["customer"].bytes(0, first.size))
    sound[70_000] ^= 1
    tell_words(caller, first, crc=f"{zlib.crc32(sound):08x}")
    tell_words(caller, second)
    assert verdict_of(caller).lost == 1


def test_a_window_that_is_told_twice_is_lost_and_complained_of() -> None:
    caller = call()
    first, second = windows_of(caller)
    for window in (first, first, second):
        tell_words(caller, window)
    verdict = verdict_of(caller)
    assert verdict.lost == 1
    assert verdict.complaints == ["words out of order, or twice"]


def test_a_window_that_was_told_but_not_kept_is_lost() -> None:
    caller = call()
    for window in windows_of(caller):
        tell_words(caller, window)
    used = Reading(1.0, {}, 0.0, {}, 0)
    taken = Taken(Load(1, 1.0), [caller], BEGAN, used, {}, {}, [], NOTHING)
    asked: list[tuple[int, int]] = []

    def only_the_first(caller: Caller, speaker: str, window: Window, start: int) -> bool:
        asked.append((window.number, start))
        return window.number == 0

    assert judge(taken, only_the_first).lost == 1
    assert asked == [(0, 0), (1, 160_000)]


def test_what_was_sent_outside_of_the_measured_span_is_judged_but_not_timed() -> None:
    caller = call()
    for window in windows_of(caller):
        tell_words(caller, window)
    used = Reading(6.0, {}, 0.0, {}, 0)
    taken = Taken(Load(1, 6.0), [caller], BEGAN + 6.0, used, {}, {}, [], NOTHING)
    verdict = judge(taken, kept)
    assert (verdict.windows, verdict.lost, len(verdict.to_text)) == (2, 0, 1)
