"""Position reports, in; those that place a ship in space and time, and rejects, out."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from northwatch.errors import SchemaError
from northwatch.positions.columns import column
from northwatch.schema import CLASS_OTHER, POSITIONS, REJECTS, bucket_of
from northwatch.units import AIS_UNITS_PER_DEGREE

# The place in the tuple is the code that the kernel gives; 0 is "kept".
REASONS: Final = ("", "no_time", "implausible_time", "no_place", "bad_mmsi", "not_a_ship")
_NO_TIME: Final = 1
_IMPLAUSIBLE_TIME: Final = 2
_NO_PLACE: Final = 3
_BAD_MMSI: Final = 4
_NOT_A_SHIP: Final = 5

# AIS came into use after 2000-01-01. A receiver that lost its clock says 1970, 1980 or 1999 (the
# epochs of Unix, of GPS and of its first roll-over) or a year of four digits that has not come.
EARLIEST_MS: Final = 946_684_800_000  # 2000-01-01
LATEST_MS: Final = 4_102_444_800_000  # 2100-01-01

_NO_T: Final = -(2**63)
_NO_ANGLE: Final = -(2**31)
_LAT_MAX_I: Final = 90 * AIS_UNITS_PER_DEGREE
_LON_MAX_I: Final = 180 * AIS_UNITS_PER_DEGREE

_KEYS: Final = ("day", "bucket", "source")
_CLEAN_COLUMNS: Final = tuple(name for name in POSITIONS.names if name not in _KEYS)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What became of position reports; reports in = positions + rejects.

    Attributes:
        positions: `schema.POSITIONS` without day, bucket and source, in the order of the reports.
        rejects: `schema.REJECTS` without source, in the order of the reports. The line is not
            known here and -1, its length 0: `offset` says where it stands.
        counts: rejected reports by reason; every reason is named, also those without any.
    """

    positions: pl.DataFrame
    rejects: pl.DataFrame
    counts: dict[str, int]


def clean(reports: pl.DataFrame) -> Cleaned:
    """Keep the reports that say where a ship was at an instant; give each other one a reason.

    The first reason that holds: `no_time`; `implausible_time` (before 2000 or after 2099);
    `no_place`; `not_a_ship` (the transponder says so, or the number is that of a coast station,
    an aid to navigation, an aircraft, a handheld or a distress beacon); `bad_mmsi` (no number
    that the rules of numbering allow). Ships are 2xxxxxxxx to 7xxxxxxxx; craft carried by a
    ship, 98MIDxxxx, are kept as ships. Does not catch places that are possible and wrong.

    Args:
        reports: `schema.REPORTS`, any order; further columns are left out.

    Raises:
        SchemaError: a column is missing.

    Source:
        Number forms: ITU-R M.585-9, annexes 1 and 2.

    Cost: a few ns a row if nothing is rejected, and one copy of the table if anything is.
    """
    missing = [name for name in _CLEAN_COLUMNS if name not in reports.columns]
    if missing:
        raise SchemaError(table="reports", missing=missing, present=reports.columns)
    codes = _reason_codes(
        column(reports, "mmsi"),
        column(reports, "t_ms", null=_NO_T),
        column(reports, "lat_i", null=_NO_ANGLE),
        column(reports, "lon_i", null=_NO_ANGLE),
        column(reports, "ais_class"),
    )
    found = np.bincount(codes, minlength=len(REASONS))
    kept, rejects = reports, REJECTS.empty().drop("source")
    if found[0] != reports.height:
        reason = pl.Series("code", codes)
        kept = reports.filter(reason == 0)
        rejects = _rejects(reports["offset"], reason)
    return Cleaned(
        kept.select(_CLEAN_COLUMNS),
        rejects,
        {name: int(found[code]) for code, name in enumerate(REASONS) if name},
    )


def with_keys(positions: pl.DataFrame, source: int) -> pl.DataFrame:
    """Return cleaned positions of one source file as `schema.POSITIONS`: day, bucket and source.

    Args:
        positions: `Cleaned.positions`.
        source: key of the file in `ingests`.
    """
    return POSITIONS.conform(
        positions.with_columns(
            pl.from_epoch("t_ms", time_unit="ms").dt.date().alias("day"),
            pl.Series("bucket", bucket_of(positions["mmsi"].to_numpy())),
            pl.lit(source, dtype=POSITIONS.polars["source"]).alias("source"),
        )
    )


def _rejects(offset: pl.Series, code: pl.Series) -> pl.DataFrame:
    """Return one row of `schema.REJECTS`, without source, per code other than 0."""
    words = pl.Series(REASONS)
    refused = pl.DataFrame({"offset": offset, "code": code}).filter(pl.col("code") != 0)
    return refused.select(
        "offset",
        pl.lit(-1, dtype=REJECTS.polars["line"]).alias("line"),
        pl.lit(0, dtype=REJECTS.polars["length"]).alias("length"),
        words.gather(refused["code"].cast(pl.UInt32)).alias("reason"),
    )


@njit(cache=True, nogil=True)
def _number_code(mmsi: int) -> int:
    """Return 0 for a ship's number, else the code of what is wrong with it."""
    first = mmsi // 100_000_000
    if 2 <= first <= 7:  # noqa: PLR2004 - the first digits of ships' numbers
        return 0
    station = 20 <= mmsi // 1_000_000 <= 79 or 2 <= mmsi // 1_000_000 <= 7  # noqa: PLR2004 - 0MID, 00MID
    if first == 9:  # noqa: PLR2004 - freeform numbers
        kind = mmsi // 10_000_000
        if kind == 98 and 2 <= mmsi // 1_000_000 % 10 <= 7:  # noqa: PLR2004 - 98MIDxxxx
            return 0
        beacon = mmsi // 1_000_000
        known = kind == 99 or beacon == 970 or beacon == 972 or beacon == 974  # noqa: PLR2004, PLR1714 - numba
        return _NOT_A_SHIP if known else _BAD_MMSI
    if first == 8 or mmsi // 1_000_000 == 111 or station:  # noqa: PLR2004 - handhelds, aircraft
        return _NOT_A_SHIP
    return _BAD_MMSI


@njit(cache=True, nogil=True)
def _reason_codes(
    mmsi: NDArray[np.int32],
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    ais_class: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """Return the code of the first reason that holds, 0 where none does, shape (n,)."""
    codes = np.zeros(mmsi.size, np.uint8)
    for k in range(mmsi.size):
        if t_ms[k] == _NO_T:
            codes[k] = _NO_TIME
        elif not EARLIEST_MS <= t_ms[k] < LATEST_MS:
            codes[k] = _IMPLAUSIBLE_TIME
        elif abs(np.int64(lat_i[k])) > _LAT_MAX_I or abs(np.int64(lon_i[k])) > _LON_MAX_I:
            codes[k] = _NO_PLACE
        elif ais_class[k] == CLASS_OTHER:
            codes[k] = _NOT_A_SHIP
        else:
            codes[k] = _number_code(mmsi[k])
    return codes
