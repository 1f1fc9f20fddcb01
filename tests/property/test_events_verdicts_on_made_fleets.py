"""The three receptions of the specification's 6.3: planted silences found, and false ones.

Fleets of ships at one place for sixty days, some of them silent for a day. What is usual is told by
a second fleet without planted silences, as in the specification's table: where many are silent in
one place, a fleet cannot be its own reference.
"""

import math

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from northwatch.events import (
    GapRule,
    Reception,
    expected_by_chance,
    find_gaps,
    judge_gaps,
    make_scene,
    reference_days,
)
from northwatch.events.gap_verdicts import judged_by
from northwatch.events.reception import expected_silences
from tests.build_scene import index_of, land
from tests.build_tracked import H, ms, tracked_arrays
from tests.build_ways import listened

AUGUST = 17 * 24.0  # first hour of the month, after the epoch in July
SILENT_H = 24.0
RULE = GapRule()
# Hours between passes, share heard, how far off a pass may be, ships.
RECEPTIONS = {
    "a pass each six hours": (6.0, 0.97, 0.3, 600),
    "passes each hour and a half": (1.6, 0.5, 0.1, 1500),
    "a station ashore": (0.5, 1.0, 0.01, 300),
}


def fleet(name: str, planted: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame, dict[int, int]]:
    """Return a fleet's candidates and vessel-days, and when its silent ships fall silent."""
    every_h, heard, jitter_h, ships = RECEPTIONS[name]
    rng = np.random.default_rng(seed)
    hours = AUGUST + np.arange(round(60 * 24 / every_h)) * every_h
    hours = hours + rng.uniform(0, every_h, (ships, 1))
    hours = np.sort(hours + rng.uniform(-jitter_h, jitter_h, hours.shape), axis=1)
    kept = rng.random(hours.shape) < heard
    begins = AUGUST + rng.uniform(24 * 3, 24 * 56, planted)
    since = hours[:planted] - begins[:, None]
    kept[:planted] &= (since <= 0) | (since >= SILENT_H)
    held = _scene(hours.astype(np.float64), kept)
    silent = {257_000_000 + k: ms(float(begins[k])) for k in range(planted)}
    return *held, silent


def _scene(
    hours: NDArray[np.float64], kept: NDArray[np.bool_]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    ships = np.arange(hours.shape[0], dtype=np.int32)
    mmsi = np.repeat(257_000_000 + ships, kept.sum(axis=1)).astype(np.int32)
    t = ms(0) + np.rint(hours[kept] * H).astype(np.int64)
    seen = make_scene(tracked_arrays(mmsi, t, 74.0, 20.0), index_of(()), (), land())
    return find_gaps(seen, listened(), RULE), reference_days(seen, listened(), RULE)


def right(gaps: pl.DataFrame, planted: dict[int, int]) -> tuple[int, int]:
    """Return how many `silent` gaps were planted, and how many not."""
    told = [
        row["mmsi"] in planted and row["t_from_ms"] <= planted[row["mmsi"]] <= row["t_to_lo_ms"]
        for row in gaps.filter(verdict="silent").to_dicts()
    ]
    return sum(told), len(told) - sum(told)


@pytest.mark.slow
@pytest.mark.parametrize("name", RECEPTIONS)
def test_planted_silences_are_found_and_few_others(name: str) -> None:
    candidates, _, planted = fleet(name, 60, seed=1)
    how = RULE.reception
    assert how is not None
    known = Reception.of(*fleet(name, 0, seed=2)[:2], how)
    found, false = right(judged_by(known, candidates, RULE), planted)
    expected = expected_silences(known, how, RULE.min_silence)
    assert found >= 0.98 * 60
    # Within a factor of two of what chance gives, and two standard deviations of chance itself.
    assert false <= 2.0 * (expected + math.sqrt(expected))


@pytest.mark.slow
@pytest.mark.parametrize("name", RECEPTIONS)
def test_a_few_silent_ships_are_found_by_the_others(name: str) -> None:
    candidates, days, planted = fleet(name, 4, seed=3)
    found, false = right(judge_gaps(candidates, days, RULE), planted)
    expected = expected_by_chance(candidates, days, RULE)
    assert found == 4
    assert false <= 2.0 * (expected + math.sqrt(expected))
