"""A busy worker keeps to one core of its machine.

Its threads take turns with Python's one lock. On two cores each turn ends in waking somebody on the other,
who mostly finds the lock taken again: 95 changes of thread a window, and 30 on one core. At 400 calls that is
a seventh of all processor time, and whether the slowest words come after 0.1 s or 0.4 (docs/decisions.md).
"""

import fcntl
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from app.settings import load_settings
from app.telemetry import get_logger

log = get_logger(__name__)

AGAIN_SECONDS = 5.0  # after which one looks for a core once more: a predecessor may have ended
BOOT = Path("/proc/sys/kernel/random/boot_id")  # the same in all containers of a machine
THREADS = Path("/proc/self/task")


def keep_to_one_core() -> None:
    """Move to a core that no other worker with the same data folder keeps to, as soon as there is one.

    Where there are not two to choose from, or one cannot choose (Linux only), nothing happens.
    """
    if BOOT.exists() and len(os.sched_getaffinity(0)) > 1:
        threading.Thread(target=_move_when_one_is_free, name="one core", daemon=True).start()


def _move_when_one_is_free() -> None:
    try:
        while (core := _take(load_settings().data_dir / "cores")) is None:
            time.sleep(AGAIN_SECONDS)
        _move(core)
    except OSError as error:
        log.warning("keeps_to_no_core", error=type(error).__name__)
    else:
        log.info("keeps_to_core", core=core)


def _take(folder: Path) -> int | None:
    """The last core that is free. That it is ours says the lock of a file, which ends with this process."""
    folder.mkdir(parents=True, exist_ok=True)
    boot = BOOT.read_text().strip()
    for core in sorted(os.sched_getaffinity(0), reverse=True):
        descriptor = os.open(folder / f"{boot}.{core}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
        else:
            return core
    return None


def _move(core: int) -> None:
    """Move all threads; one that is made later is where its maker is."""
    moved: set[int] = set()
    while threads := {int(thread.name) for thread in THREADS.iterdir()} - moved:
        for thread in threads:
            with suppress(ProcessLookupError):
                os.sched_setaffinity(thread, {core})
        moved |= threads
