"""Zones, in; an index that tells any number of places their zones, out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from northwatch.errors import ParameterError
from northwatch.geo.sphere import Floats, Ints
from northwatch.geo.zone_kernel import Words, ZoneArrays, look_up, raster_row
from northwatch.geo.zones import Zone

# 45N lies 5,132 km from the pole in EPSG:3413, so the raster holds everything north of it.
HALF_M: Final = 5_200_000.0
# A cell is taken as touched by an edge this close, far more than any rounding.
_MARGIN_M: Final = 1.0
_SMALLEST_CELL_M: Final = 500.0
_BITS: Final = 64
_UNTOUCHED, _TOUCHED, _INNER = 0, 1, 2


@dataclass(frozen=True, slots=True)
class ZoneIndex:
    """Zones ready for look-up.

    Attributes:
        zones: in the order of the bits.
        arrays: the index for kernels (`zones_at`, `is_in_zone`, `edge_distance_m`).
    """

    zones: tuple[Zone, ...]
    arrays: ZoneArrays

    @classmethod
    def build(cls, zones: Sequence[Zone], cell_m: float = 5_000.0) -> "ZoneIndex":
        """Return the index of zones.

        Answers do not depend on the size of the cells, only speed does: 5 km was best.

        Args:
            zones: any number; each id once.
            cell_m: side of a cell, 500 m or more.

        Raises:
            ParameterError: an id is used twice, or the cell is too small.

        Cost: about 0.1 s and 20 MB for the shipped zones.
        """
        ids = [zone.id for zone in zones]
        if len(set(ids)) < len(ids):
            twice = sorted({name for name in ids if ids.count(name) > 1})
            raise ParameterError(name="zones", value=twice, allowed="each id once")
        if not cell_m >= _SMALLEST_CELL_M:
            raise ParameterError(name="cell_m", value=cell_m, allowed=f"{_SMALLEST_CELL_M} or more")
        return cls(tuple(zones), _arrays([zone.polygon for zone in zones], cell_m))

    @property
    def n_words(self) -> int:
        """64-bit words of an answer; at least one."""
        return self.arrays.n_words

    def lookup(self, lat_i: Ints, lon_i: Ints) -> Words:
        """Return the zones of places.

        A place is in a zone if it is inside its polygon; on an edge, in one of the two zones that
        share the edge. South of 45N it is slower, and no less exact.

        Args:
            lat_i: shape (n,), AIS units; rows in any order, near ones in sequence being fastest.
            lon_i: shape (n,), AIS units.

        Returns:
            Shape (n, n_words); bit k of word k // 64 is set if the place is in `zones[k]`.

        Cost: about 16 M places/s on one core in the order of the lake, 8 M in random order, for
        the shipped zones, projection included (bench/zones.py).
        """
        words: Words = look_up(
            np.ascontiguousarray(lat_i, dtype=np.int32),
            np.ascontiguousarray(lon_i, dtype=np.int32),
            self.arrays,
        )
        return words


def _arrays(polygons: Sequence[Any], cell_m: float) -> ZoneArrays:
    n_rows = int(np.ceil(2 * HALF_M / cell_m))
    n_words = max(1, -(-len(polygons) // _BITS))
    cells = np.zeros((n_rows, n_rows), np.int32)
    marks = np.zeros((n_rows, n_rows), np.uint8)
    parents = [np.array([[-1, -1, _UNTOUCHED]], np.int32)]  # class 0: nothing to say
    n_classes = 1
    row_starts, edges, outer = [np.zeros(1, np.int64)], [np.empty((0, 4))], []
    for zone, polygon in enumerate(polygons):
        segments = _segments(polygon)
        rows, of_zone = _by_row(segments, cell_m, n_rows)
        row_starts.append(rows[1:] + row_starts[-1][-1])
        edges.append(of_zone)
        if np.abs(segments).max(initial=0.0) >= HALF_M - cell_m:
            outer.append(zone)
        _mark(segments, cell_m, marks)
        _fill(rows, of_zone, cell_m, marks)
        made = _join(marks, zone, n_classes, cells)
        parents.append(made)
        n_classes += len(made)
        marks[:] = _UNTOUCHED
    bits, start, touching = _classes(np.concatenate(parents), n_words)
    return ZoneArrays(
        half_m=HALF_M,
        cell_m=float(cell_m),
        cells=cells,
        class_bits=bits,
        class_start=start,
        class_zones=touching,
        outer_zones=np.array(outer, np.int32),
        row_start=np.concatenate(row_starts),
        edges=np.concatenate(edges),
        n_words=n_words,
    )


def _segments(polygon: Any) -> Floats:  # noqa: ANN401 - shapely has no types
    """Return every edge of every ring, shape (m, 4): x0, y0, x1, y1, from the lower to the upper.

    Edges along a row (y0 = y1) are kept, for distances, though they never count as crossed.
    """
    rings = shapely.get_rings(shapely.get_parts(polygon))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    within = ring[1:] == ring[:-1]
    one, two = points[:-1][within], points[1:][within]
    swap = one[:, 1] > two[:, 1]
    one[swap], two[swap] = two[swap], one[swap]
    return np.ascontiguousarray(np.hstack([one, two]), dtype=np.float64)


def _by_row(segments: Floats, cell_m: float, n_rows: int) -> tuple[NDArray[np.int64], Floats]:
    """Return the edges row by row, and where each row starts, shape (n_rows + 1,)."""
    rows, which = _rows_of(segments, cell_m, n_rows)
    # The tie-breakers make the order, and so the answer's bytes, independent of where rings start.
    by = (*segments[which].T, -np.maximum(segments[which, 0], segments[which, 2]), rows)
    order = np.lexsort(by)
    start = np.zeros(n_rows + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=n_rows), out=start[1:])
    return start, segments[which[order]]


@njit(cache=True, nogil=True, error_model="numpy")
def _rows_of(
    segments: Floats, cell_m: float, n_rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (row, edge) of every pair in which the edge reaches into the row."""
    count = 0
    for k in range(segments.shape[0]):
        low = raster_row(segments[k, 1], HALF_M, cell_m, n_rows)
        count += raster_row(segments[k, 3], HALF_M, cell_m, n_rows) - low + 1
    rows, which = np.empty(count, np.int64), np.empty(count, np.int64)
    at = 0
    for k in range(segments.shape[0]):
        low = raster_row(segments[k, 1], HALF_M, cell_m, n_rows)
        for row in range(low, raster_row(segments[k, 3], HALF_M, cell_m, n_rows) + 1):
            rows[at], which[at] = row, k
            at += 1
    return rows, which


