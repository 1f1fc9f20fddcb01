"""A count, in; the exact upper bound of the mean it may have come from, out."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def at_most(n: int, mean: float) -> float:
    """Return the chance of a count of at most n where the mean is `mean` > 0."""
    # From the term of n down: each is the one above times k / mean. The bound is always sought
    # above n, where they fall.
    total, term = 0.0, 1.0
    k = n
    while k >= 0 and term > 1e-18 * total:
        total += term
        term *= k / mean
        k -= 1
    return total * math.exp(n * math.log(mean) - mean - math.lgamma(n + 1.0))


@njit(cache=True, nogil=True)
def upper_bound(n: int, confidence: float) -> float:
    """Return the mean at which a count of at most n has chance 1 - confidence.

    Source:
        F. Garwood, Biometrika 28 (1936) 437-442 (exact limits, one-sided).
    """
    low, high = float(n), n + 10.0 + 10.0 * math.sqrt(n + 1.0)
    if n == 0:
        return -math.log(1.0 - confidence)
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if at_most(n, middle) > 1.0 - confidence:
            low = middle
        else:
            high = middle
    return high


@njit(cache=True, nogil=True)
def upper_bounds(counts: NDArray[np.int64], confidence: float) -> NDArray[np.float64]:
    """Return `upper_bound` of each count, shape (n,)."""
    out = np.empty(counts.size)
    for k in range(counts.size):
        out[k] = upper_bound(counts[k], confidence)
    return out
