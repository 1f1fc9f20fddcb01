"""Memory for rows on their way out of the decoder, and that memory again once nobody reads it.

New pages from the system cost more than copying rows into them, and an allocator that keeps freed
memory by thread gives one thread's pages to no other: with two, decoding waited for pages. A slab
comes back when the last table that rests on it is gone, whichever thread lets go of it.
"""

from threading import RLock
from typing import Final

import numpy as np
import pyarrow as pa

from northwatch.ais.wide import Bytes

KEPT_BYTES: Final = 256 << 20
"""Most memory kept for slabs to come; what comes back beyond it goes to the system."""

_STEP: Final = 4 << 20
"""Slabs are this large or a multiple: so that they fit again, and fill large pages."""

_FREE: Final[list[Bytes]] = []
# Reentrant: whatever Python does while we hold it may let go of a last table.
_LOCK: Final = RLock()


class _Lease:
    """Holds a slab's memory while tables rest on it."""

    def __init__(self, memory: Bytes) -> None:
        self._memory = memory

    def __del__(self) -> None:
        """Keep the memory for the next slab."""
        with _LOCK:
            if sum(each.size for each in _FREE) + self._memory.size <= KEPT_BYTES:
                _FREE.append(self._memory)


def take_slab(size: int) -> tuple[Bytes, pa.Buffer]:
    """Return memory of so many bytes to write to, and the buffer by which tables hold it."""
    if size < _STEP:
        slab = pa.allocate_buffer(size)
        return np.frombuffer(slab, np.uint8), slab
    memory = _taken(size)
    if memory is None:
        memory = np.empty(-(-size // _STEP) * _STEP, np.uint8)
    return memory[:size], pa.foreign_buffer(memory.ctypes.data, size, _Lease(memory))


def _taken(size: int) -> Bytes | None:
    """Return memory that came back and is large enough, the smallest such."""
    with _LOCK:
        fits = [place for place, each in enumerate(_FREE) if each.size >= size]
        if not fits:
            return None
        return _FREE.pop(min(fits, key=lambda place: _FREE[place].size))
