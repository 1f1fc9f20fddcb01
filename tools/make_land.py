"""Make the shipped land: the land mask for kernels and the coast for the browser's map.

    npm pack world-atlas && tar xf world-atlas-*.tgz
    python tools/make_land.py package/land-10m.json src/northwatch/data/land

Input: Natural Earth 4.1.0, 1:10 million (public domain), as TopoJSON in the npm package
world-atlas 2.0.2. Same input, same bytes out.
"""

import argparse
import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
import topojson
from numpy.typing import NDArray

from northwatch.geo import to_map, to_polar

MASK_SOUTH_DEG: Final = 44.0  # a degree more than the mask promises
MASK_TOLERANCE_M: Final = 100.0  # the source is on a grid of 120 to 190 m
MAP_SOUTH_DEG: Final = 35.0
MAP_TOLERANCE_M: Final = 1000.0  # north of MAP_FINE_DEG
MAP_SOUTHERN_TOLERANCE_M: Final = 5000.0
MAP_FINE_DEG: Final = 58.0
MAP_UNIT_M: Final = 250
MAP_SMALLEST_KM2: Final = 4.0
# South of this the polar plane stretches without bound; nothing here is needed.
_SOUTHERNMOST_DEG: Final = 15.0


def main() -> None:
    """Read the TopoJSON, write `land-3413.npz` and `coast-3995.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("land", type=Path, help="land-10m.json of world-atlas")
    parser.add_argument("folder", type=Path, help="where to write")
    arguments = parser.parse_args()
    polygons = topojson.polygons(json.loads(arguments.land.read_text()), "land")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    write_mask(plane(polygons, to_polar, MASK_SOUTH_DEG), arguments.folder / "land-3413.npz")
    write_coast(plane(polygons, to_map, MAP_SOUTH_DEG), arguments.folder / "coast-3995.json")


def plane(polygons: list[list[topojson.Ring]], project: Any, south_deg: float) -> Any:  # noqa: ANN401
    """Return the land north of a parallel in a polar plane."""
    land = topojson.in_plane(polygons, project, _SOUTHERNMOST_DEG)
    return land.intersection(disc(project, south_deg))


def disc(project: Any, south_deg: float) -> Any:  # noqa: ANN401 - shapely has no types
    """Return everything north of a parallel in a polar plane."""
    lon_deg = np.linspace(-180.0, 180.0, 3601)
    return shapely.Polygon(np.column_stack(project(np.full(lon_deg.size, south_deg), lon_deg)))


def simplified(land: Any, tolerance_m: float, grid_m: float) -> Any:  # noqa: ANN401
    """Return the land with fewer points, on a grid; each part by itself, overlaps then joined.

    Taken all at once, parts that lie close keep each other from being simplified.
    """
    parts = shapely.simplify(shapely.get_parts(land), tolerance_m)
    return shapely.union_all(parts, grid_size=grid_m)


def areas(shape: Any) -> list[Any]:  # noqa: ANN401 - shapely has no types
    """Return the polygons of a geometry, the greatest first, each on a grid of a metre."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    parts.sort(key=lambda part: (-part.area, part.bounds))
    return parts


def write_mask(land: Any, path: Path) -> None:  # noqa: ANN401 - shapely has no types
    """Write the rings as differences of whole metres, EPSG:3413; see PROVENANCE-geography.md."""
    land = simplified(land, MASK_TOLERANCE_M, 1.0)
    rings: list[NDArray[np.int32]] = []
    of_part = [0]
    for part in areas(land):
        lines = [part.exterior, *part.interiors]
        rings += [np.rint(shapely.get_coordinates(line)[:-1]).astype(np.int32) for line in lines]
        of_part.append(len(rings))
    points = np.concatenate(rings)
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), np.int32)).astype(np.int32)
    np.savez_compressed(
        path,
        dx_m=steps[:, 0],
        dy_m=steps[:, 1],
        ring_start=np.cumsum([0, *(len(ring) for ring in rings)], dtype=np.int32),
        part_start=np.array(of_part, dtype=np.int32),
    )


def write_coast(land: Any, path: Path) -> None:  # noqa: ANN401 - shapely has no types
    """Write the rings for the map as differences of whole units, EPSG:3995."""
    polygons = []
    north = disc(to_map, MAP_FINE_DEG)
    fine = simplified(land, MAP_TOLERANCE_M, 1.0).intersection(north)
    coarse = simplified(land, MAP_SOUTHERN_TOLERANCE_M, 1.0).difference(north)
    for part in areas(shapely.union_all([fine, coarse], grid_size=float(MAP_UNIT_M))):
        if part.area < MAP_SMALLEST_KM2 * 1e6:
            continue
        lines = [part.exterior, *(hole for hole in part.interiors if hole.length > 0)]
        polygons.append([_steps(shapely.get_coordinates(line)[:-1]) for line in lines])
    document = {
        "crs": "EPSG:3995",
        "unit_m": MAP_UNIT_M,
        "form": "polygons[i] = rings (outer, then holes); ring = x0,y0,dx,dy,... in units, not "
        "closed: the last vertex joins the first",
        "source": "Natural Earth 4.1.0, 1:10 million, public domain",
        "polygons": polygons,
    }
    path.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")


def _steps(points: NDArray[np.float64]) -> list[int]:
    units = np.rint(points / MAP_UNIT_M).astype(np.int64)
    return [int(v) for v in np.diff(units, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel()]


if __name__ == "__main__":
    main()
