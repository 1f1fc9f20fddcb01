"""A TopoJSON document, in; its polygons as rings of longitude and latitude, degrees, out.

Only what Natural Earth in the npm package `world-atlas` needs: quantised arcs, polygons.
Source: github.com/topojson/topojson-specification, sections 2.1.1 to 2.1.5.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ring = NDArray[np.float64]  # shape (n, 2): longitude, latitude; first = last


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
