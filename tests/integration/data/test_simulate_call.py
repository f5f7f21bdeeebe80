"""`python -m data.simulate_call`, as `make demo` calls it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.sample_calls import SampleCall
from tests.integration.data.far_end import FarEnd

ROOT = Path(__file__).parents[3]


@pytest.fixture
def far_end() -> Iterator[FarEnd]:
    far_end = FarEnd()
    yield far_end
    far_end.stop()


def simulate(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "data.simulate_call", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def test_a_sample_call_is_played_to_its_last_byte_and_its_end_is_shown(far_end: FarEnd) -> None:
    shown = simulate("late_order", "--speed", "50", "--url", far_end.url, "--token", "secret")
    assert shown.returncode == 0, shown.stderr
    assert far_end.leg() == SampleCall("late_order").samples.tobytes()
    (start,) = far_end.starts
    assert start["token"] == "Bearer secret"
    assert start["account_number"] == "ACC00007"
    assert "A table that never arrived" in shown.stdout
    assert "call ended       completed" in shown.stdout
    assert "summary          All is well." in shown.stdout
    assert "secret" not in shown.stdout + shown.stderr


def test_each_leg_can_have_a_socket_a_rate_and_frames_of_its_own(far_end: FarEnd) -> None:
    options = ["--two-sockets", "--rate", "8000", "--frame-bytes", "random"]
    shown = simulate("refund", "--speed", "50", "--url", far_end.url, "--token", "t", *options)
    assert shown.returncode == 0, shown.stderr
    samples = SampleCall("refund").resampled(8000)
    assert far_end.leg("agent") == samples[:, 0].tobytes()
    assert far_end.leg("customer") == samples[:, 1].tobytes()


def test_a_refusal_is_one_sentence(far_end: FarEnd) -> None:
    far_end.refusal = ("unauthorized", 4401)
    shown = simulate("late_order", "--url", far_end.url, "--token", "wrong")
    assert shown.returncode == 1
    assert shown.stderr == "The call failed: It is unauthorized.\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["late_order"], "start it with `make run`"),
        (["late_order", "--url", "http://127.0.0.1:9"], "wants a token"),
        (["no_such_call"], "late_order"),
        (["late_order", "--speed", "0"], "more than 0"),
        (["late_order", "--frame-bytes", "5"], "multiple of 4"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path: Path, arguments: list[str], words: str) -> None:
    for part in ("app", "data"):
        (tmp_path / part).symlink_to(ROOT / part)
    shown = simulate(*arguments, folder=tmp_path)
    assert shown.returncode == 2
    assert words in shown.stderr
    assert "Traceback" not in shown.stderr
