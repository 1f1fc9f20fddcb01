"""Stays in zones: when they begin and end, and how sure that is."""

import numpy as np
import polars as pl
import pytest

from northwatch.events import (
    GFW,
    GateCrossingRule,
    ZoneVisitRule,
    find_gate_crossings,
    find_zone_visits,
)
from northwatch.schema import ZONE_VISITS
from tests.build_scene import box, gate, land, only, scene, zone
from tests.build_tracked import Point, Way, ms

RULE = ZoneVisitRule()
SQUARE = box("square", 71, 72, 10, 20)
DEGREE_NM = 60.04  # a degree of the sphere that thresholds are taken on


def sail(
    *lats: float, every_h: float = 1.0, lon: float = 15.0, begin_h: float = 0.0
) -> list[Point]:
    """Return points along a meridian, one each `every_h`."""
    return [(begin_h + k * every_h, lat, lon) for k, lat in enumerate(lats)]


def test_no_positions_make_no_visits() -> None:
    found = find_zone_visits(scene(zones=[SQUARE]), RULE)
    assert found.is_empty()
    assert found.schema == ZONE_VISITS.polars


def test_no_zones_make_no_visits() -> None:
    assert find_zone_visits(scene(Way(points=sail(71, 72))), RULE).is_empty()


def test_edges_are_crossed_where_the_arc_cuts_them() -> None:
    # Half way from 70.9 to 71.1 the southern edge is met, and the northern one a tenth after 71.98.
    way = Way(points=sail(70.9, 71.1, 71.3, 71.5, 71.7, 71.9, 72.1, every_h=1.2))
    row = only(find_zone_visits(scene(way, zones=[SQUARE]), RULE))
    assert row["t_from_ms"] == pytest.approx(ms(0.6), abs=1000)
    assert row["t_to_ms"] == pytest.approx(ms(6.6), abs=1000)
    assert (row["entered_how"], row["left_how"]) == ("edge", "edge")
    assert row["n_positions"] == 5
    assert row["n_edge_crossings"] == 2
    assert row["hours_in"] == pytest.approx(6.0, abs=1e-3)
    assert row["distance_in_km"] == pytest.approx(111.6, abs=0.2)  # a degree of WGS 84 at 71.5 N
    assert row["max_lat_deg"] == pytest.approx(72.0, abs=1e-5)
    assert row["longest_silence_h"] == pytest.approx(1.2)
    assert (row["lat_deg"], row["lon_deg"]) == pytest.approx((71.5, 15.0), abs=0.01)
    assert row["evidence"] == ["7:0", "7:100", "7:500", "7:600"]
    assert not any(row[name] for name in ("open_from", "open_to", "inferred", "over_land"))


def test_bounds_are_what_the_greatest_speed_allows() -> None:
    # 20 nm before the edge and 16 nm after it, three hours apart: 0 h 40 to 2 h 28 at 30 kn.
    way = Way(points=sail(71 - 20 / DEGREE_NM, 71 + 16 / DEGREE_NM, every_h=3))
    row = only(find_zone_visits(scene(way, zones=[SQUARE]), RULE))
    assert row["t_from_ms"] == pytest.approx(ms(100 / 60), abs=20_000)
    assert row["t_from_lo_ms"] == pytest.approx(ms(40 / 60), abs=20_000)
    assert row["t_from_hi_ms"] == pytest.approx(ms(148 / 60), abs=20_000)


def test_bounds_that_leave_nothing_are_the_estimate() -> None:
    row = only(find_zone_visits(scene(Way(points=sail(70, 71.5)), zones=[SQUARE]), RULE))
    assert row["t_from_lo_ms"] == row["t_from_ms"] == row["t_from_hi_ms"]


def test_a_vessel_first_seen_inside_has_no_earliest_entry() -> None:
    way = Way(points=sail(71.5, 71.7, 71.9, 72.1))
    row = only(find_zone_visits(scene(way, zones=[SQUARE]), RULE))
    assert row["entered_how"] == "first_seen_inside"
    assert row["t_from_ms"] == row["t_from_hi_ms"] == ms(0)
    assert row["t_from_lo_ms"] is None
    assert row["open_from"]


def test_a_vessel_inside_at_the_end_of_the_data_is_an_open_visit() -> None:
    seen = scene(Way(points=sail(70.9, 71.1, 71.3)), zones=[SQUARE], as_of_ms=ms(74))
    row = only(find_zone_visits(seen, RULE))
    assert row["left_how"] == "open"
    assert row["open_to"]
    assert row["t_to_ms"] is None
    assert row["t_to_lo_ms"] == ms(2)
    assert row["hours_in"] == pytest.approx(1.5, abs=1e-3)


