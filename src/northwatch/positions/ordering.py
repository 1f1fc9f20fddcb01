"""Positions in any order, in; the total order (mmsi, t_ms, lat_i, lon_i, source, offset), out.

What comes is mostly made of long runs that are in order already: the files of one vessel bucket,
one after the other, or one file in the order of time. So blocks of equal MMSI are sorted, not
rows, and a vessel's rows are only sorted if they are found out of order.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.positions.columns import frozen

_RADIX_BITS = 11
_RADIX = 1 << _RADIX_BITS

Rows = NDArray[np.uint32]


def sort_order(
    mmsi: NDArray[np.int32],
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    source: NDArray[np.int32],
    offset: NDArray[np.int64],
) -> Rows:
    """Return the rows in the total order; rows equal in all six columns stay as they came.

    Args:
        mmsi: shape (n,), not negative; n below 2**32.
        t_ms: shape (n,).
        lat_i: shape (n,).
        lon_i: shape (n,).
        source: shape (n,).
        offset: shape (n,).

    Returns:
        Shape (n,): `frame[sort_order(...)]` is in order.

    Cost: about 5 ns a row for files of one bucket laid end to end, 75 ns for rows in the order of
    time, 130 ns for shuffled rows.
    """
    if mmsi.size == 0:
        return np.zeros(0, np.uint32)
    mmsi = frozen(mmsi)
    order = _by_mmsi(mmsi)
    _order_within(
        order, mmsi, frozen(t_ms), frozen(lat_i), frozen(lon_i), frozen(source), frozen(offset)
    )
    return order


@njit(cache=True, nogil=True)
def _by_mmsi(mmsi: NDArray[np.int32]) -> Rows:
    """Return the rows by MMSI, those of one MMSI as they came."""
    n = mmsi.size
    n_blocks = 1
    low, high = mmsi[0], mmsi[0]
    for k in range(1, n):
        n_blocks += mmsi[k] != mmsi[k - 1]
        low = min(low, mmsi[k])
        high = max(high, mmsi[k])
    keys, starts = np.empty(n_blocks, np.uint32), np.empty(n_blocks + 1, np.uint32)
    b = 0
    for k in range(n):
        if k == 0 or mmsi[k] != mmsi[k - 1]:
            keys[b] = mmsi[k] - low
            starts[b] = k
            b += 1
    starts[n_blocks] = n
    blocks = _radix_order(keys, int(high - low))
    order = np.empty(n, np.uint32)
    at = 0
    for b in blocks:
        for k in range(starts[b], starts[b + 1]):
            order[at] = k
            at += 1
    return order


@njit(cache=True, nogil=True)
def _radix_order(keys: NDArray[np.uint32], highest: int) -> Rows:
    """Return the stable order of keys from 0 to `highest`; the keys are used up."""
    n = keys.size
    order, order_to, keys_to = np.empty(n, np.uint32), np.empty(n, np.uint32), np.empty_like(keys)
    for k in range(n):
        order[k] = k
    shift = 0
    while highest >> shift > 0:
        counts = np.zeros(_RADIX, np.int64)
        for k in range(n):
            counts[(keys[k] >> shift) & (_RADIX - 1)] += 1
        at = 0
        for digit in range(_RADIX):
            counts[digit], at = at, at + counts[digit]
        for k in range(n):
            digit = (keys[k] >> shift) & (_RADIX - 1)
            to = counts[digit]
            counts[digit] = to + 1
            keys_to[to] = keys[k]
            order_to[to] = order[k]
        keys, keys_to = keys_to, keys
        order, order_to = order_to, order
        shift += _RADIX_BITS
    return order


@njit(cache=True, nogil=True)
def _comes_before(
    a: int,
    b: int,
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    source: NDArray[np.int32],
    offset: NDArray[np.int64],
) -> bool:
    """Whether row a stands before row b of the same MMSI and time."""
    if lat_i[a] != lat_i[b]:
        return bool(lat_i[a] < lat_i[b])
    if lon_i[a] != lon_i[b]:
        return bool(lon_i[a] < lon_i[b])
    if source[a] != source[b]:
        return bool(source[a] < source[b])
    return bool(offset[a] < offset[b])


@njit(cache=True, nogil=True)
def _order_within(  # noqa: PLR0913, PLR0917 - one argument per column
    order: Rows,
    mmsi: NDArray[np.int32],
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    source: NDArray[np.int32],
    offset: NDArray[np.int64],
) -> None:
    """Put the rows of each MMSI in order, in place, where they are not."""
    n = order.size
    start = 0
    while start < n:
        number = mmsi[order[start]]
        stop, is_sorted, last_t = start + 1, True, t_ms[order[start]]
        while stop < n and mmsi[order[stop]] == number:
            t = t_ms[order[stop]]
            if t < last_t:
                is_sorted = False
            elif t == last_t and is_sorted:
                a, b = order[stop], order[stop - 1]
                is_sorted = not _comes_before(a, b, lat_i, lon_i, source, offset)
            last_t = t
            stop += 1
        if not is_sorted:
            _merge_runs(order[start:stop], t_ms, lat_i, lon_i, source, offset)
        start = stop


@njit(cache=True, nogil=True)
def _merge_runs(  # noqa: C901, PLR0912, PLR0915 - one flat kernel
    rows: Rows,
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    source: NDArray[np.int32],
    offset: NDArray[np.int64],
) -> None:
    """Sort the rows of one MMSI in place: merge the runs found in order, two by two."""
    n = rows.size
    here, there = rows.copy(), np.empty(n, np.uint32)
    t_here, t_there = np.empty(n, np.int64), np.empty(n, np.int64)
    ends = np.empty(n, np.int64)  # row after the last of each run
    n_runs = 0
    for k in range(n):
        t_here[k] = t_ms[here[k]]
        if k > 0:
            falls = t_here[k] < t_here[k - 1]
            if t_here[k] == t_here[k - 1]:
                falls = _comes_before(here[k], here[k - 1], lat_i, lon_i, source, offset)
            if falls:
                ends[n_runs] = k
                n_runs += 1
    ends[n_runs] = n
    n_runs += 1
    while n_runs > 1:
        made, start = 0, 0
        for run in range(0, n_runs, 2):
            middle = ends[run]
            stop = ends[min(run + 1, n_runs - 1)]
            i, j = start, middle
            for at in range(start, stop):
                from_second = i == middle
                if i < middle and j < stop:
                    from_second = t_here[j] < t_here[i]
                    if t_here[j] == t_here[i]:
                        from_second = _comes_before(here[j], here[i], lat_i, lon_i, source, offset)
                if from_second:
                    there[at], t_there[at] = here[j], t_here[j]
                    j += 1
                else:
                    there[at], t_there[at] = here[i], t_here[i]
                    i += 1
            ends[made] = stop
            made += 1
            start = stop
        n_runs = made
        here, there = there, here
        t_here, t_there = t_there, t_here
    rows[:] = here
