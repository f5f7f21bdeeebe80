"""Both ends of the cord: a process that is asked to end, and whoever started it."""

import os
import time
from collections.abc import Iterator
from threading import Thread

import pytest

from app import starter
from app.local.cord import Cord
from app.starter import say_ready, wait_for_successor
from tests.running import eventually


@pytest.fixture
def cord(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cord]:
    """Ours as the process and as the one who started it."""
    cord = Cord()
    monkeypatch.setenv("STARTER_FD", str(os.dup(cord.descriptor)))
    cord.handed_over()
    yield cord
    cord.let_go()


def test_a_process_that_is_asked_to_end_waits_for_its_successor(cord: Cord) -> None:
    say_ready()
    assert cord.is_ready()
    assert not cord.is_ending()
    waiting = Thread(target=wait_for_successor)
    waiting.start()
    eventually("its word that it ends", cord.is_ending)
    waiting.join(0.2)
    assert waiting.is_alive()
    cord.let_go()
    waiting.join(10)
    assert not waiting.is_alive()
    assert not cord.is_ending(), "it needs no other successor"


def test_whoever_asks_it_to_end_need_not_send_a_successor(cord: Cord) -> None:
    cord.let_go()
    say_ready()
    wait_for_successor()


def test_it_does_not_wait_for_ever(cord: Cord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter, "SUCCESSOR_SECONDS", 0.1)
    began = time.monotonic()
    wait_for_successor()
    assert 0.1 <= time.monotonic() - began < 10


def test_a_process_that_nobody_looks_after_ends_at_once() -> None:
    assert "STARTER_FD" not in os.environ
    say_ready()
    wait_for_successor()
