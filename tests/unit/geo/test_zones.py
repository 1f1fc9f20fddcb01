import csv
import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from northwatch import data
from northwatch.errors import ParameterError
from northwatch.geo import (
    Zone,
    ZoneIndex,
    arctic_circle,
    shipped_gates,
    shipped_land,
    shipped_zones,
    to_polar,
)

PLACES = Path(__file__).parents[2] / "data" / "zone_membership_tests.csv"
MUST_SHIP = {
    "polar-code", "arctic-circle", "svalbard-box", "nsr-waters", "barents-sea", "kara-sea",
    "laptev-sea", "east-siberian-sea", "chukchi-sea", "beaufort-sea", "greenland-sea",
    "norwegian-sea", "baffin-bay", "davis-strait", "labrador-sea", "hudson-bay", "bering-sea",
    "canadian-archipelago", "central-arctic", "white-sea",
}  # fmt: skip


def zone(name: str) -> Zone:
    return next(zone for zone in shipped_zones() if zone.id == name)


def names_at(index: ZoneIndex, lat_deg: float, lon_deg: float) -> set[str]:
    place = (np.array([round(v * 600_000)], np.int32) for v in (lat_deg, lon_deg))
    word = int(index.lookup(*place)[0, 0])
    return {zone.id for bit, zone in enumerate(index.zones) if word >> bit & 1}


def area_km2(shape: shapely.Geometry) -> float:
    to_equal_area = Transformer.from_crs(3413, 3571, always_xy=True)
    moved = shapely.transform(
        shapely.segmentize(shape, 20_000),
        lambda xy: np.column_stack(to_equal_area.transform(xy[:, 0], xy[:, 1])),
    )
    return float(moved.area / 1e6)


def test_the_zones_that_must_ship_do() -> None:
    assert {zone.id for zone in shipped_zones()} >= MUST_SHIP


def test_every_shipped_zone_is_valid_named_and_sourced() -> None:
    for each in shipped_zones():
        assert each.polygon.is_valid, each.id
        assert not each.polygon.is_empty
        assert all((each.name, each.version, each.source, each.note, each.licence)), each.id
    ids = [each.id for each in shipped_zones()]
    assert len(set(ids)) == len(ids)


def test_every_file_of_the_folder_is_listed_and_every_listed_file_is_there() -> None:
    entries = json.loads(data.read_text("zones/zones.json"))["zones"]
    listed = {entry["file"] for entry in entries if "file" in entry}
    assert listed == {name for name in data.names("zones") if name.endswith(".csv")}


def test_what_is_no_evidence_says_so() -> None:
    for each in shipped_zones():
        if each.kind == "demonstration":
            assert each.note.startswith("approximate, not evidence."), each.id
        if each.kind == "sea":
            assert each.note.startswith("Oceanographic, not legal."), each.id


def test_the_48_places_lie_in_the_zones_they_should() -> None:
    index = ZoneIndex.build(shipped_zones())
    with PLACES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 48
    for row in rows:
        names = names_at(index, float(row["lat"]), float(row["lon"]))
        for name in ("polar_code", "arctic_circle"):
            expected = row[name] == "Y"
            assert (name.replace("_", "-") in names) == expected, (row["place"], name)


def test_the_polar_code_zone_has_its_area_of_sea() -> None:
    # 14.29 M km2 against the GSHHG coast (arctic.md, 3); our coast gives 0.3 % more.
    sea = area_km2(zone("polar-code").polygon.difference(shipped_land().polygon))
    assert sea / 1e6 == pytest.approx(14.29, abs=0.07)


def test_the_high_seas_have_about_their_published_areas() -> None:
    assert area_km2(zone("central-arctic-high-seas").polygon) / 1e6 == pytest.approx(2.8, abs=0.1)
    assert area_km2(zone("loophole").polygon) == pytest.approx(62_000, rel=0.1)


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "inside", "outside"),
    [
        (78.2, 15.0, {"svalbard-box"}, {"nsr-waters"}),
        (71.5, 73.0, {"nsr-waters", "kara-sea"}, {"barents-sea"}),  # Sabetta
        (69.4, 86.2, {"nsr-waters"}, set()),  # Dudinka, 350 km up the Yenisei
        (69.0, 54.0, {"barents-sea"}, {"nsr-waters"}),  # Pechora Sea, west of the gates
        (77.0, 67.0, {"barents-sea"}, {"nsr-waters"}),  # west of the meridian of C. Zhelaniya
        (77.5, 70.0, {"nsr-waters"}, set()),  # and east of it
        (84.9, 140.0, {"central-arctic-high-seas"}, {"nsr-waters"}),  # Xue Long 2's way, 2024
        (66.2, -169.2, {"nsr-waters"}, set()),  # north of the parallel of C. Dezhnev
        (65.9, -169.2, set(), {"nsr-waters"}),
        (70.0, -168.5, {"chukchi-sea"}, {"nsr-waters"}),  # United States side
        (74.5, 36.0, {"loophole", "barents-sea"}, set()),
        (69.0, 0.0, {"banana-hole", "norwegian-sea"}, {"greenland-waters"}),
        (64.1, -52.0, {"greenland-waters", "davis-strait"}, {"nordreg-waters"}),
        (58.0, -85.0, {"nordreg-waters", "hudson-bay"}, {"polar-code"}),
        (74.4, -90.0, {"nordreg-waters", "canadian-archipelago", "polar-code"}, set()),
        (69.0, 33.0, {"barents-sea"}, {"polar-code"}),  # Murmansk, at the quay
        (64.54, 40.5, {"white-sea"}, {"polar-code"}),  # Arkhangelsk, at the quay
        (90.0, 77.0, {"central-arctic", "central-arctic-high-seas"}, {"nsr-waters"}),
    ],
)
def test_places_known_from_the_sources(
    lat_deg: float, lon_deg: float, inside: set[str], outside: set[str]
) -> None:
    names = names_at(ZoneIndex.build(shipped_zones()), lat_deg, lon_deg)
    assert inside <= names
    assert not outside & names


def test_the_boundary_of_the_nsr_waters_runs_along_its_gates() -> None:
    boundary = zone("nsr-waters").polygon.boundary
    gates = {gate.id: gate for gate in shipped_gates()}
    for name in ("kara-gate", "yugorsky-shar", "matochkin-shar", "nsr-east-parallel"):
        gate = gates[name]
        x, y = to_polar(np.array([gate.lat_a, gate.lat_b]), np.array([gate.lon_a, gate.lon_b]))
        for place in shapely.points(x, y):
            assert boundary.distance(place) < 1.0, name


def test_no_part_of_the_arctic_circle_is_a_metre_off_its_parallel() -> None:
    circle = arctic_circle()
    index = ZoneIndex.build([circle])
    lon_i = np.arange(-108_000_000, 108_000_000, 60_007, dtype=np.int32)
    parallel_i = round((66 + 33.8 / 60) * 600_000)
    north = np.full(lon_i.size, parallel_i + 8, np.int32)  # 1.5 m
    south = np.full(lon_i.size, parallel_i - 1, np.int32)
    assert index.lookup(north, lon_i).all()
    assert not index.lookup(south, lon_i).any()


def test_the_arctic_circle_is_a_parameter_and_its_version_says_which() -> None:
    assert arctic_circle().version == "66-33.8N"
    assert arctic_circle(66.4).version == "66-24N"
    assert arctic_circle(66 + 32 / 60).version == "66-32N"
    with pytest.raises(ParameterError, match="lat_deg"):
        arctic_circle(90.0)
