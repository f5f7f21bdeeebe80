from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.api.auth import Principal
from app.api.media.admission import refusal
from app.models import Role
from app.settings import load_settings

ANN = Principal("user", 1, "Ann", Role.AGENT)
BEN = Principal("user", 2, "Ben", Role.AGENT)
GATEWAY = Principal("machine", 1, "gateway", Role.SUPERVISOR)


@dataclass
class Socket:
    principal: Principal


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MAX_SOCKETS", "5")
    monkeypatch.setenv("MAX_SOCKETS_PER_PERSON", "2")
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()


def test_a_person_has_a_bound_of_their_own() -> None:
    sockets = [Socket(ANN), Socket(ANN), Socket(BEN)]
    assert "one person" in (refusal(sockets, ANN) or "")
    assert refusal(sockets, BEN) is None


def test_a_machine_may_carry_the_calls_of_many() -> None:
    assert refusal([Socket(GATEWAY)] * 4, GATEWAY) is None


def test_the_process_has_a_bound_for_all() -> None:
    assert "as many connections" in (refusal([Socket(GATEWAY)] * 5, BEN) or "")
