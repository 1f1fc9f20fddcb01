"""One heap for all threads: the system's allocator keeps what one thread freed from the others."""

import ctypes
import os
from contextlib import suppress
from typing import Final

# Of glibc's malloc.h.
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
_LARGE: Final = 4 << 20


def share_heaps() -> None:
    """Let all threads of this process share one heap, and give large arrays back when freed.

    glibc gives each thread a heap of its own, up to eight for each core, and moves the size from
    which memory goes back at once up to 32 MB. Over a long run each heap grows to the most that
    any thread held: at 100 million rows the peak was half as high again as at 10 million, and with
    this it is the same, in the same time. Where the variable `MALLOC_ARENA_MAX` is set, and with
    other allocators than glibc's, nothing is done.
    """
    if "MALLOC_ARENA_MAX" in os.environ:
        return
    with suppress(OSError, AttributeError):
        system = ctypes.CDLL(None)
        system.mallopt(_ARENA_MAX, 1)
        system.mallopt(_MMAP_THRESHOLD, _LARGE)
