"""A place in the polar plane and a zone index, in; which zones it lies in, out. Kernels only.

The raster answers at once for cells wholly inside or outside; in a cell that an edge touches, the
place's row of edges is counted through (crossing number). Each edge is taken from its lower to its
upper end and is half-open there, so two zones that share an edge round alike, and a place on it
lies in just one of them.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.geo.polar import (
    MERIDIAN_3413_DEG,
    RADIUS_3413_M,
    deg_from_polar,
    polar_from_ais,
)
from northwatch.geo.sphere import Floats, Ints
from northwatch.units import SPHERE_RADIUS_M

Words = NDArray[np.uint64]


class ZoneArrays(NamedTuple):
    """A zone index as plain arrays, for kernels; made by `ZoneIndex.build`.

    A cell's *class* is what can be said of all its places: the zones it lies in, and the zones
    whose edges touch it. Cells of one class share one number.

    Attributes:
        half_m: the raster reaches from -half_m to half_m in x and y, EPSG:3413.
        cell_m: side of a cell.
        cells: shape (n_rows, n_rows), class of each cell; row by y, column by x, upwards.
        class_bits: shape (n_classes, n_words), bit k set if the class lies wholly in zone k.
        class_start: shape (n_classes + 1,), where each class's zones begin in `class_zones`.
        class_zones: zones whose edge touches the cells of the class, ascending.
        outer_zones: zones that reach beyond the raster; there they are tested exactly.
        row_start: shape (n_zones * n_rows + 1,), where each zone's row begins in `edges`; edges
            beyond the raster lie in its first and last row.
        edges: shape (m, 4): x0, y0, x1, y1 of each edge, y0 <= y1, metres; within a row of a zone
            by descending greater x.
        n_words: 64-bit words of an answer.
    """

    half_m: float
    cell_m: float
    cells: Ints
    class_bits: Words
    class_start: Ints
    class_zones: Ints
    outer_zones: Ints
    row_start: NDArray[np.int64]
    edges: Floats
    n_words: int


@njit(cache=True, nogil=True, error_model="numpy")
def raster_row(coordinate_m: float, half_m: float, cell_m: float, n_rows: int) -> int:
    """Return the row (or column) of a coordinate, those outside in the first or the last."""
    row = (coordinate_m + half_m) / cell_m
    if not row >= 0.0:  # NaN too
        return 0
    return n_rows - 1 if row >= n_rows else int(row)


@njit(cache=True, nogil=True, error_model="numpy")
def is_inside(x_m: float, y_m: float, edges: Floats, first: int, last: int) -> bool:
    """Return whether an odd number of edges lies to the right; edges by descending greater x."""
    odd = False
    for k in range(first, last):
        x0, y0, x1, y1 = edges[k, 0], edges[k, 1], edges[k, 2], edges[k, 3]
        if max(x0, x1) < x_m:
            break
        if y0 <= y_m < y1 and x_m < x0 + (y_m - y0) * (x1 - x0) / (y1 - y0):
            odd = not odd
    return odd


@njit(cache=True, nogil=True, error_model="numpy")
def _is_in_exactly(x_m: float, y_m: float, zone: int, arrays: ZoneArrays) -> bool:
    n_rows = arrays.cells.shape[0]
    row = zone * n_rows + raster_row(y_m, arrays.half_m, arrays.cell_m, n_rows)
    return is_inside(x_m, y_m, arrays.edges, arrays.row_start[row], arrays.row_start[row + 1])


@njit(cache=True, nogil=True, error_model="numpy")
def _is_on_raster(x_m: float, y_m: float, arrays: ZoneArrays) -> bool:
    return abs(x_m) < arrays.half_m and abs(y_m) < arrays.half_m


@njit(cache=True, nogil=True, error_model="numpy")
def _class_at(x_m: float, y_m: float, arrays: ZoneArrays) -> int:
    n_rows = arrays.cells.shape[0]
    row = raster_row(y_m, arrays.half_m, arrays.cell_m, n_rows)
    column = raster_row(x_m, arrays.half_m, arrays.cell_m, n_rows)
    kind: int = arrays.cells[row, column]
    return kind


@njit(cache=True, nogil=True, error_model="numpy")
def _add_exactly(x_m: float, y_m: float, zone: int, arrays: ZoneArrays, out_words: Words) -> None:
    if _is_in_exactly(x_m, y_m, zone, arrays):
        out_words[zone >> 6] |= np.uint64(1) << np.uint64(zone & 63)


@njit(cache=True, nogil=True, error_model="numpy")
def zones_at(x_m: float, y_m: float, arrays: ZoneArrays, out_words: Words) -> None:
    """Write the zones of one place in EPSG:3413 to `out_words`, shape (n_words,); bit k = zone k.

    Outside the raster the zones that reach beyond it are tested exactly and the others are not
    there; a place that is not finite is in no zone.
    """
    if not _is_on_raster(x_m, y_m, arrays):
        out_words[:] = 0
        for k in range(arrays.outer_zones.size):
            _add_exactly(x_m, y_m, arrays.outer_zones[k], arrays, out_words)
        return
    kind = _class_at(x_m, y_m, arrays)
    for word in range(arrays.n_words):
        out_words[word] = arrays.class_bits[kind, word]
    for k in range(arrays.class_start[kind], arrays.class_start[kind + 1]):
        _add_exactly(x_m, y_m, arrays.class_zones[k], arrays, out_words)


@njit(cache=True, nogil=True, error_model="numpy")
def is_in_zone(x_m: float, y_m: float, zone: int, arrays: ZoneArrays) -> bool:
    """Return whether one place in EPSG:3413 lies in one zone, as `zones_at` would say."""
    if not _is_on_raster(x_m, y_m, arrays):
        for k in range(arrays.outer_zones.size):
            if arrays.outer_zones[k] == zone:
                return _is_in_exactly(x_m, y_m, zone, arrays)
        return False
    kind = _class_at(x_m, y_m, arrays)
    if (arrays.class_bits[kind, zone >> 6] >> np.uint64(zone & 63)) & np.uint64(1):
        return True
    for k in range(arrays.class_start[kind], arrays.class_start[kind + 1]):
        if arrays.class_zones[k] == zone:
            return _is_in_exactly(x_m, y_m, zone, arrays)
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def look_up(lat_i: Ints, lon_i: Ints, arrays: ZoneArrays) -> Words:
    """Return the zones of places in AIS units, shape (n,), as words, shape (n, n_words).

    `zones_at` for each, written out where no edge is near, which is nearly everywhere.
    """
    out = np.zeros((lat_i.size, arrays.n_words), np.uint64)
    half_m, cell_m, n_words = arrays.half_m, arrays.cell_m, arrays.n_words
    cells, bits, start = arrays.cells, arrays.class_bits, arrays.class_start
    n_rows = cells.shape[0]
    for k in range(lat_i.size):
        x_m, y_m = polar_from_ais(lat_i[k], lon_i[k])
        if abs(x_m) < half_m and abs(y_m) < half_m:
            row = raster_row(y_m, half_m, cell_m, n_rows)
            kind = cells[row, raster_row(x_m, half_m, cell_m, n_rows)]
            if start[kind] == start[kind + 1]:
                for word in range(n_words):
                    out[k, word] = bits[kind, word]
                continue
        zones_at(x_m, y_m, arrays, out[k])
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def edge_distance_m(x_m: float, y_m: float, zone: int, arrays: ZoneArrays, limit_m: float) -> float:
    """Return the distance from a place in EPSG:3413 to the nearest edge of a zone, metres.

    Infinity if it is more than `limit_m`, which bounds the work: only the rows within it are read.

    Error: the plane's scale is taken at the place, so up to 0.1 % for distances under 20 km.
    """
    scale = _scale_at(x_m, y_m)
    reach = limit_m * scale
    n_rows = arrays.cells.shape[0]
    low = raster_row(y_m - reach, arrays.half_m, arrays.cell_m, n_rows)
    high = raster_row(y_m + reach, arrays.half_m, arrays.cell_m, n_rows)
    nearest = math.inf
    for k in range(
        arrays.row_start[zone * n_rows + low], arrays.row_start[zone * n_rows + high + 1]
    ):
        x0, y0, x1, y1 = arrays.edges[k]
        dx, dy = x1 - x0, y1 - y0
        share = ((x_m - x0) * dx + (y_m - y0) * dy) / (dx * dx + dy * dy)
        share = min(1.0, max(0.0, share))
        nearest = min(nearest, math.hypot(x0 + share * dx - x_m, y0 + share * dy - y_m))
    return nearest / scale if nearest <= reach else math.inf


@njit(cache=True, nogil=True, error_model="numpy")
def _scale_at(x_m: float, y_m: float) -> float:
    """Return metres in EPSG:3413 per metre on the sphere at a place."""
    radius = math.hypot(x_m, y_m)
    if radius < 1.0:  # at the pole the ratio below is 0 / 0
        radius, x_m, y_m = 1.0, 1.0, 0.0
    lat_deg, _ = deg_from_polar(x_m, y_m, RADIUS_3413_M, MERIDIAN_3413_DEG)
    return radius / (SPHERE_RADIUS_M * math.sin(math.radians(90.0 - lat_deg)))
