"""Law: what is found before the last rows come is found again with them; open events keep ids.

The picture is computed anew from all rows, so feeding it in parts is the same as feeding it whole;
what this law adds is that an event does not change its id or its beginning when it ends.
"""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build_scene import scene
from tests.build_tracked import Way, ms
from tests.build_ways import GATES, ZONES, events, random_ways


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), until=st.floats(5, 60))
def test_late(seed: int, until: float) -> None:
    ways = random_ways(seed)
    early = [
        Way(points=[p for p in way.points if p[0] <= until], mmsi=way.mmsi, linked=way.linked)
        for way in ways
        if way.points[0][0] <= until
    ]
    last = max((p[0] for way in ways for p in way.points), default=0.0)
    first = events(scene(*early, zones=ZONES, gates=GATES, as_of_ms=ms(until)))
    whole = events(scene(*ways, zones=ZONES, gates=GATES, as_of_ms=ms(last)))
    visits = first["zone_visit"].filter(
        pl.col("left_how").is_in(["open", "edge"]), ~pl.col("inferred")
    )
    assert set(visits["event_id"]) <= set(whole["zone_visit"]["event_id"])
    settled = first["gate_crossing"].filter("settled")
    assert set(settled["event_id"]) <= set(whole["gate_crossing"]["event_id"])
    # A chain that ends for good may turn out to have a later beginning that is no link: no gap.
    closed = first["gap"].filter(~pl.col("open_to"))
    assert set(closed["event_id"]) <= set(whole["gap"]["event_id"])
