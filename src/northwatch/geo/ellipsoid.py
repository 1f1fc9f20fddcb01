"""Places, in; lengths of the shortest line between them on WGS 84, kilometres, out.

For lengths shown in figures; thresholds and crossings use the sphere. Arcs up to 1,000 km, all that
vessels sail between reports, are taken from the straight chord through the earth and the curvature
at its middle: no angle is divided, so the pole and the 180th meridian are ordinary places.
Longer arcs go through Vincenty's inverse.

Source: the chord is our own (the middle of a chord of an ellipsoid lies under the point whose
tangent plane the chord parallels); T. Vincenty, Survey Review 23 (1975) 88-93.
Error: against PROJ's geodesics at most 0.001 m up to 500 km, 0.03 m up to 1,000 km, and 0.001 m
beyond (tests/unit/geo/test_ellipsoid.py).
Cost: about eight times as fast as `pyproj.Geod.inv` (`consecutive_km`).
"""

import math
from typing import Final

import numpy as np
from numba import njit

from northwatch.geo.sphere import Floats, Ints, Vector, arc_m_ais, sincos_ais
from northwatch.units import WGS84_A_M, WGS84_INVERSE_FLATTENING

_A: Final = WGS84_A_M
_F: Final = 1.0 / WGS84_INVERSE_FLATTENING
_B: Final = _A * (1.0 - _F)
_E2: Final = _F * (2.0 - _F)
_CHORD_MAX_M: Final = 1_000_000.0
_KM: Final = 1e-3


