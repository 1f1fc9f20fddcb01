"""Static values: equal reports of a day are one row."""

import polars as pl

from northwatch.pipeline.statics import merge_static_values, static_values
from northwatch.schema import STATIC_REPORTS
from northwatch.units import MS_PER_DAY


def reports(*rows: tuple[int, int | None, str | None]) -> pl.DataFrame:
    """Build static reports from (mmsi, t_ms, name)."""
    frame = pl.DataFrame(
        [
            {"offset": n * 100, "mmsi": mmsi, "t_ms": t, "ais_class": 1, "name": name}
            for n, (mmsi, t, name) in enumerate(rows)
        ],
        schema_overrides={"t_ms": pl.Int64, "name": pl.String},
    )
    return STATIC_REPORTS.conform(
        pl.concat([STATIC_REPORTS.empty(), frame], how="diagonal_relaxed")
    )


def test_equal_values_of_one_day_are_one_row_that_counts_them() -> None:
    found = static_values(reports((1, 50, "A"), (1, 10, "A"), (1, 20, "B"), (2, 5, "A")), 7)
    assert found.select("mmsi", "name", "t_ms", "t_last_ms", "n_reports", "offset").rows() == [
        (1, "A", 10, 50, 2, 100),
        (1, "B", 20, 20, 1, 200),
        (2, "A", 5, 5, 1, 300),
    ]
    assert set(found["source"]) == {7}


def test_days_stay_apart_and_reports_without_a_time_are_left_out() -> None:
    found = static_values(reports((1, 0, "A"), (1, MS_PER_DAY, "A"), (1, None, "A")), 7)
    assert found["n_reports"].to_list() == [1, 1]


def test_null_values_are_equal_to_each_other() -> None:
    assert static_values(reports((1, 0, None), (1, 1, None)), 7)["n_reports"].to_list() == [2]


def test_blocks_give_what_the_whole_gives() -> None:
    rows = ((1, 50, "A"), (1, 10, "A"), (1, 20, "B"), (1, 30, "A"))
    whole = static_values(reports(*rows), 7)
    shifted = [reports(*rows).slice(n, 1) for n in range(4)]
    assert merge_static_values([static_values(part, 7) for part in shifted]).equals(whole)
    assert merge_static_values([]).is_empty()
