"""Make the vertices of the shipped zones; what is said of each stands in `zones.json` by hand.

    npm pack world-atlas && tar xf world-atlas-*.tgz
    python tools/make_zones.py --seas SEAS.geojson --points polar_code_points.csv \
        --atlas package/countries-10m.json src/northwatch/data/zones

Inputs: arctic seas of MPAS-Dev/geometric_features (`geometric_data/ocean`, one FeatureCollection);
the point list of the Polar Code as a table; Natural Earth 1:10 million from world-atlas 2.0.2.
"""

import argparse
import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import limits
import numpy as np
import shapely

from northwatch.geo import from_polar, shipped_gates
from northwatch.geo.rings import Ring, polygon

Shape = Any
Row = Sequence[object]

SEA_TOLERANCE_M: Final = 1_000.0
SEA_REACH_M: Final = 10_000.0  # land this near a sea is taken into it, as far as it is land
SEA_GAP_M: Final = 3_000.0  # slits between two coasts, closed up to twice this width
LIMIT_TOLERANCE_M: Final = 200.0
NATIONS: Final = {"russia": "643", "canada": "124", "greenland": "304"}

SEAS: Final = (
    "Baffin Bay", "Barents Sea", "Beaufort Sea", "Bering Sea", "Canada Basin",
    "Canadian Archipelago", "Central Arctic", "Chukchi Sea", "East Siberian Sea",
    "Greenland Sea", "Hudson Bay", "Irminger Sea", "Kara Sea", "Labrador Sea", "Laptev Sea",
    "Lincoln Sea", "Norwegian Sea", "White Sea",
)  # fmt: skip

# From Cape Dezhnev over the land of Asia to the Yugorsky Peninsula (latitude, longitude): any path
# over land gives the same sea. The middle is the path of the Polar Code zone.
ASIA: Final = (
    (66.05, -171.0), (66.0, -172.5), (66.05, -174.3), (66.7, -176.5), (67.2, -179.0),
    (67.0, 178.0), (66.5, 172.0), (65.5, 168.0), (65.0, 164.0), (65.5, 158.0), (66.0, 150.0),
    (66.5, 142.0), (67.5, 134.0), (67.5, 124.0), (67.0, 112.0), (66.0, 100.0), (64.0, 84.0),
    (64.5, 72.0), (65.5, 66.0), (67.5, 65.5), (68.3, 64.5), (69.0, 62.5),
)  # fmt: skip
VAYGACH: Final = ((69.85, 59.9), (70.15, 59.3))
SOUTH_ISLAND: Final = (
    (70.85, 57.0), (71.2, 56.0), (71.7, 54.6), (72.2, 54.0), (72.7, 54.5), (73.15, 55.0),
)  # fmt: skip
NORTH_ISLAND: Final = (
    (73.65, 55.4), (74.0, 56.6), (74.4, 57.6), (75.0, 59.0), (75.5, 61.0), (76.0, 63.0),
    (76.4, 66.0), (76.75, 67.7),
)  # fmt: skip
# Round Hudson, James and Ungava Bays south of 60N, over land, from west to east.
HUDSON: Final = (
    (60.0, -96.5), (57.0, -95.5), (55.0, -89.0), (52.0, -84.0), (50.5, -80.5), (50.8, -78.0),
    (54.0, -75.5), (57.0, -73.5), (57.5, -70.0), (57.5, -66.0), (59.0, -65.0), (60.0, -64.7),
)  # fmt: skip


