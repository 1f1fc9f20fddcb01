"""Chains of positions and gates, in; where arcs cut gates, settled and collapsed, out.

One pass over the rows. Most arcs are passed over by one look into a table of how far the next
gate is; the others are intersected with the gates on the sphere.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.events.gate_lines import near_cell
from northwatch.geo import arc_m, distance_to_arc_m, unit_vector_ais

# Nearer than this to a gate's plane, radians, a position is on the line: 0.6 mm, where AIS
# resolves 185 mm. On the sphere a sum of products is right to some 1e-16.
ON_LINE: Final = 1e-10
# Lengths on WGS 84 are up to 0.56 % off the sphere's, on which gates are tested.
_SPHERE_MARGIN: Final = 1.01
_KM: Final = 1e-3


class RawCrossings(NamedTuple):
    """Crossings along arcs after collapsing; equal lengths, in the order in which they settled.

    Attributes:
        gate: row of the gate.
        before: row of the position before the last crossing of the line.
        after: row of the position after it.
        sign: +1 from left of A to B to its right, -1 the other way.
        n_raw: crossings of the line collapsed into this one.
        settled: whether the vessel has been clear of the line since.
        share: of the arc, where it cuts the line.
        gate_share: of the gate, 0 at A.
        lands: arcs over land, (row before, row after), from which some gate was in reach.
    """

    gate: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    sign: NDArray[np.int64]
    n_raw: NDArray[np.int64]
    settled: NDArray[np.bool_]
    share: NDArray[np.float64]
    gate_share: NDArray[np.float64]
    lands: NDArray[np.int64]


@njit(cache=True, nogil=True)
def _vector(rows: NDArray[np.float64], k: int) -> tuple[float, float, float]:
    return rows[k, 0], rows[k, 1], rows[k, 2]


@njit(cache=True, nogil=True)
def _plane(rows: NDArray[np.float64], k: int, p: tuple[float, float, float]) -> float:
    return float(rows[k, 0] * p[0] + rows[k, 1] * p[1] + rows[k, 2] * p[2])


@njit(cache=True, nogil=True)
def _side(height: float) -> int:
    """Return +1 left of the plane, -1 right, 0 on it."""
    return 0 if abs(height) <= ON_LINE else (1 if height > 0.0 else -1)


@njit(cache=True, nogil=True)
def cut(
    p: tuple[float, float, float],
    q: tuple[float, float, float],
    heights: tuple[float, float],
    a: tuple[float, float, float],
    b: tuple[float, float, float],
) -> tuple[float, float]:
    """Return where the arc p-q, whose ends lie on two sides of a gate's plane, cuts the gate a-b.

    Args:
        p: where the arc begins; it may lie on the plane, and then the cut is at p.
        q: where it ends.
        heights: of p and q over the gate's plane, radians (sine).
        a: one end of the gate; it belongs to the gate, the other does not.
        b: the other end.

    Returns:
        (share of the arc, share of the gate); (-1, -1) if the cut is not on the gate.
    """
    ux, uy, uz = p[0] - q[0], p[1] - q[1], p[2] - q[2]
    vx, vy, vz = p[0] + q[0], p[1] + q[1], p[2] + q[2]
    m = (uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx)
    side_a = m[0] * a[0] + m[1] * a[1] + m[2] * a[2]
    side_b = m[0] * b[0] + m[1] * b[1] + m[2] * b[2]
    if (side_a >= 0.0) == (side_b >= 0.0):
        return -1.0, -1.0
    u = heights[0] / (heights[0] - heights[1])
    u = min(max(u, 0.0), 1.0)
    v = side_a / (side_a - side_b)
    x = (p[0] + u * (q[0] - p[0]), p[1] + u * (q[1] - p[1]), p[2] + u * (q[2] - p[2]))
    y = (a[0] + v * (b[0] - a[0]), a[1] + v * (b[1] - a[1]), a[2] + v * (b[2] - a[2]))
    if x[0] * y[0] + x[1] * y[1] + x[2] * y[2] <= 0.0:
        return -1.0, -1.0  # the planes meet twice: these are the two opposite points
    scale_x = 1.0 / np.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
    scale_y = 1.0 / np.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    on_arc = (x[0] * scale_x, x[1] * scale_x, x[2] * scale_x)
    on_gate = (y[0] * scale_y, y[1] * scale_y, y[2] * scale_y)
    return min(1.0, arc_m(p, on_arc) / arc_m(p, q)), min(1.0, arc_m(a, on_gate) / arc_m(a, b))


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
def arc_crossings(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one flat kernel
    chain_tracks: NDArray[np.int32],
    chain_starts: NDArray[np.int64],
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    arc_km: NDArray[np.float64],
    over_land: NDArray[np.bool_],
    link_km: NDArray[np.float64],
    link_over_land: NDArray[np.bool_],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    normal: NDArray[np.float64],
    near_km: NDArray[np.float32],
    max_silence_ms: int,
    clear_m: float,
    max_km_per_ms: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Return crossings, whole numbers then shares, and arcs over land (`RawCrossings`).

    A gate is in reach of an arc over land if it could have been reached in the time at the
    greatest speed.
    """
    n_gates = a.shape[0]
    ints, floats, found = np.empty((64, 6), np.int64), np.empty((64, 2)), 0
    lands, n_lands = np.empty((64, 2), np.int64), 0
    # Per gate, the crossings not yet settled: how many, their sum, and the last of them.
    n_pending = 0
    count, net = np.zeros(n_gates, np.int64), np.zeros(n_gates, np.int64)
    last_rows = np.empty((n_gates, 2), np.int64)
    last_shares = np.empty((n_gates, 2))
    # Per gate, the row of the last position exactly on the line, and the side it takes.
    on_row, on_side = np.full(n_gates, -1, np.int64), np.zeros(n_gates, np.int64)
    for chain in range(chain_starts.size - 1):
        prev = -1
        for at in range(chain_starts[chain], chain_starts[chain + 1]):
            track = chain_tracks[at]
            for i in range(starts[track], stops[track]):
                broken = False
                if prev >= 0:
                    first = i == starts[track]
                    silence = t_ms[i] - t_ms[prev]
                    km = link_km[track] if first else arc_km[i]
                    if silence > max_silence_ms:
                        broken = True
                    else:
                        row, column = near_cell(lat_i[prev], lon_i[prev])
                        near = near_km[row, column]
                        if link_over_land[track] if first else over_land[i]:
                            if near <= max_km_per_ms * silence:
                                if n_lands == lands.shape[0]:
                                    lands = _grown_i(lands)
                                lands[n_lands, 0], lands[n_lands, 1] = prev, i
                                n_lands += 1
                        elif near <= _SPHERE_MARGIN * km:
                            p = unit_vector_ais(lat_i[prev], lon_i[prev])
                            q = unit_vector_ais(lat_i[i], lon_i[i])
                            for g in range(n_gates):
                                height_p, height_q = _plane(normal, g, p), _plane(normal, g, q)
                                side_p, side_q = _side(height_p), _side(height_q)
                                if side_p * side_q > 0:
                                    continue
                                if side_p == 0 and on_row[g] == prev:
                                    side_p = on_side[g]
                                if side_q == 0:
                                    # On the line: it takes the side of the one before.
                                    on_row[g], on_side[g] = i, side_p
                                    continue
                                if side_p != -side_q:
                                    continue  # the first position takes the side of the next
                                shares = cut(
                                    p, q, (height_p, height_q), _vector(a, g), _vector(b, g)
                                )
                                if shares[0] < 0.0:
                                    continue
                                if count[g] == 0:
                                    n_pending += 1
                                count[g] += 1
                                net[g] += side_p
                                last_rows[g, 0], last_rows[g, 1] = prev, i
                                last_shares[g, 0], last_shares[g, 1] = shares
                if n_pending > 0:
                    p = unit_vector_ais(lat_i[i], lon_i[i])
                    for g in range(n_gates):
                        if count[g] == 0:
                            continue
                        clear = (
                            not broken
                            and distance_to_arc_m(_vector(a, g), _vector(b, g), p) >= clear_m
                        )
                        if not (clear or broken):
                            continue
                        if net[g] != 0:
                            if found == ints.shape[0]:
                                ints, floats = _grown_i(ints), _grown_f(floats)
                            ints[found, 0] = g
                            ints[found, 1], ints[found, 2] = last_rows[g, 0], last_rows[g, 1]
                            ints[found, 3] = 1 if net[g] > 0 else -1
                            ints[found, 4], ints[found, 5] = count[g], 1 if clear else 0
                            floats[found, 0], floats[found, 1] = (
                                last_shares[g, 0],
                                last_shares[g, 1],
                            )
                            found += 1
                        count[g], net[g] = 0, 0
                        n_pending -= 1
                prev = i
        for g in range(n_gates):
            on_row[g] = -1
            if count[g] == 0:
                continue
            if net[g] != 0:
                if found == ints.shape[0]:
                    ints, floats = _grown_i(ints), _grown_f(floats)
                ints[found, 0] = g
                ints[found, 1], ints[found, 2] = last_rows[g, 0], last_rows[g, 1]
                ints[found, 3] = 1 if net[g] > 0 else -1
                ints[found, 4], ints[found, 5] = count[g], 0
                floats[found, 0], floats[found, 1] = last_shares[g, 0], last_shares[g, 1]
                found += 1
            count[g], net[g] = 0, 0
        n_pending = 0
    return ints[:found], floats[:found], lands[:n_lands]
