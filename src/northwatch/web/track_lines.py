"""Track points, in; GeoJSON lines in degrees, cut at 180 degrees as RFC 7946 asks, out.

The cut is made in the map's plane, where the 180th meridian is the half line x = 0, y > 0: no
arithmetic on longitudes.
"""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from northwatch.geo import from_map
from northwatch.units import AIS_UNITS_PER_DEGREE

Line = list[list[float]]


def track_features(points: pl.DataFrame, vessel_id: str) -> dict[str, Any]:
    """Return one MultiLineString feature per track, longitude first.

    Args:
        points: rows of `track_points`, tracks together, in time.
        vessel_id: the hull, for the features' properties.
    """
    features = []
    for (track_id,), track in points.group_by(["track_id"], maintain_order=True):
        lines = cut_at_180(
            track["lat_i"].to_numpy() / AIS_UNITS_PER_DEGREE,
            track["lon_i"].to_numpy() / AIS_UNITS_PER_DEGREE,
            track.select("x_m", "y_m").cast(pl.Float64).to_numpy(),
        )
        features.append(
            {
                "type": "Feature",
                "id": track_id,
                "geometry": {"type": "MultiLineString", "coordinates": lines},
                "properties": {
                    "vessel_id": vessel_id,
                    "mmsi": track["mmsi"][0],
                    "t_ms": [int(track["t_ms"][0]), int(track["t_ms"][-1])],
                    "n_points": track.height,
                },
            }
        )
    return {"type": "FeatureCollection", "features": features}


def cut_at_180(
    lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64], xy_m: NDArray[np.float64]
) -> list[Line]:
    """Return the line in pieces, none of which crosses the 180th meridian.

    Args:
        lat_deg: shape (n,), degrees.
        lon_deg: shape (n,), degrees.
        xy_m: the same places in EPSG:3995, shape (n, 2).

    Returns:
        Pieces of at least two places [lon, lat]; a cut ends at 180 of the side it came from.
    """
    lines: list[Line] = [[_place(lon_deg[0], lat_deg[0])]]
    for k in range(1, len(lat_deg)):
        crossed = _crossing_y(xy_m[k - 1], xy_m[k])
        if crossed is not None:
            cut_lat = float(from_map(np.array([0.0]), np.array([crossed]))[0][0])
            lines[-1].append([180.0 if xy_m[k - 1, 0] > 0 else -180.0, round(cut_lat, 6)])
            lines.append([[180.0 if xy_m[k, 0] > 0 else -180.0, round(cut_lat, 6)]])
        lines[-1].append(_place(lon_deg[k], lat_deg[k]))
    return [line if len(line) > 1 else line * 2 for line in lines]


def _place(lon_deg: float, lat_deg: float) -> list[float]:
    return [round(float(lon_deg), 6), round(float(lat_deg), 6)]


def _crossing_y(a: NDArray[np.float64], b: NDArray[np.float64]) -> float | None:
    """Return y where the segment crosses x = 0 on the side of 180 degrees, or None."""
    if a[0] * b[0] >= 0:
        return None
    y = a[1] - a[0] * (b[1] - a[1]) / (b[0] - a[0])
    return float(y) if y > 0 else None
