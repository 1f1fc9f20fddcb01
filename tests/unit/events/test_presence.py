"""Who was in which zone on which day, and how far it sailed there."""

from datetime import date
from typing import Any, Unpack

import pytest

from northwatch.access.presence import presence
from northwatch.schema import PRESENCE
from tests.build_scene import SceneParts, box, land, scene
from tests.build_tracked import Point, Way

SQUARE = box("square", 71, 72, 10, 20)
DEGREE_KM = 111.6


def rows(*ways: Way, **how: Unpack[SceneParts]) -> list[dict[str, Any]]:
    return presence(scene(*ways, zones=[SQUARE], **how)).to_dicts()


def north(*lats: float, every_h: float = 1.0, begin_h: float = 0.0) -> list[Point]:
    return [(begin_h + k * every_h, lat, 15.0) for k, lat in enumerate(lats)]


def test_no_positions_are_no_presence() -> None:
    found = presence(scene(zones=[SQUARE]))
    assert found.is_empty()
    assert found.schema == PRESENCE.polars


def test_a_day_in_a_zone() -> None:
    (row,) = rows(Way(points=north(71.2, 71.5, 71.7)))
    assert row["day"] == date(2024, 7, 15)
    assert row["n_positions"] == 3
    assert row["distance_km"] == pytest.approx(0.5 * DEGREE_KM, rel=1e-3)
    assert row["hours"] == pytest.approx(2.0)
    assert row["max_lat_deg"] == pytest.approx(71.7)
    assert (row["zone_id"], row["zone_version"]) == ("square", "1")
    assert (row["mmsi"], row["vessel_id"]) == (257_000_001, "mmsi-257000001")


def test_an_arc_over_the_edge_counts_by_its_share_inside() -> None:
    (row,) = rows(Way(points=north(70.9, 71.3)))
    assert row["distance_km"] == pytest.approx(0.3 * DEGREE_KM, rel=1e-3)
    assert row["hours"] == pytest.approx(0.75, abs=1e-3)
    assert row["n_positions"] == 1


def test_an_arc_over_midnight_is_split_by_time() -> None:
    one, two = rows(Way(points=north(71.2, 71.6, every_h=4, begin_h=23)))
    assert (one["day"], two["day"]) == (date(2024, 7, 15), date(2024, 7, 16))
    assert (one["hours"], two["hours"]) == pytest.approx((1.0, 3.0))
    assert one["distance_km"] * 3 == pytest.approx(two["distance_km"])
    assert (one["n_positions"], two["n_positions"]) == (1, 1)
    assert (one["max_lat_deg"], two["max_lat_deg"]) == pytest.approx((71.2, 71.6))


def test_a_day_without_a_position_has_no_row_and_its_time_is_not_lost() -> None:
    ways = [
        Way(points=north(71.2, begin_h=12)),
        Way(points=north(71.6, begin_h=60), linked=True),
    ]
    one, two = rows(*ways)
    assert (one["day"], two["day"]) == (date(2024, 7, 15), date(2024, 7, 17))
    assert (one["hours"], two["hours"]) == pytest.approx((24.0, 24.0))


def test_a_silence_of_more_than_three_days_counts_for_nothing() -> None:
    ways = [Way(points=north(71.2)), Way(points=north(71.6, begin_h=73), linked=True)]
    assert [row["hours"] for row in rows(*ways)] == [0.0, 0.0]


def test_tracks_of_one_day_make_one_row() -> None:
    ways = [Way(points=north(71.2, 71.3)), Way(points=north(71.6, 71.7, begin_h=5))]
    (row,) = rows(*ways)
    assert row["n_positions"] == 4
    assert row["hours"] == pytest.approx(2.0)


def test_an_arc_over_land_counts_whole_inside_and_not_at_all_over_the_edge() -> None:
    wall = land(((71.4, 14), (71.4, 16), (71.5, 16), (71.5, 14)))
    (row,) = rows(Way(points=north(71.2, 71.7)), on=wall)
    assert row["distance_km"] == pytest.approx(0.5 * DEGREE_KM, rel=1e-3)
    (row,) = rows(Way(points=north(70.7, 71.7)), on=wall)
    assert row["distance_km"] == 0.0
    assert row["n_positions"] == 1


def test_a_chord_seen_at_neither_end_has_no_row() -> None:
    assert rows(Way(points=[(0, 71.5, 9.5), (20, 71.5, 20.5)])) == []


def test_strays_do_not_count() -> None:
    assert rows(Way(points=north(70.0)), Way(points=north(71.5), stray=True)) == []


def test_rows_come_by_zone_day_and_number() -> None:
    other = box("other", 70, 73, 5, 25)
    ways = [Way(points=north(71.2, 71.3, every_h=20), mmsi=m) for m in (9, 7)]
    found = presence(scene(*ways, zones=[SQUARE, other]))
    assert found.equals(found.sort(PRESENCE.order))
    assert found.select("zone_id", "mmsi").unique().height == 4