@njit(cache=True, nogil=True, error_model="numpy")
def _mark(segments: Floats, cell_m: float, marks: NDArray[np.uint8]) -> None:
    """Mark as touched every cell that an edge comes within the margin of."""
    n_rows = marks.shape[0]
    for k in range(segments.shape[0]):
        x0, y0, x1, y1 = segments[k]
        low = raster_row(y0 - _MARGIN_M, HALF_M, cell_m, n_rows)
        high = raster_row(y1 + _MARGIN_M, HALF_M, cell_m, n_rows)
        for row in range(low, high + 1):
            # The part of the edge within this row, a little more at each end.
            below = max(y0, row * cell_m - HALF_M - _MARGIN_M)
            above = min(y1, (row + 1) * cell_m - HALF_M + _MARGIN_M)
            xa, xb = x0, x1
            if y1 > y0:
                xa = x0 + (below - y0) / (y1 - y0) * (x1 - x0)
                xb = x0 + (above - y0) / (y1 - y0) * (x1 - x0)
            left = raster_row(min(xa, xb) - _MARGIN_M, HALF_M, cell_m, n_rows)
            right = raster_row(max(xa, xb) + _MARGIN_M, HALF_M, cell_m, n_rows)
            marks[row, left : right + 1] = _TOUCHED


@njit(cache=True, nogil=True, error_model="numpy")
def _fill(
    row_start: NDArray[np.int64], edges: Floats, cell_m: float, marks: NDArray[np.uint8]
) -> None:
    """Mark as inner every untouched cell whose centre is inside; so is then all of it."""
    n_rows = marks.shape[0]
    for row in range(n_rows):
        y = (row + 0.5) * cell_m - HALF_M
        crossed = np.empty(row_start[row + 1] - row_start[row])
        count = 0
        for k in range(row_start[row], row_start[row + 1]):
            x0, y0, x1, y1 = edges[k]
            if y0 <= y < y1:
                crossed[count] = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
                count += 1
        crossed = np.sort(crossed[:count])
        for pair in range(count // 2):
            left = int(np.ceil((crossed[2 * pair] + HALF_M) / cell_m - 0.5))
            right = int(np.ceil((crossed[2 * pair + 1] + HALF_M) / cell_m - 0.5))
            for column in range(max(left, 0), min(right, n_rows)):
                if marks[row, column] == _UNTOUCHED:
                    marks[row, column] = _INNER


@njit(cache=True, nogil=True, error_model="numpy")
def _join(marks: NDArray[np.uint8], zone: int, n_classes: int, cells: Ints) -> Ints:
    """Give each marked cell the class of (its class so far, this zone, its mark); return new ones.

    Returns:
        Shape (m, 3): the class before, the zone, the mark; in the order of the cells.
    """
    made = np.empty((2 * n_classes, 3), np.int32)
    known = np.full((n_classes, 3), -1, np.int32)
    count = 0
    for row in range(marks.shape[0]):
        for column in range(marks.shape[1]):
            mark = marks[row, column]
            if mark == _UNTOUCHED:
                continue
            before = cells[row, column]
            if known[before, mark] < 0:
                known[before, mark] = n_classes + count
                made[count, 0], made[count, 1], made[count, 2] = before, zone, mark
                count += 1
            cells[row, column] = known[before, mark]
    return made[:count].copy()


def _classes(parents: Ints, n_words: int) -> tuple[Words, Ints, Ints]:
    """Return for each class its bits, where its touching zones start, and those zones."""
    bits = np.zeros((len(parents), n_words), np.uint64)
    touching: list[list[int]] = [[] for _ in range(len(parents))]
    for this, (before, zone, mark) in enumerate(parents.tolist()):
        if mark == _UNTOUCHED:
            continue
        bits[this] = bits[before]
        touching[this] = touching[before]
        if mark == _INNER:
            bits[this, zone // _BITS] |= np.uint64(1 << zone % _BITS)
        else:
            touching[this] = [*touching[before], zone]
    start = np.zeros(len(parents) + 1, np.int32)
    np.cumsum([len(zones) for zones in touching], out=start[1:])
    return bits, start, np.array([zone for zones in touching for zone in zones], np.int32)
