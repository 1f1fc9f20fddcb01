"""A count, in; the exact upper bound of the mean it may have come from, out."""

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

_LOW: Final = 1e-18  # below the last digit of a sum near 1


@njit(cache=True, nogil=True)
def _chance(n: int, mean: float) -> tuple[float, float]:
    """Return the chance of a count of exactly n, and of at most n, where the mean is `mean` > 0."""
    exactly = math.exp(n * math.log(mean) - mean - math.lgamma(n + 1.0))
    # From n down each term is the one above times k / mean; above n, where the bound lies, they
    # fall all the way.
    total, term = 0.0, 1.0
    k = n
    while k >= 0 and term > _LOW * total:
        total += term
        term *= k / mean
        k -= 1
    return exactly, exactly * total


@njit(cache=True, nogil=True)
def upper_bound(n: int, confidence: float) -> float:
    """Return the mean at which a count of at most n has chance 1 - confidence.

    Source:
        F. Garwood, Biometrika 28 (1936) 437-442 (exact limits, one-sided).
    """
    if n == 0:
        return -math.log(1.0 - confidence)
    low, high = float(n), n + 10.0 + 10.0 * math.sqrt(n + 1.0)
    mean = n + 1.0 + 1.645 * math.sqrt(n + 1.0)
    for _ in range(100):
        exactly, at_most = _chance(n, mean)
        if at_most > 1.0 - confidence:
            low = mean
        else:
            high = mean
        # Newton's step, or half the way where that leads out.
        following = mean + (at_most - (1.0 - confidence)) / exactly
        if not low < following < high:
            following = 0.5 * (low + high)
        if abs(following - mean) <= 1e-14 * mean:
            break
        mean = following
    return mean


@njit(cache=True, nogil=True)
def upper_bounds(counts: NDArray[np.int64], confidence: float) -> NDArray[np.float64]:
    """Return `upper_bound` of each count, shape (n,)."""
    out = np.empty(counts.size)
    for k in range(counts.size):
        out[k] = upper_bound(counts[k], confidence)
    return out
