"""The positions of some vessels, sorted and told apart into tracks: what events and access read."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

NO_SPEED: Final = 65535  # in `sog_i` and `cog_i`: the ship sent none
STRAY: Final = -1  # in `track`: the position is on no track


@dataclass(frozen=True, slots=True)
class Tracked:
    """Positions as arrays of equal length, and the tracks they lie on.

    Rows are ordered by (mmsi, track, t_ms, lat_i, lon_i), strays last within their MMSI, so that
    each track is one run of rows.

    Attributes:
        mmsi: number of the radio.
        t_ms: receive time, UTC, ms since 1970.
        lat_i: latitude, 1/600000 degree.
        lon_i: longitude, 1/600000 degree.
        sog_i: speed over ground, 0.1 kn; 65535 where not known.
        cog_i: course over ground, 0.1 degree; 65535 where not known.
        ais_class: 0 unknown, 1 class A, 2 class B, 3 other.
        receiver: 0 unknown, 1 shore station, 2 satellite.
        pos_res_i: resolution of the place, 1/600000 degree.
        source: source file, the key of `ingests`.
        offset: first byte of the line in the source file.
        track: row of `tracks`; -1 for a stray.
        starts: first row of each track, shape (n_tracks,).
        stops: row after the last of each track, shape (n_tracks,).
        tracks: the tracks, `schema.TRACKS`.
    """

    mmsi: NDArray[np.int32]
    t_ms: NDArray[np.int64]
    lat_i: NDArray[np.int32]
    lon_i: NDArray[np.int32]
    sog_i: NDArray[np.uint16]
    cog_i: NDArray[np.uint16]
    ais_class: NDArray[np.uint8]
    receiver: NDArray[np.uint8]
    pos_res_i: NDArray[np.uint16]
    source: NDArray[np.int32]
    offset: NDArray[np.int64]
    track: NDArray[np.int32]
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    tracks: pl.DataFrame
