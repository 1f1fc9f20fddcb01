"""Rows of a season, in; the position reports that a faultless decoder makes of them, out."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from northwatch.schema import (
    CLASS_A,
    CLASS_B,
    RECEIVER_SATELLITE,
    RECEIVER_SHORE,
    REPORTS,
)
from northwatch.season.emission import (
    BAD_CHECKSUM,
    COG,
    COG_NONE,
    CUT,
    HEADING,
    HEADING_NONE,
    KIND_MASK,
    LAT,
    LAT_NONE,
    LON,
    LON_NONE,
    POSITION,
    SHIP,
    SOG,
    SOG_NONE,
    STATED,
    STATION,
    STATUS,
    STATUS_NONE,
    WHAT,
    Rows,
)
from northwatch.season.paths import Ints
from northwatch.units import MS_PER_S


def reports_of(rows: Rows, mmsi: Ints, is_b: Ints, t_from_s: int, shore: int) -> pl.DataFrame:
    """Return `schema.REPORTS` of the rows that can be read, in their order.

    Static reports, type 27 and lines with a bad checksum or cut are left out, so that both
    written forms must give these rows. `offset` is the number of the row.

    Args:
        rows: in order of arrival.
        mmsi: by ship.
        is_b: 1 for class B, by ship.
        t_from_s: the season's beginning, seconds since 1970.
        shore: how many station numbers are shore stations.
    """
    what = rows[:, WHAT]
    kept = np.flatnonzero((what & KIND_MASK == POSITION) & (what & (BAD_CHECKSUM | CUT) == 0))
    r = rows[kept]
    ship = r[:, SHIP]
    on_shore = (r[:, STATION] & 0xFFFF) < shore
    frame = pl.DataFrame({
        "offset": kept,
        "mmsi": mmsi[ship],
        "t_ms": (r[:, STATED].astype(np.int64) + t_from_s) * MS_PER_S,
        "lat_i": _known(r[:, LAT], LAT_NONE),
        "lon_i": _known(r[:, LON], LON_NONE),
        "sog_i": _known(r[:, SOG], SOG_NONE),
        "cog_i": _known(r[:, COG], COG_NONE),
        "heading_deg": _known(r[:, HEADING], HEADING_NONE),
        "nav_status": _known(r[:, STATUS] & STATUS_NONE, STATUS_NONE),
        "ais_class": np.where(is_b[ship] == 1, CLASS_B, CLASS_A),
        "pos_res_i": np.ones(ship.size, np.int64),
        "receiver": np.where(on_shore, RECEIVER_SHORE, RECEIVER_SATELLITE),
    })  # fmt: skip
    return REPORTS.conform(frame)


def _known(values: NDArray[np.int32], none: int) -> pl.Series:
    told = pl.Series(values)
    return told.set(told == none, None)
