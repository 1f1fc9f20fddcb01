"""Truth that can be worked out by hand."""

import numpy as np
import pytest
import shapely

from northwatch.season.charts import vectors
from northwatch.season.paths import angles, degrees, leg_speeds_kn, place
from northwatch.season.planted import (
    Arcs,
    distance_to_gate_km,
    gate_crossings,
    projected,
    scale_of,
    zone_stays,
)
from northwatch.units import SPHERE_RADIUS_M
from tests.unit.season.build import DAY, Box, Line, box, by_hand, ship, way


def test_a_ship_on_a_meridian_crosses_a_parallel_when_the_latitudes_say() -> None:
    # 69N to 71N in a day at even speed: 70N at noon, 70.5N at 18 h.
    fleet = by_hand((ship(), way((0, 69.0, 20.0), (DAY, 71.0, 20.0))))
    stays = zone_stays(Arcs.of(fleet), 1, [box("band", 70.0, 70.5, 10.0, 30.0)])
    assert stays.t0_s.size == 1
    assert stays.t0_s[0] == pytest.approx(0.5 * DAY, abs=0.1)
    assert stays.t1_s[0] == pytest.approx(0.75 * DAY, abs=0.1)


def test_a_ship_over_the_pole_leaves_a_cap_as_long_after_as_it_came_before() -> None:
    fleet = by_hand((ship(), way((0, 85.0, 40.0), (DAY, 85.0, -140.0))))
    stays = zone_stays(Arcs.of(fleet), 1, [box("cap", 88.0, 90.0, -180.0, 180.0)])
    # Ten degrees of arc in a day; the cap is the middle four.
    assert stays.t0_s[0] == pytest.approx(0.3 * DAY, abs=0.2)
    assert stays.t1_s[-1] == pytest.approx(0.7 * DAY, abs=0.2)


def test_a_zone_over_the_180th_meridian_is_a_zone_like_any_other() -> None:
    fleet = by_hand((ship(), way((0, 69.0, 180.0), (DAY, 71.0, -180.0))))
    stays = zone_stays(Arcs.of(fleet), 1, [box("band", 70.0, 70.5, 175.0, 185.0)])
    assert stays.t0_s.tolist() == pytest.approx([0.5 * DAY], abs=0.1)


def test_a_corner_cut_for_a_kilometre_is_a_stay() -> None:
    # 3 km east of the corner at 70N 20E, on a course of 45 degrees to both edges.
    corner = vectors(np.array([70.0]), np.array([20.0]))
    lat, lon = degrees(corner)
    north, east = 40.0 / 111.195, 40.0 / 111.195 / np.cos(np.radians(70.0))
    fleet = by_hand((ship(), way(
        (0, lat[0] + north - 0.02, lon[0] - east), (DAY, lat[0] - north - 0.02, lon[0] + east)
    )))  # fmt: skip
    stays = zone_stays(Arcs.of(fleet), 1, [box("corner", 68.0, 70.0, 10.0, 20.0)])
    assert stays.t0_s.size == 1
    assert 600.0 < stays.t1_s[0] - stays.t0_s[0] < 4000.0


def test_a_ship_that_lies_inside_is_inside_from_the_first_second_to_the_last() -> None:
    fleet = by_hand((ship(), way((0, 70.0, 20.0), (DAY, 70.0, 20.0), status=[5])))
    inside = box("band", 69.0, 71.0, 10.0, 30.0)
    outside = box("far", 75.0, 76.0, 10.0, 30.0)
    stays = zone_stays(Arcs.of(fleet), 1, [outside, inside])
    assert stays.zone.tolist() == [1]
    assert (stays.t0_s[0], stays.t1_s[0]) == (0.0, DAY)


def test_stays_are_those_of_the_time_the_transmitter_is_in_use() -> None:
    sails = way((0, 69.0, 20.0), (DAY, 71.0, 20.0))
    fleet = by_hand(
        (ship(off_s=50_000), sails), (ship(1, hull=0, on_s=50_000, off_s=86_400), sails)
    )
    stays = zone_stays(Arcs.of(fleet), 2, [box("band", 70.0, 70.5, 10.0, 30.0)])
    assert stays.ship.tolist() == [0, 1]
    assert stays.t1_s[0] == stays.t0_s[1] == 50_000.0


def test_a_zone_of_two_parts_counts_both() -> None:
    parts = [box("", 69.5, 69.8, 10.0, 30.0).polygon, box("", 70.2, 70.4, 10.0, 30.0).polygon]
    both = Box("both", shapely.MultiPolygon(parts))
    fleet = by_hand((ship(), way((0, 69.0, 20.0), (DAY, 71.0, 20.0))))
    stays = zone_stays(Arcs.of(fleet), 1, [both])
    assert stays.t0_s.tolist() == pytest.approx([0.25 * DAY, 0.6 * DAY], abs=0.1)


