"""What all kinds of events share: zones, lengths, land, links."""

import numpy as np
import polars as pl
import pytest

from northwatch.events import make_scene
from northwatch.events.chains import chains_of
from northwatch.events.clearance import clear_km, edge_clearance, land_clearance
from northwatch.geo import shipped_land, shipped_zones, to_polar
from tests.build_scene import box, index_of, land, scene
from tests.build_tracked import Point, Way, ms, tracked


def north(*lats: float, begin_h: float = 0.0) -> list[Point]:
    return [(begin_h + k, lat, 15.0) for k, lat in enumerate(lats)]


def test_an_arc_is_as_long_as_the_geodesic_and_none_leads_to_a_first_position() -> None:
    seen = scene(Way(points=north(71, 72), mmsi=1), Way(points=north(60, 61), mmsi=2))
    assert seen.arc_km == pytest.approx([0, 111.6, 0, 111.4], abs=0.1)


def test_strays_have_zones_but_no_arc() -> None:
    seen = scene(
        Way(points=north(71.2, 71.4)), Way(points=north(71.5), stray=True),
        zones=[box("a", 71, 72, 10, 20)],
    )  # fmt: skip
    assert seen.zone_bits[:, 0].tolist() == [1, 1, 1]
    assert seen.arc_km[2] == 0.0


def test_a_link_has_a_length_and_may_lead_over_land() -> None:
    wall = land(((71.4, 14), (71.4, 16), (71.6, 16), (71.6, 14)))
    ways = [Way(points=north(71)), Way(points=north(72, begin_h=30), linked=True)]
    seen = scene(*ways, on=wall)
    assert seen.link_km == pytest.approx([0, 111.6], abs=0.1)
    assert seen.link_over_land.tolist() == [False, True]
    assert not seen.over_land.any()


@pytest.mark.parametrize(("south", "over"), [(71.48, 1), (71.49, 0)])
def test_land_counts_from_two_kilometres_on(south: float, over: int) -> None:
    wall = land(((south, 14), (south, 16), (71.504, 16), (71.504, 14)))  # 2.7 and 1.6 km
    assert scene(Way(points=north(71, 72)), on=wall).over_land[1] == over


def test_arcs_of_five_kilometres_are_not_tested_for_land() -> None:
    wall = land(((71.0, 14), (71.0, 16), (71.5, 16), (71.5, 14)))
    assert not scene(Way(points=north(71.2, 71.24)), on=wall).over_land.any()
    assert scene(Way(points=north(71.2, 71.26)), on=wall).over_land[1]


def test_the_data_end_with_the_last_position_unless_said_otherwise() -> None:
    assert scene(Way(points=north(71, 72))).as_of_ms == ms(1)
    assert scene(Way(points=north(71, 72)), as_of_ms=ms(50)).as_of_ms == ms(50)


def test_hulls_are_named_by_the_vessels_table() -> None:
    held = tracked(Way(points=north(71), mmsi=5), Way(points=north(71), mmsi=6))
    vessels = pl.DataFrame(
        {"mmsi": [6], "vessel_id": ["imo-9781085"]}, schema_overrides={"mmsi": pl.Int32}
    )
    seen = make_scene(held, index_of(()), (), land(), vessels=vessels)
    named = held.tracks.with_columns(seen.vessel_id(pl.col("mmsi")))["vessel_id"]
    assert named.to_list() == ["mmsi-5", "imo-9781085"]


def test_links_make_chains_and_links_out_of_the_table_do_not() -> None:
    ways = [
        Way(points=north(71), mmsi=1),
        Way(points=north(71, begin_h=30), mmsi=1, linked=True),
        Way(points=north(71, begin_h=60), mmsi=1),
        Way(points=north(71), mmsi=2),
    ]
    tracks = tracked(*ways).tracks
    chains = chains_of(tracks)
    assert chains.tracks.tolist() == [0, 1, 2, 3]
    assert chains.starts.tolist() == [0, 2, 3, 4]
    assert chains.of_track.tolist() == [0, 0, 1, 2]
    alone = chains_of(tracks.filter(pl.col("t_from_ms") != ms(30)))
    assert alone.starts.tolist() == [0, 1, 2, 3]


def test_no_edge_lies_within_the_clear_way() -> None:
    """Of random places, the zones of places anywhere within the clear way are the same."""
    rng = np.random.default_rng(7)
    index = index_of(tuple(shipped_zones()))
    clearance = edge_clearance(index.arrays)
    lat, lon = rng.uniform(50, 89, 4000), rng.uniform(-180, 180, 4000)
    x, y = to_polar(lat, lon)
    clear = np.array([clear_km(a, b, clearance) for a, b in zip(x, y, strict=True)])
    assert (clear > 20).mean() > 0.3
    # A step of the clear way along the meridian or the parallel; 110.5 km is a short degree.
    for north_, east in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        to_lat = lat + north_ * clear / 112.0
        to_lon = lon + east * clear / (112.0 * np.cos(np.radians(lat)))
        there = (to_lat < 90) & (np.abs(to_lon - lon) < 90)
        one, two = (
            index.lookup(
                np.rint(a[there] * 600_000).astype(np.int32),
                np.rint(b[there] * 600_000).astype(np.int32),
            )
            for a, b in ((lat, lon), (to_lat, to_lon))
        )
        assert np.array_equal(one, two)


def test_no_land_lies_within_the_clear_way() -> None:
    mask = shipped_land()
    clearance = land_clearance(mask.arrays)
    rng = np.random.default_rng(8)
    lat, lon = rng.uniform(60, 89, 4000), rng.uniform(-180, 180, 4000)
    x, y = to_polar(lat, lon)
    clear = np.array([clear_km(a, b, clearance) for a, b in zip(x, y, strict=True)])
    on_land = mask.is_land(
        np.rint(lat * 600_000).astype(np.int32), np.rint(lon * 600_000).astype(np.int32)
    )
    assert (clear > 0).any()
    assert not (on_land & (clear > 0)).any()
