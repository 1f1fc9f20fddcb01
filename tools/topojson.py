"""A TopoJSON document, in; its polygons, as rings in degrees or in a polar plane, out.

Only what Natural Earth in the npm package `world-atlas` needs: quantised arcs, polygons.
Source: github.com/topojson/topojson-specification, sections 2.1.1 to 2.1.5.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

Ring = NDArray[np.float64]  # shape (n, 2): longitude, latitude; first = last
_MIN_POINTS: Final = 4  # fewer is what quantising left of an islet


def polygons(document: dict[str, Any], name: str, country: str | None = None) -> list[list[Ring]]:
    """Return every polygon (outer ring, then holes) of one object of the document.

    Args:
        document: the parsed TopoJSON.
        name: which object, e.g. "land" or "countries".
        country: only geometries of this id (ISO 3166-1 numeric), e.g. "643"; None for all.
    """
    arcs = _arcs(document)
    found = []
    for geometry in document["objects"][name]["geometries"]:
        if country is not None and geometry.get("id") != country:
            continue
        many = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        found += [[_ring(arcs, indices) for indices in polygon] for polygon in many]
    return found


def in_plane(
    found: list[list[Ring]], project: Callable[[Any, Any], tuple[Any, Any]], south_deg: float
) -> Any:  # noqa: ANN401 - shapely has no types
    """Return the polygons in a polar plane, on a grid of a metre; wholly southern ones left out.

    The cut at 180 in the source is closed on the way: in the plane both its sides coincide. What
    lies south of the parallel is pushed onto it, for the plane stretches without bound.
    """
    shapes = []
    for rings in found:
        if max(ring[:, 1].max() for ring in rings) <= south_deg:
            continue
        xy = [
            np.column_stack(project(np.maximum(ring[:, 1], south_deg), ring[:, 0]))
            for ring in rings
            if len(ring) >= _MIN_POINTS
        ]
        if xy:
            shapes.append(shapely.make_valid(shapely.Polygon(xy[0], xy[1:]), method="structure"))
    parts = shapely.get_parts(shapely.union_all(shapes, grid_size=1.0))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])


def _arcs(document: dict[str, Any]) -> list[Ring]:
    scale, origin = document["transform"]["scale"], document["transform"]["translate"]
    return [
        np.cumsum(np.array(arc, dtype=np.float64), axis=0) * scale + origin
        for arc in document["arcs"]
    ]


def _ring(arcs: list[Ring], indices: list[int]) -> Ring:
    """Return one ring: arcs end to end, joints written once; ~i is arc i backwards."""
    pieces = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])