def test_after_three_days_of_silence_it_was_only_last_seen_inside() -> None:
    seen = scene(Way(points=sail(70.9, 71.1, 71.3)), zones=[SQUARE], as_of_ms=ms(74.01))
    row = only(find_zone_visits(seen, RULE))
    assert row["left_how"] == "last_seen_inside"
    assert not row["open_to"]
    assert row["t_to_ms"] == ms(2)
    assert row["t_to_hi_ms"] is None


def test_a_track_that_ended_ambiguous_cannot_go_on() -> None:
    way = Way(points=sail(70.9, 71.1), end_reason="ambiguous")
    row = only(find_zone_visits(scene(way, zones=[SQUARE]), RULE))
    assert row["left_how"] == "last_seen_inside"


def test_an_open_visit_keeps_its_id_when_it_ends() -> None:
    points = sail(70.9, 71.1, 71.3, 71.5, 71.7, 71.9, 72.1)
    early = only(find_zone_visits(scene(Way(points=points[:3]), zones=[SQUARE]), RULE))
    late = only(find_zone_visits(scene(Way(points=points), zones=[SQUARE]), RULE))
    assert early["open_to"]
    assert not late["open_to"]
    assert early["event_id"] == late["event_id"]


def test_a_visit_goes_on_over_a_link() -> None:
    ways = [
        Way(points=sail(70.9, 71.1, 71.3), end_reason="silence"),
        Way(points=sail(71.5, 71.7, begin_h=40), linked=True),
    ]
    row = only(find_zone_visits(scene(*ways, zones=[SQUARE]), RULE))
    assert row["n_positions"] == 4
    assert row["longest_silence_h"] == 38.0
    assert row["hours_in"] == pytest.approx(40.5, abs=1e-3)


def test_a_silence_of_more_than_three_days_parts_two_visits() -> None:
    ways = [
        Way(points=sail(70.9, 71.1, 71.3), end_reason="silence"),
        Way(points=sail(71.5, 71.7, 71.9, 72.1, begin_h=74.5), linked=True),
    ]
    first, second = find_zone_visits(scene(*ways, zones=[SQUARE]), RULE).to_dicts()
    assert (first["left_how"], first["t_to_ms"], first["t_to_hi_ms"]) == (
        "unknown",
        ms(2),
        ms(74.5),
    )
    assert (second["entered_how"], second["t_from_ms"]) == ("unknown", ms(74.5))
    assert second["t_from_lo_ms"] == ms(2)
    assert first["hours_in"] + second["hours_in"] < 6  # presence in between is not claimed


def test_tracks_without_a_link_are_two_visits_of_one_number() -> None:
    """Two ships on one MMSI: per track, never across."""
    ways = [
        Way(points=sail(70.9, 71.1, 71.3)),
        Way(points=sail(71.6, 71.8, 72.1, begin_h=0.5, lon=18.0)),
    ]
    found = find_zone_visits(scene(*ways, zones=[SQUARE]), RULE)
    assert sorted(found["entered_how"]) == ["edge", "first_seen_inside"]
    assert found["event_id"].n_unique() == 2
    assert found["n_positions"].sum() == 4


def test_a_chord_seen_at_neither_end_is_an_inferred_visit() -> None:
    way = Way(points=[(0, 71.5, 9.5), (24, 71.5, 20.5)])
    row = only(find_zone_visits(scene(way, zones=[SQUARE]), RULE))
    assert row["inferred"]
    assert row["n_positions"] == 0
    assert row["n_edge_crossings"] == 2
    assert row["longest_silence_h"] == 24.0
    assert 300 < row["distance_in_km"] < 355
    assert row["evidence"] == ["7:0", "7:100"]
    assert row["t_from_lo_ms"] < row["t_from_ms"] < row["t_from_hi_ms"]


@pytest.mark.parametrize(("north", "visits"), [(71.04, 0), (71.05, 1)])
def test_a_chord_counts_from_five_kilometres_on(north: float, visits: int) -> None:
    # 0.04 and 0.05 degrees of latitude are 4.46 and 5.58 km.
    thin = box("thin", 71, north, 10, 20)
    found = find_zone_visits(scene(Way(points=sail(70.8, 71.2)), zones=[thin]), RULE)
    assert found.height == visits


def test_an_arc_over_land_neither_enters_nor_leaves() -> None:
    wall = land(((70.95, 14), (70.95, 16), (71.05, 16), (71.05, 14)))
    way = Way(points=sail(70.8, 71.2, 71.3, 71.2, 70.8))
    row = only(find_zone_visits(scene(way, zones=[SQUARE], on=wall), RULE))
    assert (row["entered_how"], row["left_how"]) == ("unknown", "unknown")
    assert (row["t_from_ms"], row["t_to_ms"]) == (ms(1), ms(3))
    assert (row["t_from_lo_ms"], row["t_to_hi_ms"]) == (ms(0), ms(4))
    assert row["n_edge_crossings"] == 0


