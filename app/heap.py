"""The heap of a process that has started."""

import ctypes
import gc

YOUNG, MIDDLE, OLD = 20000, 20, 50  # objects, then collections: a message of ours makes few cycles, or none
GLIBC = {
    -3: 4 * 2**20,  # M_MMAP_THRESHOLD: from how many bytes on a buffer is mapped by itself
    -1: 32 * 2**20,  # M_TRIM_THRESHOLD: how many free bytes are kept at the end of an arena
    -8: 2,  # M_ARENA_MAX: else sixteen on two cores, each of which would keep its own
}


def freeze_heap() -> None:
    """Let the collector look at calls only, never again at what start-up made: its pauses were the slowest
    answers (p99 185 ms without, 73 ms with).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def keep_freed_memory() -> None:
    """Let the next window use the memory of the last: by itself glibc gave the pages of each back to the
    system and had them faulted in anew (500 faults a window; 12 now). Does nothing in other C libraries.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        for option, value in GLIBC.items():
            set_option(option, value)
