import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from northwatch.errors import ParameterError
from northwatch.geo import (
    Zone,
    ZoneIndex,
    arctic_circle,
    edge_distance_m,
    from_polar,
    is_in_zone,
    polar_from_ais,
    polar_from_ais_arrays,
    shipped_zones,
    zones_at,
)

Ints = NDArray[np.int32]
Words = NDArray[np.uint64]


def made(name: str, polygon: shapely.Geometry) -> Zone:
    return Zone(name, name, "1", "made", "", "user", polygon)


def ais(lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64]) -> tuple[Ints, Ints]:
    lat_i, lon_i = (np.round(v * 600_000).astype(np.int32) for v in (lat_deg, lon_deg))
    return lat_i, lon_i


def places(count: int, south_deg: float = 50.0, seed: int = 5) -> tuple[Ints, Ints]:
    """Random places north of a parallel, some at the pole and on the 180th meridian."""
    random = np.random.default_rng(seed)
    lat = np.degrees(np.arcsin(random.uniform(np.sin(np.radians(south_deg)), 1.0, count)))
    lon = random.uniform(-180.0, 180.0, count)
    lat[:100], lon[100:5000], lon[5000:10_000] = 90.0, 180.0, -180.0
    lat[10_000:11_000] = 90.0 - 10 ** random.uniform(-6, 0, 1000)
    return ais(lat, lon)


def on_edges(zones: list[Zone]) -> tuple[Ints, Ints]:
    """Every vertex and every middle of an edge, as near as AIS units come."""
    points = []
    for zone in zones:
        for ring in shapely.get_rings(shapely.get_parts(zone.polygon)):
            xy = shapely.get_coordinates(ring)
            points += [xy[:-1], (xy[:-1] + xy[1:]) / 2]
    xy = np.concatenate(points)
    return ais(*from_polar(xy[:, 0], xy[:, 1]))


def bits(words: Words, zone: int) -> NDArray[np.bool_]:
    return (words[:, zone // 64] >> np.uint64(zone % 64) & np.uint64(1)).astype(np.bool_)


def assert_equals_shapely(index: ZoneIndex, lat_i: Ints, lon_i: Ints) -> None:
    words = index.lookup(lat_i, lon_i)
    x_m, y_m = polar_from_ais_arrays(lat_i, lon_i)
    for number, zone in enumerate(index.zones):
        shapely.prepare(zone.polygon)
        inside = shapely.contains_xy(zone.polygon, x_m, y_m)
        (differ,) = np.nonzero(inside != bits(words, number))
        # On the line itself shapely says outside, and we say one side or the other.
        off = shapely.distance(zone.polygon.boundary, shapely.points(x_m[differ], y_m[differ]))
        assert (off < 1e-6).all(), zone.id


def test_shipped_zones_equal_shapely_on_a_million_places() -> None:
    index = ZoneIndex.build(shipped_zones())
    assert_equals_shapely(index, *places(1_000_000))


def test_shipped_zones_equal_shapely_on_their_own_edges() -> None:
    zones = shipped_zones()
    lat_i, lon_i = on_edges(zones)
    assert lat_i.size > 30_000
    assert_equals_shapely(ZoneIndex.build(zones), lat_i, lon_i)


@pytest.mark.parametrize("cell_m", [1_500.0, 2_500.0, 7_777.0, 20_000.0])
def test_the_size_of_the_cells_changes_nothing(cell_m: float) -> None:
    zones = shipped_zones()
    lat_i, lon_i = (
        np.concatenate(pair) for pair in zip(places(100_000), on_edges(zones), strict=True)
    )
    reference = ZoneIndex.build(zones).lookup(lat_i, lon_i)
    assert (ZoneIndex.build(zones, cell_m).lookup(lat_i, lon_i) == reference).all()


def test_the_order_of_rows_changes_nothing() -> None:
    index = ZoneIndex.build(shipped_zones())
    lat_i, lon_i = places(50_000)
    order = np.random.default_rng(0).permutation(lat_i.size)
    assert (index.lookup(lat_i, lon_i)[order] == index.lookup(lat_i[order], lon_i[order])).all()


def blobs(count: int) -> list[Zone]:
    """Overlapping stars, some with a hole, some of two parts, one round the pole."""
    random = np.random.default_rng(9)
    zones = []
    for number in range(count):
        x, y = random.uniform(-4e6, 4e6, 2) if number else (0.0, 0.0)
        angle = np.linspace(0, 2 * np.pi, 60)[:-1]
        radius = random.uniform(30e3, 600e3) * random.uniform(0.5, 1.0, angle.size)
        ring = np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])
        shape = shapely.Polygon(ring)
        if number % 3 == 0:
            shape = shape.difference(shapely.Point(x, y).buffer(0.3 * radius.min()))
        if number % 3 == 1:
            shape = shape.union(shapely.box(x + 7e5, y, x + 8e5, y + 1e5))
        zones.append(made(f"blob-{number}", shape))
    return zones