def test_an_arc_over_land_between_two_places_inside_goes_on_as_a_lower_bound() -> None:
    wall = land(((71.4, 14), (71.4, 16), (71.5, 16), (71.5, 14)))
    way = Way(points=sail(71.2, 71.7))
    row = only(find_zone_visits(scene(way, zones=[SQUARE], on=wall), RULE))
    assert row["over_land"]
    assert row["distance_in_km"] == pytest.approx(55.8, abs=0.1)


def test_an_arc_over_land_through_a_zone_is_no_visit() -> None:
    wall = land(((71.4, 12), (71.4, 18), (71.6, 18), (71.6, 12)))
    way = Way(points=[(0, 71.5, 9.5), (24, 71.5, 20.5)])
    assert find_zone_visits(scene(way, zones=[SQUARE], on=wall), RULE).is_empty()


def test_a_ship_working_along_the_edge_is_one_visit() -> None:
    lats = [70.9, *([71.005, 70.995] * 20), 71.1]
    row = only(find_zone_visits(scene(Way(points=sail(*lats, every_h=0.2)), zones=[SQUARE]), RULE))
    assert row["n_edge_crossings"] == 41
    assert row["n_positions"] == 21
    assert row["hours_in"] < 5.0


@pytest.mark.parametrize(("minutes", "visits"), [(59, 1), (61, 2)])
def test_an_hour_outside_ends_a_visit(minutes: int, visits: int) -> None:
    # Twelve minutes on each slanting leg, half of them outside, and the rest at 70.991.
    back = 1.2 + minutes / 60 - 0.2
    points = [(0, 71.009, 15), (1, 71.009, 15), (1.2, 70.991, 15), (back, 70.991, 15),
              (back + 0.2, 71.009, 15), (4, 71.009, 15)]  # fmt: skip
    assert find_zone_visits(scene(Way(points=points), zones=[SQUARE]), RULE).height == visits


@pytest.mark.parametrize(("lat", "visits"), [(70.984, 1), (70.980, 2)])
def test_two_kilometres_off_end_a_visit(lat: float, visits: int) -> None:
    # 0.016 and 0.020 degrees of latitude are 1.78 and 2.23 km.
    points = [
        (0, 71.01, 15),
        (0.2, lat, 15),
        (0.5, lat, 15.2),
        (0.7, 71.01, 15.2),
        (2, 71.01, 15.2),
    ]
    found = find_zone_visits(scene(Way(points=points), zones=[SQUARE]), RULE)
    assert found.height == visits


def test_a_long_way_close_to_the_edge_is_bridged() -> None:
    # Eleven kilometres outside, never more than 1.2 km off.
    points = [(0, 71.01, 15), (0.1, 70.99, 15), (0.7, 70.99, 15.3), (0.8, 71.01, 15.3)]
    assert find_zone_visits(scene(Way(points=points), zones=[SQUARE]), RULE).height == 1


def test_one_position_inside_without_arcs_is_a_visit_of_no_length() -> None:
    ways = [
        Way(points=sail(70.5), end_reason="silence"),
        Way(points=sail(71.5, begin_h=80), linked=True, end_reason="silence"),
        Way(points=sail(70.5, begin_h=160), linked=True),
    ]
    row = only(find_zone_visits(scene(*ways, zones=[SQUARE]), RULE))
    assert row["t_from_ms"] == row["t_to_ms"] == ms(80)
    assert row["hours_in"] == 0.0
    assert (row["lat_deg"], row["lon_deg"]) == pytest.approx((71.5, 15.0))


def test_a_hole_in_a_zone_is_outside() -> None:
    ring = ((71, 10), (71, 20), (72, 20), (72, 10))
    hole = ((71.4, 13), (71.4, 17), (71.6, 17), (71.6, 13))
    way = Way(points=sail(*np.arange(71.1, 71.95, 0.1), every_h=2.0))
    found = find_zone_visits(scene(way, zones=[zone("holed", ring, hole)]), RULE)
    assert found.height == 2


def test_zones_that_overlap_are_visited_each_by_itself() -> None:
    other = box("other", 71.5, 73, 10, 20)
    way = Way(points=sail(70.5, 71.25, 71.75, 72.5))
    found = find_zone_visits(scene(way, zones=[SQUARE, other]), RULE)
    assert found["zone_id"].to_list() == ["other", "square"]


def test_more_than_sixty_four_zones_are_told_apart() -> None:
    zones = [box(f"z{k:02d}", 71 + k / 100, 71.01 + k / 100, 10, 20) for k in range(70)]
    way = Way(points=sail(70.995, 71.705, every_h=10))
    found = find_zone_visits(scene(way, zones=zones), ZoneVisitRule(min_chord_km=1.0))
    assert found["zone_id"].to_list() == [zone.id for zone in zones]


