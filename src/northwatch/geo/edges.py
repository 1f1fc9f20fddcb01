"""The two ends of a zone's edge and its kind, in; the points on it, close enough for a plane, out.

A polygon's vertices do not say what runs between them. A parallel is a curve on a polar map, a
great circle is a curve on a chart; so each edge is filled with points by its own kind *before* it
is projected. Steps are the shorter of 5 km and 0.1 degree: both are needed, for near the pole 5 km
of a parallel is a sharp bend, and far from it 0.1 degree is long.

Error: what the straight chord between two such points misses is at most 1.4 m at 56N, 1 m at the
Arctic Circle (a parallel), 0.1 m (a great circle).
"""

import math
from typing import Final, Literal, get_args

import numpy as np
from pyproj import Geod

from northwatch.errors import ParameterError
from northwatch.geo.polar import MERIDIAN_3413_DEG, RADIUS_3413_M, deg_from_polar, polar_from_deg
from northwatch.geo.sphere import Floats, arc_m, unit_vector

EdgeKind = Literal[
    "parallel",  # constant latitude, the shorter way round
    "meridian",  # constant longitude
    "rhumb",  # constant course: straight on a Mercator chart
    "great_circle",  # the shortest line, on WGS 84
    "lonlat",  # straight in longitude and latitude, as GeoJSON says (RFC 7946, 3.1.1)
    "planar",  # straight on the polar map, EPSG:3413
    "coast",  # a piece of shore or a path over land: straight on the polar map
]
EDGE_KINDS: Final[tuple[str, ...]] = get_args(EdgeKind)
STRAIGHT: Final = ("planar", "coast")
STEP_M: Final = 5_000.0
STEP_DEG: Final = 0.1
_HALF_TURN: Final = 180.0
_TURN: Final = 360.0
_METRES_PER_DEGREE: Final = 111_200.0  # of latitude, rounded up a little: steps only get shorter
_WGS84: Final = Geod(ellps="WGS84")


def short_way(from_lon_deg: float, to_lon_deg: float) -> float:
    """Return the second longitude, turned so that it is at most half a turn from the first.

    The result may lie outside -180..180. Half a turn exactly is taken eastwards.
    """
    east = (to_lon_deg - from_lon_deg) % _TURN
    return from_lon_deg + (east - _TURN if east > _HALF_TURN else east)


def densify(
    kind: str, lat0_deg: float, lon0_deg: float, lat1_deg: float, lon1_deg: float
) -> tuple[Floats, Floats]:
    """Return the points on an edge, both ends included.

    Every kind but `lonlat` takes the shorter way round; `lonlat` goes from the first longitude to
    the second as they are written. The points do not depend on which end comes first, so two
    zones that share an edge share its points.

    Args:
        kind: one of `EDGE_KINDS`.
        lat0_deg: first end, WGS 84.
        lon0_deg: first end.
        lat1_deg: second end.
        lon1_deg: second end.

    Returns:
        Latitudes and longitudes, degrees, shape (n,), n >= 2, from the first end to the second;
        longitudes may lie outside -180..180.

    Raises:
        ParameterError: the kind is not known.
    """
    if kind not in EDGE_KINDS:
        raise ParameterError(name="edge", value=kind, allowed=", ".join(EDGE_KINDS))
    if (lat1_deg, lon1_deg) < (lat0_deg, lon0_deg):
        lat_deg, lon_deg = densify(kind, lat1_deg, lon1_deg, lat0_deg, lon0_deg)
        return lat_deg[::-1], lon_deg[::-1]
    if kind != "lonlat":
        lon1_deg = short_way(lon0_deg, lon1_deg)
    if kind in STRAIGHT:
        return np.array([lat0_deg, lat1_deg]), np.array([lon0_deg, lon1_deg])
    if kind == "great_circle":
        return _geodesic(lat0_deg, lon0_deg, lat1_deg, lon1_deg)
    if kind == "rhumb":
        return _rhumb(lat0_deg, lon0_deg, lat1_deg, lon1_deg)
    lowest = min(abs(lat0_deg), abs(lat1_deg))
    share = _shares(lat1_deg - lat0_deg, lon1_deg - lon0_deg, lowest)
    return lat0_deg + share * (lat1_deg - lat0_deg), lon0_deg + share * (lon1_deg - lon0_deg)


def _shares(dlat_deg: float, dlon_deg: float, lowest_deg: float) -> Floats:
    """Return shares of an edge, 0 to 1, so that steps are short enough at its lowest latitude."""
    widest = math.cos(math.radians(lowest_deg))
    metres = _METRES_PER_DEGREE * math.hypot(dlat_deg, dlon_deg * widest)
    steps = max(abs(dlat_deg) / STEP_DEG, abs(dlon_deg) / STEP_DEG, metres / STEP_M)
    return np.linspace(0.0, 1.0, max(1, math.ceil(steps)) + 1)


def _geodesic(
    lat0_deg: float, lon0_deg: float, lat1_deg: float, lon1_deg: float
) -> tuple[Floats, Floats]:
    metres = arc_m(unit_vector(lat0_deg, lon0_deg), unit_vector(lat1_deg, lon1_deg))
    between = math.ceil(1.01 * metres / STEP_M) - 1  # the sphere is 0.6 % short at most
    lon_deg, lat_deg = [lon0_deg], [lat0_deg]
    if between > 0:
        line = _WGS84.inv_intermediate(
            lon0_deg,
            lat0_deg,
            lon1_deg,
            lat1_deg,
            between,
            initial_idx=1,
            terminus_idx=1,
            return_back_azimuth=False,
        )
        lon_deg += list(line.lons)
        lat_deg += list(line.lats)
    return np.array([*lat_deg, lat1_deg]), np.array([*lon_deg, lon1_deg])


def _rhumb(
    lat0_deg: float, lon0_deg: float, lat1_deg: float, lon1_deg: float
) -> tuple[Floats, Floats]:
    """Return points even in Mercator latitude and in longitude.

    The polar plane's radius is exp(-Mercator latitude), so a rhumb line is a logarithmic spiral
    in it: the logarithm of the radius is even.

    Raises:
        ParameterError: an end is a pole, which no rhumb line reaches.
    """
    low, high = _mercator(lat0_deg), _mercator(lat1_deg)
    lowest = min(abs(lat0_deg), abs(lat1_deg))
    # A step of Mercator latitude is longest on the ground where latitude is lowest.
    fastest_deg = math.degrees(high - low) * math.cos(math.radians(lowest))
    share = _shares(fastest_deg, lon1_deg - lon0_deg, lowest)
    radii = RADIUS_3413_M * np.exp(-(low + share[1:-1] * (high - low)))
    between = [deg_from_polar(0.0, -r, RADIUS_3413_M, MERIDIAN_3413_DEG)[0] for r in radii]
    return np.array([lat0_deg, *between, lat1_deg]), lon0_deg + share * (lon1_deg - lon0_deg)


def _mercator(lat_deg: float) -> float:
    if abs(lat_deg) >= 90.0:  # noqa: PLR2004 - the pole
        raise ParameterError(
            name="edge", value="rhumb", allowed="a rhumb line does not reach the pole"
        )
    x_m, y_m = polar_from_deg(lat_deg, 0.0, RADIUS_3413_M, MERIDIAN_3413_DEG)
    return -math.log(math.hypot(x_m, y_m) / RADIUS_3413_M)
