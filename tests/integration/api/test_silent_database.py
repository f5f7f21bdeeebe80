"""A PostgreSQL that is frozen: it takes what is sent, and never answers."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.running import RunningSystem

ANSWER_SECONDS = 15


@pytest.fixture
def silent_database(system: RunningSystem) -> Iterator[None]:
    processes = system.database()
    for process in processes:
        process.suspend()
    yield
    for process in processes:
        process.resume()


def test_people_and_probes_are_answered_while_the_database_is_silent(
    system: RunningSystem, silent_database: None
) -> None:
    with httpx2.Client(base_url=system.url, timeout=ANSWER_SECONDS) as client:
        signed_in = client.get("/api/calls", headers={"Authorization": f"Bearer {system.token}"})
        ready = client.get("/readyz")
    assert (signed_in.status_code, ready.status_code) == (503, 503)
    assert "database is not answering" in signed_in.json()["detail"]
    assert ready.json()["parts"]["database"]["message"] == "The database does not answer."
