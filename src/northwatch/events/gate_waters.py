"""Arcs over land, in; the gates by which each may have changed waters, out.

An arc over land is not what the vessel sailed. Round each gate a raster of the sea tells how long
the way by water is from either side of the line, without crossing it: a place lies on the side
that is the shorter way. So the two ends of an arc lie on two sides of a gate, or on one, however
the coast runs; and the gate is a *candidate* if they lie on two and the way by water through it
fits within the time.

Limits: gates open at sea part nothing, so they are candidates only if the arc itself cuts them.
Narrow straits are closed, or nearly, in the raster; there sides are told by the plane of the line
and ways are straight. Ways through two gates one after the other are not sought: each of the two is
then a candidate.
Error: ways are lower bounds, up to a tenth short, on a raster of `CELL_M`; land narrower than a
cell may be passed over.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.events.gate_arcs import cut
from northwatch.events.gate_lines import GateLines
from northwatch.geo import (
    Gate,
    LandMask,
    Vector,
    ZoneArrays,
    along_and_cross_m,
    arc_m,
    distance_to_arc_m,
    from_polar,
    is_in_zone,
    point_at_share,
    polar_from_ais,
    polar_from_vector,
    side_of,
    unit_vector,
    unit_vector_ais,
)

CELL_M: Final = 3_000.0
# Straight and slanting steps overrate the way by up to this much (at 22.5 degrees).
_OCTAGON: Final = 1.0824
_DIAGONAL: Final = math.sqrt(2.0)
# A position in a harbour may stand on a cell of land: the sea is sought this many cells about.
_NEAR_CELLS: Final = 3
_LAND: Final = 0
_STEPS: Final = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))


class GateWaters(NamedTuple):
    """Ways by water from the two sides of a gate.

    Attributes:
        x_m: western edge of the raster, EPSG:3413.
        y_m: lower edge.
        ways_km: from the left side and from the right side to each cell, by row (y) and column,
            shape (2, n, n); infinite on land and out of reach.
    """

    x_m: float
    y_m: float
    ways_km: NDArray[np.float32]


class Ways(NamedTuple):
    """Ways through gates for arcs over land, shape (n_arcs, n_gates) each.

    Attributes:
        first_km: from where the arc begins to the gate; infinite if that is no candidate.
        then_km: from the gate to where the arc ends.
        sign: +1 if the arc begins on the left side, -1 on the right, 0 if it is no candidate.
        undecided: whether the gate may have been in reach and is too far off to know its sides.
    """

    first_km: NDArray[np.float64]
    then_km: NDArray[np.float64]
    sign: NDArray[np.int8]
    undecided: NDArray[np.bool_]

    def of_arc(self, k: int) -> "Ways":
        """Return the ways of one arc, shape (n_gates,) each."""
        return Ways(*(column[k] for column in self))


_KEPT: dict[tuple[object, ...], tuple[NDArray[np.int32], GateWaters]] = {}
_KEPT_MOST: Final = 256


def gate_waters(gate: Gate, land: LandMask, radius_km: float) -> GateWaters:
    """Return the ways by water within about `radius_km` of a gate; kept for the same land."""
    ends = (gate.lat_a, gate.lon_a, gate.lat_b, gate.lon_b)
    key = (ends, radius_km, id(land.arrays.cells))
    kept = _KEPT.get(key)  # threads may each make it: it is the same
    if kept is None:
        kept = (land.arrays.cells, _waters(gate, land, radius_km))
        if len(_KEPT) >= _KEPT_MOST:
            _KEPT.clear()
        _KEPT[key] = kept
    return kept[1]


def _waters(gate: Gate, land: LandMask, radius_km: float) -> GateWaters:
    a, b = unit_vector(gate.lat_a, gate.lon_a), unit_vector(gate.lat_b, gate.lon_b)
    x, y = polar_from_vector(point_at_share(a, b, 0.5))
    half = math.ceil((radius_km * 1000.0 + 0.5 * arc_m(a, b)) / CELL_M)
    n = 2 * half
    x_m, y_m = x - half * CELL_M, y - half * CELL_M
    sides, near_km, blocked = _line(a, b, x_m, y_m, n)
    sea = _sea(x_m, y_m, n, land.arrays)
    step_km = CELL_M / 1000.0 / (_most_scale(x_m, y_m, n) * _OCTAGON)
    ways = [_flood(sea, sides == side, near_km, blocked, step_km) for side in (1, -1)]
    return GateWaters(x_m, y_m, np.stack(ways))


def _most_scale(x_m: float, y_m: float, n: int) -> float:
    """Return the greatest length, metres in EPSG:3413, at which a metre is drawn in the raster."""
    far_x, far_y = x_m + n * CELL_M, y_m + n * CELL_M
    lat_deg, _ = from_polar(np.array([x_m, far_x, x_m, far_x]), np.array([y_m, y_m, far_y, far_y]))
    # On the sphere; a thousandth for the ellipsoid.
    return (
        1.001 * (1.0 + math.sin(math.radians(70.0))) / (1.0 + math.sin(math.radians(lat_deg.min())))
    )


def _line(
    a: Vector, b: Vector, x_m: float, y_m: float, n: int
) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.uint8]]:
    """Return, for the cells beside the line, their side, their distance, and steps over the line.

    Sides are 0 away from the line and beyond its ends; steps are bits in the order of `_STEPS`.
    """
    pieces = max(2, math.ceil(arc_m(a, b) / (0.5 * CELL_M)))
    points = np.array(
        [polar_from_vector(point_at_share(a, b, k / pieces)) for k in range(pieces + 1)]
    )
    columns, rows = np.floor((points - (x_m, y_m)) / CELL_M).astype(np.int64).T
    around = np.arange(-3, 4)
    cells = np.unique(
        ((rows[:, None, None] + around[:, None]) * n + columns[:, None, None] + around).ravel()
    )
    rows, columns = cells // n, cells % n
    inside = (rows > 0) & (rows < n - 1) & (columns > 0) & (columns < n - 1)
    rows, columns = rows[inside], columns[inside]
    lat_deg, lon_deg = from_polar(x_m + (columns + 0.5) * CELL_M, y_m + (rows + 0.5) * CELL_M)
    return _beside(rows, columns, lat_deg, lon_deg, a, b, n)


@njit(cache=True, nogil=True)
def _beside(  # noqa: PLR0913, PLR0917 - one flat kernel
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    lat_deg: NDArray[np.float64],
    lon_deg: NDArray[np.float64],
    a: Vector,
    b: Vector,
    n: int,
) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.uint8]]:
    sides, near_km = np.zeros((n, n), np.int8), np.full((n, n), np.inf, np.float32)
    blocked = np.zeros((n, n), np.uint8)
    number = np.full((n, n), -1, np.int32)
    vectors, heights = np.empty((rows.size, 3)), np.empty(rows.size)
    length = arc_m(a, b)
    for k in range(rows.size):
        v = unit_vector(lat_deg[k], lon_deg[k])
        vectors[k, 0], vectors[k, 1], vectors[k, 2] = v
        number[rows[k], columns[k]] = k
        heights[k] = side_of(a, b, v)
        along, across = along_and_cross_m(a, b, v)
        if 0.0 <= along <= length and abs(across) <= 1.5 * CELL_M:
            sides[rows[k], columns[k]] = 1 if heights[k] > 0.0 else -1
            near_km[rows[k], columns[k]] = 0.001 * abs(across)
    for k in range(rows.size):
        p = (vectors[k, 0], vectors[k, 1], vectors[k, 2])
        for step in range(8):
            m = number[rows[k] + _STEPS[step][0], columns[k] + _STEPS[step][1]]
            if m < 0 or (heights[k] > 0.0) == (heights[m] > 0.0):
                continue
            q = (vectors[m, 0], vectors[m, 1], vectors[m, 2])
            if cut(p, q, (heights[k], heights[m]), a, b)[0] >= 0.0:
                blocked[rows[k], columns[k]] |= np.uint8(1 << step)
    return sides, near_km, blocked


@njit(cache=True, nogil=True)
def _sea(x_m: float, y_m: float, n: int, land: ZoneArrays) -> NDArray[np.bool_]:
    """Return whether the middle of each cell is at sea; the rim is not, so that steps end there."""
    out = np.zeros((n, n), np.bool_)
    for row in range(1, n - 1):
        for column in range(1, n - 1):
            x, y = x_m + (column + 0.5) * CELL_M, y_m + (row + 0.5) * CELL_M
            out[row, column] = not is_in_zone(x, y, _LAND, land)
    return out


@njit(cache=True, nogil=True)
def _flood(  # noqa: C901, PLR0912 - one flat kernel
    sea: NDArray[np.bool_],
    source: NDArray[np.bool_],
    near_km: NDArray[np.float32],
    blocked: NDArray[np.uint8],
    step_km: float,
) -> NDArray[np.float32]:
    """Return the way from the nearest source to each cell, over sea, without a blocked step.

    The raster is swept forth and back until nothing gets shorter.
    """
    n = sea.shape[0]
    ways = np.full((n, n), np.inf, np.float32)
    for row in range(n):
        for column in range(n):
            if source[row, column] and sea[row, column]:
                ways[row, column] = near_km[row, column]
    changed = True
    while changed:
        changed = False
        for sweep in range(2):
            for r in range(1, n - 1):
                row = r if sweep == 0 else n - 1 - r
                for c in range(1, n - 1):
                    column = c if sweep == 0 else n - 1 - c
                    if not sea[row, column]:
                        continue
                    least = ways[row, column]
                    for step in range(4 * sweep, 4 * sweep + 4):
                        down, right = _STEPS[step]
                        way = ways[row + down, column + right]
                        if way == np.inf or (blocked[row, column] >> step) & 1:
                            continue
                        straight = down == 0 or right == 0
                        way += np.float32(step_km if straight else step_km * _DIAGONAL)
                        least = min(least, way)
                    if least < ways[row, column]:
                        ways[row, column] = least
                        changed = True
    return ways


def ways_of(  # noqa: PLR0913, PLR0917 - one flat kernel
    arcs: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    budget_km: NDArray[np.float64],
    gates: Sequence[Gate],
    lines: GateLines,
    land: LandMask,
    radius_km: float,
) -> Ways:
    """Return which gates arcs over land may have led through, and how long the ways are.

    Args:
        arcs: rows before and after, shape (n_arcs, 2).
        lat_i: of all rows, AIS units.
        lon_i: of all rows.
        budget_km: longest way that fits within the time of each arc, shape (n_arcs,).
        gates: gates.
        lines: the same, for kernels.
        land: land.
        radius_km: how far about a gate sides are known.
    """
    n = (arcs.shape[0], len(gates))
    first, then = np.full(n, np.inf), np.full(n, np.inf)
    sign, undecided = np.zeros(n, np.int8), np.zeros(n, np.bool_)
    straight = _straight_km(arcs, lat_i, lon_i, lines.a, lines.b)
    reachable = straight.sum(axis=2) <= budget_km[:, None]
    for g in np.flatnonzero(reachable.any(axis=0)).tolist():
        mine = np.flatnonzero(reachable[:, g])
        a, b = tuple(lines.a[g]), tuple(lines.b[g])
        if gates[g].ends_on_land and not gates[g].is_narrow:
            waters = gate_waters(gates[g], land, radius_km)
            sides, ways = _sides(arcs[mine], lat_i, lon_i, a, b, *waters)
        else:
            sides = _plane_sides(arcs[mine], lat_i, lon_i, a, b, not gates[g].ends_on_land)
            ways = straight[mine, g]
        undecided[mine, g] = np.any(sides == 0, axis=1) & gates[g].ends_on_land
        crossed = (sides[:, 0] * sides[:, 1] < 0) & (ways.sum(axis=1) <= budget_km[mine])
        sign[mine[crossed], g] = sides[crossed, 0]
        first[mine[crossed], g], then[mine[crossed], g] = ways[crossed].T
    return Ways(first, then, sign, undecided)


@njit(cache=True, nogil=True)
def _straight_km(
    arcs: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the straight way from both ends of each arc to each gate, shape (n, n_gates, 2)."""
    out = np.empty((arcs.shape[0], a.shape[0], 2))
    for k in range(arcs.shape[0]):
        for end in range(2):
            p = unit_vector_ais(lat_i[arcs[k, end]], lon_i[arcs[k, end]])
            for g in range(a.shape[0]):
                out[k, g, end] = 0.001 * distance_to_arc_m(
                    (a[g, 0], a[g, 1], a[g, 2]), (b[g, 0], b[g, 1], b[g, 2]), p
                )
    return out


