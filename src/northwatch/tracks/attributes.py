"""Numbers that a ship sends of itself, in; flag, vessel class and hull, out: by shipped tables."""

from functools import cache
from io import StringIO
from typing import Final

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from northwatch.data import read_text

CLASS_TABLE: Final = "ship-types/1"
UNKNOWN_FLAG: Final = "UNK"
UNKNOWN_CLASS: Final = "unknown"

# Numbers with a right check digit that are typed in for want of one.
_PLACEHOLDERS: Final = (1_234_567, 5_555_555)
_CRAFT: Final = 980_000_000  # 98MIDxxxx: a craft carried by a ship


@cache
def _flags() -> pl.Series:
    """Return the flag of each maritime identification digits, 0 to 999."""
    table = pl.read_csv(StringIO(read_text("flags/mid.csv")))
    by_mid = dict(zip(table["mid"], table["flag"], strict=True))
    return pl.Series([by_mid.get(mid, UNKNOWN_FLAG) for mid in range(1000)])


@cache
def _classes() -> pl.Series:
    """Return the vessel class of each AIS ship type, 0 to 255."""
    classes = [UNKNOWN_CLASS] * 256
    for row in pl.read_csv(StringIO(read_text("classes/ship_types.csv"))).iter_rows(named=True):
        for code in range(row["first"], row["last"] + 1):
            classes[code] = row["vessel_class"]
    return pl.Series(classes)


def vessel_classes() -> list[str]:
    """Return every class of the shipped table, `unknown` included, sorted."""
    return _classes().unique().sort().to_list()


def flags_of(mmsi: NDArray[np.int32]) -> pl.Series:
    """Return the flag, ISO 3166-1 alpha-3, that each number's first digits say; `UNK` if none.

    Args:
        mmsi: shape (n,): ships' numbers, or 98MIDxxxx of craft carried by a ship.
    """
    mid = np.where(mmsi >= _CRAFT, mmsi // 10_000 % 1000, mmsi // 1_000_000)
    return _flags().gather(pl.Series(mid.astype(np.uint32)))


def classes_of(ship_type: pl.Series) -> pl.Series:
    """Return the class of each AIS ship type; `unknown` for null."""
    return _classes().gather(ship_type.fill_null(0).cast(pl.UInt32))


def valid_imo(imo: pl.Series) -> pl.Series:
    """Return the IMO numbers whose check digit holds, the others as null.

    The last of seven digits is the sum of the others, weighed by 7 to 2, modulo 10. One in ten
    numbers typed wrong passes; 1234567 and 5555555 would, and are left out by name.

    Source:
        IMO resolution A.1117(30), the IMO ship identification number scheme.
    """
    is_valid = _has_check_digit(imo.fill_null(0).cast(pl.Int64).to_numpy())
    return imo.zip_with(pl.Series(is_valid), pl.Series([None], dtype=imo.dtype))


@njit(cache=True, nogil=True)
def _has_check_digit(imo: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whether each is an IMO number, shape (n,)."""
    out = np.zeros(imo.size, np.bool_)
    for k in range(imo.size):
        number = imo[k]
        if 1_000_000 <= number <= 9_999_999:  # noqa: PLR2004 - seven digits
            total, rest = 0, number // 10
            for weight in range(2, 8):
                total += weight * (rest % 10)
                rest //= 10
            out[k] = total % 10 == number % 10 and number not in _PLACEHOLDERS
    return out


def is_small_craft() -> pl.Expr:
    """Return the test for small craft, whose positions can be personal data.

    Fishing vessels under 15 m and leisure craft under 45 m, as the open Norwegian feed leaves
    out. Without a length: leisure craft, and fishing vessels of class B. Needs `vessel_class`,
    `length_m`, `ais_class`.
    """
    kind, length = pl.col("vessel_class"), pl.col("length_m")
    fishing = (kind == "fishing") & (length < 15).fill_null(pl.col("ais_class") == 2)  # noqa: PLR2004
    leisure = (kind == "leisure") & (length < 45).fill_null(value=True)  # noqa: PLR2004
    return fishing | leisure
