"""Latitude and longitude, in; metres in the polar plane, out; and back. The pole is (0, 0).

Polar stereographic on WGS 84: EPSG:3413 (true at 70N, 45W down), in which zones and land are
tested, and EPSG:3995 (true at 71N, 0E down), in which the map is drawn. Both are the same plane,
turned by 45 degrees and scaled by 1.0030.

Source: IOGP Guidance Note 7-2, "Polar Stereographic (variant B)", EPSG method 9829.
Error: within 1e-6 m of PROJ anywhere north of the equator (tests/unit/geo/test_polar.py).
"""

import math
from typing import Final

import numpy as np
from numba import njit

from northwatch.geo.sphere import (
    QUARTER_TURN_I,
    Floats,
    Ints,
    Vector,
    sincos_ais,
    sincos_deg,
)
from northwatch.units import AIS_UNITS_PER_DEGREE, WGS84_A_M, WGS84_INVERSE_FLATTENING

_F: Final = 1.0 / WGS84_INVERSE_FLATTENING
_E2: Final = _F * (2.0 - _F)
_E: Final = math.sqrt(_E2)


def _radius_scale(true_lat_deg: float) -> float:
    """Return metres of radius per unit of t for a plane that is true to scale at a latitude."""
    phi = math.radians(true_lat_deg)
    sine = math.sin(phi)
    t = math.tan(math.pi / 4 - phi / 2) * math.exp(_E * math.atanh(_E * sine))
    return WGS84_A_M * math.cos(phi) / math.sqrt(1.0 - _E2 * sine * sine) / t


RADIUS_3413_M: Final = _radius_scale(70.0)
RADIUS_3995_M: Final = _radius_scale(71.0)
MERIDIAN_3413_DEG: Final = -45.0
MERIDIAN_3413_I: Final = -45 * AIS_UNITS_PER_DEGREE


@njit(cache=True, nogil=True, error_model="numpy")
def _squeeze(sine: float) -> float:
    """Return ((1 + e sin) / (1 - e sin)) ** (e / 2), by which the ellipsoid differs from a sphere.

    A power series of e * atanh(e * sine), at most 0.0067, then of exp: both to the last digit.
    """
    q = _E2 * sine * sine
    w = _E2 * sine * (1.0 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q / 11)))))
    return 1.0 + w * (1.0 + w / 2 * (1.0 + w / 3 * (1.0 + w / 4 * (1.0 + w / 5 * (1.0 + w / 6)))))


@njit(cache=True, nogil=True, error_model="numpy")
def polar_from_ais(lat_i: int, lon_i: int) -> tuple[float, float]:
    """Return x, y of a place in AIS units, EPSG:3413, metres.

    Longitudes a full turn apart give the very same floats; the pole is (0, 0) whatever the
    longitude. The south pole is infinitely far off: an infinity or NaN.
    """
    # From the pole down, as a whole number: no digit is lost close to the pole.
    sin_colat, cos_colat = sincos_ais(QUARTER_TURN_I - lat_i)
    sin_lon, cos_lon = sincos_ais(lon_i - MERIDIAN_3413_I)
    radius = RADIUS_3413_M * (sin_colat / (1.0 + cos_colat)) * _squeeze(cos_colat)
    return radius * sin_lon, -radius * cos_lon


@njit(cache=True, nogil=True, error_model="numpy")
def polar_from_vector(v: Vector) -> tuple[float, float]:
    """Return x, y, EPSG:3413, metres, of a unit vector of `sphere`; no sine is taken.

    Equal to `polar_from_ais` within 1e-8 m.
    """
    stretch = RADIUS_3413_M * _squeeze(v[2]) / (1.0 + v[2]) * math.sqrt(0.5)
    return stretch * (v[0] + v[1]), stretch * (v[1] - v[0])


