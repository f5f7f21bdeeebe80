"""Leases of processes that live, and of one that is killed."""

import subprocess
import sys
from pathlib import Path

import pytest
import redis

from tests.running import eventually
from workers import lease
from workers.lease import Lease

ROOT = Path(__file__).parents[3]
NAME = "finishing:a-call"
HOLDER = f"""
import time
from workers.lease import Lease
with Lease.take({NAME!r}):
    print("taken", flush=True)
    time.sleep(600)
"""
HALF_A_MINUTE = 30_000


def test_a_worker_that_is_killed_keeps_others_out_for_half_a_minute_at_most(store: redis.Redis) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER], cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"taken\n"
        holder.kill()
    assert Lease.take(NAME) is None
    assert 0 < store.pttl(NAME) <= HALF_A_MINUTE


def test_one_that_lives_keeps_it(store: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.05)
    taken = Lease.take(NAME)
    assert taken is not None
    with taken:
        store.pexpire(NAME, 1000)
        eventually("its renewal", lambda: store.pttl(NAME) > 1000)
        assert Lease.take(NAME) is None
    assert Lease.take(NAME) is not None


def test_one_that_gave_it_back_takes_it_from_nobody(store: redis.Redis) -> None:
    first = Lease.take(NAME)
    assert first is not None
    with first:
        first.give_back()
        second = Lease.take(NAME)
        assert second is not None
    assert Lease.take(NAME) is None, "the second has it"
