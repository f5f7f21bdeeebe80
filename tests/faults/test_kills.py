"""Two hundred `kill -9` of workers, spread over two thousand windows: each has its transcript once.

Four rounds of fifty kills and more than five hundred windows, so that each can be run by itself.
"""

import asyncio
from itertools import cycle
from random import Random

import pytest

from tests.faults import nemesis, report
from tests.faults.checker import Allowed
from tests.faults.scenario import Scenario

KILLS, CALLS, SECONDS = 50, 6, 110
WORKERS = [f"transcribe-{number}" for number in range(1, 5)]  # so that some listen while others start
CALM_SECONDS = 0.8, 2.0


@pytest.mark.full
@pytest.mark.timeout(400)
@pytest.mark.parametrize("round_", range(1, 5))
def test_windows_outlive_their_workers(scenario: Scenario, round_: int) -> None:
    random = Random(round_)
    for number in range(CALLS):
        scenario.caller(SECONDS, seed=1000 * round_ + number, speakers=("customer",))

    async def kill_again_and_again() -> None:
        await nemesis.in_thread(scenario.system.order_engine, {"part": "recogniser", "latency": [0.1, 0.6]})
        scenario.system.start(*WORKERS)
        for _, worker in zip(range(KILLS), cycle(WORKERS), strict=False):
            await asyncio.sleep(random.uniform(*CALM_SECONDS))
            await nemesis.in_thread(scenario.system.kill, worker)
            scenario.system.start(worker)

    scenario.play(kill_again_and_again)
    for worker in set(WORKERS) - set(nemesis.TRANSCRIBERS):  # they hold connections, too
        scenario.system.stop(worker)
    found = scenario.verdict(Allowed(unacked=True))
    print(report.note(f"{KILLS} workers killed, round {round_}", scenario))
    assert found == []
    assert scenario.seen is not None
    windows = scenario.seen.windows
    print(f"{sum(window['attempts'] > 1 for window in windows)} of {len(windows)} windows lost a worker")
    assert len(windows) >= 500
