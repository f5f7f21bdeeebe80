"""What is freed in a worker is there for the next window, and is not fetched from the system again."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROUNDS, PAGES = 100, 10 * 300_000 // 4096
USE = f"""
import resource, threading
from app.heap import keep_freed_memory

def use():
    [b"x" * size for size in [300_000] * 10]

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def work():
    use()
    before = faults()
    for _ in range({ROUNDS}):
        use()
    print(faults() - before)

keep_freed_memory()
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the options are glibc's")
def test_buffers_as_long_as_a_window_are_not_faulted_in_anew() -> None:
    ended = subprocess.run([sys.executable, "-c", USE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(ended.stdout) < ROUNDS * PAGES / 10
