"""A bad day: what can break within a minute breaks during the same calls, and afterwards all that must hold
does. Each fault by itself, and many more, are in `make faults`.
"""

import pytest

from tests.faults import nemesis
from tests.faults.checker import Allowed
from tests.faults.scenario import Scenario

CALL_SECONDS = 28


@pytest.mark.timeout(300)
def test_a_bad_day_costs_nothing_but_what_a_client_no_longer_had(scenario: Scenario) -> None:
    steady = scenario.caller(CALL_SECONDS, seed=1)
    cut_off = scenario.caller(CALL_SECONDS, seed=2)
    forgetful = scenario.caller(CALL_SECONDS, seed=3, speakers=("customer",), keep_seconds=3)

    async def lines_and_storage() -> None:
        await nemesis.kill_workers_mid_window(scenario)
        for caller in (cut_off, forgetful):
            caller.stay_away(8)
        await nemesis.pause_redis(scenario, 5)
        await nemesis.restart_redis(scenario)
        await nemesis.lose_replies_of_redis(scenario, times=2)

    async def hints_and_answers() -> None:
        await nemesis.give_hints_five_times(scenario, range(12))
        await nemesis.trouble_the_engine(scenario, "recogniser", ["429", "500", "html", "half"])
        await nemesis.trouble_the_engine(scenario, "assistant", ["half", "hang"])

    scenario.play(lines_and_storage, hints_and_answers)
    logs = {"storage_lost", "storage_back", "window_released", "suggestion_failed"}
    assert scenario.verdict(Allowed(unacked=True, failed_suggestions=True, logs=logs)) == []
    assert forgetful.lost
    assert not steady.lost
    assert not cut_off.lost
