from typing import Any

import numpy as np
import pytest
import shapely

from northwatch.errors import UnreadableError
from northwatch.geo import Zone, ZoneIndex, zones_from_geojson

Ring = list[list[float]]
BOX: Ring = [[10, 70], [20, 70], [20, 75], [10, 75], [10, 70]]


def feature(*rings: Ring, **properties: object) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"name": "Test Box", **properties},
        "geometry": {"type": "Polygon", "coordinates": list(rings)},
    }


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def read(*rings: Ring, **properties: object) -> Zone:
    (zone,) = zones_from_geojson(feature(*rings, **properties), file="box.geojson")
    return zone


def holds(zone: Zone, lat_deg: float, lon_deg: float) -> bool:
    place = (np.array([round(v * 600_000)], np.int32) for v in (lat_deg, lon_deg))
    return bool(ZoneIndex.build([zone]).lookup(*place)[0, 0])


def refusal(document: Any) -> str:  # noqa: ANN401
    with pytest.raises(UnreadableError) as caught:
        zones_from_geojson(document, file="box.geojson")
    assert caught.value.file == "box.geojson"
    return str(caught.value)


def test_a_feature_becomes_a_zone_of_the_user() -> None:
    zone = read(BOX, note="mine", licence="CC0", version="7", source="me")
    assert (zone.id, zone.name, zone.kind) == ("test-box", "Test Box", "user")
    assert (zone.version, zone.source, zone.note, zone.licence) == ("7", "me", "mine", "CC0")
    assert zone.polygon.is_valid
    assert holds(zone, 72, 15)
    assert not holds(zone, 69.9, 15)


def test_a_bare_polygon_and_a_collection_are_read_too() -> None:
    (bare,) = zones_from_geojson({"type": "Polygon", "coordinates": [BOX]}, file="box.geojson")
    assert bare.id == "box-geojson"
    two = zones_from_geojson(
        collection(feature(BOX, id="one"), {**feature(BOX), "id": "two"}), file="x"
    )
    assert [zone.id for zone in two] == ["one", "two"]


def test_the_version_follows_the_boundary() -> None:
    moved: Ring = [[10, 70], [20, 70], [20, 76], [10, 75], [10, 70]]
    assert read(BOX).version == read(BOX, note="other").version
    assert len({read(BOX).version, read(moved).version, read(BOX, edge="rhumb").version}) == 3


def test_edges_are_straight_in_longitude_and_latitude() -> None:
    zone = read([[0, 70], [80, 70], [80, 80], [0, 80], [0, 70]])
    assert holds(zone, 70.1, 40)
    assert not holds(zone, 69.9, 40)
    assert holds(
        read([[0, 70], [80, 70], [80, 80], [0, 80], [0, 70]], edge="great_circle"), 80.5, 40
    )


def test_a_hole_is_outside() -> None:
    zone = read(BOX, [[14, 72], [16, 72], [16, 73], [14, 73], [14, 72]])
    assert holds(zone, 71, 15)
    assert not holds(zone, 72.5, 15)


def test_a_zone_cut_at_180_equals_one_written_on() -> None:
    cut = {
        "type": "MultiPolygon",
        "coordinates": [
            [[[170, 66], [180, 66], [180, 80], [170, 80], [170, 66]]],
            [[[-180, 66], [-170, 66], [-170, 80], [-180, 80], [-180, 66]]],
        ],
    }
    (one,) = zones_from_geojson(cut, file="cut")
    other = read([[170, 66], [190, 66], [190, 80], [170, 80], [170, 66]])
    assert one.polygon.symmetric_difference(other.polygon).area < 1.0
    for lon in (180, -180, 179.9, -179.9):
        assert holds(one, 70, lon)
        assert holds(other, 70, lon)
    assert one.polygon.geom_type == "Polygon"


@pytest.mark.parametrize(
    "ring",
    [
        [[-180, 66], [-90, 66], [0, 66], [90, 66], [180, 66]],
        [[-180, 66], [-90, 66], [0, 66], [90, 66], [180, 66], [-180, 66]],
        [[0, 66], [90, 66], [180, 66], [270, 66], [360, 66]],
        [[-180, 66], [180, 66], [180, 90], [-180, 90], [-180, 66]],
    ],
)
def test_a_ring_round_the_pole_may_be_written_in_any_of_these_ways(ring: Ring) -> None:
    zone = read(ring)
    assert holds(zone, 90, 0)
    for lon in (-180, -179.99, 0, 45, 180):
        assert holds(zone, 66.01, lon)
        assert not holds(zone, 65.99, lon)


def test_a_band_round_the_globe_has_a_hole_at_the_pole() -> None:
    zone = read([[-180, 66], [180, 66], [180, 80], [-180, 80], [-180, 66]])
    assert not holds(zone, 85, 10)
    assert holds(zone, 70, 180)
    assert holds(zone, 70, 0)


def test_rings_that_run_back_along_themselves_are_mended() -> None:
    bow = read([[10, 70], [20, 75], [20, 70], [10, 75], [10, 70]])
    assert bow.polygon.is_valid
    assert bow.polygon.area > 0


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"type": "Topology"}, "no zone in it (type 'Topology')"),
        ([1, 2], "no zone in it (type None)"),
        (collection(), "no zone in it"),
        ({**feature(BOX), "crs": {"properties": {"name": "EPSG:3857"}}}, "not WGS 84"),
        (collection(feature(BOX), feature(BOX)), "feature 2 (Test Box): the id 'test-box' is used"),
        (collection({"type": "x"}), "its geometry is None"),
        (collection("x"), "not a feature"),  # type: ignore[arg-type]
        ({**feature(), "geometry": {"type": "Point", "coordinates": [1, 2]}}, "is 'Point'"),
        (feature(), "no coordinates"),
        (feature([[10, 70], [20, 70]]), "fewer than three vertices"),
        (feature([["a", "b"], [1, 2], [3, 4]]), "not a list of [longitude, latitude]"),  # type: ignore[list-item]
        (feature([[10, 95], [20, 70], [20, 75]]), "[10.0, 95.0] is not on the globe"),
        (feature([[10, -5], [20, 70], [20, 75]]), "south of the equator"),
        (feature([[10, float("nan")], [20, 70], [20, 75]]), "not on the globe"),
        (feature([[10, 70], [15, 70], [20, 70]]), "no area"),
        (feature(BOX, id="Not A Slug"), "the id 'Not A Slug' is not allowed"),
        (feature(BOX, edge="wavy"), "edge kind 'wavy' is not known"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place_and_the_reason(
    document: Any,  # noqa: ANN401
    told: str,
) -> None:
    assert told in refusal(document)


def test_an_edge_that_may_run_either_way_is_refused_with_the_remedy() -> None:
    told = refusal(feature([[170, 66], [-170, 66], [-170, 80], [170, 80], [170, 66]]))
    assert "from [170.0, 66.0] to [-170.0, 66.0] spans 340 degrees" in told
    assert "Write -170 as 190" in told


def test_other_edge_kinds_take_the_shorter_way() -> None:
    zone = read([[170, 66], [-170, 66], [-170, 80], [170, 80], [170, 66]], edge="parallel")
    assert holds(zone, 70, 180)
    assert shapely.get_num_geometries(zone.polygon) == 1
