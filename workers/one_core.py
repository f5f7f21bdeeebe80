"""A busy worker keeps to one core of its machine.

Its threads take turns with Python's one lock. On two cores each turn ends in waking somebody on the other,
who mostly finds the lock taken again: 95 changes of thread a window, and 30 on one core. At 400 calls that is
a seventh of all processor time, and whether the slowest words come after 0.1 s or 0.4 (docs/decisions.md).
"""

import fcntl
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from stat import S_ISDIR

from app.settings import load_settings
from app.telemetry import get_logger

log = get_logger(__name__)

AGAIN_SECONDS = 5.0  # after which one looks for a core once more: a predecessor may have ended
BOOT = Path("/proc/sys/kernel/random/boot_id")  # the same in all of a machine's containers, those of Docker
SIBLINGS = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
THREADS = Path("/proc/self/task")


def keep_to_one_core() -> None:
    """Move to a core that no other worker keeps to, as soon as there is one: none of this machine, and none
    of the same data folder, for containers have folders of their own. On Linux only.
    """
    with suppress(PermissionError):
        if BOOT.exists():
            move = copy_context().run
            threading.Thread(target=move, args=[_move_when_one_is_free], name="one core", daemon=True).start()


def _move_when_one_is_free() -> None:
    try:
        folders = [load_settings().data_dir / "cores", _folder_of_the_machine()]
        folders[0].mkdir(parents=True, exist_ok=True)
        while (core := _take(folders)) is None:
            time.sleep(AGAIN_SECONDS)
        _move(core)
    except OSError as error:
        log.warning("keeps_to_no_core", error=type(error).__name__)
    else:
        log.info("keeps_to_core", core=core)


def _folder_of_the_machine() -> Path:
    """For temporary files anybody may write there: one that is not ours is refused. Raises `OSError`."""
    folder = Path(tempfile.gettempdir()) / f"earpiece-cores-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(folder)
    return folder


def _take(folders: list[Path]) -> int | None:
    """A core that is free. That it is ours say locked files, until this process ends."""
    boot = BOOT.read_text().strip()
    for core in sorted(os.sched_getaffinity(0), key=_order):
        if _lock(folder / f"{boot}.{core}" for folder in folders):
            return core
    return None


def _order(core: int) -> tuple[bool, int]:
    """Second halves of a core come last; of the rest slow ones do, which have the high numbers."""
    try:
        siblings = Path(SIBLINGS.format(core)).read_text()
    except OSError:
        return False, core
    return core != int(re.split("[,-]", siblings)[0]), core


def _lock(files: Iterable[Path]) -> bool:
    """All of them, or none: one that is not ours to open is another's."""
    held: list[int] = []
    try:
        for file in files:
            held.append(os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
            fcntl.flock(held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        for descriptor in held:
            os.close(descriptor)
        return False
    return True


def _move(core: int) -> None:
    """Move all threads; one that is made later is where its maker is."""
    moved: set[int] = set()
    while threads := {int(thread.name) for thread in THREADS.iterdir()} - moved:
        for thread in threads:
            with suppress(ProcessLookupError):
                os.sched_setaffinity(thread, {core})
        moved |= threads
