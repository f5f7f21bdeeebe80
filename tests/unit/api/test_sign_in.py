import pytest

from app.api.sign_in import MOST_COUNTED, TRIES_SECONDS, Tries


def test_after_so_many_failures_one_waits_until_the_oldest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = 1000.0
    monkeypatch.setattr("app.api.sign_in.time.monotonic", lambda: seconds)
    tries = Tries()
    for _ in range(3):
        assert tries.wait_seconds("ann", allowed=3) == 0
        tries.count("ann")
        seconds += 10
    wait = tries.wait_seconds("ann", allowed=3)
    assert wait == TRIES_SECONDS - 30 + 1
    assert tries.wait_seconds("bob", allowed=3) == 0
    seconds += wait
    assert tries.wait_seconds("ann", allowed=3) == 0


def test_counting_strangers_does_not_fill_the_memory() -> None:
    tries = Tries()
    for number in range(MOST_COUNTED + 5):
        tries.count(str(number))
    assert len(tries._failed) <= MOST_COUNTED