def main() -> None:
    """Write one CSV file of vertices for each zone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seas", type=Path, required=True)
    parser.add_argument("--points", type=Path, required=True)
    parser.add_argument("--atlas", type=Path, required=True)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    atlas = json.loads(arguments.atlas.read_text())
    world = limits.land(atlas)
    nations = {name: limits.land(atlas, code) for name, code in NATIONS.items()}
    write_polar_code(arguments.points, arguments.folder / "polar-code.csv")
    write_drawn(arguments.folder)
    write_seas(json.loads(arguments.seas.read_text()), world, arguments.folder)
    write_limits(world, nations, arguments.folder)


def write_rows(path: Path, header: Row, rows: Iterable[Row]) -> None:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_polar_code(points: Path, path: Path) -> None:
    """Write the ring; the point at 180 stands once, since edges here may cross that meridian."""
    with points.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["lon"] != "-180.00000"]
    for row in rows:
        if row["label"] == "antimeridian":
            row["edge_to_next_build_as"] = "parallel"
            row["note"] = "On the parallel of 60N; no corner."
    columns = ("edge_to_next_build_as", "edge_to_next_in_text", "role", "label", "source",
               "unsourced", "note")  # fmt: skip
    write_rows(
        path,
        ("lat_deg", "lon_deg", "edge", "edge_in_text", *columns[2:]),
        ((row["lat"], row["lon"], *(row[name] for name in columns)) for row in rows),
    )


def write_drawn(folder: Path) -> None:
    """Write the zones that their text gives as a few lines."""
    header = ("lat_deg", "lon_deg", "edge", "label")
    write_rows(
        folder / "svalbard-box.csv",
        header,
        (
            (74, 10, "parallel", "south-west"),
            (74, 35, "meridian", "south-east"),
            (81, 35, "parallel", "north-east"),
            (81, 10, "meridian", "north-west"),
        ),
    )
    write_rows(
        folder / "davis-strait.csv",
        header,
        (
            (60.0, -64.7, "parallel", "60N in Labrador, east of Ungava Bay"),
            (60.0, -44.2, "great_circle", "60N in south Greenland"),
            (60.25, -44.0, "great_circle", "over Prins Christian Sund"),
            (60.6, -44.2, "great_circle", "inland, Greenland"),
            (61.2, -45.2, "great_circle", "inland, Greenland"),
            (62.0, -47.5, "great_circle", "inland, Greenland"),
            (64.5, -49.0, "great_circle", "inland, Greenland"),
            (67.0, -48.5, "great_circle", "inland, Greenland"),
            (70.0, -49.5, "parallel", "70N in west Greenland"),
            (70.0, -71.5, "great_circle", "70N on Baffin Island"),
            (68.5, -71.0, "great_circle", "inland, Baffin Island"),
            (66.5, -68.8, "great_circle", "inland, Baffin Island"),
            (64.6, -69.5, "great_circle", "inland, Baffin Island"),
            (63.9, -69.7, "great_circle", "inland, Baffin Island, head of Frobisher Bay"),
            (62.9, -68.8, "great_circle", "inland, Meta Incognita Peninsula"),
            (61.883, -65.95, "great_circle", "East Bluff"),
            (61.3, -64.8, "great_circle", "Hatton Headland, Resolution Island"),
            (60.4, -64.433, "great_circle", "Cape Chidley"),
            (60.25, -64.65, "great_circle", "inland, Labrador"),
        ),
    )


def write_seas(document: dict[str, Any], world: Shape, folder: Path) -> None:
    """Write the named seas, grown over the land beside them, simplified."""
    wanted: dict[str, list[Any]] = {name: [] for name in SEAS}
    for feature in document["features"]:
        if feature["properties"]["name"] in wanted:
            wanted[feature["properties"]["name"]].append(feature["geometry"])
    shapely.prepare(world)
    for name, (geometry,) in wanted.items():
        write_planar(folder / f"{name.lower().replace(' ', '-')}.csv", sea(geometry, world))


def sea(geometry: dict[str, Any], world: Shape) -> Shape:
    """Return one sea in EPSG:3413.

    Its coast is another than ours, so a quay might fall outside; and land inside does no harm.
    Hence the land near it is taken in, slits between the two coasts are closed, islands filled.
    """
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    drawn = polygon([[_lonlat_ring(ring) for ring in rings] for rings in polygons])
    near = world.intersection(drawn.buffer(SEA_REACH_M))
    grown = shapely.union_all([drawn, near]).buffer(SEA_GAP_M).buffer(-SEA_GAP_M)
    whole = limits.without_holes(shapely.union_all([grown, drawn]))
    return whole.simplify(SEA_TOLERANCE_M)


def _lonlat_ring(ring: list[list[float]]) -> Ring:
    lon_deg, lat_deg = np.array(ring[:-1])[:, :2].T
    return Ring(lat_deg, lon_deg, ("lonlat",) * len(lon_deg))


def write_planar(path: Path, shape: Shape) -> None:
    """Write a shape whose edges are straight on the polar map; 4 decimals are at most 11 m."""
    rows = []
    for part, area in enumerate(limits.areas(shape)):
        for number, ring in enumerate([area.exterior, *area.interiors]):
            x_m, y_m = shapely.get_coordinates(ring)[:-1].T
            for lat_deg, lon_deg in zip(*from_polar(x_m, y_m), strict=True):
                rows.append((part, number, f"{lat_deg:.4f}", f"{lon_deg:.4f}"))
    write_rows(path, ("part", "ring", "lat_deg", "lon_deg"), rows)


def write_limits(world: Shape, nations: dict[str, Shape], folder: Path) -> None:
    """Write the zones that rest on 200 nautical miles: all of them approximate."""
    beyond = limits.north_of(50.0).difference(limits.within_limit(limits.coast_points(world, 46.0)))
    for name, lat_deg, lon_deg in (
        ("central-arctic-high-seas", 88.0, -170.0),
        ("loophole", 74.5, 36.0),
        ("banana-hole", 69.0, 0.0),
        ("donut-hole", 57.5, 179.0),
    ):
        part = limits.part_at(beyond, lat_deg, lon_deg)
        write_planar(folder / f"{name}.csv", part.simplify(LIMIT_TOLERANCE_M))
    write_nsr(nations["russia"], folder / "nsr-waters.csv")
    coasts = {name: limits.coast_points(land, 50.0) for name, land in nations.items()}
    greenland = nations["greenland"]
    others = limits.coast_points(world.difference(greenland.buffer(100.0)), 50.0)
    mine = limits.within_limit(coasts["greenland"]).intersection(
        limits.nearest_to(coasts["greenland"], others)
    )
    mine = limits.without_holes(shapely.union_all([mine, greenland])).simplify(LIMIT_TOLERANCE_M)
    write_planar(folder / "greenland-waters.csv", mine)
    write_planar(folder / "nordreg-waters.csv", nordreg(nations["canada"], coasts))


def nordreg(canada: Shape, coasts: dict[str, Any]) -> Shape:
    """Return Canada's northern reporting zone: 60N, 141W, 200 nm or the middle to Greenland."""
    reach = limits.within_limit(coasts["canada"]).intersection(
        limits.nearest_to(coasts["canada"], coasts["greenland"])
    )
    sector = _shape(
        [(60.0, -141.0), (88.0, -141.0), (88.0, -50.0), (60.0, -50.0)],
        ["meridian", "parallel", "meridian", "parallel"],
    )
    north = shapely.union_all([reach, canada]).intersection(sector)
    bays = _shape(HUDSON, ["great_circle"] * (len(HUDSON) - 1) + ["parallel"])
    whole = limits.without_holes(shapely.union_all([north, bays], grid_size=0.001))
    return limits.areas(whole)[0].simplify(LIMIT_TOLERANCE_M)


