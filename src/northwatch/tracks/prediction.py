"""Two positions, in; how well the one predicts the other, out (events reference, 2, step 2).

Kernels over columns in their total order. Lengths are angles of the sphere in nautical miles,
places are unit vectors, courses are tangents: nothing here knows a longitude but at the pole.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.geo import Vector
from northwatch.geo.sphere import sincos_ais
from northwatch.tracks.rules import RuleNumbers
from northwatch.tracks.tracked import NO_SPEED
from northwatch.units import AIS_TENTHS, METRES_PER_NAUTICAL_MILE, MS_PER_H, SPHERE_RADIUS_M

R_NM: Final = SPHERE_RADIUS_M / METRES_PER_NAUTICAL_MILE
LONG_RANGE_RES_I: Final = 1000  # `pos_res_i` of AIS type 27
_SMALL: Final = 0.04  # half chord up to which the series of the arcsine is exact; 275 nm
_NONE: Final = -1

_TENTHS = np.radians(np.arange(3600) / 10.0)
COURSE_SIN = np.sin(_TENTHS)
COURSE_COS = np.cos(_TENTHS)


class Columns(NamedTuple):
    """Columns of positions as the kernels read them, each of shape (n,).

    Attributes:
        t_ms: time.
        x, y, z: unit vector of the place.
        lon_i: longitude, needed at the very pole only.
        sog_i: speed, 65535 where not known.
        cog_i: course, 65535 where not known.
        ais_class: 0 where not known.
        pos_res_i: resolution of the place.
    """

    t_ms: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    z: NDArray[np.float64]
    lon_i: NDArray[np.int32]
    sog_i: NDArray[np.uint16]
    cog_i: NDArray[np.uint16]
    ais_class: NDArray[np.uint8]
    pos_res_i: NDArray[np.uint16]


@njit(cache=True, nogil=True, error_model="numpy")
def arcsine(x: float) -> float:
    """Return asin(x) for 0 <= x, to the last bit or two; above 1 as for 1."""
    if x > _SMALL:
        return math.asin(min(x, 1.0))
    s = x * x
    series = 1.0 + s * (1 / 6 + s * (3 / 40 + s * (5 / 112 + s * (35 / 1152 + s * (63 / 2816)))))
    return x * series


@njit(cache=True, nogil=True, error_model="numpy")
def chord2(c: Columns, a: int, b: int) -> float:
    """Return the squared chord between two positions on the unit sphere."""
    dx, dy, dz = c.x[a] - c.x[b], c.y[a] - c.y[b], c.z[a] - c.z[b]
    return float(dx * dx + dy * dy + dz * dz)


@njit(cache=True, nogil=True, error_model="numpy")
def arc_nm(chord_squared: float) -> float:
    """Return the length of the arc over a chord of the unit sphere, nautical miles."""
    return R_NM * 2.0 * arcsine(0.5 * math.sqrt(chord_squared))


@njit(cache=True, nogil=True, error_model="numpy")
def is_complete(c: Columns, row: int, rule: RuleNumbers) -> bool:
    """Whether a report says how its ship moves: speed, and course unless very slow."""
    if c.sog_i[row] == NO_SPEED:
        return False
    is_slow = c.sog_i[row] / AIS_TENTHS <= rule.very_slow_kn
    return bool(is_slow or c.cog_i[row] < COURSE_SIN.size)


@njit(cache=True, nogil=True, error_model="numpy")
def own_velocity(c: Columns, row: int, rule: RuleNumbers) -> tuple[float, Vector]:
    """Return speed, knots, and direction, a tangent, of a complete report."""
    speed = c.sog_i[row] / AIS_TENTHS
    if speed <= rule.very_slow_kn:
        return 0.0, (0.0, 0.0, 0.0)
    sine, cosine = COURSE_SIN[c.cog_i[row]], COURSE_COS[c.cog_i[row]]
    x, y, z = c.x[row], c.y[row], c.z[row]
    horizontal = math.sqrt(x * x + y * y)
    if horizontal > 0.0:
        cos_lon, sin_lon = x / horizontal, y / horizontal
    else:
        sin_lon, cos_lon = sincos_ais(c.lon_i[row])
    return speed, (
        -cosine * z * cos_lon - sine * sin_lon,
        -cosine * z * sin_lon + sine * cos_lon,
        cosine * horizontal,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def derived_velocity(
    c: Columns, previous: NDArray[np.int32], row: int, rule: RuleNumbers
) -> tuple[float, Vector]:
    """Return the velocity of a position from its own track; `previous` is the row before each."""
    base = previous[row]
    while base != _NONE and c.t_ms[row] - c.t_ms[base] < rule.base_min_ms:
        base = previous[base]
    if base == _NONE or c.t_ms[row] - c.t_ms[base] > rule.base_max_ms:
        return 0.0, (0.0, 0.0, 0.0)
    elapsed_h = (c.t_ms[row] - c.t_ms[base]) / MS_PER_H
    speed = arc_nm(chord2(c, base, row)) / elapsed_h
    if speed <= rule.very_slow_kn:
        return 0.0, (0.0, 0.0, 0.0)
    # The tangent at the position, away from the base: (p.b) p - b, without its loss of digits.
    x, y, z = c.x[row], c.y[row], c.z[row]
    dx, dy, dz = x - c.x[base], y - c.y[base], z - c.z[base]
    radial = dx * x + dy * y + dz * z
    dx, dy, dz = dx - radial * x, dy - radial * y, dz - radial * z
    size = math.sqrt(dx * dx + dy * dy + dz * dz)
    return speed, (dx / size, dy / size, dz / size)


@njit(cache=True, nogil=True, error_model="numpy")
def _one_way_nm(u: Vector, along: Vector, reach_nm: float, v: Vector) -> tuple[float, float]:
    """Return how far `v` is from `u` moved along, and from the course line (infinite if behind)."""
    reach = reach_nm / R_NM
    sine, cosine = math.sin(reach), math.cos(reach)
    dx = u[0] * cosine + along[0] * sine - v[0]
    dy = u[1] * cosine + along[1] * sine - v[1]
    dz = u[2] * cosine + along[2] * sine - v[2]
    ahead = arc_nm(dx * dx + dy * dy + dz * dz)
    forward = v[0] * along[0] + v[1] * along[1] + v[2] * along[2]
    towards = v[0] * u[0] + v[1] * u[1] + v[2] * u[2]
    # 0 < along-track <= reach, without its arctangent.
    if forward <= 0.0 or forward * cosine - towards * sine > 0.0:
        return ahead, math.inf
    nx = u[1] * along[2] - u[2] * along[1]
    ny = u[2] * along[0] - u[0] * along[2]
    nz = u[0] * along[1] - u[1] * along[0]
    # From the difference: for places close by, v alone would lose digits.
    height = nx * (v[0] - u[0]) + ny * (v[1] - u[1]) + nz * (v[2] - u[2])
    return ahead, R_NM * arcsine(abs(height))


@njit(cache=True, nogil=True, error_model="numpy")
def score(  # noqa: C901, PLR0912, PLR0915 - one flat kernel
    c: Columns, previous: NDArray[np.int32], p: int, q: int, rule: RuleNumbers
) -> float:
    """Return how well position p, on its track, predicts the later position q; 0 if not at all.

    Without the weight for a mismatch of class.
    """
    h = (c.t_ms[q] - c.t_ms[p]) / MS_PER_H
    if rule.penalty_power == 0.5:  # noqa: PLR2004 - the square root is faster than a power
        h_eff = h / (1.0 + math.sqrt(h / rule.penalty_h))
    else:
        h_eff = h / (1.0 + (h / rule.penalty_h) ** rule.penalty_power)
    padded = math.sqrt(h * h + rule.buffer_h * rule.buffer_h)
    allowed = rule.max_speed_kn * padded
    if c.pos_res_i[p] == LONG_RANGE_RES_I or c.pos_res_i[q] == LONG_RANGE_RES_I:
        allowed += rule.long_range_tolerance_nm
    apart = arc_nm(chord2(c, p, q))
    p_complete, q_complete = is_complete(c, p, rule), is_complete(c, q, rule)
    if p_complete:
        speed, along = own_velocity(c, p, rule)
    else:
        speed, along = derived_velocity(c, previous, p, rule)
    # By the triangle inequality no reading of the move can be closer than this.
    fastest = max(speed, c.sog_i[q] / AIS_TENTHS) if q_complete else speed
    if apart - fastest * h_eff > allowed * (1.0 + 1e-9):
        return 0.0
    u, v = (c.x[p], c.y[p], c.z[p]), (c.x[q], c.y[q], c.z[q])
    if speed > 0.0:
        ahead, aside = _one_way_nm(u, along, speed * h_eff, v)
    else:
        ahead, aside = apart, math.inf
    if p_complete and q_complete:
        back, line = own_velocity(c, q, rule)
        if back > 0.0:
            behind, off = _one_way_nm(v, (-line[0], -line[1], -line[2]), back * h_eff, u)
        else:
            behind, off = apart, math.inf
        ahead, aside = 0.5 * (ahead + behind), 0.5 * (aside + off)
    discrepancy = min(ahead, rule.shape_factor * min(apart, aside))
    if discrepancy > allowed:
        return 0.0
    strain = rule.discouraged * discrepancy / allowed
    return math.exp(-strain * strain) / padded
