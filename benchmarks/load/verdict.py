"""Whether every window was heard: the right bytes, once, in order, shown and kept; and how long it took."""

from dataclasses import dataclass, field

from benchmarks.load.caller import Caller
from benchmarks.load.measured import Kept
from benchmarks.load.run import Taken
from benchmarks.load.sound import Window


@dataclass
class Verdict:
    """Counts of windows, and seconds beyond the engine's own time.

    `to_text` is from the last byte that the system needed to know a window until its words, `to_advice` from
    there to the first word of its suggestion, `both` the two together. `lost` windows were not heard with the
    right bytes, or not kept; `unadvised` ones of the customer, before the end of the measured span, have no
    whole suggestion.
    """

    windows: int = 0
    lost: int = 0
    unadvised: int = 0
    to_text: list[float] = field(default_factory=list)
    to_advice: list[float] = field(default_factory=list)
    both: list[float] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def judge(taken: Taken, kept: Kept) -> Verdict:
    """Compare what each call was told, and what is kept of it, with what it said."""
    verdict = Verdict()
    for caller in taken.callers:
        verdict.complaints += caller.complaints
        for speaker, leg in caller.legs.items():
            numbers = [told.window for told in caller.transcripts[speaker]]
            if numbers != sorted(set(numbers)):
                verdict.complaints.append("words out of order, or twice")
            begin = leg.begin
            for window in leg.windows(caller.frame_bytes, len(caller.sent_at)):
                start, begin = begin, begin + window.size
                verdict.windows += window.spoken
                if not (kept(caller, speaker, window, start) and _was_told(caller, speaker, window)):
                    verdict.lost += 1
                elif window.spoken:
                    _time(caller, speaker, window, taken, verdict)
    return verdict


def _was_told(caller: Caller, speaker: str, window: Window) -> bool:
    """Whether the words are those of the right bytes; silence has none."""
    words = [(told.crc, told.size) for told in caller.transcripts[speaker] if told.window == window.number]
    return words == ([(window.crc, window.size)] if window.spoken else [])


def _time(caller: Caller, speaker: str, window: Window, taken: Taken, verdict: Verdict) -> None:
    sent_at = caller.sent_at[window.frame]
    before_the_end = sent_at - taken.measured_from < taken.used.at
    measured = before_the_end and sent_at >= taken.measured_from
    words = next(told for told in caller.transcripts[speaker] if told.window == window.number)
    to_text = words.at - sent_at - words.engine_seconds
    if measured:
        verdict.to_text.append(to_text)
    if speaker != "customer":
        return
    advice = caller.first_words.get(window.number)
    if advice is None or window.number not in caller.complete:
        verdict.unadvised += before_the_end
    elif measured:
        to_advice = advice.at - words.at - advice.engine_seconds
        verdict.to_advice.append(to_advice)
        verdict.both.append(to_text + to_advice)
