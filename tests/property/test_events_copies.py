"""Law: a row repeated changes how many positions were seen, and nothing else.

Copies are dropped before tracks are made, so this is a second line: for gaps it holds of those that
ended, since a vessel of few positions is taken for a ghost by their number.
"""

import dataclasses

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.schema import GAPS
from tests.build_scene import scene
from tests.build_ways import GATES, ZONES, events, random_ways

COUNTS = ("n_positions", "n_before_12h", "evidence")


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), each=st.integers(2, 5))
def test_copies(seed: int, each: int) -> None:
    ways = random_ways(seed)
    twice = [
        dataclasses.replace(
            way, points=sorted([*way.points, *way.points[::each]], key=lambda point: point[0])
        )
        for way in ways
    ]  # fmt: skip
    one = events(scene(*ways, zones=ZONES, gates=GATES))
    two = events(scene(*twice, zones=ZONES, gates=GATES))
    for found in (one, two):
        ended = found["gap"].filter(pl.col("t_to_hi_ms").is_not_null())
        found["gap"] = GAPS.conform(ended)
    for kind, frame in one.items():
        assert frame.drop(COUNTS, strict=False).equals(two[kind].drop(COUNTS, strict=False)), kind
