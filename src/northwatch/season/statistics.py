"""Position reports, made or real, in; their shares and intervals as a table, out."""

from typing import Final

import polars as pl

from northwatch.schema import CLASS_B
from northwatch.units import AIS_TENTHS, MS_PER_S

_AT_REST_KN: Final = 0.5
_STATUSES: Final = {"under_way": 0, "at_anchor": 1, "moored": 5, "fishing": 7, "sailing": 8}
_QUANTILES: Final = {"p10": 0.1, "p50": 0.5, "p90": 0.9}

STATISTICS: Final = pl.Schema({"measure": pl.String(), "value": pl.Float64()})


def statistics_of(reports: pl.DataFrame) -> pl.DataFrame:
    """Return shares of types and of missing fields, dirt, and quantiles of intervals.

    Shares are of all reports, or of those of class A where the measure says so. Intervals are
    between neighbouring reports of one MMSI, seconds; null where there are none.

    Args:
        reports: `schema.REPORTS`; real ones or `Season.reports()`.

    Returns:
        `STATISTICS`, in a fixed order; the same measures whatever the reports.
    """
    is_a = pl.col("ais_class") != CLASS_B
    still = (pl.col("sog_i") / AIS_TENTHS < _AT_REST_KN).fill_null(value=False)
    shares = {
        "class_b_share": (~is_a).mean(),
        "at_rest_share": still.mean(),
        "no_place_share": pl.col("lat_i").is_null().mean(),
        "no_speed_share": pl.col("sog_i").is_null().mean(),
        "no_course_share": pl.col("cog_i").is_null().mean(),
        "class_a_no_heading_share": pl.col("heading_deg").filter(is_a).is_null().mean(),
        "class_a_no_status_share": pl.col("nav_status").filter(is_a).is_null().mean(),
    }
    status = pl.col("nav_status").filter(is_a)
    for name, code in _STATUSES.items():
        shares[f"class_a_{name}_share"] = (status == code).fill_null(value=False).mean()
    told = reports.select(**shares).cast(pl.Float64).unpivot(
        variable_name="measure", value_name="value"
    )  # fmt: skip
    return pl.concat([told, _repeats(reports), _intervals(reports)]).cast(STATISTICS)


def _repeats(reports: pl.DataFrame) -> pl.DataFrame:
    """Return the share of reports that repeat an earlier one of the MMSI but for the time."""
    moving = reports.filter(pl.col("lat_i").is_not_null(), pl.col("sog_i") > 0)
    first = moving.select("mmsi", "lat_i", "lon_i", "sog_i", "cog_i").n_unique()
    share = (moving.height - first) / moving.height if moving.height else None
    return pl.DataFrame({"measure": ["moving_copies_share"], "value": [share]}, schema=STATISTICS)


def _intervals(reports: pl.DataFrame) -> pl.DataFrame:
    seconds = (
        reports.filter(pl.col("t_ms").is_not_null())
        .sort("mmsi", "t_ms")
        .select(pl.col("t_ms").diff().over("mmsi") / MS_PER_S)
        .to_series()
        .drop_nulls()
    )
    return pl.DataFrame(
        {
            "measure": [f"interval_{name}_s" for name in _QUANTILES],
            "value": [seconds.quantile(q) for q in _QUANTILES.values()],
        },
        schema=STATISTICS,
    )


def compared(made: pl.DataFrame, real: pl.DataFrame) -> pl.DataFrame:
    """Return two tables of `statistics_of` side by side: `measure`, `made`, `real`."""
    return made.rename({"value": "made"}).join(
        real.rename({"value": "real"}), on="measure", how="left", maintain_order="left"
    )
