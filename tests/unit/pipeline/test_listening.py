"""Listening: minutes by hand."""

import json

import polars as pl

from northwatch.pipeline.listening import MS_PER_MINUTE, Minutes, listening_intervals
from northwatch.schema import INGESTS

DAY_MIN = 1440


def ingests(*runs: list[list[int]], dialect: str = "nmea") -> pl.DataFrame:
    """Build a row of `ingests` per list of runs of minutes."""
    rows = [{"dialect": dialect, "minutes": json.dumps(run)} for run in runs]
    return pl.concat([INGESTS.empty(), pl.DataFrame(rows)], how="diagonal_relaxed")


def minutes(found: pl.DataFrame) -> list[tuple[int, int]]:
    """Return the intervals in minutes."""
    return found.select(
        pl.col("t_from_ms") // MS_PER_MINUTE, pl.col("t_to_ms") // MS_PER_MINUTE
    ).rows()


def test_minutes_are_kept_as_runs_whatever_the_order_of_reports() -> None:
    gathered = Minutes()
    for times in ([3, 1], [2, 9], []):
        gathered.add(pl.Series([t * MS_PER_MINUTE + 5 for t in times], dtype=pl.Int64))
    gathered.add(pl.Series([None], dtype=pl.Int64))
    assert json.loads(gathered.runs()) == [[1, 3], [9, 9]]


def test_two_day_files_that_meet_at_midnight_are_one_interval() -> None:
    found = listening_intervals(ingests([[0, DAY_MIN - 1]], [[DAY_MIN, 2 * DAY_MIN - 1]]))
    assert minutes(found) == [(0, 2 * DAY_MIN)]


def test_a_missing_day_file_is_not_listened_to() -> None:
    days = [[[n * DAY_MIN, (n + 1) * DAY_MIN - 1]] for n in (0, 1, 3)]
    assert minutes(listening_intervals(ingests(*days))) == [
        (0, 2 * DAY_MIN),
        (3 * DAY_MIN, 4 * DAY_MIN),
    ]


def test_passes_of_a_satellite_are_its_usual_pause_and_no_hole() -> None:
    passes = [[at, at + 9] for at in range(0, 5 * DAY_MIN, 95)]
    assert len(listening_intervals(ingests(passes))) == 1


def test_suppliers_listen_each_for_themselves() -> None:
    both = pl.concat([ingests([[0, 5]]), ingests([[0, 5]], dialect="dma-csv/2023")])
    assert listening_intervals(both)["dialect"].to_list() == ["dma-csv/2023", "nmea"]


def test_a_file_without_times_listens_never() -> None:
    assert listening_intervals(ingests([])).is_empty()
