"""The same position heard again within half a minute is one position."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.positions import COPY_WINDOW, drop_copies

S = 1000
DTYPES = (np.int32, np.int64, np.int32, np.int32, np.uint16, np.uint16)
Row = tuple[int, int, int, int, int, int]


def kept(rows: list[Row], window: timedelta = COPY_WINDOW) -> list[bool]:
    columns = [np.array([row[k] for row in rows], dtype) for k, dtype in enumerate(DTYPES)]
    keep, n_copies = drop_copies(*columns, copy_window=window)
    assert n_copies == len(rows) - keep.sum()
    return [bool(one) for one in keep]


def at(t_ms: int, *, mmsi: int = 257_123_456, **other: Any) -> Row:  # noqa: ANN401 - any column
    values = {"lat": 42_000_000, "lon": 6_000_000, "sog": 120, "cog": 900} | other
    return (mmsi, t_ms, values["lat"], values["lon"], values["sog"], values["cog"])


@pytest.mark.parametrize(("later_ms", "is_kept"), [(0, False), (30 * S, False), (30 * S + 1, True)])
def test_a_copy_comes_within_half_a_minute(later_ms: int, *, is_kept: bool) -> None:
    assert kept([at(0), at(later_ms)]) == [True, is_kept]


def test_the_window_counts_from_the_kept_one_not_from_the_last_copy() -> None:
    assert kept([at(k * 20 * S) for k in range(5)]) == [True, False, True, False, True]


@pytest.mark.parametrize("other", [{"lat": 1}, {"lon": 1}, {"sog": 121}, {"cog": 65535}])
def test_a_position_that_differs_is_no_copy(other: dict[str, int]) -> None:
    assert kept([at(0), at(0, **other), at(5 * S)]) == [True, True, False]


def test_nulls_equal_each_other() -> None:
    assert kept([at(0, sog=65535, cog=65535), at(S, sog=65535, cog=65535)]) == [True, False]


def test_vessels_have_no_copies_of_each_other() -> None:
    assert kept([at(0, mmsi=1), at(0, mmsi=2)]) == [True, True]


def test_180_east_is_180_west_and_the_pole_has_one_longitude() -> None:
    assert kept([at(0, lon=-108_000_000), at(S, lon=108_000_000)]) == [True, False]
    assert kept([at(0, lat=54_000_000, lon=1), at(S, lat=54_000_000, lon=9)]) == [True, False]


def test_the_window_can_be_set() -> None:
    assert kept([at(0), at(1)], timedelta(0)) == [True, True]
    assert kept([at(0), at(60 * S)], timedelta(minutes=1)) == [True, False]


def test_no_rows_have_no_copies() -> None:
    assert kept([]) == []


def slow(rows: list[Row]) -> list[bool]:
    """Return what is kept, read off the rule."""
    keep: list[bool] = []
    for k, (mmsi, t_ms, *rest) in enumerate(rows):
        before = [rows[j] for j in range(k) if keep[j]]
        keep.append(
            not any(b[0] == mmsi and list(b[2:]) == rest and t_ms - b[1] <= 30 * S for b in before)
        )
    return keep


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 2), st.integers(0, 90).map(lambda s: s * S), st.integers(0, 2),
            st.integers(0, 1), st.integers(0, 1), st.sampled_from([5, 65535]),
        ),
        max_size=60,
    )
)  # fmt: skip
def test_what_is_kept_is_what_the_rule_says(rows: list[Row]) -> None:
    assert kept(sorted(rows)) == slow(sorted(rows))
