"""Law: marking part of a gap as not listened to, reception held fixed, never makes it `silent`."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.events import GapRule, Reception, ReceptionRule, find_gaps, reference_days
from northwatch.events.gap_verdicts import judged_by
from tests.build_scene import scene
from tests.build_tracked import ms
from tests.build_ways import anchored_ways, listened

RULE = GapRule(
    reception=ReceptionRule(silent_max_rate=0.3, deaf_min_rate=0.5, min_reference_days=2.0)
)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 50), begin=st.floats(0, 70), hours=st.floats(0.1, 12))
def test_pause(seed: int, begin: float, hours: float) -> None:
    seen = scene(*anchored_ways(seed), as_of_ms=ms(80))
    heard = find_gaps(seen, listened(), RULE)
    assert RULE.reception is not None
    reception = Reception.of(heard, reference_days(seen, listened(), RULE), RULE.reception)
    holed = pl.concat([listened(end_h=begin), listened(begin_h=begin + hours)])
    before = judged_by(reception, heard, RULE)
    after = judged_by(reception, find_gaps(seen, holed, RULE), RULE)
    silent = set(after.filter(verdict="silent")["event_id"])
    assert silent <= set(before.filter(verdict="silent")["event_id"])
