"""Law: a season cut into spans at any seconds, and by any ships, is the season."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.season import Season
from northwatch.season.emission import SHIP
from tests.unit.season.build import heard_season, small_season


@settings(max_examples=25, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 20_000), max_size=6),
    season=st.sampled_from([small_season, heard_season]),
)
def test_cutting_the_time_anywhere_gives_the_same_rows(
    cuts: list[int], season: Callable[[], Season]
) -> None:
    emitter = season().emitter
    begin = 80_000
    ends = [begin, *sorted({begin + cut for cut in cuts}), begin + 20_001]
    parts = [emitter.rows(a, b) for a, b in pairwise(ends)]
    np.testing.assert_array_equal(np.concatenate(parts), emitter.rows(begin, ends[-1]))


@settings(max_examples=15, deadline=None)
@given(cut=st.integers(1, 59))
def test_ships_made_apart_send_what_they_send_together(cut: int) -> None:
    emitter = small_season().emitter
    whole = emitter.rows(0, 9_000)
    first, rest = emitter.rows(0, 9_000, (0, cut)), emitter.rows(0, 9_000, (cut, emitter.ships))
    np.testing.assert_array_equal(whole[whole[:, SHIP] < cut], first)
    np.testing.assert_array_equal(whole[whole[:, SHIP] >= cut], rest)