def _shape(places: Sequence[tuple[float, float]], edges: Sequence[str]) -> Shape:
    lat_deg, lon_deg = np.array(places).T
    return polygon([[Ring(lat_deg, lon_deg, tuple(edges))]])


def write_nsr(russia: Shape, path: Path) -> None:
    """Write the waters of the Northern Sea Route: its law's lines, and 200 nm from the coast."""
    rows = nsr_land_side()
    west, east = rows[-1], rows[0]
    limit = _nsr_limit(russia, float(str(west[1])), float(str(east[1])))
    rows[-1] = (*west[:2], "meridian", west[3])
    for lat_deg, lon_deg in limit[:-1]:
        rows.append((f"{lat_deg:.4f}", f"{lon_deg:.4f}", "planar", "200 nm, approximate"))
    rows.append((f"{limit[-1][0]:.4f}", east[1], "meridian", "200 nm, approximate"))
    write_rows(path, ("lat_deg", "lon_deg", "edge", "label"), rows)


def nsr_land_side() -> list[Row]:
    """Return the rows from the east boundary in Bering Strait to Cape Zhelaniya, gates included."""
    gates = {gate.id: gate for gate in shipped_gates()}
    parallel, meridian = gates["nsr-east-parallel"], gates["nsr-west-meridian"]
    yugorsky, kara, matochkin = (
        gates[name] for name in ("yugorsky-shar", "kara-gate", "matochkin-shar")
    )

    def over_land(places: Sequence[tuple[float, float]], label: str) -> list[Row]:
        return [(lat, lon, "coast", label) for lat, lon in places]

    return [
        (parallel.lat_b, parallel.lon_b, "parallel", "maritime boundary, parallel of C. Dezhnev"),
        (parallel.lat_a, parallel.lon_a, "coast", "Cape Dezhnev"),
        *over_land(ASIA, "over land, Asia"),
        (yugorsky.lat_a, yugorsky.lon_a, "great_circle", "Yugorsky Shar, on the gate"),
        (yugorsky.lat_b, yugorsky.lon_b, "coast", "Vaygach"),
        *over_land(VAYGACH, "over land, Vaygach"),
        (kara.lat_a, kara.lon_a, "great_circle", "Kara Gate, on the gate"),
        (kara.lat_b, kara.lon_b, "coast", "Novaya Zemlya, south island"),
        *over_land(SOUTH_ISLAND, "over land, Novaya Zemlya"),
        (matochkin.lat_a, matochkin.lon_a, "great_circle", "Matochkin Shar, on the gate"),
        (matochkin.lat_b, matochkin.lon_b, "coast", "Novaya Zemlya, north island"),
        *over_land(NORTH_ISLAND, "over land, Novaya Zemlya"),
        (meridian.lat_a, meridian.lon_a, "meridian", "Cape Zhelaniya"),
    ]


