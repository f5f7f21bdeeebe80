"""One private system for all scenarios; each finds it whole again."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import report
from tests.faults.scenario import Scenario
from tests.faults.system import System


@pytest.fixture(scope="session")
def shared_system() -> Iterator[System]:
    with System(Path(tempfile.mkdtemp(prefix="earpiece-faults-")) / "run") as system:
        warm_up(system)
        yield system


def warm_up(system: System) -> None:
    """Let every process load what it loads on first use, so that what it holds can be compared later."""
    scenario = Scenario(system)
    for seed in range(4):
        scenario.caller(3, seed=900 + seed, speed=3)
    scenario.play()


@pytest.fixture
def scenario(shared_system: System) -> Iterator[Scenario]:
    """Calls on the shared system, which is made whole again before and after."""
    shared_system.revive()
    yield Scenario(shared_system)
    shared_system.revive()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table for docs/reliability.md."""
    if report.ROWS:
        terminalreporter.section("faults and what was observed")
        for line in (*report.HEAD, *report.ROWS):
            terminalreporter.write_line(line)
