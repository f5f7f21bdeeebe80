"""The sample calls, script and sound: `data/calls/<name>.json` and `.flac`. data/make_calls.py makes them."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

CALLS: Final = Path(__file__).parent / "calls"
SAMPLE_RATE: Final = 16_000
Speaker: TypeAlias = Literal["agent", "customer"]
SPEAKERS: Final[tuple[Speaker, Speaker]] = ("agent", "customer")
"""In the order of the channels."""

Samples: TypeAlias = NDArray[np.int16]


class SampleCall:
    """One call. Raises `FileNotFoundError` when there is none of this name in the folder."""

    def __init__(self, name: str, folder: Path = CALLS) -> None:
        self.name = name
        self._folder = folder
        script = json.loads((folder / f"{name}.json").read_text("utf-8"))
        self.title: str = script["title"]
        self.account_number: str | None = script["account_number"]
        self.agent_name: str = script["agent_name"]
        self.expects: dict[str, str] = script["expects"]
        self.turns: list[dict[str, Any]] = script["turns"]

    @cached_property
    def samples(self) -> Samples:
        """Shape (samples, 2) at 16 kHz: left agent, right customer."""
        samples: Samples = soundfile.read(self._folder / f"{self.name}.flac", dtype="int16")[0]
        return samples

    def resampled(self, rate: int) -> Samples:
        """Shape (samples, 2) at `rate` Hz."""
        if rate == SAMPLE_RATE:
            return self.samples
        samples: Samples = soxr.resample(self.samples, SAMPLE_RATE, rate)
        return samples

    def words(self, speaker: Speaker) -> str:
        """All that one party says, as written in the script."""
        return " ".join(turn["text"] for turn in self.turns if turn["speaker"] == speaker)


def sample_names() -> list[str]:
    """The names of all sample calls."""
    return sorted(path.stem for path in CALLS.glob("*.json"))
