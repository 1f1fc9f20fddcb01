"""Crossings of gates: which way, about when, and how sure."""

import math
from collections.abc import Sequence
from typing import Unpack

import polars as pl
import pytest

from northwatch.events import GateCrossingRule, find_gate_crossings
from northwatch.geo import Gate, shipped_gates, shipped_land
from northwatch.schema import GATE_CROSSINGS
from tests.build_scene import SceneParts, gate, land, only, scene
from tests.build_tracked import Point, Way, ms

RULE = GateCrossingRule()
NM = math.degrees(1852.0 / 6_371_008.8)  # a nautical mile of latitude on the sphere, degrees
# The arc from 70 N 10 E to 70 N 20 E runs north of the parallel; at 15 E through 70.07 N.
LINE = gate("line", (70, 10), (70, 20))
SHORT = gate("short", (70, 14.999), (70, 15.001))  # at 15 E through 70 N


def crossings(
    *ways: Way,
    gates: Sequence[Gate] = (LINE,),
    rule: GateCrossingRule = RULE,
    **how: Unpack[SceneParts],
) -> pl.DataFrame:
    return find_gate_crossings(scene(*ways, gates=gates, **how), rule)


def north(
    *lats: float, every_h: float = 1.0, lon: float = 15.0, begin_h: float = 0.0
) -> list[Point]:
    return [(begin_h + k * every_h, lat, lon) for k, lat in enumerate(lats)]


def test_no_positions_and_no_gates_make_no_crossings() -> None:
    found = crossings()
    assert found.is_empty()
    assert found.schema == GATE_CROSSINGS.polars
    assert crossings(Way(points=north(69, 71)), gates=()).is_empty()


def test_the_worked_example() -> None:
    """20 nm before and 16 nm after the line, reports 3 h apart: 1 h 40, 0 h 40 to 2 h 28."""
    way = Way(points=north(70 - 20 * NM, 70 + 16 * NM, every_h=3))
    row = only(crossings(way, gates=[SHORT]))
    assert row["t_from_ms"] == row["t_to_ms"] == pytest.approx(ms(100 / 60), abs=2000)
    assert row["t_from_lo_ms"] == row["t_to_lo_ms"] == pytest.approx(ms(40 / 60), abs=2000)
    assert row["t_from_hi_ms"] == row["t_to_hi_ms"] == pytest.approx(ms(148 / 60), abs=2000)
    assert row["speed_kn"] == pytest.approx(12.0, rel=0.005)  # WGS 84 against the sphere
    assert row["silence_h"] == 3.0
    assert row["evidence"] == ["7:0", "7:100"]


def test_sides_and_sign_go_by_the_line() -> None:
    row = only(crossings(Way(points=north(69.9, 70.2))))
    # East along the line from A to B, north is left.
    assert (row["from_side"], row["to_side"], row["sign"]) == ("right of line", "left of line", -1)
    row = only(crossings(Way(points=north(70.2, 69.9))))
    assert (row["from_side"], row["to_side"], row["sign"]) == ("left of line", "right of line", 1)


def test_share_along_the_gate_counts_from_a() -> None:
    shares = [
        only(crossings(Way(points=north(69.8, 70.3, lon=lon))))["share_along_gate"]
        for lon in (10.5, 15, 19.5)
    ]
    assert shares == pytest.approx([0.05, 0.5, 0.95], abs=0.001)


@pytest.mark.parametrize("lon", [9.9, 20.1])
def test_a_vessel_that_passes_beyond_an_end_does_not_cross(lon: float) -> None:
    assert crossings(Way(points=north(69, 71, lon=lon))).is_empty()


def test_bounds_that_leave_nothing_are_the_estimate() -> None:
    row = only(crossings(Way(points=north(69, 71, every_h=1))))
    assert row["t_from_lo_ms"] == row["t_from_ms"] == row["t_from_hi_ms"]


def test_a_silence_of_three_days_still_crosses() -> None:
    ways = [
        Way(points=north(69), end_reason="silence"),
        Way(points=north(71, begin_h=72), linked=True),
    ]
    assert only(crossings(*ways))["silence_h"] == 72.0
    ways[1] = Way(points=north(71, begin_h=72.001), linked=True)
    assert crossings(*ways).is_empty()


def test_no_crossing_between_tracks_without_a_link() -> None:
    """Two ships on one MMSI."""
    assert crossings(Way(points=north(69, 69.1)), Way(points=north(71, 71.1, begin_h=3))).is_empty()


def test_no_crossing_without_a_position_on_each_side() -> None:
    assert crossings(Way(points=north(70.2, 70.4, 70.6))).is_empty()


