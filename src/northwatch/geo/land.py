"""The shipped land, in; whether a place, or how much of an arc, lies on it, out.

Natural Earth 1:10 million north of 45N: good to about a kilometre. It knows most islands and leaves
straits open down to some two kilometres, Matochkin Shar and Bellot Strait just so. Harbours, inner
leads and rivers may count as land: of 743 real positions off Norway (Kystverket, 2019) 27 % do,
99 % of those within 2.5 km of the shore (1:50 million: 35 %, 20 km). So an arc that ends at a quay
is a little on land: use a tolerance, and for gates with `Gate.is_narrow` no land test at all.
"""

import io
import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from northwatch import data
from northwatch.geo.polar import polar_from_ais, polar_from_vector
from northwatch.geo.sphere import Floats, Ints, arc_m, dot, normal, unit_vector_ais
from northwatch.geo.zone_index import ZoneIndex
from northwatch.geo.zone_kernel import ZoneArrays, is_in_zone
from northwatch.geo.zones import Zone
from northwatch.units import SPHERE_RADIUS_M

VERSION: Final = "natural-earth-4.1.0-10m/1"
# An arc is sampled in the middle of equal pieces of at most this length.
SAMPLE_M: Final = 1_000.0
_LAND: Final = 0  # the number of the only zone of the index
_KM: Final = 1e-3


@njit(cache=True, nogil=True, error_model="numpy")
def is_land(lat_i: int, lon_i: int, land: ZoneArrays) -> bool:
    """Return whether a place in AIS units is on land; never south of 44N."""
    x_m, y_m = polar_from_ais(lat_i, lon_i)
    inside: bool = is_in_zone(x_m, y_m, _LAND, land)
    return inside


@njit(cache=True, nogil=True, error_model="numpy")
def over_land_km(lat0_i: int, lon0_i: int, lat1_i: int, lon1_i: int, land: ZoneArrays) -> float:
    """Return how many kilometres of the great-circle arc between two places lie on land.

    The arc is cut into equal pieces of at most 1 km, each counted whole if its middle is on land.
    So land narrower than a kilometre may be missed, and the sum is right to about a kilometre for
    each shore crossed. Places are AIS units; 0 for an arc of no length.
    """
    a, b = unit_vector_ais(lat0_i, lon0_i), unit_vector_ais(lat1_i, lon1_i)
    metres = arc_m(a, b)
    n = normal(a, b)
    length = math.sqrt(dot(n, n))
    if length == 0.0:  # no arc, or between opposite places no particular one
        return 0.0
    # The direction of travel at a.
    tx = (n[1] * a[2] - n[2] * a[1]) / length
    ty = (n[2] * a[0] - n[0] * a[2]) / length
    tz = (n[0] * a[1] - n[1] * a[0]) / length
    pieces = math.ceil(metres / SAMPLE_M)
    step = metres / SPHERE_RADIUS_M / pieces
    hits = 0
    sine, cosine = math.sin(0.5 * step), math.cos(0.5 * step)
    turn_sine, turn_cosine = math.sin(step), math.cos(step)
    for _ in range(pieces):
        x_m, y_m = polar_from_vector(
            (cosine * a[0] + sine * tx, cosine * a[1] + sine * ty, cosine * a[2] + sine * tz)
        )
        if is_in_zone(x_m, y_m, _LAND, land):
            hits += 1
        sine, cosine = (
            sine * turn_cosine + cosine * turn_sine,
            cosine * turn_cosine - sine * turn_sine,
        )
    return _KM * metres * hits / pieces


@njit(cache=True, nogil=True, error_model="numpy")
def _are_land(lat_i: Ints, lon_i: Ints, land: ZoneArrays) -> NDArray[np.bool_]:
    out = np.zeros(lat_i.size, np.bool_)
    for k in range(lat_i.size):
        out[k] = is_land(lat_i[k], lon_i[k], land)
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _are_over_land_km(
    lat0_i: Ints, lon0_i: Ints, lat1_i: Ints, lon1_i: Ints, land: ZoneArrays
) -> Floats:
    out = np.zeros(lat0_i.size)
    for k in range(lat0_i.size):
        out[k] = over_land_km(lat0_i[k], lon0_i[k], lat1_i[k], lon1_i[k], land)
    return out


@dataclass(frozen=True, slots=True)
class LandMask:
    """Land north of 45N.

    Attributes:
        version: of the coast.
        polygon: shapely multipolygon, EPSG:3413, metres.
        arrays: for the kernels `is_land` and `over_land_km`.
    """

    version: str
    polygon: Any
    arrays: ZoneArrays

    def is_land(self, lat_i: Ints, lon_i: Ints) -> NDArray[np.bool_]:
        """Return whether each place in AIS units, shape (n,), is on land; False south of 44N."""
        on_land: NDArray[np.bool_] = _are_land(_column(lat_i), _column(lon_i), self.arrays)
        return on_land

    def over_land_km(self, lat0_i: Ints, lon0_i: Ints, lat1_i: Ints, lon1_i: Ints) -> Floats:
        """Return the kilometres of each great-circle arc that lie on land, shape (n,).

        Args:
            lat0_i: shape (n,), AIS units, where the arcs begin.
            lon0_i: shape (n,).
            lat1_i: shape (n,), where they end.
            lon1_i: shape (n,).

        Error: sampled each kilometre or less; see the kernel of the same name.
        """
        kilometres: Floats = _are_over_land_km(
            _column(lat0_i), _column(lon0_i), _column(lat1_i), _column(lon1_i), self.arrays
        )
        return kilometres


def _column(values: Ints) -> Ints:
    return np.ascontiguousarray(values, dtype=np.int32)


@cache
def shipped_land() -> LandMask:
    """Return the land that comes with the product; made once, then kept.

    Cost: about 0.2 s and 24 MB.
    """
    with np.load(io.BytesIO(data.read_bytes("land/land-3413.npz"))) as file:
        points = np.cumsum(np.column_stack([file["dx_m"], file["dy_m"]]), axis=0)
        ring_start, part_start = file["ring_start"], file["part_start"]
    ring_of = np.repeat(np.arange(ring_start.size - 1), np.diff(ring_start))
    rings = shapely.linearrings(points.astype(np.float64), indices=ring_of)
    parts = [
        shapely.Polygon(rings[first], rings[first + 1 : last])
        for first, last in pairwise(part_start)
    ]
    zone = Zone("land", "Land", VERSION, "", "", "demonstration", shapely.MultiPolygon(parts))
    return LandMask(VERSION, zone.polygon, ZoneIndex.build([zone]).arrays)
