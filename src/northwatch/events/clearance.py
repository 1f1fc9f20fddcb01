"""An index of zones (or of land), in; how far one may go without meeting an edge, out.

A raster beside the index's own: per cell, how many cells away the nearest one is that an edge
touches. Within that distance nothing changes, so most places need no look-up and most arcs no
sampling.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.geo import ZoneArrays, polar_from_ais

# In EPSG:3413 a metre is drawn at most this long within the index's raster, whose corners lie near
# 29 N (scale (1 + sin 70) / (1 + sin 29)); and the sphere differs from WGS 84 by 0.6 %.
_SCALE: Final = 1.32
_MOST: Final = 255


class Clearance(NamedTuple):
    """How far from any edge the cells of a raster are.

    Attributes:
        half_m: the raster reaches from -half_m to half_m in x and y, EPSG:3413.
        cell_m: side of a cell.
        cells: cells to the nearest cell with an edge, counted as a king moves; 0 is such a cell,
            and everything beyond the raster counts as one; shape (n_rows, n_rows).
    """

    half_m: float
    cell_m: float
    cells: NDArray[np.uint8]


def edge_clearance(arrays: ZoneArrays) -> Clearance:
    """Return how far edges of zones are; kept, so that an index costs once."""
    return _kept(arrays, np.diff(arrays.class_start) > 0)


def land_clearance(arrays: ZoneArrays) -> Clearance:
    """Return how far land is: cells wholly within a zone count as well as those with an edge."""
    inside = np.any(arrays.class_bits != 0, axis=1)
    return _kept(arrays, inside | (np.diff(arrays.class_start) > 0))


# The raster an answer was made from is held with it, so that its `id` cannot be another's.
_KEPT: dict[tuple[int, bytes], tuple[NDArray[np.int32], Clearance]] = {}
_KEPT_MOST: Final = 8


def _kept(arrays: ZoneArrays, blocked: NDArray[np.bool_]) -> Clearance:
    key = (id(arrays.cells), blocked.tobytes())
    kept = _KEPT.get(key)  # threads may each make it: it is the same
    if kept is None:
        moves = _king_moves(arrays.cells, blocked)
        kept = (arrays.cells, Clearance(arrays.half_m, arrays.cell_m, moves))
        if len(_KEPT) >= _KEPT_MOST:
            _KEPT.clear()
        _KEPT[key] = kept
    return kept[1]


@njit(cache=True, nogil=True)
def _king_moves(  # noqa: C901, PLR0912 - one flat kernel
    classes: NDArray[np.int32], blocked: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Return the king's distance of each cell to the nearest of a blocked class or the outside."""
    n = classes.shape[0]
    out = np.empty((n, n), np.uint8)
    for row in range(n):
        for column in range(n):
            edge = min(row, n - 1 - row, column, n - 1 - column) + 1
            near = 0 if blocked[classes[row, column]] else min(edge, _MOST)
            if near > 0 and row > 0:
                near = min(near, out[row - 1, column] + 1)
                if column > 0:
                    near = min(near, out[row - 1, column - 1] + 1)
                if column < n - 1:
                    near = min(near, out[row - 1, column + 1] + 1)
            if near > 0 and column > 0:
                near = min(near, out[row, column - 1] + 1)
            out[row, column] = near
    for row in range(n - 1, -1, -1):
        for column in range(n - 1, -1, -1):
            near = int(out[row, column])
            if row < n - 1:
                near = min(near, out[row + 1, column] + 1)
                if column > 0:
                    near = min(near, out[row + 1, column - 1] + 1)
                if column < n - 1:
                    near = min(near, out[row + 1, column + 1] + 1)
            if column < n - 1:
                near = min(near, out[row, column + 1] + 1)
            out[row, column] = near
    return out


@njit(cache=True, nogil=True)
def clear_km(x_m: float, y_m: float, clearance: Clearance) -> float:
    """Return a distance, kilometres on the sphere or WGS 84, within which there is no edge."""
    half, cell = clearance.half_m, clearance.cell_m
    if not (abs(x_m) < half and abs(y_m) < half):
        return 0.0
    n = clearance.cells.shape[0]
    row, column = min(int((y_m + half) / cell), n - 1), min(int((x_m + half) / cell), n - 1)
    moves = clearance.cells[row, column]
    if moves == 0:
        return 0.0
    x, y = x_m + half - column * cell, y_m + half - row * cell
    own = min(x, cell - x, y, cell - y)
    return float((moves - 1) * cell + max(own, 0.0)) / (1000.0 * _SCALE)


@njit(cache=True, nogil=True)
def may_meet(
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    begins: NDArray[np.int64],
    km: NDArray[np.float64],
    clearance: Clearance,
) -> NDArray[np.bool_]:
    """Return whether arcs that begin at some rows are longer than the way that is clear there."""
    out = np.empty(begins.size, np.bool_)
    for k in range(begins.size):
        x, y = polar_from_ais(lat_i[begins[k]], lon_i[begins[k]])
        out[k] = clear_km(x, y, clearance) <= km[k]
    return out
