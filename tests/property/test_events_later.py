"""Law: a constant added to all times is added to all instants, and changes nothing else."""

import dataclasses

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from northwatch.events import make_scene
from tests.build_ways import events, listened, random_scene


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), later_ms=st.integers(-(10**12), 10**12))
def test_later(seed: int, later_ms: int) -> None:
    seen = random_scene(seed)
    moved = dataclasses.replace(seen.tracked, t_ms=seen.tracked.t_ms + later_ms)
    again = make_scene(moved, seen.index, seen.gates, seen.land)
    held = listened().with_columns(pl.col("t_from_ms", "t_to_ms") + later_ms)
    one, two = events(seen), events(again, held)
    for kind in ("gate_crossing", "zone_visit", "gap"):
        times = [name for name in one[kind].columns if name.endswith("_ms")]
        back = two[kind].with_columns(pl.col(times) - later_ms)
        # Ids are made of instants, and reception is told by months; a sum of great numbers may
        # round to the next millisecond.
        apart = ["event_id", "period", "period_on", *times]
        assert_frame_equal(
            one[kind].drop(apart, strict=False), back.drop(apart, strict=False), rel_tol=1e-7
        )
        for name in times:
            assert all((one[kind][name] - back[name]).drop_nulls().abs() <= 1), name
