"""How long after they were spoken words were on the screen."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from data.call_client import Heard
from data.sample_calls import SampleCall

LAST_WORDS_SECONDS: Final = 1.0
"""Text that ends so long before its turn does lacks the turn's last words, and says nothing of their lag."""

STEP: Final = 0.25


class TurnLag(NamedTuple):
    """Seconds from the end of a turn until all its text was final, and how many of them the engine took.

    None: the turn's last words were never heard; the engine heard several windows at once.
    """

    lag: float | None
    engine: float | None = None

    @property
    def own(self) -> float | None:
        """What is ours: all but the engine's time."""
        return None if self.lag is None or self.engine is None else self.lag - self.engine


def finals_in(heard: Iterable[Heard]) -> list[Heard]:
    """The final texts among what was heard."""
    return [said for said in heard if said.message["type"] == "transcript" and said.message["final"]]


def turn_lags(
    call: SampleCall, heard: Iterable[Heard], began: float, engine: Mapping[tuple[str, int], float]
) -> list[TurnLag]:
    """The lag of each turn of a call whose first sample was spoken at `began`, by the clock of `heard`.

    `engine` has the engine's seconds for the window of a speaker with a number.
    """
    finals = finals_in(heard)
    return [_lag_of(turn, finals, began, engine) for turn in call.turns]


def _lag_of(
    turn: dict[str, Any], finals: list[Heard], began: float, engine: Mapping[tuple[str, int], float]
) -> TurnLag:
    parts = [said for said in finals if said.message["speaker"] == turn["speaker"] and _overlap(said, turn)]
    if not parts or max(said.message["end"] for said in parts) < turn["end"] - LAST_WORDS_SECONDS:
        return TurnLag(None)
    last = max(parts, key=lambda said: said.at)
    return TurnLag(
        last.at - began - turn["end"], engine.get((last.message["speaker"], last.message["window"]))
    )


def _overlap(said: Heard, turn: dict[str, Any]) -> bool:
    return bool(said.message["start"] < turn["end"] and said.message["end"] > turn["start"])


def interim_lags(heard: Iterable[Heard], began: float) -> list[float]:
    """Of each interim text, the seconds since the last sound that it holds."""
    return [
        said.at - began - said.message["end"]
        for said in heard
        if said.message["type"] == "transcript" and not said.message["final"] and said.message["text"]
    ]


def screen_lags(call: SampleCall, heard: Iterable[Heard], began: float) -> list[float]:
    """The seconds until what was just said is in a text, interim or final, for every `STEP` of each turn."""
    texts = [said for said in heard if said.message["type"] == "transcript" and said.message["text"]]
    lags = []
    for turn in call.turns:
        shown = [said for said in texts if said.message["speaker"] == turn["speaker"]]
        moment = turn["start"] + STEP
        while moment < turn["end"]:
            first = next((said.at for said in shown if said.message["end"] >= moment), None)
            if first is not None:
                lags.append(first - began - moment)
            moment += STEP
    return lags
