"""Static reports, in; one row per day and set of values, out."""

from typing import Final

import polars as pl

from northwatch.schema import STATIC_REPORTS, STATICS, bucket_of
from northwatch.units import MS_PER_DAY

_VALUES: Final = (
    "ais_class",
    "imo",
    "name",
    "call_sign",
    "ship_type",
    "length_m",
    "width_m",
    "draught_i",
    "destination",
)


def static_values(reports: pl.DataFrame, source: int) -> pl.DataFrame:
    """Join equal static reports of one MMSI and UTC day to one row that counts them.

    Reports without a time are left out: nobody can say when they held.

    Args:
        reports: `schema.STATIC_REPORTS` of one source file, any order.
        source: the file's key in `ingests`.

    Returns:
        `schema.STATICS`, in its order. `offset` is that of the first of the equal reports.
    """
    timed = reports.select(STATIC_REPORTS.names).filter(pl.col("t_ms").is_not_null())
    day = (pl.col("t_ms") // MS_PER_DAY).alias("day")
    joined = (
        timed.sort("t_ms", "offset")
        .group_by(day, "mmsi", *_VALUES, maintain_order=True)
        .agg(
            pl.col("t_ms").first(),
            t_last_ms=pl.col("t_ms").last(),
            n_reports=pl.len().cast(pl.Int32),
            offset=pl.col("offset").first(),
        )
    )
    table = joined.with_columns(
        pl.from_epoch("day", time_unit="d"),
        pl.Series("bucket", bucket_of(joined["mmsi"].to_numpy())),
        source=pl.lit(source, dtype=STATICS.polars["source"]),
    )
    return STATICS.conform(table).sort(*STATICS.order)


def merge_static_values(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Join rows of equal values, day and MMSI that several blocks of one file gave.

    Args:
        parts: results of `static_values` of one source file.

    Returns:
        `schema.STATICS`, in its order.
    """
    if not parts:
        return STATICS.empty()
    keys = ["day", "bucket", "mmsi", *_VALUES, "source"]
    table = (
        pl.concat(parts)
        .sort("t_ms", "offset")
        .group_by(keys, maintain_order=True)
        .agg(
            pl.col("t_ms").first(),
            pl.col("t_last_ms").max(),
            pl.col("n_reports").sum().cast(pl.Int32),
            pl.col("offset").first(),
        )
    )
    return STATICS.conform(table).sort(*STATICS.order)