@njit(cache=True, nogil=True, error_model="numpy")
def polar_from_deg(
    lat_deg: float, lon_deg: float, radius_m: float, meridian_deg: float
) -> tuple[float, float]:
    """Return x, y of a place in degrees, in the plane of that radius and downward meridian."""
    sin_colat, cos_colat = sincos_deg(90.0 - lat_deg)
    sin_lon, cos_lon = sincos_deg(lon_deg - meridian_deg)
    radius = radius_m * (sin_colat / (1.0 + cos_colat)) * _squeeze(cos_colat)
    return radius * sin_lon, -radius * cos_lon


@njit(cache=True, nogil=True, error_model="numpy")
def deg_from_polar(
    x_m: float, y_m: float, radius_m: float, meridian_deg: float
) -> tuple[float, float]:
    """Return latitude and longitude, degrees, of a point in the plane; longitude in (-180, 180].

    At the pole the longitude is the plane's meridian, as in PROJ.
    """
    t = math.hypot(x_m, y_m) / radius_m
    half = t
    # colatitude = 2 atan(t / squeeze(cos colatitude)); each turn gains two digits and more.
    for _ in range(8):
        cosine = (1.0 - half * half) / (1.0 + half * half)
        half = t / _squeeze(cosine)
    lon_deg = meridian_deg
    if t > 0.0:
        lon_deg += math.degrees(math.atan2(x_m, -y_m))
    if lon_deg > 180.0:  # noqa: PLR2004 - half a turn
        lon_deg -= 360.0
    elif lon_deg <= -180.0:  # noqa: PLR2004 - half a turn
        lon_deg += 360.0
    return 90.0 - 2.0 * math.degrees(math.atan(half)), lon_deg


@njit(cache=True, nogil=True, error_model="numpy")
def polar_from_ais_arrays(lat_i: Ints, lon_i: Ints) -> tuple[Floats, Floats]:
    """Return x, y, EPSG:3413, metres, of places in AIS units, shape (n,)."""
    x_m, y_m = np.empty(lat_i.size), np.empty(lat_i.size)
    for k in range(lat_i.size):
        x_m[k], y_m[k] = polar_from_ais(lat_i[k], lon_i[k])
    return x_m, y_m


@njit(cache=True, nogil=True, error_model="numpy")
def _forward(
    lat_deg: Floats, lon_deg: Floats, radius_m: float, meridian_deg: float
) -> tuple[Floats, Floats]:
    x_m, y_m = np.empty(lat_deg.size), np.empty(lat_deg.size)
    for k in range(lat_deg.size):
        x_m[k], y_m[k] = polar_from_deg(lat_deg[k], lon_deg[k], radius_m, meridian_deg)
    return x_m, y_m


@njit(cache=True, nogil=True, error_model="numpy")
def _inverse(
    x_m: Floats, y_m: Floats, radius_m: float, meridian_deg: float
) -> tuple[Floats, Floats]:
    lat_deg, lon_deg = np.empty(x_m.size), np.empty(x_m.size)
    for k in range(x_m.size):
        lat_deg[k], lon_deg[k] = deg_from_polar(x_m[k], y_m[k], radius_m, meridian_deg)
    return lat_deg, lon_deg


def _column(values: Floats) -> Floats:
    return np.ascontiguousarray(np.atleast_1d(values), dtype=np.float64)


def to_polar(lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats]:
    """Return x, y, EPSG:3413, metres, of places in degrees, shape (n,); NaN where any is NaN."""
    return _forward(_column(lat_deg), _column(lon_deg), RADIUS_3413_M, MERIDIAN_3413_DEG)


def from_polar(x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
    """Return latitude and longitude, degrees, of points in EPSG:3413, shape (n,)."""
    return _inverse(_column(x_m), _column(y_m), RADIUS_3413_M, MERIDIAN_3413_DEG)


def to_map(lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats]:
    """Return x, y, EPSG:3995 (the map's plane), metres, of places in degrees, shape (n,)."""
    return _forward(_column(lat_deg), _column(lon_deg), RADIUS_3995_M, 0.0)


def from_map(x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
    """Return latitude and longitude, degrees, of points in EPSG:3995, shape (n,)."""
    return _inverse(_column(x_m), _column(y_m), RADIUS_3995_M, 0.0)
