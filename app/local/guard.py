"""A process that outlives its parent by a moment, to end what the parent can no longer end.

The parent writes `+ PID SIGNAL` and `- PID` lines on our standard input as its children come and go; each
child leads a process group of its own. The end of that pipe means that the parent is gone, whatever killed
it: then every child still on the list gets its signal, and three seconds later its whole group is killed.

Run as a file by `process.py`; the standard library only, so that it starts in a few milliseconds.
"""

import os
import signal
import sys
import time
from contextlib import suppress

GRACE_SECONDS = 3.0


def main() -> None:
    """Keep the list until the pipe ends, then end everything on it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    stop_signals: dict[int, int] = {}
    for line in sys.stdin:
        sign, *numbers = line.split()
        if sign == "+":
            stop_signals[int(numbers[0])] = int(numbers[1])
        else:
            stop_signals.pop(int(numbers[0]), None)
    for pid, stop_signal in stop_signals.items():
        with suppress(ProcessLookupError):
            os.kill(pid, stop_signal)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(group_lives(pid) for pid in stop_signals):
        time.sleep(0.05)
    for pid in stop_signals:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def group_lives(pid: int) -> bool:
    """Whether any process of the group that `pid` led is still there."""
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