def test_holes_parts_and_more_than_64_zones_equal_shapely() -> None:
    index = ZoneIndex.build(blobs(130))
    assert index.n_words == 3
    assert_equals_shapely(index, *places(20_000, south_deg=48.0))


def test_zones_that_share_an_edge_share_no_place_and_leave_none_out() -> None:
    random = np.random.default_rng(4)
    corners = shapely.MultiPoint(random.uniform(-2e6, 2e6, (40, 2)).round(3))
    tiles = shapely.get_parts(shapely.delaunay_triangles(corners))
    zones = [made(f"tile-{number}", tile) for number, tile in enumerate(tiles)]
    index = ZoneIndex.build(zones)
    whole = shapely.union_all(tiles).buffer(-1.0)
    shapely.prepare(whole)
    out = np.zeros(index.n_words, np.uint64)
    tried = 0
    for tile in tiles:
        for one, two in pairwise(shapely.get_coordinates(tile)):
            for share in (0.0, 0.25, 0.5, 1.0 / 3.0):
                x, y = one + share * (two - one)
                if not shapely.contains_xy(whole, x, y):
                    continue
                zones_at(x, y, index.arrays, out)
                assert sum(int(word).bit_count() for word in out) == 1, (x, y)
                tried += 1
    assert tried > 200


def test_outside_the_raster_zones_are_tested_exactly() -> None:
    wide = replace(arctic_circle(30.0), id="wide")
    index = ZoneIndex.build([arctic_circle(60.0), wide])
    lat_i, lon_i = ais(np.array([29.99, 30.01, 44.0, 61.0, -10.0, -90.0]), np.full(6, 77.0))
    assert index.lookup(lat_i, lon_i)[:, 0].tolist() == [0, 2, 2, 3, 0, 0]
    assert_equals_shapely(index, *places(20_000, south_deg=10.0))


def test_a_place_that_is_nowhere_is_in_no_zone() -> None:
    index = ZoneIndex.build([arctic_circle(30.0)])
    out = np.ones(1, np.uint64)
    for x, y in ((math.nan, 0.0), (math.inf, math.nan), (-math.inf, math.inf)):
        zones_at(x, y, index.arrays, out)
        assert out[0] == 0
        assert not is_in_zone(x, y, 0, index.arrays)


def test_no_places_and_no_zones() -> None:
    nothing = np.zeros(0, np.int32)
    assert ZoneIndex.build(shipped_zones()).lookup(nothing, nothing).shape == (0, 1)
    lat_i, lon_i = places(20_000)
    assert not ZoneIndex.build([]).lookup(lat_i, lon_i).any()


def test_one_zone_alone_says_what_the_bits_say() -> None:
    index = ZoneIndex.build(shipped_zones())
    lat_i, lon_i = places(15_000)
    words = index.lookup(lat_i, lon_i)
    for row in range(0, 15_000, 50):
        place = polar_from_ais(lat_i[row], lon_i[row])
        for number in range(len(index.zones)):
            assert is_in_zone(*place, number, index.arrays) == bits(words[row : row + 1], number)[0]


def test_an_id_used_twice_and_a_tiny_cell_are_refused() -> None:
    with pytest.raises(ParameterError, match="arctic-circle"):
        ZoneIndex.build([arctic_circle(), arctic_circle(60.0)])
    with pytest.raises(ParameterError, match="cell_m"):
        ZoneIndex.build([arctic_circle()], cell_m=10.0)


def test_the_distance_to_the_edge_is_metres_on_the_ground() -> None:
    index = ZoneIndex.build([arctic_circle(70.0), replace(arctic_circle(89.99), id="cap")])
    for lat_deg, lon_deg in ((70.1, 13.0), (69.9, 180.0), (70.0, -45.0)):
        place = polar_from_ais(*(round(v * 600_000) for v in (lat_deg, lon_deg)))
        metres = edge_distance_m(*place, 0, index.arrays, 20_000.0)
        assert metres == pytest.approx(abs(lat_deg - 70.0) * 111_195, rel=0.006, abs=2.0)
    assert edge_distance_m(0.0, 0.0, 1, index.arrays, 2000.0) == pytest.approx(1112, rel=0.006)


def test_an_edge_further_than_the_limit_is_infinitely_far() -> None:
    index = ZoneIndex.build([arctic_circle(70.0)])
    place = polar_from_ais(round(70.1 * 600_000), 0)
    assert edge_distance_m(*place, 0, index.arrays, 10_000.0) == math.inf
    assert edge_distance_m(*place, 0, index.arrays, 12_000.0) < 12_000.0


def test_an_edge_along_a_row_of_the_raster_counts_for_distance() -> None:
    box = made("box", shapely.box(-1e6, -1e6, 1e6, 1e6))
    index = ZoneIndex.build([box])
    assert edge_distance_m(0.0, 1e6 - 1000.0, 0, index.arrays, 5000.0) < 1100.0


def test_building_twice_gives_the_same_bytes() -> None:
    one, two = (ZoneIndex.build(shipped_zones()).arrays for _ in range(2))
    for name in one._fields:
        assert np.array_equal(getattr(one, name), getattr(two, name)), name
