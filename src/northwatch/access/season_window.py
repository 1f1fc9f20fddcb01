"""Presence, in; the window of the season by place and year, out."""

from typing import Final

import polars as pl

from northwatch.schema import Column, Table

SHARE_BEFORE: Final = 0.10
SHARE_AFTER: Final = 0.90

SEASON_WINDOWS: Final = Table(
    "season_windows",
    "the time of year in which a zone is sailed",
    (
        Column("zone_id", pl.String(), "zone"),
        Column("year", pl.Int32(), "calendar year, UTC"),
        Column("first_day", pl.Date(), "first day with a vessel"),
        Column("last_day", pl.Date(), "last day with a vessel"),
        Column("day_10", pl.Date(), "day by which a tenth of the vessel-days had passed"),
        Column("day_90", pl.Date(), "day by which nine tenths had passed"),
        Column("vessel_days", pl.Int64(), "vessel-days that year", "vessel-days"),
    ),
    ("zone_id", "year"),
)


def season_windows(presence: pl.DataFrame) -> pl.DataFrame:
    """Return first and last day and the 10-90 % window of vessel-days, by zone and year.

    The first and last day follow single vessels; the 10-90 % window is the headline.

    Args:
        presence: `schema.PRESENCE`.

    Returns:
        `SEASON_WINDOWS`, in its order; empty if there is no presence.

    Source:
        The project's reference on figures, measure "season window".
    """
    by_day = (
        presence.group_by("zone_id", "day")
        .agg(vessel_days=pl.col("vessel_id").n_unique().cast(pl.Int64))
        .sort("zone_id", "day")
        .with_columns(year=pl.col("day").dt.year())
        .with_columns(
            share=pl.col("vessel_days").cum_sum().over("zone_id", "year")
            / pl.col("vessel_days").sum().over("zone_id", "year")
        )
    )
    table = by_day.group_by("zone_id", "year").agg(
        first_day=pl.col("day").min(),
        last_day=pl.col("day").max(),
        day_10=pl.col("day").filter(pl.col("share") >= SHARE_BEFORE).min(),
        day_90=pl.col("day").filter(pl.col("share") >= SHARE_AFTER).min(),
        vessel_days=pl.col("vessel_days").sum(),
    )
    return SEASON_WINDOWS.conform(table).sort(*SEASON_WINDOWS.order)