def test_no_crossing_from_a_stray() -> None:
    ways = [Way(points=north(69, 69.1)), Way(points=north(71, begin_h=0.5), stray=True)]
    assert crossings(*ways).is_empty()


def test_a_position_on_the_line_makes_neither_none_nor_two() -> None:
    on_line = gate("meridian", (69, 15), (71, 15))
    through = Way(points=[(0, 70, 14), (2, 70, 15), (4, 70, 16)])
    row = only(crossings(through, gates=[on_line]))
    assert row["t_from_ms"] == ms(2)
    assert row["n_raw"] == 1
    there_and_back = Way(points=[(0, 70, 14), (2, 70, 15), (4, 70, 14)])
    assert crossings(there_and_back, gates=[on_line]).is_empty()


def test_a_vessel_that_waits_on_the_line_crosses_when_it_goes_on() -> None:
    on_line = gate("meridian", (69, 15), (71, 15))
    way = Way(points=[(0, 70, 14), (2, 70, 15), (3, 70.1, 15), (4, 70.1, 15), (6, 70.1, 16)])
    assert only(crossings(way, gates=[on_line]))["t_from_ms"] == ms(4)


def test_a_first_position_on_the_line_takes_the_side_of_the_next() -> None:
    on_line = gate("meridian", (69, 15), (71, 15))
    assert crossings(Way(points=[(0, 70, 15), (2, 70, 16)]), gates=[on_line]).is_empty()


def test_wanderings_near_the_line_collapse_to_their_net_effect() -> None:
    near = [69.9, 69.995, 70.005, 69.995, 70.005, 70.1]
    row = only(crossings(Way(points=north(*near)), gates=[SHORT]))
    assert row["n_raw"] == 3
    assert row["t_from_ms"] == pytest.approx(ms(3.5), abs=2000)  # the last of them
    assert row["settled"]
    back = [69.9, 69.995, 70.005, 69.995, 69.9]
    assert crossings(Way(points=north(*back)), gates=[SHORT]).is_empty()


def test_a_crossing_not_yet_clear_at_the_end_is_not_settled() -> None:
    row = only(crossings(Way(points=north(69.9, 70.01)), gates=[SHORT]))
    assert not row["settled"]
    row = only(crossings(Way(points=north(69.9, 70.01, 70.02)), gates=[SHORT]))
    assert row["settled"]
    assert row["n_raw"] == 1


def test_a_crossing_not_clear_before_a_long_silence_is_not_settled() -> None:
    ways = [
        Way(points=north(69.9, 70.01), end_reason="silence"),
        Way(points=north(70.5, begin_h=80), linked=True),
    ]
    assert not only(crossings(*ways, gates=[SHORT]))["settled"]


def test_there_and_back_within_three_days_is_an_approach() -> None:
    found = crossings(Way(points=north(69.8, 70.2, 69.8, every_h=40)))
    assert found["turned_back"].to_list() == [True, True]
    found = crossings(Way(points=[(0, 69.8, 15), (1, 70.2, 15), (80, 70.2, 15), (81, 69.8, 15)]))
    assert found["turned_back"].to_list() == [False, False]


def test_there_back_and_there_again_is_one_crossing() -> None:
    found = crossings(Way(points=north(69.8, 70.2, 69.8, 70.2, every_h=5)))
    assert found["turned_back"].to_list() == [True, True, False]


def test_another_gate_between_makes_it_no_approach() -> None:
    other = gate("other", (71, 10), (71, 20))
    found = crossings(Way(points=north(69.8, 71.5, 69.8, every_h=30)), gates=[LINE, other])
    marks = dict(zip(found["gate_id"], found["turned_back"], strict=True))
    assert not marks["line"]
    assert found.filter(gate_id="other")["turned_back"].to_list() == [True, True]


def test_two_gates_cut_by_one_arc_are_two_crossings_in_the_order_sailed() -> None:
    other = gate("a-later-one", (70.5, 10), (70.5, 20))
    found = crossings(Way(points=north(69.8, 71, every_h=24)), gates=[other, LINE])
    assert found["gate_id"].to_list() == ["line", "a-later-one"]
    assert found["silence_h"].to_list() == [24.0, 24.0]


def test_a_gate_over_the_180th_meridian_is_an_ordinary_gate() -> None:
    strait = gate("strait", (69.558, 177.459), (70.822, -178.890))
    points = [(0, 70.6, 178), (2, 69.8, -179)]
    row = only(crossings(Way(points=points), gates=[strait]))
    assert abs(row["lon_deg"]) > 179
    assert 0 < row["share_along_gate"] < 1


