"""A state's land, in; the sea within 200 nautical miles of it, or nearest to it, out. Approximate.

A real exclusive economic zone is measured from baselines that states declare and bounded by
treaties; here it is measured from a 1:10 million coast, so its outer limit lies up to some tens of
kilometres inside the declared one where baselines run far out. Never evidence.
"""

from typing import Any, Final

import numpy as np
import shapely
import topojson
from numpy.typing import NDArray
from pyproj import Geod

from northwatch.geo import from_polar, to_polar
from northwatch.units import METRES_PER_NAUTICAL_MILE

LIMIT_M: Final = 200 * METRES_PER_NAUTICAL_MILE
_COAST_TOLERANCE_M: Final = 500.0
_COAST_STEP_M: Final = 10_000.0  # leaves dents of at most 34 m in a line 370 km off
_CORNERS: Final = 180  # a circle's sides cut at most 56 m off it
_SOUTHERNMOST_DEG: Final = 35.0
_WGS84: Final = Geod(ellps="WGS84")

Shape = Any  # shapely has no types


def land(document: dict[str, Any], country: str | None = None) -> Shape:
    """Return the land of a country (ISO 3166-1 numeric), or all, in EPSG:3413, north of 35N."""
    found = topojson.polygons(document, "countries", country)
    return topojson.in_plane(found, to_polar, _SOUTHERNMOST_DEG)


def north_of(lat_deg: float) -> Shape:
    """Return everything north of a parallel."""
    lon_deg = np.linspace(-180.0, 180.0, 3601)
    return shapely.Polygon(np.column_stack(to_polar(np.full(lon_deg.size, lat_deg), lon_deg)))


def coast_points(area: Shape, south_deg: float) -> NDArray[np.float64]:
    """Return points on the coast north of a parallel, at most 10 km apart, shape (n, 2)."""
    outline = area.boundary.simplify(_COAST_TOLERANCE_M).intersection(north_of(south_deg))
    return np.unique(shapely.get_coordinates(outline.segmentize(_COAST_STEP_M)), axis=0)


def within_limit(points: NDArray[np.float64], distance_m: float = LIMIT_M) -> Shape:
    """Return all that lies within a geodesic distance of any of the points."""
    lat_deg, lon_deg = from_polar(points[:, 0], points[:, 1])
    courses = np.arange(_CORNERS) * (360.0 / _CORNERS)
    circles = []
    for lat, lon in zip(lat_deg, lon_deg, strict=True):
        lons, lats, _ = _WGS84.fwd(
            np.full(_CORNERS, lon), np.full(_CORNERS, lat), courses, np.full(_CORNERS, distance_m)
        )
        circles.append(shapely.Polygon(np.column_stack(to_polar(lats, lons))))
    return shapely.union_all(circles)


def nearest_to(own: NDArray[np.float64], others: NDArray[np.float64]) -> Shape:
    """Return all that lies nearer to `own` points than to `others`.

    Distances are taken in the plane, whose scale changes by about a percent over the straits in
    question: the line of equal distance is right to two kilometres or so.
    """
    points = np.concatenate([own, others])
    everywhere = shapely.box(-8e6, -8e6, 8e6, 8e6)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=everywhere, ordered=True)
    return shapely.union_all(shapely.get_parts(cells)[: len(own)])


def without_holes(shape: Shape) -> Shape:
    """Return the outer outlines only: islands and other holes filled."""
    outlines = [shapely.Polygon(part.exterior) for part in areas(shape)]
    return shapely.union_all(outlines)


def areas(shape: Shape) -> list[Shape]:
    """Return the polygons of a geometry, the greatest first."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return sorted(parts, key=lambda part: (-part.area, part.bounds))


def part_at(shape: Shape, lat_deg: float, lon_deg: float) -> Shape:
    """Return the part of a geometry in which a place lies."""
    place = shapely.points(*(v[0] for v in to_polar(np.array([lat_deg]), np.array([lon_deg]))))
    return next(part for part in areas(shape) if part.contains(place))
