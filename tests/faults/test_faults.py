"""Every fault by itself, during two calls or more; afterwards all that must hold does. `make faults` prints
the table of what was observed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.faults import nemesis, report
from tests.faults.caller import KEEP_SECONDS
from tests.faults.checker import Allowed
from tests.faults.scenario import Scenario

pytestmark = [pytest.mark.full, pytest.mark.timeout(400)]

LEG_TAKEN = 4409
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")

MEMORY_LOST = Allowed(
    memory_lost=True, heard_again=60, failed_suggestions=True, unacked=True, logs={"call_restored"}
)


@dataclass
class Fault:
    """A row of the table. The calls last `seconds`, played `speed` times as fast as life."""

    name: str
    trouble: Callable[[Scenario], Awaitable[None]]
    seconds: float = 10
    speed: float = 1
    allowed: Allowed = field(default_factory=Allowed)


FAULTS = [
    Fault(
        "workers killed mid-window",
        nemesis.kill_workers_mid_window,
        allowed=Allowed(unacked=True),
    ),
    Fault(
        "workers killed after the reply, before the commit",
        nemesis.kill_workers_before_commit,
        allowed=Allowed(unacked=True),
    ),
    Fault("worker killed mid-summary", nemesis.kill_worker_mid_summary, allowed=Allowed(unacked=True)),
    Fault(
        "workers stopped for longer than their leases",
        nemesis.freeze_workers_beyond_their_leases,
        allowed=Allowed(logs={"lease_lost"}),
    ),
    Fault(
        "Redis paused for 10 s",
        partial(nemesis.pause_redis, seconds=10),
        seconds=14,
        allowed=Allowed(logs={"storage_lost", "storage_back"}),
    ),
    Fault(
        "Redis killed, back after 5 s",
        partial(nemesis.restart_redis, away=5),
        allowed=Allowed(logs={"storage_lost", "storage_back"}, unacked=True),
    ),
    Fault("Redis full for 6 s", partial(nemesis.fill_redis, seconds=6), seconds=14),
    Fault(
        "Redis restarted empty",
        nemesis.empty_redis,
        seconds=20,
        allowed=MEMORY_LOST,
    ),
    Fault(
        "Redis emptied while a window is with the engine, and one behind it is final",
        nemesis.empty_redis_behind_a_window,
        seconds=20,
        allowed=MEMORY_LOST,
    ),
    Fault(
        "replies of Redis lost, four times: bytes resent",
        partial(nemesis.lose_replies_of_redis, times=4),
        allowed=Allowed(logs={"storage_lost"}),
    ),
    Fault("subscriber connection killed ten times", partial(nemesis.deafen_the_feed, times=10), seconds=20),
    Fault("web process killed", nemesis.kill_web),
    Fault("web process rolled (SIGTERM)", nemesis.roll_web),
    Fault(
        "every worker rolled (SIGTERM)",
        nemesis.roll_workers,
        seconds=20,
        allowed=Allowed(heard_again=8),  # two windows a leg may be with the engine when a worker ends
    ),
    Fault("clients cut off for 8 s", partial(nemesis.cut_every_line, seconds=8)),
    Fault("clients cut off for 40 s", partial(nemesis.cut_every_line, seconds=40), seconds=50),
    Fault("cables pulled for 8 s", partial(nemesis.freeze_every_line, seconds=8)),
    Fault(
        "the same hint five times",
        partial(nemesis.give_hints_five_times, windows=range(12)),
    ),
    Fault("windows finish in any order", nemesis.answer_in_any_order, seconds=14),
    *(
        Fault(
            f"engine: {fault} for 10 s",
            partial(nemesis.break_the_engine, fault=fault, seconds=10),
            seconds=40,  # a request that hangs is given up after 12 s, and advice is for a call that goes on
            allowed=Allowed(
                failed_suggestions=True,
                logs={"window_released", "suggestion_failed", "summary_postponed"},
            ),
        )
        for fault in nemesis.ENGINE_FAULTS
    ),
    Fault(
        "PostgreSQL down for 30 s",
        partial(nemesis.stop_postgres, seconds=30),
        seconds=20,
        allowed=Allowed(failed_suggestions=True, logs={"window_not_saved"}),
    ),
    Fault("beat twice, then dead", nemesis.two_beats_and_none, allowed=Allowed(unacked=True)),
    Fault("end_call with windows in flight", nemesis.end_before_the_last_word, speed=4),
    Fault("a flood at 50 times real time", nemesis.nothing, seconds=300, speed=50),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_a_fault_costs_nothing(scenario: Scenario, fault: Fault) -> None:
    for seed in (1, 2):
        scenario.caller(fault.seconds, seed=seed, speed=fault.speed, keep_seconds=KEEP_SECONDS * fault.speed)
    scenario.play(lambda: fault.trouble(scenario))
    found = scenario.verdict(fault.allowed)
    print(report.note(fault.name, scenario))
    assert found == []


def test_sound_that_a_client_no_longer_has_is_a_gap_of_that_length(scenario: Scenario) -> None:
    forgetful = scenario.caller(14, seed=1, speakers=("customer",), keep_seconds=3)
    steady = scenario.caller(14, seed=2)
    scenario.play(lambda: nemesis.cut_every_line(scenario, seconds=8))
    found = scenario.verdict()
    print(report.note("bytes skipped: a client that keeps 3 s, cut off for 8 s", scenario))
    assert found == []
    assert sum(end - start for start, end in forgetful.lost) > 4 * report.SECOND_BYTES
    assert not steady.lost


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("poison window: refused by the engine", partial(nemesis.spoil_a_window, fault="400")),
        ("poison window: breaks the engine", partial(nemesis.spoil_a_window, fault="500")),
        ("poison window: kills four workers", partial(nemesis.die_of_a_window, deaths=4)),
    ],
    ids=["refused", "breaks the engine", "kills"],
)
def test_a_poisoned_window_fails_alone(
    scenario: Scenario, name: str, trouble: Callable[..., Awaitable[None]]
) -> None:
    caller = scenario.caller(10, seed=1)
    scenario.caller(10, seed=2)
    poison = nemesis.a_word_of(caller, 3)
    scenario.play(lambda: trouble(scenario, poison))
    found = scenario.verdict(Allowed(failed={poison}, unacked=True))
    print(report.note(name, scenario))
    assert found == []
    assert scenario.seen is not None
    assert [window["state"] for window in scenario.seen.windows].count("failed") == 1


@pytest.mark.parametrize(("name", "pause"), [("never reads", 0), ("reads slowly", 0.1)])
def test_a_client_that_does_not_keep_up_holds_up_nobody(scenario: Scenario, name: str, pause: float) -> None:
    lazy = scenario.caller(10, seed=1)
    scenario.caller(10, seed=2)
    scenario.play(lambda: nemesis.stop_reading(scenario, lazy, pause))
    found = scenario.verdict()
    print(report.note(f"a client {name}", scenario))
    assert found == []


def test_a_call_that_nobody_ends_is_closed(scenario: Scenario) -> None:
    scenario.caller(6, seed=1, ends_call=False)
    scenario.caller(6, seed=2)
    scenario.play(lambda: nemesis.abandon(scenario))
    found = scenario.verdict()
    print(report.note("a call is never ended", scenario))
    assert found == []


@pytest.mark.skipif(not FAKETIME.exists(), reason="needs libfaketime (apt)")
def test_a_worker_whose_clock_is_ahead_takes_nothing_from_the_others(scenario: Scenario) -> None:
    scenario.caller(14, seed=1)
    scenario.caller(14, seed=2)
    scenario.play(lambda: nemesis.skew_a_clock(scenario, str(FAKETIME)))
    found = scenario.verdict(Allowed(unacked=True))
    print(report.note("a worker's clock is ten minutes ahead", scenario))
    assert found == []


def test_the_newer_of_two_sockets_wins(scenario: Scenario) -> None:
    older = scenario.caller(10, seed=1)
    newer = scenario.caller(10, seed=1, call_id=older.call_id)
    newer.stay_away(3)
    scenario.play()
    scenario.callers = [newer]
    found = scenario.verdict()
    print(report.note("a second socket takes both legs", scenario))
    assert found == []
    assert older.closes[-1] == LEG_TAKEN
