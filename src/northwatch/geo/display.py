"""Zones and gates, in; their lines in the plane of the map, EPSG:3995, metres, out."""

import math
from typing import Any, Final

import numpy as np
import shapely

from northwatch.geo.edges import densify
from northwatch.geo.gates import Gate
from northwatch.geo.polar import RADIUS_3413_M, RADIUS_3995_M, to_map
from northwatch.geo.sphere import Floats
from northwatch.geo.zones import Zone

# EPSG:3995 is EPSG:3413 turned by 45 degrees (0E down instead of 45W) and scaled by 1.0030.
_TURN: Final = RADIUS_3995_M / RADIUS_3413_M * math.sqrt(0.5)


def map_from_polar(x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
    """Return x, y in EPSG:3995 of points in EPSG:3413, shape (n,), metres; no sine is taken."""
    return _TURN * (x_m + y_m), _TURN * (y_m - x_m)


def zone_on_map(zone: Zone, tolerance_m: float = 500.0) -> list[list[Floats]]:
    """Return the parts of a zone as rings for drawing, EPSG:3995.

    Args:
        zone: any zone.
        tolerance_m: how far a drawn line may be off the boundary; rings smaller than this vanish.

    Returns:
        For each part its outer ring, then its holes, each shape (n, 2), first point = last.
    """
    simple: Any = shapely.simplify(zone.polygon, tolerance_m)
    return [
        [_ring(part.exterior), *(_ring(hole) for hole in part.interiors)]
        for part in shapely.get_parts(simple)
        if not part.is_empty
    ]


def _ring(line: Any) -> Floats:  # noqa: ANN401 - shapely has no types
    points = shapely.get_coordinates(line)
    return np.column_stack(map_from_polar(points[:, 0], points[:, 1]))


def gate_on_map(gate: Gate) -> Floats:
    """Return the line of a gate from A to B for drawing, EPSG:3995, shape (n, 2)."""
    lat_deg, lon_deg = densify("great_circle", gate.lat_a, gate.lon_a, gate.lat_b, gate.lon_b)
    return np.column_stack(to_map(lat_deg, lon_deg))
