"""How long the built-in engine itself took for each window, by its own log."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from data.call_client import Heard

TOLD_WITHIN_SECONDS: Final = 15.0  # after the engine had its words, a window is told, even if others block it


class Request(NamedTuple):
    """A final transcription; `done` is by `time.monotonic`."""

    done: float
    audio_seconds: float
    seconds: float


def final_requests(lines: Iterable[str]) -> list[Request]:
    """What the lines of a running system say of its engine's work for final words."""
    requests = []
    to_monotonic = time.monotonic() - time.time()
    for line in lines:
        if '"transcribed"' in line:
            facts = json.loads(line[line.index("{") :])
            done = datetime.fromisoformat(facts["timestamp"]).timestamp() + to_monotonic
            if not facts["interim"]:
                requests.append(Request(done, facts["audio_seconds"], facts["seconds"]))
    return requests


def engine_times(
    finals: Iterable[Heard],
    windows: Sequence[Mapping[str, Any]],
    bytes_per_second: int,
    requests: Sequence[Request],
) -> dict[tuple[str, int], float]:
    """The seconds for each window of a call that was heard by itself, by speaker and number.

    `windows` are the call's, as the API tells them. The request of a window has its length, and was answered
    just before its words were told.
    """
    lengths = {
        (window["speaker"], window["number"]): (window["end_byte"] - window["start_byte"]) / bytes_per_second
        for window in windows
    }
    times = {}
    for said in finals:
        window = (said.message["speaker"], said.message["window"])
        seconds = [
            request.seconds
            for request in requests
            if abs(request.audio_seconds - lengths[window]) < 0.01
            and said.at - TOLD_WITHIN_SECONDS < request.done < said.at
        ]
        if seconds:
            times[window] = seconds[-1]
    return times
