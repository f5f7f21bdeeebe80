import time
from datetime import UTC, datetime

import pytest

from benchmarks.transcription.engine_times import Request, engine_times, final_requests
from data.call_client import Heard

SECOND = 32000


def heard(at: float, speaker: str, window: int) -> Heard:
    return Heard(at, {"speaker": speaker, "window": window})


def test_the_engines_log_is_read_out_of_the_lines_of_a_running_system() -> None:
    stamp = datetime.now(UTC).isoformat()
    lines = [
        f'engine      | {{"audio_seconds": 4.2, "seconds": 0.9, "interim": false, "event": "transcribed", '
        f'"timestamp": "{stamp}"}}',
        f'engine      | {{"audio_seconds": 2.1, "seconds": 0.1, "interim": true, "event": "transcribed", '
        f'"timestamp": "{stamp}"}}',
        'engine      | {"tool_calls": [], "event": "answered"}',
        "web         | listening",
    ]
    (request,) = final_requests(lines)
    assert (request.audio_seconds, request.seconds) == (4.2, 0.9)
    assert request.done == pytest.approx(time.monotonic(), abs=1)


def test_a_window_has_the_request_of_its_length_that_was_answered_just_before_it_was_told() -> None:
    windows = [
        {"speaker": "agent", "number": 1, "start_byte": SECOND, "end_byte": 5 * SECOND},
        {"speaker": "customer", "number": 1, "start_byte": 0, "end_byte": 3 * SECOND},
    ]
    requests = [
        Request(done=50, audio_seconds=4.0, seconds=8.0),
        Request(done=99.8, audio_seconds=4.0, seconds=1.1),
        Request(done=99.9, audio_seconds=5.0, seconds=1.4),
        Request(done=103, audio_seconds=4.0, seconds=2.2),
    ]
    finals = [heard(100, "agent", 1), heard(101, "customer", 1)]
    assert engine_times(finals, windows, SECOND, requests) == {("agent", 1): 1.1}