def _nsr_limit(russia: Shape, west_lon: float, east_lon: float) -> list[tuple[float, float]]:
    """Return the line 200 nm off Russia's coast from the west meridian to the east one."""
    sector = _shape(  # north of the coast, so that only the seaward side of the reach is in it
        [(73.0, west_lon), (90.0, west_lon), (90.0, east_lon), (73.0, east_lon)]
        + [(73.0, lon) for lon in (-175.0, 160.0, 120.0, 90.0)],
        ["meridian", "planar", "meridian", *["parallel"] * 5],
    )
    reach = limits.without_holes(limits.within_limit(limits.coast_points(russia, 66.0)))
    lines = shapely.line_merge(reach.boundary.intersection(sector.buffer(-1.0)))
    (line,) = shapely.get_parts(lines)
    points = shapely.get_coordinates(line.simplify(LIMIT_TOLERANCE_M))
    lat_deg, lon_deg = from_polar(points[:, 0], points[:, 1])
    if abs(lon_deg[0] - west_lon) > abs(lon_deg[-1] - west_lon):
        lat_deg, lon_deg = lat_deg[::-1], lon_deg[::-1]
    lon_deg[0] = west_lon
    return list(zip(lat_deg.tolist(), lon_deg.tolist(), strict=True))


if __name__ == "__main__":
    main()
