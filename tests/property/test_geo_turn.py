"""Turning a scene changes nothing: a full turn not a bit, any turn about the axis nothing seen."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.geo import (
    ZoneIndex,
    arc_m,
    course_deg,
    crossing,
    distance_to_arc_m,
    geodesic_km_ais,
    polar_from_ais,
    shipped_land,
    shipped_zones,
    unit_vector,
    unit_vector_ais,
)
from northwatch.geo.sphere import Vector

TURN_I = 216_000_000
LAT_I = st.integers(-54_000_000, 54_000_000) | st.sampled_from([54_000_000, 53_999_999, 0])
LON_I = st.integers(-108_000_000, 108_000_000) | st.sampled_from([-108_000_000, 108_000_000, 0])
PLACES = st.tuples(
    st.floats(-1.0, 1.0).map(lambda z: math.degrees(math.asin(z))) | st.just(90.0),
    st.floats(-180.0, 180.0),
)
INDEX = ZoneIndex.build(shipped_zones())
LAND = shipped_land()


def turned(v: Vector, angle: float) -> Vector:
    sine, cosine = math.sin(angle), math.cos(angle)
    return cosine * v[0] - sine * v[1], sine * v[0] + cosine * v[1], v[2]


def tipped(v: Vector, angle: float) -> Vector:
    """The scene turned about an axis through the equator: the pole moves."""
    x, y, z = turned((v[1], v[2], v[0]), angle)
    return z, x, y


@settings(deadline=None)
@given(LAT_I, LON_I)
def test_a_full_turn_gives_the_very_same_floats(lat_i: int, lon_i: int) -> None:
    assert unit_vector_ais(lat_i, lon_i) == unit_vector_ais(lat_i, lon_i - TURN_I)
    if lat_i > 0:
        assert polar_from_ais(lat_i, lon_i) == polar_from_ais(lat_i, lon_i - TURN_I)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(27_000_000, 54_000_000), LON_I), min_size=1, max_size=50))
def test_a_full_turn_changes_neither_zones_nor_land(places: list[tuple[int, int]]) -> None:
    lat_i, lon_i = np.array(places, np.int32).T
    assert (INDEX.lookup(lat_i, lon_i) == INDEX.lookup(lat_i, lon_i + TURN_I)).all()
    assert (LAND.is_land(lat_i, lon_i) == LAND.is_land(lat_i, lon_i + TURN_I)).all()


@settings(deadline=None)
@given(LAT_I, LON_I, LAT_I, LON_I, st.integers(-108_000_000, 108_000_000))
def test_geodesics_do_not_depend_on_the_meridian_they_are_counted_from(
    lat0_i: int, lon0_i: int, lat1_i: int, lon1_i: int, by_i: int
) -> None:
    here = geodesic_km_ais(lat0_i, lon0_i, lat1_i, lon1_i)
    there = geodesic_km_ais(lat0_i, lon0_i + by_i, lat1_i, lon1_i + by_i)
    assert abs(here - there) < 1e-6
    assert abs(here - geodesic_km_ais(lat1_i, lon1_i, lat0_i, lon0_i)) < 1e-6


@settings(deadline=None)
@given(PLACES, PLACES, PLACES, PLACES, st.floats(0.0, 7.0), st.floats(0.0, 7.0))
def test_distances_and_crossings_turn_with_the_scene(
    p: tuple[float, float],
    q: tuple[float, float],
    a: tuple[float, float],
    b: tuple[float, float],
    round_axis: float,
    over_pole: float,
) -> None:
    scene = [unit_vector(*place) for place in (p, q, a, b)]
    moved = [tipped(turned(v, round_axis), over_pole) for v in scene]
    assert abs(arc_m(*scene[:2]) - arc_m(*moved[:2])) < 1e-3
    sign, share, along = crossing(*scene)
    # Within a metre of an end of either line rounding may decide: nothing is claimed there.
    p_, q_, a_, b_ = scene
    ends = [distance_to_arc_m(p_, q_, v) for v in (a_, b_)]
    ends += [distance_to_arc_m(a_, b_, v) for v in (p_, q_)]
    if min(ends) < 1.0 or max(arc_m(p_, q_), arc_m(a_, b_)) > 19e6:
        return
    sign_moved, share_moved, along_moved = crossing(*moved)
    assert sign_moved == sign
    if sign:
        assert abs(share - share_moved) < 1e-6
        assert abs(along - along_moved) < 1e-6


@settings(deadline=None)
@given(PLACES, PLACES, st.floats(0.0, 7.0))
def test_courses_do_not_turn_with_the_meridians(
    p: tuple[float, float], q: tuple[float, float], angle: float
) -> None:
    a, b = unit_vector(*p), unit_vector(*q)
    if abs(p[0]) > 89.9 or abs(q[0]) > 89.9 or not 1e3 < arc_m(a, b) < 19e6:
        return
    off = course_deg(a, b) - course_deg(turned(a, angle), turned(b, angle))
    assert abs((off + 180.0) % 360.0 - 180.0) < 1e-6