@njit(cache=True, nogil=True, error_model="numpy")
def earth_point_ais(lat_i: int, lon_i: int) -> Vector:
    """Return x, y, z from the earth's centre, metres, of a place in AIS units on WGS 84."""
    sin_lat, cos_lat = sincos_ais(lat_i)
    sin_lon, cos_lon = sincos_ais(lon_i)
    radius = _A / math.sqrt(1.0 - _E2 * sin_lat * sin_lat)
    return (
        radius * cos_lat * cos_lon,
        radius * cos_lat * sin_lon,
        radius * (1.0 - _E2) * sin_lat,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def chord_geodesic_m(p: Vector, q: Vector) -> float:
    """Return the geodesic between two points of `earth_point_ais`, metres; for up to 1,000 km."""
    dx, dy, dz = q[0] - p[0], q[1] - p[1], q[2] - p[2]
    chord2 = dx * dx + dy * dy + dz * dz
    if chord2 == 0.0:
        return 0.0
    mx, my, mz = 0.5 * (p[0] + q[0]), 0.5 * (p[1] + q[1]), 0.5 * (p[2] + q[2])
    ka, kb = 1.0 / (_A * _A), 1.0 / (_B * _B)
    # The middle, lifted to the surface by 1 / depth; there the gradient's length over the second
    # derivative along the chord is the radius of curvature of the normal section.
    depth = math.sqrt(ka * (mx * mx + my * my) + kb * mz * mz)
    gradient = math.sqrt(ka * ka * (mx * mx + my * my) + kb * kb * mz * mz) / depth
    bend = (ka * (dx * dx + dy * dy) + kb * dz * dz) / chord2
    radius = gradient / bend
    return 2.0 * radius * math.asin(0.5 * math.sqrt(chord2) / radius)


@njit(cache=True, nogil=True, error_model="numpy")
def _vincenty_m(lat0_i: int, lon0_i: int, lat1_i: int, lon1_i: int) -> float:
    """Return the geodesic by Vincenty's inverse, metres; NaN close to opposite points."""
    sin0, cos0 = sincos_ais(lat0_i)
    sin1, cos1 = sincos_ais(lat1_i)
    # Reduced latitudes: tan u = (1 - f) tan lat, without the tangent so that the pole is fine.
    r0 = math.hypot(cos0, (1.0 - _F) * sin0)
    r1 = math.hypot(cos1, (1.0 - _F) * sin1)
    su0, cu0, su1, cu1 = (1.0 - _F) * sin0 / r0, cos0 / r0, (1.0 - _F) * sin1 / r1, cos1 / r1
    sin_span, cos_span = sincos_ais(lon1_i - lon0_i)
    span = math.atan2(sin_span, cos_span)
    lam = span
    for _ in range(100):
        sin_lam, cos_lam = math.sin(lam), math.cos(lam)
        sin_sigma = math.hypot(cu1 * sin_lam, cu0 * su1 - su0 * cu1 * cos_lam)
        cos_sigma = su0 * su1 + cu0 * cu1 * cos_lam
        sigma = math.atan2(sin_sigma, cos_sigma)
        sin_alpha = cu0 * cu1 * sin_lam / sin_sigma
        cos2_alpha = 1.0 - sin_alpha * sin_alpha
        # Along the equator the middle of the arc has no latitude to be measured by.
        middle = cos_sigma - 2.0 * su0 * su1 / cos2_alpha if cos2_alpha > 1e-12 else 0.0  # noqa: PLR2004
        c = _F / 16.0 * cos2_alpha * (4.0 + _F * (4.0 - 3.0 * cos2_alpha))
        turn = middle + c * cos_sigma * (2.0 * middle * middle - 1.0)
        before = lam
        lam = span + (1.0 - c) * _F * sin_alpha * (sigma + c * sin_sigma * turn)
        if abs(lam - before) < 1e-12:  # noqa: PLR2004 - a hundredth of a millimetre
            u2 = cos2_alpha * (_A * _A - _B * _B) / (_B * _B)
            k1 = 1.0 + u2 / 16384.0 * (4096.0 + u2 * (-768.0 + u2 * (320.0 - 175.0 * u2)))
            k2 = u2 / 1024.0 * (256.0 + u2 * (-128.0 + u2 * (74.0 - 47.0 * u2)))
            m2 = middle * middle
            inner = cos_sigma * (2.0 * m2 - 1.0) - k2 / 6.0 * middle * (
                4.0 * sin_sigma * sin_sigma - 3.0
            ) * (4.0 * m2 - 3.0)
            return _B * k1 * (sigma - k2 * sin_sigma * (middle + k2 / 4.0 * inner))
    return math.nan


@njit(cache=True, nogil=True, error_model="numpy")
def geodesic_km_ais(lat0_i: int, lon0_i: int, lat1_i: int, lon1_i: int) -> float:
    """Return the shortest line between two places in AIS units on WGS 84, kilometres.

    Within some 100 km of the opposite point, where Vincenty's series does not settle, the
    distance on the sphere (0.56 % off at most).
    """
    p, q = earth_point_ais(lat0_i, lon0_i), earth_point_ais(lat1_i, lon1_i)
    if (q[0] - p[0]) ** 2 + (q[1] - p[1]) ** 2 + (q[2] - p[2]) ** 2 <= _CHORD_MAX_M**2:
        return _KM * chord_geodesic_m(p, q)
    metres = _vincenty_m(lat0_i, lon0_i, lat1_i, lon1_i)
    return _KM * (arc_m_ais(lat0_i, lon0_i, lat1_i, lon1_i) if math.isnan(metres) else metres)


@njit(cache=True, nogil=True, error_model="numpy")
def geodesic_km(lat0_i: Ints, lon0_i: Ints, lat1_i: Ints, lon1_i: Ints) -> Floats:
    """Return the geodesics between places row by row, AIS units, shape (n,), kilometres."""
    out = np.empty(lat0_i.size)
    for k in range(lat0_i.size):
        out[k] = geodesic_km_ais(lat0_i[k], lon0_i[k], lat1_i[k], lon1_i[k])
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def consecutive_km(lat_i: Ints, lon_i: Ints) -> Floats:
    """Return the geodesic from each row's predecessor, AIS units, shape (n,), kilometres.

    0 at row 0; the caller mends the rows at which a track begins. Twice as fast as `geodesic_km`
    on shifted columns, and equal to it: each place's sines are taken once.
    """
    out = np.empty(lat_i.size)
    p = (0.0, 0.0, 0.0)
    for k in range(lat_i.size):
        q = earth_point_ais(lat_i[k], lon_i[k])
        if k == 0:
            out[k] = 0.0
        elif (q[0] - p[0]) ** 2 + (q[1] - p[1]) ** 2 + (q[2] - p[2]) ** 2 <= _CHORD_MAX_M**2:
            out[k] = _KM * chord_geodesic_m(p, q)
        else:
            out[k] = geodesic_km_ais(lat_i[k - 1], lon_i[k - 1], lat_i[k], lon_i[k])
        p = q
    return out
