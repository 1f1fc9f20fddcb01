import math

import numpy as np
import pytest
from numpy.typing import NDArray

from northwatch.geo import (
    along_and_cross_m,
    arc_m,
    arc_m_ais,
    arcs_m,
    course_deg,
    crossing,
    destination,
    distance_to_arc_m,
    mean_place_deg,
    place_ais,
    place_deg,
    places_deg,
    point_at_share,
    side_of,
    unit_vector,
    unit_vector_ais,
    unit_vectors,
)
from northwatch.units import METRES_PER_NAUTICAL_MILE, SPHERE_RADIUS_M

POLE = unit_vector(90.0, 0.0)


def ais(*degrees: float) -> NDArray[np.int32]:
    return np.round(np.array(degrees) * 600_000).astype(np.int32)


def test_vectors_of_the_axes_are_exact() -> None:
    assert unit_vector(0.0, 0.0) == (1.0, 0.0, 0.0)
    assert unit_vector(0.0, 90.0) == (0.0, 1.0, 0.0)
    assert unit_vector(90.0, 123.4) == (0.0, 0.0, 1.0)


def test_both_sides_of_the_180th_meridian_are_the_same_place() -> None:
    assert unit_vector(70.0, 180.0) == unit_vector(70.0, -180.0)
    assert unit_vector_ais(42_000_000, 108_000_000) == unit_vector_ais(42_000_000, -108_000_000)


def test_ais_units_and_degrees_give_the_same_vector() -> None:
    for lat, lon in ((70.5, 18.25), (-33.0, 151.0), (89.999, -179.999)):
        one, other = unit_vector(lat, lon), unit_vector_ais(*ais(lat, lon))
        assert one == pytest.approx(other, abs=1e-15)


def test_degrees_not_known_stay_not_known() -> None:
    assert all(math.isnan(value) for value in unit_vector(math.nan, math.nan))


@pytest.mark.parametrize(
    ("lat0", "lon0", "lat1", "lon1", "nm"),
    [
        (89.5, 0.0, 89.5, 180.0, 60.04),  # the cos(latitude) formula says 94.2
        (85.0, 0.0, 85.0, 90.0, 424.3),  # ... 471
        (60.0, 179.9, 60.0, -179.9, 6.004),  # longitudes mixed linearly say 21,600
        (0.0, 0.0, 0.0, 180.0, 10807.0),
    ],
)
def test_distances_over_the_pole_and_the_antimeridian(
    lat0: float, lon0: float, lat1: float, lon1: float, nm: float
) -> None:
    metres = arc_m(unit_vector(lat0, lon0), unit_vector(lat1, lon1))
    assert metres / METRES_PER_NAUTICAL_MILE == pytest.approx(nm, rel=2e-4)


def test_distance_of_one_ais_unit_is_19_centimetres() -> None:
    assert arc_m_ais(36_000_000, 0, 36_000_001, 0) == pytest.approx(0.18532, abs=1e-5)
    assert arc_m_ais(36_000_000, 5, 36_000_000, 5) == 0.0


def test_array_forms_equal_the_scalars() -> None:
    lat, lon = ais(70.0, 90.0, -10.0, 60.0), ais(10.0, 0.0, 170.0, -180.0)
    vectors = unit_vectors(lat, lon)
    assert [tuple(row) for row in vectors] == [
        unit_vector_ais(*place) for place in zip(lat, lon, strict=True)
    ]
    assert arcs_m(lat[:2], lon[:2], lat[2:], lon[2:]).tolist() == [
        arc_m_ais(lat[0], lon[0], lat[2], lon[2]),
        arc_m_ais(lat[1], lon[1], lat[3], lon[3]),
    ]
    lat_deg, _ = places_deg(vectors)
    assert lat_deg == pytest.approx([70.0, 90.0, -10.0, 60.0], abs=1e-12)


def test_array_forms_of_nothing_are_empty() -> None:
    nothing = ais()
    assert unit_vectors(nothing, nothing).shape == (0, 3)
    assert arcs_m(nothing, nothing, nothing, nothing).shape == (0,)
    assert all(math.isnan(value) for value in mean_place_deg(nothing, nothing))


def test_a_place_comes_back_from_its_vector() -> None:
    assert place_deg(unit_vector(71.25, -179.5)) == pytest.approx((71.25, -179.5), abs=1e-12)
    lat_i, lon_i = place_ais(unit_vector_ais(42_345_678, -107_654_321))
    assert (int(lat_i), int(lon_i)) == (42_345_678, -107_654_321)


def test_the_point_at_a_share_of_an_arc_over_the_pole() -> None:
    a, b = unit_vector(80.0, 0.0), unit_vector(80.0, 180.0)
    assert place_deg(point_at_share(a, b, 0.5))[0] == pytest.approx(90.0, abs=1e-6)
    assert place_deg(point_at_share(a, b, 0.25))[0] == pytest.approx(85.0, abs=1e-12)
    assert place_deg(point_at_share(a, b, 0.75)) == pytest.approx((85.0, 180.0), abs=1e-9)


def test_the_point_at_a_share_of_no_arc_is_its_place() -> None:
    a = unit_vector(70.0, 20.0)
    assert point_at_share(a, a, 0.3) == a


@pytest.mark.parametrize("course", [0.0, 45.0, 90.0, 200.0, 359.0])
def test_a_destination_lies_at_its_distance_and_course(course: float) -> None:
    a = unit_vector(60.0, 10.0)
    there = destination(a, course, 100_000.0)
    assert arc_m(a, there) == pytest.approx(100_000.0, abs=1e-6)
    assert course_deg(a, there) == pytest.approx(course, abs=1e-9)


