"""Tracked positions, in; few enough of them to draw, out."""

from datetime import timedelta
from typing import Final

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from northwatch.geo import to_map
from northwatch.schema import TRACK_POINTS, bucket_of
from northwatch.tracks import NO_SPEED, STRAY, Tracked
from northwatch.units import AIS_UNITS_PER_DEGREE

# A ship at 12 kn sails 2 nm meanwhile: a few pixels on a map of the Arctic.
SPACING: Final = timedelta(minutes=10)


def track_points(tracked: Tracked) -> pl.DataFrame:
    """Return the first and last position of each track, and one in each ten minutes between.

    A silence is never thinned away: the positions on both its sides are kept.

    Args:
        tracked: positions and their tracks.

    Returns:
        `schema.TRACK_POINTS`, in its order; strays are left out.
    """
    kept = _kept(tracked.track, tracked.t_ms, SPACING // timedelta(milliseconds=1))
    lat_i, lon_i = tracked.lat_i[kept], tracked.lon_i[kept]
    x_m, y_m = to_map(lat_i / AIS_UNITS_PER_DEGREE, lon_i / AIS_UNITS_PER_DEGREE)
    table = pl.DataFrame(
        {
            "bucket": bucket_of(tracked.mmsi[kept]),
            "track_id": tracked.tracks["track_id"].gather(tracked.track[kept]),
            "mmsi": tracked.mmsi[kept],
            "t_ms": tracked.t_ms[kept],
            "lat_i": lat_i,
            "lon_i": lon_i,
            "sog_i": tracked.sog_i[kept],
            "cog_i": tracked.cog_i[kept],
            "x_m": x_m.astype(np.float32),
            "y_m": y_m.astype(np.float32),
            "source": tracked.source[kept],
            "offset": tracked.offset[kept],
        }
    ).with_columns(
        pl.when(pl.col(name) != NO_SPEED).then(pl.col(name)).alias(name)
        for name in ("sog_i", "cog_i")
    )
    return TRACK_POINTS.conform(table).sort(TRACK_POINTS.order)


@njit(cache=True, nogil=True)
def _kept(track: NDArray[np.int32], t_ms: NDArray[np.int64], spacing_ms: int) -> NDArray[np.int64]:
    """Return the rows to keep, ascending."""
    rows = np.empty(track.size, np.int64)
    n = 0
    last_ms = np.int64(0)
    for i in range(track.size):
        if track[i] == STRAY:
            continue
        first = i == 0 or track[i - 1] != track[i]
        last = i + 1 == track.size or track[i + 1] != track[i]
        before_silence = not last and t_ms[i + 1] - t_ms[i] >= spacing_ms
        if first or last or before_silence or t_ms[i] - last_ms >= spacing_ms:
            rows[n] = i
            n += 1
            last_ms = t_ms[i]
    return rows[:n]
