"""Law: vessels found together or apart give the same events; a stranger changes none of them."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.schema import DERIVED
from tests.build_scene import scene
from tests.build_tracked import Way, ms
from tests.build_ways import GATES, ZONES, events, listened, random_ways

ORDERS = {table.name: list(table.order) for table in DERIVED}
TABLE = {
    "gate_crossing": "gate_crossings",
    "zone_visit": "zone_visits",
    "gap": "gaps",
    "presence": "presence",
}
# Evidence names the lines of the file, which the tests' builder numbers anew.
NAMES = ("evidence",)


def found(ways: list[Way]) -> dict[str, pl.DataFrame]:
    seen = scene(*ways, zones=ZONES, gates=GATES, as_of_ms=ms(300))
    return {
        kind: frame.drop(NAMES, strict=False) for kind, frame in events(seen, listened()).items()
    }


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.integers(1, 3))
def test_tasks_may_be_cut_between_any_vessels(seed: int, cut: int) -> None:
    ways = random_ways(seed)
    border = 257_000_000 + cut
    whole = found(ways)
    parts = [
        found([w for w in ways if w.mmsi < border]),
        found([w for w in ways if w.mmsi >= border]),
    ]
    for kind, frame in whole.items():
        both = pl.concat([part[kind] for part in parts]).sort(ORDERS[TABLE[kind]])
        assert frame.equals(both), kind


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), mmsi=st.sampled_from([100_000_000, 257_000_001, 777_000_000]))
def test_a_stranger_far_away_changes_no_other_vessels_events(seed: int, mmsi: int) -> None:
    ways = [way for way in random_ways(seed) if way.mmsi != mmsi]
    stranger = Way(points=[(k * 3.0, -60 + k * 0.1, -100) for k in range(30)], mmsi=mmsi)
    alone, together = found(ways), found([*ways, stranger])
    for kind, frame in alone.items():
        assert frame.equals(together[kind].filter(pl.col("mmsi") != mmsi)), kind
