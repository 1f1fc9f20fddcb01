"""Positions in any order are put in the total order."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.positions import column, sort_order
from northwatch.schema import POSITIONS

NAMES = POSITIONS.order
SCHEMA = {name: POSITIONS.polars[name] for name in NAMES}
# Few values a column, so that ties reach down to the last of them.
rows = st.tuples(
    st.sampled_from([0, 219_000_001, 257_123_456, 999_999_999]),
    st.sampled_from([-5, 0, 1, 2**40]),
    st.sampled_from([-54_000_000, 0, 1]),
    st.sampled_from([-108_000_000, 0, 108_000_000]),
    st.sampled_from([0, 5, 2**31 - 1]),
    st.integers(0, 3),
)


def order_of(frame: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    return sort_order(*(column(frame, name) for name in NAMES))


@settings(max_examples=200, deadline=None)
@given(st.lists(rows, max_size=40))
def test_the_order_is_total_and_rows_alike_stay_as_they_came(
    values: list[tuple[int, ...]],
) -> None:
    frame = pl.DataFrame(values, schema=SCHEMA, orient="row").with_row_index()
    expected = frame.sort(NAMES, maintain_order=True)["index"].to_numpy()
    assert np.array_equal(order_of(frame), expected)


@pytest.mark.parametrize("how", ["as it is", "backwards", "by time", "in runs", "shuffled"])
def test_many_rows_are_put_in_order_however_they_come(how: str) -> None:
    rng = np.random.default_rng(1)
    n = 5000
    frame = pl.DataFrame(
        {
            "mmsi": rng.choice(rng.integers(200_000_000, 800_000_000, 60), n),
            "t_ms": rng.integers(0, 4000, n),
            "lat_i": rng.integers(-2, 3, n),
            "lon_i": rng.integers(-2, 3, n),
            "source": rng.integers(0, 3, n),
            "offset": np.arange(n),
        },
        schema=SCHEMA,
    ).sort(NAMES)
    come = {
        "as it is": frame,
        "backwards": frame.reverse(),
        "by time": frame.sort("t_ms", maintain_order=True),
        "in runs": frame.with_columns((pl.col("t_ms") // 700).alias("run")).sort("run", *NAMES),
        "shuffled": frame.sample(fraction=1.0, shuffle=True, seed=3),
    }[how].select(NAMES)
    assert come[order_of(come)].equals(frame)


def test_no_rows_have_an_order() -> None:
    assert order_of(pl.DataFrame(schema=SCHEMA)).size == 0
