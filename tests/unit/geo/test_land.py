import gzip
import json

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from northwatch import data
from northwatch.geo import (
    is_land,
    over_land_km,
    polar_from_ais_arrays,
    shipped_gates,
    shipped_land,
)

LAND = shipped_land()
Ints = NDArray[np.int32]


def ais(*degrees: float) -> Ints:
    return np.round(np.array(degrees) * 600_000).astype(np.int32)


def km(lat0: float, lon0: float, lat1: float, lon1: float) -> float:
    return float(LAND.over_land_km(ais(lat0), ais(lon0), ais(lat1), ais(lon1))[0])


@pytest.mark.parametrize(
    ("lat", "lon", "on_land"),
    [
        (75.0, -40.0, True),  # Greenland's ice
        (78.8, 17.0, True),  # Spitsbergen
        (67.0, 180.0, True),  # Chukotka, on the cut of the source
        (71.0, 179.5, True),  # Wrangel Island
        (46.0, 100.0, True),  # Mongolia, near the edge of the mask
        (90.0, 0.0, False),
        (72.0, 20.0, False),
        (70.0, 180.0, False),
        (40.0, -100.0, False),  # south of the mask: not known to be land
        (-90.0, 0.0, False),
    ],
)
def test_land_is_land_and_sea_is_sea(lat: float, lon: float, on_land: bool) -> None:  # noqa: FBT001
    assert LAND.is_land(ais(lat), ais(lon))[0] == on_land
    assert is_land(ais(lat)[0], ais(lon)[0], LAND.arrays) == on_land


def test_the_mask_equals_its_polygons() -> None:
    random = np.random.default_rng(11)
    lat_i = ais(*np.degrees(np.arcsin(random.uniform(np.sin(np.radians(45)), 1, 100_000))))
    lon_i = ais(*random.uniform(-180, 180, 100_000))
    shapely.prepare(LAND.polygon)
    x_m, y_m = polar_from_ais_arrays(lat_i, lon_i)
    assert (LAND.is_land(lat_i, lon_i) == shapely.contains_xy(LAND.polygon, x_m, y_m)).all()


def test_an_arc_at_sea_has_no_land_and_an_arc_over_spitsbergen_has() -> None:
    assert km(72.0, 20.0, 74.0, 30.0) == 0.0
    assert km(78.0, 10.0, 78.0, 25.0) == pytest.approx(185, abs=25)
    assert km(78.8, 17.0, 78.8, 17.01) == pytest.approx(0.216, abs=0.001)


def test_no_arc_is_on_no_land() -> None:
    assert km(75.0, -40.0, 75.0, -40.0) == 0.0


def test_an_arc_over_the_pole_is_at_sea_until_greenland() -> None:
    assert km(84.0, 140.0, 84.0, -40.0) == 0.0
    assert 300 < km(84.0, 140.0, 79.0, -40.0) < 500


def test_the_scalar_equals_the_array_form_both_ways() -> None:
    there = over_land_km(46_800_000, 6_000_000, 46_800_000, 15_000_000, LAND.arrays)
    assert there == km(78.0, 10.0, 78.0, 25.0)
    assert km(78.0, 25.0, 78.0, 10.0) == pytest.approx(there, abs=1.0)


def test_gates_are_water_where_the_finer_coast_has_water() -> None:
    for gate in shipped_gates():
        from_a = ais(gate.lat_a), ais(gate.lon_a), ais(gate.lat_b), ais(gate.lon_b)
        length = 0.001 * float(
            shapely.LineString(
                np.column_stack(polar_from_ais_arrays(np.append(from_a[0], from_a[2]),
                                                      np.append(from_a[1], from_a[3])))
            ).length
        )  # fmt: skip
        water = length - LAND.over_land_km(*from_a)[0]
        assert water == pytest.approx(gate.water_km, abs=8 + 0.03 * gate.water_km), gate.id


def test_the_files_are_small_enough_to_ship() -> None:
    assert len(data.read_bytes("land/land-3413.npz")) < 1_500_000
    assert len(gzip.compress(data.read_bytes("land/coast-3995.json"))) < 125_000


def test_the_coast_of_the_map_is_the_land_of_the_mask() -> None:
    coast = json.loads(data.read_text("land/coast-3995.json"))
    assert coast["crs"] == "EPSG:3995"
    parts = []
    for rings in coast["polygons"]:
        lines = [
            np.cumsum(np.array(ring).reshape(-1, 2), axis=0) * coast["unit_m"] for ring in rings
        ]
        parts.append(shapely.Polygon(lines[0], lines[1:]))
    land = shapely.union_all(parts)
    half = np.sqrt(0.5) / 1.0030  # back from EPSG:3995 to EPSG:3413
    turned = shapely.transform(
        land, lambda xy: half * np.column_stack([xy[:, 0] - xy[:, 1], xy[:, 0] + xy[:, 1]])
    )
    arctic = shapely.Point(0, 0).buffer(3_000_000)
    ours, theirs = LAND.polygon.intersection(arctic), turned.intersection(arctic)
    assert ours.symmetric_difference(theirs).area / ours.area < 0.02
