"""Law: adding 360 degrees to any longitudes changes nothing."""

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.events import make_scene
from tests.build_ways import events, random_scene

TURN_I = 360 * 600_000


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), which=st.integers(0, 10_000))
def test_turn_of_longitude(seed: int, which: int) -> None:
    seen = random_scene(seed)
    turns = np.random.default_rng(which).integers(-1, 2, seen.tracked.lon_i.size).astype(np.int32)
    moved = dataclasses.replace(seen.tracked, lon_i=seen.tracked.lon_i + turns * TURN_I)
    again = make_scene(moved, seen.index, seen.gates, seen.land)
    one, two = events(seen), events(again)
    for kind, frame in one.items():
        assert frame.equals(two[kind]), kind
