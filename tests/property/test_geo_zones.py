"""The fast zone look-up equals shapely, and the size of its cells changes nothing."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.geo import Zone, ZoneIndex, zones_at

METRES = st.integers(-6_000_000, 6_000_000)
CORNERS = st.lists(st.tuples(METRES, METRES), min_size=3, max_size=9, unique=True)


def zone(name: str, corners: list[tuple[int, int]]) -> Zone:
    shape = shapely.make_valid(shapely.Polygon(corners), method="structure")
    areas = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return Zone(name, name, "1", "made", "", "user", shapely.MultiPolygon(areas))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(CORNERS, min_size=1, max_size=4),
    st.lists(st.tuples(METRES, METRES), min_size=1, max_size=40),
    st.sampled_from([20_000.0, 49_999.0, 130_000.0]),
)
def test_any_polygons_and_any_cells_equal_shapely(
    polygons: list[list[tuple[int, int]]], places: list[tuple[int, int]], cell_m: float
) -> None:
    zones = [zone(str(number), corners) for number, corners in enumerate(polygons)]
    index = ZoneIndex.build(zones, cell_m)
    places = places + [corner for corners in polygons for corner in corners]
    out = np.zeros(1, np.uint64)
    for x, y in places:
        zones_at(float(x), float(y), index.arrays, out)
        for bit, each in enumerate(zones):
            place = shapely.Point(x, y)
            if each.polygon.boundary.distance(place) > 1e-6:
                assert bool(int(out[0]) >> bit & 1) == each.polygon.contains(place)
