from collections.abc import Iterator

import pytest

from tests.integration.engine.process import Engine, running


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """One engine that recognises speech, shared by the tests that leave it as it was."""
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def faulty_engine() -> Iterator[Engine]:
    """One engine that does wrong on request and recognises nothing but bytes."""
    with running(ENGINE_FAULTS="1", ENGINE_RECOGNISER="hash") as started:
        yield started
