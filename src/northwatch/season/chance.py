"""A seed and a count, in; the same random bits every time, out: chance without a state.

Each draw is a hash of what it is for, so a row's chance does not depend on the rows before it, on
the size of a slab, or on the number of threads.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_A, _B, _C = np.uint64(30), np.uint64(27), np.uint64(31)


@njit(cache=True, nogil=True, inline="always")
def bits(seed: np.uint64, count: int) -> np.uint64:
    """Return 64 random bits that follow from a seed and a count.

    Source:
        The finalizer of splitmix64 (Steele, Lea, Flood 2014, doi 10.1145/2660193.2660195).
    """
    z = seed + np.uint64(count) * _STEP
    z = (z ^ (z >> _A)) * _FIRST
    z = (z ^ (z >> _B)) * _SECOND
    return z ^ (z >> _C)


def seeds(seed: int, n: int) -> NDArray[np.uint64]:
    """Return a seed for each of n ships, shape (n,)."""
    drawn = np.random.SeedSequence([seed, 2**33]).generate_state(1, np.uint64)[0]
    with np.errstate(over="ignore"):
        z = drawn + (np.arange(n, dtype=np.uint64) + np.uint64(1)) * _STEP
        z = (z ^ (z >> _A)) * _FIRST
        z = (z ^ (z >> _B)) * _SECOND
        out: NDArray[np.uint64] = z ^ (z >> _C)
    return out
