"""Gates, in; vectors and a table of how near the next gate is, out: the form kernels read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.geo import Gate, arc_m, distance_to_arc_m, point_at_share, unit_vector
from northwatch.units import AIS_UNITS_PER_DEGREE

# The table's cells, AIS units: a quarter of a degree of latitude, one of longitude.
_CELL_LAT_I: Final = AIS_UNITS_PER_DEGREE // 4
_CELL_LON_I: Final = AIS_UNITS_PER_DEGREE
_ROWS: Final = 720
_COLUMNS: Final = 360
_TURN_I: Final = 360 * AIS_UNITS_PER_DEGREE
_QUARTER_I: Final = 90 * AIS_UNITS_PER_DEGREE
_KM: Final = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class GateLines:
    """Gates as vectors on the sphere.

    Attributes:
        a: unit vector of one end, shape (n_gates, 3).
        b: unit vector of the other.
        normal: unit normal of the plane through both; it points to the left of A to B.
        length_m: from A to B.
        near_km: per cell of latitude and longitude, a lower bound of the way from any place in
            it to the nearest gate; infinite if there are no gates.
    """

    a: NDArray[np.float64]
    b: NDArray[np.float64]
    normal: NDArray[np.float64]
    length_m: NDArray[np.float64]
    near_km: NDArray[np.float32]


def gate_lines(gates: Sequence[Gate]) -> GateLines:
    """Return the gates in the form kernels read; kept, so that equal gates cost once."""
    return _lines(tuple((g.lat_a, g.lon_a, g.lat_b, g.lon_b) for g in gates))


@lru_cache(maxsize=8)
def _lines(ends: tuple[tuple[float, float, float, float], ...]) -> GateLines:
    a = np.array([unit_vector(e[0], e[1]) for e in ends]).reshape(-1, 3)
    b = np.array([unit_vector(e[2], e[3]) for e in ends]).reshape(-1, 3)
    across = np.cross(a - b, a + b)  # 2 a x b, without loss for short lines
    normal = across / np.linalg.norm(across, axis=1, keepdims=True)
    length_m = np.array([arc_m(tuple(p), tuple(q)) for p, q in zip(a, b, strict=True)])
    return GateLines(a, b, normal, length_m, _near_table(a, b, length_m))


@njit(cache=True, nogil=True)
def near_cell(lat_i: int, lon_i: int) -> tuple[int, int]:
    """Return row and column in the table of a place in AIS units; any number of turns is fine."""
    row = (np.int64(lat_i) + _QUARTER_I) // _CELL_LAT_I
    column = (np.int64(lon_i) % _TURN_I) // _CELL_LON_I
    return (int(row) if row < _ROWS else _ROWS - 1), int(column)


@njit(cache=True, nogil=True)
def _near_table(
    a: NDArray[np.float64], b: NDArray[np.float64], length_m: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return the table: the way from each cell's centre, less the way to its furthest corner."""
    n = a.shape[0]
    middle = np.empty((n, 3))
    for g in range(n):
        m = point_at_share((a[g, 0], a[g, 1], a[g, 2]), (b[g, 0], b[g, 1], b[g, 2]), 0.5)
        middle[g, 0], middle[g, 1], middle[g, 2] = m
    table = np.empty((_ROWS, _COLUMNS), np.float32)
    height, width = _CELL_LAT_I / AIS_UNITS_PER_DEGREE, _CELL_LON_I / AIS_UNITS_PER_DEGREE
    for row in range(_ROWS):
        south = row * height - 90.0
        first = unit_vector(south + 0.5 * height, 0.5 * width)
        radius = max(
            arc_m(first, unit_vector(south, 0.0)), arc_m(first, unit_vector(south + height, 0.0))
        )
        for column in range(_COLUMNS):
            centre = unit_vector(south + 0.5 * height, (column + 0.5) * width)
            least = np.inf
            for g in range(n):
                m = (middle[g, 0], middle[g, 1], middle[g, 2])
                if arc_m(centre, m) - 0.5 * length_m[g] < least:
                    p, q = (a[g, 0], a[g, 1], a[g, 2]), (b[g, 0], b[g, 1], b[g, 2])
                    least = min(least, distance_to_arc_m(p, q, centre))
            # Ten metres for the rounding to single precision.
            table[row, column] = max(0.0, _KM * (least - radius - 10.0))
    return table