def test_a_gate_is_crossed_where_its_great_circle_stands() -> None:
    # Halfway along, the great circle from 70N 10W to 70N 10E stands at atan(tan 70 / cos 10).
    middle = np.degrees(np.arctan(np.tan(np.radians(70.0)) / np.cos(np.radians(10.0))))
    fleet = by_hand((ship(), way((0, 69.0, 0.0), (DAY, 71.0, 0.0))))
    found = gate_crossings(Arcs.of(fleet), [Line("g", 70.0, -10.0, 70.0, 10.0)])
    assert found.t_s.tolist() == pytest.approx([(middle - 69.0) / 2.0 * DAY], abs=0.01)
    # From A in the west to B in the east, north is on the left: she goes from right to left.
    assert found.sign.tolist() == [-1]


def test_there_and_back_are_two_crossings_of_opposite_sign() -> None:
    fleet = by_hand((ship(), way((0, 69.0, 0.0), (DAY / 2, 71.0, 0.0), (DAY, 69.0, 0.0))))
    found = gate_crossings(Arcs.of(fleet), [Line("g", 70.0, -10.0, 70.0, 10.0)])
    assert found.sign.tolist() == [-1, 1]
    assert found.t_s.sum() == pytest.approx(DAY)


@pytest.mark.parametrize(
    "gate",
    [
        Line("ends east of her", 70.0, 1.0, 70.0, 10.0),
        Line("ends west of her", 70.0, -10.0, 70.0, -1.0),
        Line("on the other side of the earth", -70.0, 170.0, -70.0, -170.0),
    ],
)
def test_passing_the_end_of_a_gate_is_no_crossing(gate: Line) -> None:
    fleet = by_hand((ship(), way((0, 69.0, 0.0), (DAY, 71.0, 0.0))))
    assert gate_crossings(Arcs.of(fleet), [gate]).t_s.size == 0


def test_a_gate_over_the_180th_meridian_is_crossed_like_any_other() -> None:
    fleet = by_hand((ship(), way((0, 70.0, 178.0), (DAY, 70.0, -178.0))))
    found = gate_crossings(Arcs.of(fleet), [Line("g", 69.0, 180.0, 71.0, 180.0)])
    assert found.t_s.tolist() == pytest.approx([DAY / 2], abs=0.01)
    assert found.sign.tolist() == [1]  # from west, left of a line northward, to east


def test_no_zones_and_no_gates_give_nothing() -> None:
    fleet = by_hand((ship(), way((0, 69.0, 0.0), (DAY, 71.0, 0.0))))
    assert zone_stays(Arcs.of(fleet), 1, []).ship.size == 0
    assert gate_crossings(Arcs.of(fleet), []).ship.size == 0


def test_distance_to_a_gate_is_to_its_line_or_its_nearer_end() -> None:
    gate = Line("g", 70.0, 0.0, 72.0, 0.0)
    places = vectors(np.array([71.0, 69.0, 73.0]), np.array([1.0, 0.0, 0.0]))
    along = np.degrees(np.arcsin(np.cos(np.radians(71.0)) * np.sin(np.radians(1.0))))
    told = distance_to_gate_km(places, gate)
    km = np.radians(1.0) * SPHERE_RADIUS_M / 1000.0
    assert told.tolist() == pytest.approx([along * km, km, km], rel=1e-9)


def test_the_plane_s_scale_is_true_at_seventy_north() -> None:
    pair = vectors(np.array([69.999, 70.001, 80.0, 80.002]), np.zeros(4))
    x, y = projected(pair)
    for k in (0, 2):
        plane_m = np.hypot(x[k] - x[k + 1], y[k] - y[k + 1])
        ground_m = float(angles(pair[k : k + 1], pair[k + 1 : k + 2])[0]) * SPHERE_RADIUS_M
        assert plane_m / ground_m == pytest.approx(scale_of(pair[k : k + 1])[0], rel=0.01)


def test_speed_over_a_leg_is_its_length_over_its_time() -> None:
    one = way((0, 69.0, 0.0), (DAY, 70.0, 0.0), (2 * DAY, 70.0, 0.0))
    nautical_miles = np.radians(1.0) * SPHERE_RADIUS_M / 1852.0
    assert leg_speeds_kn(one).tolist() == pytest.approx([nautical_miles / 24.0, 0.0])


def test_places_beyond_the_ends_of_a_way_are_its_ends() -> None:
    one = way((0, 69.0, 0.0), (DAY, 70.0, 0.0))
    lat, _ = degrees(place(one, np.array([-5.0, 0.0, DAY, 2 * DAY])))
    assert lat.tolist() == pytest.approx([69.0, 69.0, 70.0, 70.0])
