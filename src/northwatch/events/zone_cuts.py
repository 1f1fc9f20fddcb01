"""Positions on tracks and a zone index, in; zones of every position, and where arcs cut edges, out.

One pass. Each looked-up place also tells how far the next edge is; until the vessel has sailed
that far its zones are those it had, without a look-up. Arcs that may meet an edge are walked in
steps of the way that is clear, or `STEP_KM`, and every change between two steps is halved down.

Limit: what an arc does between two steps without a trace at their ends, cutting a corner of less
than `STEP_KM`, is not seen.
Error: a cut is right to a centimetre and half a millisecond of sailing at even speed, whichever
is coarser in share of the arc.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.events.clearance import Clearance, clear_km
from northwatch.geo import (
    ZoneArrays,
    is_in_zone,
    point_at_share,
    polar_from_ais,
    polar_from_vector,
    unit_vector_ais,
    zones_at,
)

STEP_KM: Final = 1.0
_CUT_KM: Final = 1e-5
_CUT_MS: Final = 0.5
# Lengths taken from the clear way: a little more than sailed, for rounding.
_MARGIN: Final = 1.001
_NO_ROW: Final = -1


class ZoneCuts(NamedTuple):
    """Where arcs cut edges of zones, ordered by row, then share, then zone; shape (n,) each.

    Attributes:
        row: row of the position that ends the arc.
        zone: number of the zone in the index.
        enters: whether the vessel comes in.
        share: of the arc, where it cuts the edge.
    """

    row: NDArray[np.int64]
    zone: NDArray[np.int64]
    enters: NDArray[np.bool_]
    share: NDArray[np.float64]


@njit(cache=True, nogil=True)
def _grown_i(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    out = np.empty((2 * rows.shape[0], rows.shape[1]), np.int64)
    out[: rows.shape[0]] = rows
    return out


@njit(cache=True, nogil=True)
def _grown_f(values: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.empty(2 * values.size)
    out[: values.size] = values
    return out


@njit(cache=True, nogil=True)
def _cut_share(  # noqa: PLR0913, PLR0917 - one flat kernel
    p: tuple[float, float, float],
    q: tuple[float, float, float],
    low: float,
    high: float,
    zone: int,
    ends_inside: bool,  # noqa: FBT001 - a kernel
    km: float,
    ms: float,
    arrays: ZoneArrays,
) -> float:
    """Return the share of the arc p-q, between low and high, at which it cuts a zone's edge."""
    for _ in range(60):
        if (high - low) * km <= _CUT_KM and (high - low) * ms <= _CUT_MS:
            break
        middle = 0.5 * (low + high)
        x, y = polar_from_vector(point_at_share(p, q, middle))
        if is_in_zone(x, y, zone, arrays) == ends_inside:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)


@njit(cache=True, nogil=True)
def zones_and_cuts(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one flat kernel
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    before: NDArray[np.int32],
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    arc_km: NDArray[np.float64],
    over_land: NDArray[np.bool_],
    link_km: NDArray[np.float64],
    link_over_land: NDArray[np.bool_],
    arrays: ZoneArrays,
    clearance: Clearance,
    bits: NDArray[np.uint64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Write the zones of rows on tracks to `bits`; return cuts (row, zone, enters) and shares.

    Arcs over land are not walked. Links are walked as the arc that ends at a track's first row.
    """
    n_words = bits.shape[1]
    ints, shares, found = np.empty((64, 3), np.int64), np.empty(64), 0
    here, there = np.empty(n_words, np.uint64), np.empty(n_words, np.uint64)
    one = np.uint64(1)
    for track in range(starts.size):
        clear = -1.0
        for i in range(starts[track], stops[track]):
            first = i == starts[track]
            prev = i - 1
            if first:
                prev = stops[before[track]] - 1 if before[track] >= 0 else _NO_ROW
                km, land = link_km[track], link_over_land[track]
            else:
                km, land = arc_km[i], over_land[i]
                clear -= _MARGIN * km
                still = lat_i[i] == lat_i[prev] and lon_i[i] == lon_i[prev]
                if clear > 0.0 or still:
                    for w in range(n_words):
                        bits[i, w] = bits[prev, w]
                    continue
            x, y = polar_from_ais(lat_i[i], lon_i[i])
            zones_at(x, y, arrays, bits[i])
            clear = clear_km(x, y, clearance)
            if prev == _NO_ROW or land:
                continue
            changed = False
            for w in range(n_words):
                changed = changed or bits[i, w] != bits[prev, w]
            if not changed and (km <= STEP_KM or clear >= _MARGIN * km):
                continue
            p, q = unit_vector_ais(lat_i[prev], lon_i[prev]), unit_vector_ais(lat_i[i], lon_i[i])
            ms = float(t_ms[i] - t_ms[prev])
            here[:] = bits[prev]
            low = 0.0
            x, y = polar_from_ais(lat_i[prev], lon_i[prev])
            begin = found
            while low < 1.0:
                high = 1.0
                step = max(STEP_KM, clear_km(x, y, clearance) / _MARGIN)
                if step < (1.0 - low) * km:
                    high = low + step / km
                    x, y = polar_from_vector(point_at_share(p, q, high))
                    zones_at(x, y, arrays, there)
                else:
                    there[:] = bits[i]
                for w in range(n_words):
                    change = here[w] ^ there[w]
                    if change == 0:
                        continue
                    for b in range(64):
                        if (change >> np.uint64(b)) & one == 0:
                            continue
                        if found == shares.size:
                            ints, shares = _grown_i(ints), _grown_f(shares)
                        zone = 64 * w + b
                        enters = (there[w] >> np.uint64(b)) & one != 0
                        ints[found, 0], ints[found, 1], ints[found, 2] = i, zone, enters
                        shares[found] = _cut_share(p, q, low, high, zone, enters, km, ms, arrays)
                        found += 1
                here[:] = there
                low = high
            # Within a step zones come by number: put the arc's cuts in the order of sailing.
            for k in range(begin + 1, found):
                m = k
                while m > begin and shares[m] < shares[m - 1]:
                    shares[m], shares[m - 1] = shares[m - 1], shares[m]
                    for c in range(3):
                        ints[m, c], ints[m - 1, c] = ints[m - 1, c], ints[m, c]
                    m -= 1
    return ints[:found], shares[:found]
