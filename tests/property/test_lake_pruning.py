"""Pruning loses no row: a pruned read is the filter of a whole one, a range belongs to one task."""

import itertools
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.lake import Change, Lake, Picture
from northwatch.schema import POSITIONS
from tests.unit.lake.made import DAY0, DAY0_MS, DAY_MS, made_row, ships

DAYS, BUCKETS, SHIPS = 4, 3, 6


def some_positions(day: int, bucket: int, draw: np.random.Generator) -> pl.DataFrame:
    """Return 1 to 40 positions, most of them of few ships."""
    n = int(draw.integers(1, 41))
    ship = np.array(ships(bucket, SHIPS), dtype=np.int32)[draw.zipf(1.5, n) % SHIPS]
    t_ms = DAY0_MS + day * DAY_MS + draw.integers(0, DAY_MS, n)
    rows = pl.concat([made_row(POSITIONS)] * n).with_columns(
        day=pl.lit(DAY0 + timedelta(days=day)),
        bucket=pl.lit(bucket),
        mmsi=pl.Series(ship),
        t_ms=pl.Series(t_ms),
        offset=pl.Series(np.arange(n)),
    )
    return POSITIONS.conform(rows).sort(POSITIONS.order)


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Picture]:
    lake = Lake.open(tmp_path_factory.mktemp("pruning") / "lake", create=True)
    draw = np.random.default_rng(7)
    with lake.writer() as writer:
        found = tuple(
            writer.write(
                "positions",
                some_positions(day, bucket, draw),
                day=DAY0 + timedelta(days=day),
                bucket=bucket,
            )
            for day in range(DAYS)
            for bucket in range(BUCKETS)
            for _ in range(2)
        )
        yield writer.commit({"positions": Change(add=found)})


days = st.none() | st.tuples(st.integers(-1, DAYS), st.integers(-1, DAYS)).map(
    lambda pair: tuple(DAY0 + timedelta(days=day) for day in sorted(pair))
)
buckets = st.none() | st.sets(st.integers(0, 7))
numbers = st.none() | st.sampled_from([ship for b in range(BUCKETS) for ship in ships(b, SHIPS)])


@settings(max_examples=40, deadline=None)
@given(window=days, some=buckets, mmsi=numbers)
def test_a_pruned_read_is_the_filter_of_a_whole_one(
    picture: Picture, window: tuple[date, date] | None, some: set[int] | None, mmsi: int | None
) -> None:
    whole = picture.read("positions")
    if window is not None:
        whole = whole.filter(pl.col("day").is_between(*window))
    if some is not None:
        whole = whole.filter(pl.col("bucket").is_in(list(some)))
    if mmsi is not None:
        whole = whole.filter(pl.col("mmsi") == mmsi)
    assert picture.read("positions", days=window, buckets=some, mmsi=mmsi).equals(whole)


@settings(max_examples=40, deadline=None)
@given(rows_per_task=st.integers(1, 500), bucket=st.integers(0, BUCKETS - 1))
def test_ranges_hold_every_vessel_once_and_about_the_rows_asked_for(
    picture: Picture, rows_per_task: int, bucket: int
) -> None:
    ranges = picture.vessel_ranges(bucket, rows_per_task)
    assert ranges[0][0] == 0
    assert ranges[-1][1] == 2**31 - 1
    for (_, high), (low, _) in itertools.pairwise(ranges):
        assert low == high + 1
    parts = [
        picture.read_bucket("positions", bucket, columns=POSITIONS.names, mmsi_from=a, mmsi_to=b)
        for a, b in ranges
    ]
    whole = picture.read("positions", buckets=[bucket])
    joined = pl.concat(parts)
    assert joined.sort(joined.columns).equals(whole.sort(whole.columns))
    most = whole["mmsi"].value_counts()["count"].max()
    assert isinstance(most, int)
    slack = 2 * DAYS * 2 * 3  # two ends, eight segments, marks at most three rows apart
    assert max(part.height for part in parts) <= rows_per_task + most + slack