def test_courses_at_the_pole_count_from_the_meridian_of_180() -> None:
    lat, lon = place_deg(destination(POLE, 90.0, 100_000.0))
    assert (lat, lon) == pytest.approx((90 - math.degrees(0.1e6 / SPHERE_RADIUS_M), 90.0))
    assert course_deg(POLE, unit_vector(89.0, 90.0)) == pytest.approx(90.0)
    assert course_deg(POLE, unit_vector(89.0, 180.0)) == pytest.approx(0.0)


def test_the_course_to_the_same_place_is_zero() -> None:
    assert course_deg(POLE, POLE) == 0.0


def test_along_and_cross_are_measured_from_the_line_left_positive() -> None:
    a, b = unit_vector(0.0, 0.0), unit_vector(0.0, 10.0)
    along, cross = along_and_cross_m(a, b, unit_vector(1.0, 4.0))
    degree = SPHERE_RADIUS_M * math.pi / 180
    assert cross == pytest.approx(degree)
    assert along == pytest.approx(4 * degree)
    assert along_and_cross_m(a, b, unit_vector(-1.0, -4.0)) == pytest.approx((-along, -cross))


def test_along_and_cross_of_no_line_are_not_known() -> None:
    a = unit_vector(70.0, 20.0)
    assert all(math.isnan(value) for value in along_and_cross_m(a, a, POLE))


def test_the_distance_to_an_arc_ends_at_its_ends() -> None:
    a, b = unit_vector(0.0, 0.0), unit_vector(0.0, 10.0)
    degree = SPHERE_RADIUS_M * math.pi / 180
    assert distance_to_arc_m(a, b, unit_vector(1.0, 5.0)) == pytest.approx(degree)
    assert distance_to_arc_m(a, b, unit_vector(0.0, 12.0)) == pytest.approx(2 * degree)
    assert distance_to_arc_m(a, a, b) == pytest.approx(10 * degree)


def test_left_of_a_line_is_positive() -> None:
    south, north = unit_vector(60.0, 180.0), unit_vector(70.0, 180.0)
    assert side_of(south, north, unit_vector(65.0, 179.0)) > 0
    assert side_of(south, north, unit_vector(65.0, -179.0)) < 0
    assert side_of(south, north, south) == 0.0


def test_a_crossing_has_its_sign_and_shares() -> None:
    west, east = unit_vector(0.0, -1.0), unit_vector(0.0, 3.0)
    north, south = unit_vector(1.0, 0.0), unit_vector(-1.0, 0.0)
    assert crossing(north, south, west, east) == pytest.approx((1, 0.5, 0.25))
    assert crossing(south, north, west, east) == pytest.approx((-1, 0.5, 0.25))


def test_a_crossing_over_the_pole_is_found() -> None:
    sign, share, along = crossing(
        unit_vector(85.0, 0.0), unit_vector(85.0, 180.0), unit_vector(85.0, -90.0),
        unit_vector(80.0, 90.0),
    )  # fmt: skip
    assert (sign, share, along) == pytest.approx((-1, 0.5, 1 / 3))


def test_a_crossing_of_the_antimeridian_is_nothing_special() -> None:
    line = unit_vector(65.0, 180.0), unit_vector(70.0, 180.0)
    sign, share, _ = crossing(unit_vector(67.0, 179.5), unit_vector(67.0, -179.5), *line)
    assert (sign, share) == pytest.approx((1, 0.5))


def test_the_opposite_point_of_a_crossing_is_none() -> None:
    a, b = unit_vector(0.0, 179.0), unit_vector(0.0, -179.0)
    assert crossing(unit_vector(1.0, 0.0), unit_vector(-1.0, 0.0), a, b)[0] == 0


def test_no_crossing_without_an_arc_or_a_line() -> None:
    a, b = unit_vector(60.0, 0.0), unit_vector(60.0, 1.0)
    assert crossing(a, a, a, b)[0] == 0
    assert crossing(a, b, a, a)[0] == 0
    sign, share, along = crossing(unit_vector(70.0, 0.0), unit_vector(71.0, 0.0), a, b)
    assert sign == 0
    assert math.isnan(share)
    assert math.isnan(along)


def test_a_stop_on_the_line_makes_one_crossing() -> None:
    line = unit_vector(0.0, -1.0), unit_vector(0.0, 1.0)
    north, on_it, south = (unit_vector(lat, 0.0) for lat in (1.0, 0.0, -1.0))
    first, second = crossing(north, on_it, *line)[0], crossing(on_it, south, *line)[0]
    assert (first, second) == (0, 1)
    assert crossing(north, on_it, *line)[0] + crossing(on_it, north, *line)[0] == 0


def test_a_joint_of_two_lines_is_crossed_once() -> None:
    parts = [(-1.0, 0.0), (0.0, 1.0)]
    north, south = unit_vector(1.0, 0.0), unit_vector(-1.0, 0.0)
    found = [
        crossing(north, south, unit_vector(0.0, one), unit_vector(0.0, two))[0]
        for one, two in parts
    ]
    assert sum(found) == 1


def test_the_mean_place_is_right_at_180_and_at_the_pole() -> None:
    lat, lon = mean_place_deg(ais(60.0, 60.0), ais(179.0, -179.0))
    assert abs(lon) == pytest.approx(180.0)
    assert lat == pytest.approx(60.0, abs=0.01)
    round_the_pole = mean_place_deg(ais(85.0, 85.0, 85.0, 85.0), ais(0.0, 90.0, 180.0, -90.0))
    assert round_the_pole[0] == pytest.approx(90.0)


def test_places_that_balance_have_no_mean() -> None:
    assert all(math.isnan(v) for v in mean_place_deg(ais(10.0, -10.0), ais(20.0, -160.0)))