@njit(cache=True, nogil=True)
def _sides(  # noqa: C901, PLR0913, PLR0917 - one flat kernel
    arcs: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    a: Vector,
    b: Vector,
    x_m: float,
    y_m: float,
    ways_km: NDArray[np.float32],
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return the side of each end of each arc (0: out of reach) and its way, shape (n, 2) both."""
    n = ways_km.shape[1]
    sides, ways = np.zeros(arcs.shape, np.int8), np.full(arcs.shape, np.inf)
    length = arc_m(a, b)
    for k in range(arcs.shape[0]):
        for end in range(2):
            i = arcs[k, end]
            v = unit_vector_ais(lat_i[i], lon_i[i])
            along, across = along_and_cross_m(a, b, v)
            if 0.0 <= along <= length and abs(across) <= 2.0 * CELL_M:
                # Beside the line cells are too coarse.
                sides[k, end], ways[k, end] = (1 if across > 0.0 else -1), 0.001 * abs(across)
                continue
            x, y = polar_from_ais(lat_i[i], lon_i[i])
            row, column = int((y - y_m) // CELL_M), int((x - x_m) // CELL_M)
            for ring in range(_NEAR_CELLS + 1):
                for r in range(max(row - ring, 0), min(row + ring + 1, n)):
                    for c in range(max(column - ring, 0), min(column + ring + 1, n)):
                        left, right = ways_km[0, r, c], ways_km[1, r, c]
                        if min(left, right) < ways[k, end]:
                            ways[k, end] = min(left, right)
                            sides[k, end] = 1 if left < right else -1
                if sides[k, end] != 0:
                    # From the place to the middle of the cell is no way the vessel had to go.
                    off_km = 0.001 * CELL_M * _DIAGONAL * (ring + 1)
                    ways[k, end] = max(0.0, ways[k, end] - off_km)
                    break
    return sides, ways


@njit(cache=True, nogil=True)
def _plane_sides(
    arcs: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    a: Vector,
    b: Vector,
    only_cut: bool,  # noqa: FBT001 - a kernel
) -> NDArray[np.int8]:
    """Return the sides of the ends of arcs by the plane of a gate, shape (n, 2).

    Both are 0 where the arc does not cut the gate and `only_cut` asks for that.
    """
    sides = np.zeros(arcs.shape, np.int8)
    for k in range(arcs.shape[0]):
        i, j = arcs[k, 0], arcs[k, 1]
        p, q = unit_vector_ais(lat_i[i], lon_i[i]), unit_vector_ais(lat_i[j], lon_i[j])
        heights = (side_of(a, b, p), side_of(a, b, q))
        apart = (heights[0] > 0.0) != (heights[1] > 0.0)
        if only_cut and not (apart and cut(p, q, heights, a, b)[0] >= 0.0):
            continue
        sides[k, 0], sides[k, 1] = 1 if heights[0] > 0.0 else -1, 1 if heights[1] > 0.0 else -1
    return sides
