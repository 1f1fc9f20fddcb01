"""Two positions, in; how well the one predicts the other, out (events reference, 2, step 2).

Kernels over columns in their total order. Lengths are angles of the sphere in nautical miles,
places are unit vectors, courses are tangents: nothing here knows a longitude but at the pole.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.geo import Vector, unit_vector_ais
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
    """Columns of positions as the kernels read them, each of n rows.

    Attributes:
        t_ms: time.
        places: unit vectors, shape (n, 3).
        lon_i: longitude, needed at the very pole only.
        sog_i: speed, 65535 where not known.
        cog_i: course, 65535 where not known.
        ais_class: 0 where not known.
        pos_res_i: resolution of the place.
    """

    t_ms: NDArray[np.int64]
    places: NDArray[np.float64]
    lon_i: NDArray[np.int32]
    sog_i: NDArray[np.uint16]
    cog_i: NDArray[np.uint16]
    ais_class: NDArray[np.uint8]
    pos_res_i: NDArray[np.uint16]


class Move(NamedTuple):
    """How a position moves.

    Attributes:
        speed_kn: speed; 0 if the ship lies still.
        along: tangent of its course on the unit sphere; nothing if it lies still.
    """

    speed_kn: float
    along: Vector


@njit(cache=True, nogil=True, error_model="numpy")
def arcsine(x: float) -> float:
    """Return asin(x) for 0 <= x, to the last bit or two; above 1 as for 1."""
    if x > _SMALL:
        return math.asin(min(x, 1.0))
    s = x * x
    series = 1.0 + s * (1 / 6 + s * (3 / 40 + s * (5 / 112 + s * (35 / 1152 + s * (63 / 2816)))))
    return x * series


@njit(cache=True, nogil=True, error_model="numpy")
def chord2(u: Vector, v: Vector) -> float:
    """Return the squared chord between two places."""
    dx, dy, dz = u[0] - v[0], u[1] - v[1], u[2] - v[2]
    return dx * dx + dy * dy + dz * dz


@njit(cache=True, nogil=True, error_model="numpy")
def arc_nm(chord_squared: float) -> float:
    """Return the length of the arc over a chord of the unit sphere, nautical miles."""
    return R_NM * 2.0 * arcsine(0.5 * math.sqrt(chord_squared))


@njit(cache=True, nogil=True, error_model="numpy")
def is_complete(sog_i: int, cog_i: int, very_slow_kn: float) -> bool:
    """Whether a report says how its ship moves: speed, and course unless very slow."""
    is_slow = sog_i / AIS_TENTHS <= very_slow_kn
    return sog_i != NO_SPEED and (is_slow or cog_i < COURSE_SIN.size)


@njit(cache=True, nogil=True, error_model="numpy")
def own_move(place: Vector, lon_i: int, sog_i: int, cog_i: int, very_slow_kn: float) -> Move:
    """Return the move that a complete report tells."""
    speed = sog_i / AIS_TENTHS
    if speed <= very_slow_kn:
        return Move(0.0, (0.0, 0.0, 0.0))
    sine, cosine = COURSE_SIN[cog_i], COURSE_COS[cog_i]
    x, y, z = place
    horizontal = math.sqrt(x * x + y * y)
    if horizontal > 0.0:
        cos_lon, sin_lon = x / horizontal, y / horizontal
    else:
        cos_lon, sin_lon, _ = unit_vector_ais(0, lon_i)  # a course at the pole needs a meridian
    tx = -cosine * z * cos_lon - sine * sin_lon
    ty = -cosine * z * sin_lon + sine * cos_lon
    return Move(speed, (tx, ty, cosine * horizontal))


@njit(cache=True, nogil=True, error_model="numpy")
def move_between(base: Vector, place: Vector, elapsed_h: float, very_slow_kn: float) -> Move:
    """Return the move of a ship at `place` that was at `base` so long before."""
    speed = arc_nm(chord2(base, place)) / elapsed_h
    if speed <= very_slow_kn:
        return Move(0.0, (0.0, 0.0, 0.0))
    # The tangent at the place, away from the base: (p.b) p - b, without its loss of digits.
    x, y, z = place
    dx, dy, dz = x - base[0], y - base[1], z - base[2]
    radial = dx * x + dy * y + dz * z
    dx, dy, dz = dx - radial * x, dy - radial * y, dz - radial * z
    size = math.sqrt(dx * dx + dy * dy + dz * dz)
    return Move(speed, (dx / size, dy / size, dz / size))


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
def padded_h(silence_h: float, rule: RuleNumbers) -> float:
    """Return the silence with the buffer, hours: hypot(h, buffer)."""
    return math.sqrt(silence_h * silence_h + rule.buffer_h * rule.buffer_h)


@njit(cache=True, nogil=True, error_model="numpy")
def score(  # noqa: PLR0913, PLR0917 - numbers only: arrays are counted on each call
    silence_h: float,
    u: Vector,
    v: Vector,
    move: Move,
    back: Move,
    is_back_known: bool,  # noqa: FBT001 - a number of the kernel
    is_long_range: bool,  # noqa: FBT001 - a number of the kernel
    rule: RuleNumbers,
) -> float:
    """Return how well a position predicts a later one; 0 if not at all.

    Without the weight for a mismatch of class.

    Args:
        silence_h: time between them.
        u: place of the earlier position.
        v: place of the later one.
        move: of the earlier one.
        back: of the later one.
        is_back_known: whether `back` counts: both reports are complete.
        is_long_range: whether either is a long-range report.
        rule: the rule.
    """
    if rule.penalty_power == 0.5:  # noqa: PLR2004 - the square root is faster than a power
        h_eff = silence_h / (1.0 + math.sqrt(silence_h / rule.penalty_h))
    else:
        h_eff = silence_h / (1.0 + (silence_h / rule.penalty_h) ** rule.penalty_power)
    padded = padded_h(silence_h, rule)
    allowed = rule.max_speed_kn * padded
    if is_long_range:
        allowed += rule.long_range_tolerance_nm
    apart = arc_nm(chord2(u, v))
    # By the triangle inequality no reading of the move can be closer than this.
    fastest = max(move.speed_kn, back.speed_kn) if is_back_known else move.speed_kn
    if apart - fastest * h_eff > allowed * (1.0 + 1e-9):
        return 0.0
    ahead, aside = apart, math.inf
    if move.speed_kn > 0.0:
        ahead, aside = _one_way_nm(u, move.along, move.speed_kn * h_eff, v)
    if is_back_known:
        behind, off = apart, math.inf
        if back.speed_kn > 0.0:
            x, y, z = back.along
            behind, off = _one_way_nm(v, (-x, -y, -z), back.speed_kn * h_eff, u)
        ahead, aside = 0.5 * (ahead + behind), 0.5 * (aside + off)
    discrepancy = min(ahead, rule.shape_factor * min(apart, aside))
    if discrepancy > allowed:
        return 0.0
    strain = rule.discouraged * discrepancy / allowed
    return math.exp(-strain * strain) / padded


@njit(cache=True, nogil=True, error_model="numpy")
def score_of_rows(
    c: Columns, previous: NDArray[np.int32], p: int, q: int, rule: RuleNumbers
) -> float:
    """Return how well row p, on its track, predicts the later row q; 0 if not at all.

    `previous` is the row before each on its track, from which a position moves whose report is
    not complete.
    """
    u = (c.places[p, 0], c.places[p, 1], c.places[p, 2])
    v = (c.places[q, 0], c.places[q, 1], c.places[q, 2])
    slow = rule.very_slow_kn
    is_back_known = False
    move = back = Move(0.0, (0.0, 0.0, 0.0))
    if is_complete(c.sog_i[p], c.cog_i[p], slow):
        move = own_move(u, c.lon_i[p], c.sog_i[p], c.cog_i[p], slow)
        is_back_known = is_complete(c.sog_i[q], c.cog_i[q], slow)
        if is_back_known:
            back = own_move(v, c.lon_i[q], c.sog_i[q], c.cog_i[q], slow)
    else:
        base = previous[p]
        while base != _NONE and c.t_ms[p] - c.t_ms[base] < rule.base_min_ms:
            base = previous[base]
        if base != _NONE and c.t_ms[p] - c.t_ms[base] <= rule.base_max_ms:
            origin = (c.places[base, 0], c.places[base, 1], c.places[base, 2])
            move = move_between(origin, u, (c.t_ms[p] - c.t_ms[base]) / MS_PER_H, slow)
    is_long_range = c.pos_res_i[p] == LONG_RANGE_RES_I or c.pos_res_i[q] == LONG_RANGE_RES_I
    silence_h = (c.t_ms[q] - c.t_ms[p]) / MS_PER_H
    return score(silence_h, u, v, move, back, is_back_known, is_long_range, rule)
