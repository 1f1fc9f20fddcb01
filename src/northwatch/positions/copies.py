"""Positions in order, in; which of them to keep so that each is there once, out."""

from datetime import timedelta
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.positions.columns import frozen
from northwatch.units import AIS_UNITS_PER_DEGREE

# Several stations hear one message, and networks pass it on late: half a minute apart at most in
# what we have seen. Our own choice (events reference, 1.4), to be calibrated.
COPY_WINDOW: Final = timedelta(seconds=30)

_LAT_MAX_I: Final = 90 * AIS_UNITS_PER_DEGREE
_LON_MAX_I: Final = 180 * AIS_UNITS_PER_DEGREE
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: spreads neighbouring keys


def drop_copies(  # noqa: PLR0913 - one argument per column that must be equal
    mmsi: NDArray[np.int32],
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    sog_i: NDArray[np.uint16],
    cog_i: NDArray[np.uint16],
    *,
    copy_window: timedelta = COPY_WINDOW,
) -> tuple[NDArray[np.bool_], int]:
    """Tell the first hearing of each position from its copies.

    A copy has the MMSI, place, speed and course of a kept position and comes at most
    `copy_window` after it. Equal times with different places are not copies. Does not catch a
    copy whose time stamp is wrong by more than the window; a moored ship whose numbers do not
    change is thinned to one position a window.

    Args:
        mmsi: shape (n,), in the total order (`sort_order`).
        t_ms: shape (n,).
        lat_i: shape (n,).
        lon_i: shape (n,); +180 and -180 degrees are one place.
        sog_i: shape (n,); null as 65535, equal to itself.
        cog_i: shape (n,); null as 65535, equal to itself.
        copy_window: time after a kept position in which its like is a copy.

    Returns:
        (True where kept, shape (n,); number of copies).

    Cost: about 10 ns a row.
    """
    window_ms = copy_window // timedelta(milliseconds=1)
    keep = _first_hearings(
        frozen(mmsi),
        frozen(t_ms),
        frozen(lat_i),
        frozen(lon_i),
        frozen(sog_i),
        frozen(cog_i),
        window_ms,
    )
    return keep, int(keep.size - np.count_nonzero(keep))


@njit(cache=True, nogil=True)
def _one_longitude(lat_i: int, lon_i: int) -> int:
    """Return the longitude by which a place is compared: one for 180, one for the pole."""
    if abs(lat_i) == _LAT_MAX_I:
        return 0
    return -_LON_MAX_I if lon_i == _LON_MAX_I else lon_i


@njit(cache=True, nogil=True)
def _first_hearings(  # noqa: C901, PLR0913, PLR0917 - one flat kernel
    mmsi: NDArray[np.int32],
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    sog_i: NDArray[np.uint16],
    cog_i: NDArray[np.uint16],
    window_ms: int,
) -> NDArray[np.bool_]:
    """Return True for each row that is no copy, shape (n,).

    A hash table by place, speed and course holds the newest kept row of each; a row found there
    from an earlier MMSI counts as an empty place, so the table is never cleared.
    """
    n = mmsi.size
    keep = np.ones(n, np.bool_)
    largest, start = 1, 0
    for k in range(1, n + 1):
        if k == n or mmsi[k] != mmsi[start]:
            largest = max(largest, k - start)
            start = k
    bits = 6
    while 1 << bits < 2 * largest:
        bits += 1
    shift, last_slot = np.uint64(64 - bits), (1 << bits) - 1
    table = np.full(1 << bits, -1, np.int64)
    start = 0
    for k in range(n):
        if mmsi[k] != mmsi[start]:
            start = k
        lon = _one_longitude(lat_i[k], lon_i[k])
        mixed = (np.uint64(np.uint32(lat_i[k])) << np.uint64(32)) | np.uint64(np.uint32(lon))
        mixed = (mixed ^ (mixed >> np.uint64(29))) * _MIX
        mixed ^= (np.uint64(sog_i[k]) << np.uint64(16)) | np.uint64(cog_i[k])
        slot = np.int64((mixed * _MIX) >> shift)
        while table[slot] >= start:
            j = table[slot]
            if (
                lat_i[j] == lat_i[k]
                and sog_i[j] == sog_i[k]
                and cog_i[j] == cog_i[k]
                and _one_longitude(lat_i[j], lon_i[j]) == lon
            ):
                keep[k] = t_ms[k] - t_ms[j] > window_ms
                break
            slot = (slot + 1) & last_slot
        if keep[k]:
            table[slot] = k
    return keep
