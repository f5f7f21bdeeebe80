"""The sample calls are what demos and recognition tests stand on: script and sound must agree."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from data.make_calls import TURN_PAUSE_SECONDS, speak_call
from data.sample_calls import CALLS, SAMPLE_RATE, SPEAKERS

NAMES = ["cancellation", "double_charge", "late_order", "login_trouble", "refund", "threat_to_leave"]
TOOLS = {"lookup_orders", "lookup_tickets"}
ROUNDING_SECONDS = 0.011


class Call(NamedTuple):
    name: str
    script: dict[str, Any]
    samples: NDArray[np.int16]
    """Shape (samples, 2): left agent, right customer."""

    @property
    def turns(self) -> list[dict[str, Any]]:
        turns: list[dict[str, Any]] = self.script["turns"]
        return turns


@pytest.fixture(scope="module", params=NAMES)
def call(request: pytest.FixtureRequest) -> Call:
    path = CALLS / f"{request.param}.json"
    samples, rate = soundfile.read(path.with_suffix(".flac"), dtype="int16")
    assert rate == SAMPLE_RATE
    return Call(request.param, json.loads(path.read_text()), samples)


def sample(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)


def test_there_are_six_calls_for_six_customers() -> None:
    scripts = [json.loads(path.read_text()) for path in sorted(CALLS.glob("*.json"))]
    assert [script["name"] for script in scripts] == NAMES
    assert len({script["account_number"] for script in scripts}) == 6
    assert sorted(path.stem for path in CALLS.glob("*.flac")) == NAMES


def test_the_sounds_of_all_calls_stay_small_enough_for_a_repository() -> None:
    assert sum(path.stat().st_size for path in CALLS.glob("*.flac")) < 4_000_000


def test_a_call_names_its_people_and_what_it_should_lead_to(call: Call) -> None:
    assert call.script["name"] == call.name
    assert re.fullmatch(r"ACC000[0-5]\d", call.script["account_number"])
    assert call.script["agent_name"] in " ".join(turn["text"] for turn in call.turns)
    assert call.script["expects"]["tool"] in TOOLS
    policies = Path(__file__).parents[3] / "data" / "policies"
    assert (policies / f"{call.script['expects']['policy']}.md").exists()


def test_both_parties_have_voices_of_their_own(call: Call) -> None:
    assert call.script["voices"]["agent"] != call.script["voices"]["customer"]


def test_a_call_lasts_30_to_90_seconds_and_says_100_to_200_words(call: Call) -> None:
    assert 30 <= len(call.samples) / SAMPLE_RATE <= 90
    assert 100 <= sum(len(turn["text"].split()) for turn in call.turns) <= 200


def test_agent_and_customer_take_turns_with_a_pause_between(call: Call) -> None:
    shortest, longest = TURN_PAUSE_SECONDS
    for before, after in pairwise(call.turns):
        assert before["speaker"] != after["speaker"]
        pause = after["start"] - before["end"]
        assert shortest - ROUNDING_SECONDS <= pause <= longest + ROUNDING_SECONDS
    assert all(turn["start"] < turn["end"] for turn in call.turns)
    assert call.turns[-1]["end"] <= len(call.samples) / SAMPLE_RATE


def test_a_turn_is_heard_on_its_speakers_side(call: Call) -> None:
    for turn in call.turns:
        heard = call.samples[sample(turn["start"]) : sample(turn["end"]), SPEAKERS.index(turn["speaker"])]
        assert np.abs(heard).max() > 3000, turn["text"]


def test_outside_the_turns_there_is_no_sound_at_all(call: Call) -> None:
    rest = call.samples.copy()
    for turn in call.turns:
        start, end = turn["start"] - ROUNDING_SECONDS, turn["end"] + ROUNDING_SECONDS
        rest[sample(start) : sample(end), SPEAKERS.index(turn["speaker"])] = 0
    assert not rest.any()


def test_pauses_do_not_change_from_one_making_to_the_next(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = np.full(SAMPLE_RATE, 1000, dtype=np.int16)
    monkeypatch.setattr("data.make_calls.speak", lambda sentence, voice: spoken)
    first, second = (speak_call(json.loads(json.dumps(call.script))) for _ in range(2))
    assert np.array_equal(first, second)