def test_a_zone_round_the_pole_is_an_ordinary_zone() -> None:
    ring = tuple((88.0, float(lon)) for lon in range(-180, 180, 2))
    # Over the pole from 45 E to 135 W: two degrees on either side of it are inside.
    points = [(k, lat, 45) for k, lat in enumerate([87, 88.5, 89.5])]
    points += [(3 + k, lat, -135) for k, lat in enumerate([89.5, 88.5, 87])]
    row = only(find_zone_visits(scene(Way(points=points), zones=[zone("top", ring)]), RULE))
    assert row["n_positions"] == 4
    assert row["distance_in_km"] == pytest.approx(4 * 111.69, rel=1e-3)
    assert row["max_lat_deg"] == pytest.approx(89.5)
    assert row["lat_deg"] > 89.9


def test_a_zone_over_the_180th_meridian_is_an_ordinary_zone() -> None:
    chukchi = box("chukchi", 70, 72, 175, 185)
    points = [(k, 71, (174 + k + 180) % 360 - 180) for k in range(13)]
    row = only(find_zone_visits(scene(Way(points=points), zones=[chukchi]), RULE))
    assert row["n_positions"] in (9, 10, 11)
    assert row["hours_in"] == pytest.approx(10.0, abs=0.01)
    assert abs(row["lon_deg"]) > 179


def test_a_visit_over_a_month_border_is_one_visit() -> None:
    way = Way(points=sail(70.9, *([71.5] * 800), 70.9))  # a month and more from the middle of July
    row = only(find_zone_visits(scene(way, zones=[SQUARE]), RULE))
    assert row["hours_in"] > 31 * 24


def test_equal_times_do_no_harm() -> None:
    points = [(0, 70.9, 15), (1, 71.1, 15), (1, 71.1, 15.001), (2, 71.3, 15)]
    row = only(find_zone_visits(scene(Way(points=points), zones=[SQUARE]), RULE))
    assert row["n_positions"] == 3


def test_strays_are_not_in_any_visit() -> None:
    ways = [Way(points=sail(70.5, 70.6)), Way(points=sail(71.5), stray=True)]
    assert find_zone_visits(scene(*ways, zones=[SQUARE]), RULE).is_empty()


def test_gfw_takes_positions_only() -> None:
    way = Way(points=sail(70.9, 71.1, 71.3, 70.9, 71.1))
    seen = scene(way, zones=[SQUARE], as_of_ms=ms(100))
    first, second = find_zone_visits(seen, GFW.zone_visit).to_dicts()
    assert (first["t_from_ms"], first["t_to_ms"]) == (ms(1), ms(2))
    assert (first["t_from_lo_ms"], first["t_to_hi_ms"]) == (ms(0), ms(3))
    assert first["entered_how"] == "unknown"
    assert second["n_positions"] == 1
    assert first["rule"] == "zone_visit/gfw-2026"


def test_gfw_infers_nothing() -> None:
    way = Way(points=[(0, 71.5, 9.5), (20, 71.5, 20.5)])
    assert find_zone_visits(scene(way, zones=[SQUARE]), GFW.zone_visit).is_empty()


def test_the_gate_crossed_on_entering_is_named() -> None:
    line = gate("line", (71.01, 10), (71.01, 20))
    far = gate("far", (71.5, 10), (71.5, 20))
    way = Way(points=sail(70.9, 71.1, 71.3, 71.6, 71.3, 71.1, 70.9))
    seen = scene(way, zones=[SQUARE], gates=[line, far])
    crossings = find_gate_crossings(seen, GateCrossingRule())
    row = only(find_zone_visits(seen, RULE, crossings))
    assert (row["gate_from"], row["gate_to"]) == ("line", "line")


def test_a_gate_crossed_by_another_vessel_is_not_named() -> None:
    line = gate("line", (71.01, 10), (71.01, 20))
    seen = scene(
        Way(points=sail(70.9, 71.1, 71.3), mmsi=1), Way(points=sail(70.9, 71.3), mmsi=2),
        zones=[SQUARE], gates=[line],
    )  # fmt: skip
    crossings = find_gate_crossings(seen, GateCrossingRule()).filter(pl.col("mmsi") == 2)
    found = find_zone_visits(seen, RULE, crossings)
    assert found["gate_from"].to_list() == [None, "line"]


def test_the_hull_is_named_where_it_is_known() -> None:
    seen = scene(Way(points=sail(71.5, 71.6)), zones=[SQUARE])
    assert only(find_zone_visits(seen, RULE))["vessel_id"] == "mmsi-257000001"
