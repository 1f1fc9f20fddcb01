"""Rings of vertices with a kind for each edge, in; one valid polygon in EPSG:3413, out.

In the polar plane the pole and the 180th meridian are ordinary places: rings that were cut at 180
are sewn together here, and a ring round the pole is a ring like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from northwatch.geo.edges import STRAIGHT, densify
from northwatch.geo.polar import to_polar
from northwatch.geo.sphere import Floats

# Vertices lie on a grid of a millimetre, so that two rings with a common edge have it in common to
# the last digit, and the seam of a cut ring closes.
GRID_M: Final = 1e-3
_GRID_DIGITS: Final = 3


@dataclass(frozen=True, slots=True)
class Ring:
    """A closed line of vertices; the last is joined to the first.

    Attributes:
        lat_deg: shape (n,), n >= 3; the first vertex is not repeated at the end.
        lon_deg: shape (n,).
        edges: n kinds (`edges.EDGE_KINDS`): of the edge from each vertex to the next.
    """

    lat_deg: Floats
    lon_deg: Floats
    edges: tuple[str, ...]


def project(ring: Ring) -> Floats:
    """Return the ring in EPSG:3413, metres, shape (m, 2), filled with points by each edge's kind.

    Raises:
        ParameterError: a kind is not known.
    """
    if all(kind in STRAIGHT for kind in ring.edges):
        lat_deg, lon_deg = ring.lat_deg, ring.lon_deg
    else:
        n = len(ring.edges)
        pieces = [
            densify(
                kind,
                float(ring.lat_deg[k]),
                float(ring.lon_deg[k]),
                float(ring.lat_deg[(k + 1) % n]),
                float(ring.lon_deg[(k + 1) % n]),
            )
            for k, kind in enumerate(ring.edges)
        ]
        lat_deg = np.concatenate([lat[:-1] for lat, _ in pieces])
        lon_deg = np.concatenate([lon[:-1] for _, lon in pieces])
    x_m, y_m = to_polar(lat_deg, lon_deg)
    on_grid = np.column_stack([x_m, y_m]).round(_GRID_DIGITS)
    return on_grid + np.float64(0.0)  # no minus zero


def polygon(parts: Sequence[Sequence[Ring]]) -> Any:  # noqa: ANN401 - shapely has no types
    """Return the polygon, or multipolygon, of parts; each part is an outer ring, then holes.

    Rings may touch or run back along themselves, as those cut at 180 do: the area counts.

    Returns:
        A valid shapely geometry in EPSG:3413, perhaps empty.
    """
    shapes = [_part([project(ring) for ring in rings]) for rings in parts]
    if len(shapes) == 1:
        return shapes[0]
    return shapely.union_all(shapes, grid_size=GRID_M)


def _part(rings: Sequence[Floats]) -> Any:  # noqa: ANN401 - shapely has no types
    shape = shapely.Polygon(rings[0], list(rings[1:]))
    if shape.is_valid:
        return shape
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    areas = [part for part in shapely.get_parts(mended) if part.geom_type == "Polygon"]
    return shapely.union_all(areas, grid_size=GRID_M)
