from dataclasses import replace

import pytest

from benchmarks.load.report import table
from benchmarks.load.result import Result, Spread

HELD = Result(
    row="Earpiece: 100 calls", calls=100, at="2026-11-26 22:10 UTC", machine="2 x CPU",
    windows=1200, lost=0, unadvised=0, measured=1200, complained=0, complaints=[],
    to_text=Spread(0.02, 0.1, 0.25), to_advice=Spread(0.01, 0.02, 0.03), both=Spread(0.03, 0.12, 0.28),
    cpu={"web": 0.06, "redis": 0.04, "flower": 0.5}, around={"stub": 0.02, "callers": 0.05},
    idle={"web": 100.0, "redis": 10.0, "flower": 60.0}, memory={"web": 150.0, "redis": 40.0, "flower": 70.0},
    commands={"evalsha": 20.0, "hget": 100.0}, sent={"evalsha": 20.0, "hget": 4.0},
    transactions=3.5, statements=2.5,
    cores={"ours": 0.4, "stub": 0.1, "callers": 0.2, "others": 0.0, "idle": 1.3}, late_p99=0.004,
)  # fmt: skip


@pytest.mark.parametrize(
    "less",
    [
        {"lost": 1},
        {"measured": 0},
        {"to_text": Spread(0.02, 0.1, 0.251)},
        {"unadvised": 1},
        {"complained": 1},
    ],
    ids=["lost", "nothing measured", "late", "without advice", "told twice"],
)
def test_calls_are_held_when_none_of_them_lost_a_window_or_waited_long(less: dict[str, object]) -> None:
    assert HELD.held
    assert not replace(HELD, **less).held  # type: ignore[arg-type]


def test_a_run_is_read_back_as_it_was_written() -> None:
    assert Result.from_json(HELD.to_json()) == HELD


def test_the_table_has_medians_of_each_row_and_sums_without_flower() -> None:
    slow = replace(HELD, lost=2, cpu={"web": 0.10, "redis": 0.06, "flower": 0.5})
    fast = replace(HELD, cpu={"web": 0.04, "redis": 0.05, "flower": 0.5}, sent={}, statements=0.0)
    peer = replace(HELD, row="pipecat: 100 calls", cpu={"pipecat": 0.5}, commands={}, sent={})
    peer = replace(peer, idle={"pipecat": 90.0}, memory={"pipecat": 330.0})
    head, _, ours, theirs = table([HELD, slow, peer, fast]).splitlines()
    cells = dict(zip(head.split(" | "), ours.split(" | "), strict=True))
    assert cells["| row"] == "| Earpiece: 100 calls"
    assert cells["held"] == "2 of 3"
    assert cells["lost / without advice / complaints"] == "2 / 0 / 0"
    assert cells["to the words p50/p95/p99 ms"] == "20/100/250"
    assert cells["CPU-s a call-minute"] == "0.100"
    assert cells["by part"] == "web 0.060, redis 0.050, flower 0.500"
    assert cells["stub's, callers' CPU-s a call-minute"] == "0.020, 0.050"
    assert cells["PSS MB idle"] == "110"
    assert cells["MB a call"] == "0.80"
    assert cells["Redis commands a window (evalsha; sent by clients)"] == "120 (20.0; 24)"
    assert cells["transactions a window (statements)"] == "3.5 (2.5)"
    assert dict(zip(head.split(" | "), theirs.split(" | "), strict=True))["MB a call"] == "2.40"
