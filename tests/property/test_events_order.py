"""Law: the order of vessels, zones and gates changes no event, and no id."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build_scene import scene
from tests.build_ways import GATES, ZONES, events, random_ways


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), shuffle=st.integers(0, 10_000))
def test_order(seed: int, shuffle: int) -> None:
    ways = random_ways(seed)
    rng = np.random.default_rng(shuffle)
    # Ways of one MMSI keep their order: it says which continues which.
    order = sorted(rng.permutation(len(ways)), key=lambda k: (ways[k].mmsi * 7919 + shuffle) % 101)
    order = [
        k
        for m in dict.fromkeys(ways[k].mmsi for k in order)
        for k in range(len(ways))
        if ways[k].mmsi == m
    ]
    one = events(scene(*ways, zones=ZONES, gates=GATES))
    zones, gates = rng.permutation(3), rng.permutation(3)
    two = events(
        scene(
            *(ways[k] for k in order),
            zones=[ZONES[k] for k in zones],
            gates=[GATES[k] for k in gates],
        )
    )
    for kind, frame in one.items():
        assert frame.equals(two[kind]), kind


def test_the_same_scene_twice_gives_the_same_bytes() -> None:
    one, two = (events(scene(*random_ways(3, vessels=8), zones=ZONES, gates=GATES)) for _ in "12")
    for kind in one:
        assert one[kind].serialize() == two[kind].serialize()
        assert isinstance(one[kind], pl.DataFrame)