def test_a_gate_through_the_pole_is_an_ordinary_gate() -> None:
    over = gate("over", (89, 0), (89, 180))
    row = only(crossings(Way(points=[(0, 89.8, 90), (1, 89.8, -90)]), gates=[over]))
    assert row["t_from_ms"] == pytest.approx(ms(0.5), abs=2)
    assert row["share_along_gate"] == pytest.approx(0.5, abs=1e-6)
    assert row["lat_deg"] == pytest.approx(90.0, abs=1e-6)


def test_an_arc_over_the_pole_crosses_far_meridians_only_once() -> None:
    far = gate("far", (80, 60), (89.9, 60))
    assert crossings(Way(points=[(0, 89, 30), (1, 89, -150)]), gates=[far]).is_empty()


def test_two_positions_at_one_instant_make_at_most_one_crossing() -> None:
    way = Way(points=[(0, 69.8, 15), (1, 69.9, 15), (1, 70.2, 15), (1, 69.9, 15), (2, 70.2, 15)])
    found = crossings(way)
    assert found.filter(turned_back=False).height == 1


def test_a_crossing_on_new_years_eve_is_one_crossing() -> None:
    hours = (169 * 24) + 23.75  # from the middle of July to the last quarter hour of the year
    row = only(crossings(Way(points=north(69.9, 70.2, every_h=0.5, begin_h=hours))))
    assert row["settled"]


# Land: a peninsula between 14 E and 16 E whose northern end is 70.5 N, sea all round.
WALL = ((69.0, 14), (69.0, 16), (70.5, 16), (70.5, 14))


def test_an_arc_over_land_proves_the_only_gate_that_fits() -> None:
    strait = gate("north-about", (70.45, 15), (71.2, 15))
    way = Way(points=[(0, 70.2, 12.5), (20, 70.2, 17.5)])
    shore = gate("south-shore", (65.2, 15), (69.05, 15))
    row = only(
        crossings(way, gates=[strait, shore], on=land(WALL), rule=GateCrossingRule(max_speed_kn=8))
    )
    assert row["assigned"] == "by_elimination"
    assert row["gate_id"] == "north-about"
    assert row["candidates"] == ["north-about"]
    assert row["over_land"]
    assert row["sign"] == 1
    assert row["share_along_gate"] is None
    assert ms(0) < row["t_from_lo_ms"] < row["t_from_ms"] < row["t_from_hi_ms"] < ms(20)


def test_an_arc_over_land_leaves_several_gates_open() -> None:
    strait = gate("north-about", (70.45, 15), (71.2, 15))
    shore = gate("south-about", (68.2, 15), (69.05, 15))
    way = Way(points=[(0, 69.8, 12.5), (40, 69.8, 17.5)])
    row = only(crossings(way, gates=[strait, shore], on=land(WALL)))
    assert row["assigned"] == "candidates"
    assert row["gate_id"] is None
    assert row["gate_version"] is None
    assert row["candidates"] == ["north-about", "south-about"]
    assert row["sign"] == 0
    assert row["t_from_lo_ms"] < row["t_from_ms"] < row["t_from_hi_ms"]


def test_an_arc_over_land_on_one_side_of_all_gates_proves_nothing() -> None:
    strait = gate("far-north", (70.45, 15), (71.2, 15))
    way = Way(points=[(0, 70.0, 13.5), (20, 69.8, 14.8)])  # ashore, but still west of it
    assert crossings(way, gates=[strait], on=land(WALL)).is_empty()


def test_from_the_kara_sea_to_the_barents_sea_by_one_of_several_gates() -> None:
    way = Way(points=[(0, 73, 62), (20, 72, 48)])
    row = only(crossings(way, gates=shipped_gates(), on=shipped_land()))
    assert set(row["candidates"]) == {"kara-gate", "yugorsky-shar", "matochkin-shar"}
    assert row["from_side"] == "Kara Sea"
    slower = Way(points=[(0, 73, 62), (32, 72, 48)])
    row = only(crossings(slower, gates=shipped_gates(), on=shipped_land()))
    assert "zhelaniya-fjl" in row["candidates"]


def test_a_narrow_strait_is_crossed_along_the_arc() -> None:
    bellot = next(g for g in shipped_gates() if g.id == "bellot-strait")
    middle = (bellot.lat_a + bellot.lat_b) / 2
    way = Way(points=[(0, middle, bellot.lon_a - 0.35), (2, middle, bellot.lon_a + 0.35)])
    row = only(crossings(way, gates=shipped_gates(), on=shipped_land()))
    assert row["gate_id"] == "bellot-strait"
    assert row["assigned"] == "arc"
    assert row["t_from_ms"] == pytest.approx(ms(1), abs=5000)
