"""Law: a larger shortest silence never adds gaps; a larger bridge never adds visits."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.events import (
    GFW,
    GapRule,
    ZoneVisitRule,
    find_gaps,
    find_zone_visits,
    judge_gaps,
)
from tests.build_ways import listened, random_scene


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), short=st.floats(0.1, 30), more=st.floats(0, 30))
def test_a_larger_shortest_silence_never_adds_gaps(seed: int, short: float, more: float) -> None:
    seen = random_scene(seed)
    few, many = (
        find_gaps(seen, listened(), GapRule(min_silence=timedelta(hours=hours)))
        for hours in (short + more, short)
    )
    assert set(few["event_id"]) <= set(many["event_id"])
    published = judge_gaps(find_gaps(seen, listened(), GFW.gap), many.clear(), GFW.gap)
    assert all(published["silence_h"] > 6)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), bridge=st.floats(0, 3), more=st.floats(0, 3))
def test_a_larger_bridge_never_adds_visits(seed: int, bridge: float, more: float) -> None:
    seen = random_scene(seed)
    few, many = (
        find_zone_visits(seen, ZoneVisitRule(bridge=timedelta(hours=hours), min_chord_km=0.0))
        for hours in (bridge + more, bridge)
    )
    assert few.height <= many.height
    assert few["n_edge_crossings"].sum() == many["n_edge_crossings"].sum()
