import os
import signal
import subprocess
import sys
import time

import psutil

from app.local import process
from app.local.guard import group_lives

# Ends on its own after a minute, should a test leave it behind.
SLEEPER = [sys.executable, "-I", "-S", "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    *(sys.executable, "-I", "-S", "-c"),
    "import signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "subprocess.Popen([sys.executable, '-I', '-S', '-c', 'import time; time.sleep(60)'])\n"
    "print('up', flush=True); time.sleep(60)",
]


def start(args: list[str]) -> subprocess.Popen[bytes]:
    child = process.spawn(args, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"up\n"
    child.stdout.close()
    return child


def guard_process() -> psutil.Process:
    guards = [each for each in psutil.Process().children() if each.cmdline()[-1].endswith("guard.py")]
    assert len(guards) == 1
    return guards[0]


def test_a_child_that_obeys_ends_by_the_signal_it_was_sent() -> None:
    child = start(SLEEPER)
    process.stop(child, signal.SIGTERM, grace_seconds=10)
    assert child.returncode == -signal.SIGTERM


def test_one_that_does_not_is_killed_with_its_own_children() -> None:
    child = start(STUBBORN)
    process.stop(child, signal.SIGTERM, grace_seconds=0.1)
    assert child.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 5
    while group_lives(child.pid):  # until whoever adopts orphans has buried the grandchild
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_child_leads_a_group_of_its_own_so_that_ctrl_c_is_ours_alone() -> None:
    child = start(SLEEPER)
    assert os.getpgid(child.pid) == child.pid != os.getpgrp()
    process.stop(child, signal.SIGTERM, grace_seconds=10)


def test_a_guard_that_was_killed_is_replaced() -> None:
    first = start(SLEEPER)
    guard = guard_process()
    guard.kill()
    guard.wait()
    second = start(SLEEPER)
    assert guard_process().pid != guard.pid
    for child in (first, second):
        process.stop(child, signal.SIGTERM, grace_seconds=10)
