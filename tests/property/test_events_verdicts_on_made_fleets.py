"""The three receptions of the specification's 6.3: planted silences found, and false ones.

Fleets of ships at one place for sixty days, sixty of them silent for a day. Planted silences are
found as `silent`, and no more others than chance gives.
"""

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from northwatch.events import (
    GapRule,
    expected_by_chance,
    find_gaps,
    heard_spans,
    judge_gaps,
    listening_intervals,
    make_scene,
    reference_days,
)
from tests.build_scene import index_of, land
from tests.build_tracked import H, ms, tracked_arrays

AUGUST = 17 * 24.0  # first hour of the month, after the epoch in July
PLANTED = 60
SILENT_H = 24.0


def fleet(
    every_h: float, heard: float, jitter_h: float, vessels: int, seed: int
) -> tuple[NDArray[np.int32], NDArray[np.int64], dict[int, int]]:
    """Return MMSIs and times of the reports heard, and when the silent ships fall silent."""
    rng = np.random.default_rng(seed)
    n = round(60 * 24 / every_h)
    hours = AUGUST + np.arange(n) * every_h + rng.uniform(0, every_h, (vessels, 1))
    hours = np.sort(hours + rng.uniform(-jitter_h, jitter_h, hours.shape), axis=1)
    kept = rng.random(hours.shape) < heard
    begins = AUGUST + rng.uniform(24 * 3, 24 * 56, PLANTED)
    kept[:PLANTED] &= ~(
        (hours[:PLANTED] > begins[:, None]) & (hours[:PLANTED] < begins[:, None] + SILENT_H)
    )
    mmsi = np.repeat(257_000_000 + np.arange(vessels, dtype=np.int32), kept.sum(axis=1))
    t = ms(0) + np.rint(hours[kept] * H).astype(np.int64)
    return mmsi, t, {257_000_000 + k: ms(float(begins[k])) for k in range(PLANTED)}


RECEPTIONS = {
    "a pass each six hours": (6.0, 0.97, 0.3, 600),
    "passes each hour and a half": (1.6, 0.5, 0.1, 600),
    "a station ashore": (0.5, 1.0, 0.01, 300),
}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", RECEPTIONS)
def test_planted_silences_are_found_and_no_more_others_than_chance_gives(
    name: str, seed: int
) -> None:
    mmsi, t, planted = fleet(*RECEPTIONS[name], seed)
    seen = make_scene(tracked_arrays(mmsi, t, 74.0, 20.0), index_of(()), (), land())
    held = listening_intervals(heard_spans(seen.tracked.t_ms, seen.tracked.source))
    rule = GapRule()
    candidates, days = find_gaps(seen, held, rule), reference_days(seen, held, rule)
    gaps = judge_gaps(candidates, days, rule).filter(verdict="silent")
    right = [
        row["mmsi"] in planted and row["t_from_ms"] <= planted[row["mmsi"]] <= row["t_to_lo_ms"]
        for row in gaps.to_dicts()
    ]
    found, false = sum(right), len(right) - sum(right)
    expected = expected_by_chance(candidates, days, rule)
    print(name, candidates.height, "found", found, "false", false, "expected", expected)
    assert held.height == 1
    assert found >= 0.98 * PLANTED
    assert false <= 2 * expected + 2
    assert isinstance(candidates, pl.DataFrame)
