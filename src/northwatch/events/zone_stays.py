"""Chains of positions with their zones and cuts, in; every unbroken stay in a zone, out.

One pass over the rows. Along a chain everything that adds up (kilometres, positions, place by
time) is summed once, not once per zone: a stay's share is the sum where it ends less the sum where
it began. So a row costs nothing for the zones it stays in.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.geo import place_deg, point_at_share, unit_vector_ais
from northwatch.units import AIS_UNITS_PER_DEGREE

NO_ROW: Final = -1
# How a stay begins and ends.
EDGE, FIRST_OR_LAST, UNKNOWN = 0, 1, 2


class Stays(NamedTuple):
    """Stays, in the order in which they end along the chains; shape (n,) each.

    Attributes:
        zone: number of the zone in the index.
        chain: number of the chain.
        first_in: row of the first position inside; -1 if none was.
        last_in: row of the last position inside; -1 if none was.
        before: row of the position before the beginning; -1 if none.
        after: row of the position after the end; -1 if none.
        n: positions inside.
        begins: EDGE, FIRST_OR_LAST (the chain begins inside) or UNKNOWN (no arc leads in).
        ends: EDGE, FIRST_OR_LAST (the chain ends inside) or UNKNOWN (no arc leads out).
        over_land: whether an arc between two positions inside leads over land.
        t_in: beginning, ms since 1970.
        t_out: end, ms since 1970.
        km: length sailed inside.
        place: integral over time of the unit vector, shape (n, 3); the vector of a position if
            the stay takes no time.
        max_lat_deg: highest latitude of positions inside and of the cuts.
        silence_ms: longest silence of which a part lies inside.
        outside_km: length sailed along the chain from its beginning to the stay's beginning.
    """

    zone: NDArray[np.int64]
    chain: NDArray[np.int64]
    first_in: NDArray[np.int64]
    last_in: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    n: NDArray[np.int64]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    over_land: NDArray[np.bool_]
    t_in: NDArray[np.float64]
    t_out: NDArray[np.float64]
    km: NDArray[np.float64]
    place: NDArray[np.float64]
    max_lat_deg: NDArray[np.float64]
    silence_ms: NDArray[np.float64]
    outside_km: NDArray[np.float64]

    @property
    def row_in(self) -> NDArray[np.int64]:
        """Row of the position that ends the arc on which each stay begins."""
        return np.where(self.first_in >= 0, self.first_in, self.after)

    @property
    def row_out(self) -> NDArray[np.int64]:
        """Row of the position that begins the arc on which each stay ends."""
        return np.where(self.last_in >= 0, self.last_in, self.before)


_INTS: Final = 10
_FLOATS: Final = 9
# Columns of an open stay's whole numbers and floats, as they are written.
_ZONE, _CHAIN, _FIRST, _LAST, _BEFORE, _AFTER, _N, _BEGINS, _ENDS, _LAND = range(_INTS)
_T_IN, _T_OUT, _KM, _X, _Y, _Z, _LAT, _SILENCE, _OUTSIDE = range(_FLOATS)


@njit(cache=True, nogil=True)
def _grown_i(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    out = np.empty((2 * rows.shape[0], rows.shape[1]), np.int64)
    out[: rows.shape[0]] = rows
    return out


@njit(cache=True, nogil=True)
def _grown_f(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.empty((2 * rows.shape[0], rows.shape[1]), np.float64)
    out[: rows.shape[0]] = rows
    return out


@njit(cache=True, nogil=True)
def _has(bits: NDArray[np.uint64], row: int, zone: int) -> bool:
    return bool((bits[row, zone >> 6] >> np.uint64(zone & 63)) & np.uint64(1))


@njit(cache=True, nogil=True)
def _open(  # noqa: PLR0913, PLR0917 - one flat kernel
    ints: NDArray[np.int64],
    floats: NDArray[np.float64],
    zone: int,
    chain: int,
    begins: int,
    before: int,
    t_in: float,
    sums: tuple[float, float, float, float],
    n: int,
) -> None:
    """Begin a stay: note the sums so far, to be taken off when it ends."""
    ints[zone, _ZONE], ints[zone, _CHAIN] = zone, chain
    ints[zone, _FIRST], ints[zone, _LAST] = NO_ROW, NO_ROW
    ints[zone, _BEFORE], ints[zone, _N], ints[zone, _BEGINS] = before, n, begins
    ints[zone, _LAND] = 0
    floats[zone, _T_IN] = t_in
    floats[zone, _KM], floats[zone, _OUTSIDE] = sums[0], sums[0]
    floats[zone, _X], floats[zone, _Y], floats[zone, _Z] = sums[1], sums[2], sums[3]
    floats[zone, _LAT], floats[zone, _SILENCE] = -90.0, 0.0


@njit(cache=True, nogil=True)
def _close(  # noqa: PLR0913, PLR0917 - one flat kernel
    ints: NDArray[np.int64],
    floats: NDArray[np.float64],
    zone: int,
    ends: int,
    after: int,
    t_out: float,
    sums: tuple[float, float, float, float],
    n: int,
    place: tuple[float, float, float],
) -> None:
    """End a stay: what it is of the sums is what they are now less what they were."""
    ints[zone, _AFTER], ints[zone, _N], ints[zone, _ENDS] = after, n - ints[zone, _N], ends
    floats[zone, _T_OUT] = t_out
    floats[zone, _KM] = sums[0] - floats[zone, _KM]
    if t_out > floats[zone, _T_IN]:
        floats[zone, _X] = sums[1] - floats[zone, _X]
        floats[zone, _Y] = sums[2] - floats[zone, _Y]
        floats[zone, _Z] = sums[3] - floats[zone, _Z]
    else:
        floats[zone, _X], floats[zone, _Y], floats[zone, _Z] = place


@njit(cache=True, nogil=True)
def _part(
    share: float,
    km: float,
    ms: float,
    p: tuple[float, float, float],
    q: tuple[float, float, float],
    sums: tuple[float, float, float, float],
) -> tuple[float, float, float, float]:
    """Return the sums a share of the way along an arc: kilometres, and the vector over time."""
    a, b = ms * (share - 0.5 * share * share), ms * 0.5 * share * share
    return (
        sums[0] + share * km,
        sums[1] + a * p[0] + b * q[0],
        sums[2] + a * p[1] + b * q[1],
        sums[3] + a * p[2] + b * q[2],
    )


@njit(cache=True, nogil=True)
def stays_in_zones(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one flat kernel
    chain_tracks: NDArray[np.int32],
    chain_starts: NDArray[np.int64],
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    bits: NDArray[np.uint64],
    arc_km: NDArray[np.float64],
    over_land: NDArray[np.bool_],
    link_km: NDArray[np.float64],
    link_over_land: NDArray[np.bool_],
    cut_row: NDArray[np.int64],
    cut_zone: NDArray[np.int64],
    cut_enters: NDArray[np.bool_],
    cut_share: NDArray[np.float64],
    n_zones: int,
    use_arcs: bool,  # noqa: FBT001 - a kernel
    max_silence_ms: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the stays' whole numbers and floats (`stays_of` names them)."""
    out_i, out_f, found = np.empty((256, _INTS), np.int64), np.empty((256, _FLOATS)), 0
    # Per zone, the stay under way.
    ints, floats = np.empty((n_zones, _INTS), np.int64), np.empty((n_zones, _FLOATS))
    within = np.zeros(n_zones, np.bool_)
    for chain in range(chain_starts.size - 1):
        prev, n = NO_ROW, 0
        sums = (0.0, 0.0, 0.0, 0.0)
        p = (0.0, 0.0, 0.0)
        # The least of the stays under way: below them a row or an arc tells nothing new.
        least_lat, least_silence = 1 << 40, 1e300
        for at in range(chain_starts[chain], chain_starts[chain + 1]):
            track = chain_tracks[at]
            cut = np.searchsorted(cut_row, starts[track])
            for i in range(starts[track], stops[track]):
                q = unit_vector_ais(lat_i[i], lon_i[i])
                ms, km, usable, land, broken = 0.0, 0.0, False, False, True
                if prev != NO_ROW:
                    first = i == starts[track]
                    km = link_km[track] if first else arc_km[i]
                    land = link_over_land[track] if first else over_land[i]
                    ms = float(t_ms[i] - t_ms[prev])
                    broken = ms > max_silence_ms
                    usable = use_arcs and not land and not broken
                same = not broken
                if same:
                    for w in range(bits.shape[1]):
                        same = same and bits[i, w] == bits[prev, w]
                cuts_end = cut
                while cuts_end < cut_row.size and cut_row[cuts_end] == i:
                    cuts_end += 1
                touched = not same
                if usable:
                    for c in range(cut, cuts_end):
                        zone = cut_zone[c]
                        share = cut_share[c]
                        t_cut = t_ms[prev] + share * ms
                        there = _part(share, km, ms, p, q, sums)
                        spot = point_at_share(p, q, share)
                        if cut_enters[c]:
                            _open(ints, floats, zone, chain, EDGE, prev, t_cut, there, n)
                            within[zone] = True
                        else:
                            if ints[zone, _N] < n:
                                ints[zone, _LAST] = prev
                            _close(ints, floats, zone, EDGE, i, t_cut, there, n, spot)
                            within[zone] = False
                        touched = True
                        floats[zone, _LAT] = max(floats[zone, _LAT], place_deg(spot)[0])
                        floats[zone, _SILENCE] = max(floats[zone, _SILENCE], ms)
                        if not cut_enters[c]:
                            if found == out_i.shape[0]:
                                out_i, out_f = _grown_i(out_i), _grown_f(out_f)
                            out_i[found], out_f[found] = ints[zone], floats[zone]
                            found += 1
                elif not same:
                    for zone in range(n_zones):
                        # No arc leads from one to the other: the stay ends where it was seen last.
                        if within[zone] and (broken or not _has(bits, i, zone)):
                            ints[zone, _LAST] = prev
                            _close(ints, floats, zone, UNKNOWN, i, t_ms[prev], sums, n, p)
                            within[zone] = False
                            if found == out_i.shape[0]:
                                out_i, out_f = _grown_i(out_i), _grown_f(out_f)
                            out_i[found], out_f[found] = ints[zone], floats[zone]
                            found += 1
                cut = cuts_end
                if not broken:
                    sums = _part(1.0, km, ms, p, q, sums)
                if not usable and not same:
                    begins = FIRST_OR_LAST if prev == NO_ROW else UNKNOWN
                    for zone in range(n_zones):
                        if not within[zone] and _has(bits, i, zone):
                            _open(ints, floats, zone, chain, begins, prev, t_ms[i], sums, n)
                            within[zone] = True
                n += 1
                if touched or lat_i[i] > least_lat or ms > least_silence or land:
                    least_lat, least_silence = 1 << 40, 1e300
                    lat_deg = lat_i[i] / AIS_UNITS_PER_DEGREE
                    for zone in range(n_zones):
                        if not within[zone]:
                            continue
                        if ints[zone, _FIRST] == NO_ROW:
                            ints[zone, _FIRST] = i
                        else:
                            # Both ends of the arc are inside.
                            floats[zone, _SILENCE] = max(floats[zone, _SILENCE], ms)
                            if land:
                                ints[zone, _LAND] = 1
                        floats[zone, _LAT] = max(floats[zone, _LAT], lat_deg)
                        # In AIS units, down to the whole one; what came from a row stays itself.
                        lowest = math.floor(floats[zone, _LAT] * AIS_UNITS_PER_DEGREE + 1e-6)
                        least_lat = min(least_lat, lowest)
                        least_silence = min(least_silence, floats[zone, _SILENCE])
                p, prev = q, i
        for zone in range(n_zones):
            if within[zone]:
                ints[zone, _LAST] = prev
                _close(ints, floats, zone, FIRST_OR_LAST, NO_ROW, t_ms[prev], sums, n, p)
                within[zone] = False
                if found == out_i.shape[0]:
                    out_i, out_f = _grown_i(out_i), _grown_f(out_f)
                out_i[found], out_f[found] = ints[zone], floats[zone]
                found += 1
    return out_i[:found], out_f[:found]


def stays_of(ints: NDArray[np.int64], floats: NDArray[np.float64]) -> Stays:
    """Return what `stays_in_zones` found, by name, ordered by chain, zone and time."""
    order = np.lexsort((floats[:, _T_IN], ints[:, _ZONE], ints[:, _CHAIN]))
    ints, floats = ints[order], floats[order]
    return Stays(
        zone=ints[:, _ZONE],
        chain=ints[:, _CHAIN],
        first_in=ints[:, _FIRST],
        last_in=ints[:, _LAST],
        before=ints[:, _BEFORE],
        after=ints[:, _AFTER],
        n=ints[:, _N],
        begins=ints[:, _BEGINS],
        ends=ints[:, _ENDS],
        over_land=ints[:, _LAND] != 0,
        t_in=floats[:, _T_IN],
        t_out=floats[:, _T_OUT],
        km=floats[:, _KM],
        place=floats[:, _X : _Z + 1],
        max_lat_deg=floats[:, _LAT],
        silence_ms=floats[:, _SILENCE],
        outside_km=floats[:, _OUTSIDE],
    )
