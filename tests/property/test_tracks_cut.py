"""Law: any cut of the vessels into tasks makes the same; a stranger far away changes nothing."""

from typing import Any

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from northwatch.tracks import STRAY, TrackRule, assign_tracks
from tests.unit.tracks.made import table
from tests.unit.tracks.scenes import law, rules, scenes

NUMBERS = (219_000_001, 257_123_456, 257_123_457, 636_000_009)


@law(30)
@given(
    fleet=st.lists(scenes(ships=2), min_size=4, max_size=4),
    rule=rules(),
    cut=st.integers(1, 3),
)
def test_vessels_in_one_task_or_in_two_make_the_same(
    fleet: list[list[dict[str, Any]]], rule: TrackRule, cut: int
) -> None:
    rows = [
        one | {"mmsi": mmsi, "offset": k * 1000 + one["offset"]}
        for k, (mmsi, voyage) in enumerate(zip(NUMBERS, fleet, strict=True))
        for one in voyage
    ]
    parts = [[r for r in rows if (r["mmsi"] < NUMBERS[cut]) is first] for first in (True, False)]
    whole = assign_tracks(table(rows), rule)
    apart = [assign_tracks(table(part), rule) for part in parts]
    assert_frame_equal(whole.tracks, pl.concat(one.tracks for one in apart))
    assert (whole.offset == np.concatenate([one.offset for one in apart])).all()
    moved = apart[1].track + np.where(apart[1].track == STRAY, 0, apart[0].tracks.height)
    assert (whole.track == np.concatenate([apart[0].track, moved])).all()


@law(30)
@given(rows=scenes(), rule=rules())
def test_every_position_is_on_a_track_or_a_stray_and_each_track_in_order(
    rows: list[dict[str, Any]], rule: TrackRule
) -> None:
    tracked = assign_tracks(table(rows), rule)
    assert sorted(tracked.offset.tolist()) == list(range(len(rows)))
    assert (tracked.stops - tracked.starts == tracked.tracks["n_positions"].to_numpy()).all()
    for k, (start, stop) in enumerate(zip(tracked.starts, tracked.stops, strict=True)):
        assert (tracked.track[start:stop] == k).all()
        silences = np.diff(tracked.t_ms[start:stop])
        assert (silences > 0).all()
        assert (silences <= rule.numbers.max_silence_ms).all()
    ids = tracked.tracks["track_id"]
    assert ids.n_unique() == ids.len()
    assert_frame_equal(
        tracked.tracks, tracked.tracks.sort("mmsi", "t_from_ms", "track_id"), check_row_order=True
    )
