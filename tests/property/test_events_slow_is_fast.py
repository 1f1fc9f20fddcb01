"""Law: the kernels find what a plain loop, written from the specification alone, finds."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from northwatch.access.presence import presence
from northwatch.events import (
    GFW,
    GapRule,
    GateCrossingRule,
    ReceptionRule,
    Scene,
    ZoneVisitRule,
    find_gaps,
    find_gate_crossings,
    find_zone_visits,
    judge_gaps,
    reference_days,
)
from northwatch.events.event_ids import event_id
from northwatch.geo import consecutive_km
from tests import slow_crossings, slow_gaps, slow_presence, slow_visits
from tests.build_scene import land, scene
from tests.build_tracked import Way, ms
from tests.build_ways import anchored_ways, island, random_scene, random_ways

SEEDS = range(8)


def same(
    fast: list[dict[str, Any]], slow: list[dict[str, Any]], *, within_ms: float, relative: float
) -> None:
    """Assert that rows are equal, instants and floats as nearly as said."""
    assert len(fast) == len(slow)
    for row, expected in zip(fast, slow, strict=True):
        for name, value in expected.items():
            found = row[name]
            if isinstance(value, float) and name.endswith("_ms"):
                assert found == pytest.approx(value, abs=within_ms), name
            elif isinstance(value, float):
                assert found == pytest.approx(value, rel=relative, abs=1e-12), name
            else:
                assert found == value, name


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("profile", ["arctic", "gfw"])
def test_zone_visits(seed: int, profile: str) -> None:
    rule = ZoneVisitRule() if profile == "arctic" else GFW.zone_visit
    seen = random_scene(seed, on=island() if seed % 2 else land())
    fast = find_zone_visits(seen, rule).to_dicts()
    slow = slow_visits.visits(seen, rule)
    slow.sort(key=lambda row: (row["mmsi"], row["zone_id"], row["t_from_ms"]))
    # Bounds rest on the nearest place of an edge, sought in two ways.
    loose = {"t_from_lo_ms", "t_from_hi_ms", "t_to_lo_ms", "t_to_hi_ms"}
    exact = [{k: v for k, v in row.items() if k not in loose} for row in slow]
    same(fast, exact, within_ms=5, relative=1e-6)
    bounds = [{k: v and float(v) for k, v in row.items() if k in loose} for row in slow]
    same(fast, bounds, within_ms=2000, relative=0)
    for row in fast:
        key = (row["kind"], row["rule"], [row["mmsi"]], row["zone_id"], row["t_from_ms"])
        assert row["event_id"] == event_id(*key)


@pytest.mark.parametrize("seed", SEEDS)
def test_gate_crossings(seed: int) -> None:
    seen = random_scene(seed)
    fast = find_gate_crossings(seen, GateCrossingRule()).to_dicts()
    slow = slow_crossings.crossings(seen, GateCrossingRule())
    slow.sort(key=lambda row: (row["mmsi"], row["t_from_ms"], row["gate_id"]))
    same(fast, slow, within_ms=2, relative=1e-6)


def test_gate_crossings_are_the_same_without_the_table_of_near_gates() -> None:
    """Two random ways may never meet a gate: here all do, and often."""
    found = [
        find_gate_crossings(random_scene(seed, vessels=12), GateCrossingRule()).height
        for seed in range(4)
    ]
    assert sum(found) > 40


@pytest.mark.parametrize("seed", SEEDS)
def test_presence(seed: int) -> None:
    seen = random_scene(seed, on=island() if seed % 2 else land())
    slow = slow_presence.presence(seen)
    fast = presence(seen)
    days = (fast["day"].cast(pl.Int32)).to_list()
    keys = list(zip(fast["mmsi"], fast["zone_id"], days, strict=True))
    assert sorted(keys) == sorted(slow)
    for key, row in zip(keys, fast.to_dicts(), strict=True):
        same([row], [slow[key]], within_ms=0, relative=1e-6)


# Loose enough that a handful of ships give every verdict.
LOOSE = GapRule(
    reception=ReceptionRule(silent_max_rate=0.3, deaf_min_rate=0.5, min_reference_days=2.0)
)
INTERVALS = [
    (1, ms(0), ms(12)),
    (1, ms(13.5), ms(30)),
    (2, ms(16), ms(60)),
    (2, ms(60) + 1, ms(100)),
]
HELD = pl.DataFrame(
    INTERVALS,
    schema={"source": pl.Int32, "t_from_ms": pl.Int64, "t_to_ms": pl.Int64},
    orient="row",
)


def judged(seen: Scene) -> pl.DataFrame:
    return judge_gaps(find_gaps(seen, HELD, LOOSE), reference_days(seen, HELD, LOOSE), LOOSE)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ways", [random_ways, anchored_ways])
def test_gaps(seed: int, ways: Callable[[int], list[Way]]) -> None:
    seen = scene(*ways(seed), as_of_ms=ms(80))
    slow = slow_gaps.Judge(seen, INTERVALS, LOOSE).judged()
    slow.sort(key=lambda row: (row["mmsi"], row["t_from_ms"]))
    same(judged(seen).to_dicts(), slow, within_ms=0, relative=1e-9)


def test_the_scenes_above_give_every_verdict() -> None:
    told = set()
    for seed in range(6):
        for ways in (random_ways, anchored_ways):
            gaps = judged(scene(*ways(seed), as_of_ms=ms(80)))
            told |= set(gaps["verdict"]) | set(gaps["verdict_reason"])
    assert told - {None} == {
        "silent",
        "could_not_have_been_heard",
        "between",
        "too_few_reference_days",
        "no_reception",
        "unlistened",
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_zones_of_positions_are_those_of_a_plain_look_up(seed: int) -> None:
    seen = random_scene(seed, vessels=8)
    tracked = seen.tracked
    assert np.array_equal(seen.zone_bits, seen.index.lookup(tracked.lat_i, tracked.lon_i))
    km = consecutive_km(tracked.lat_i, tracked.lon_i)
    inner = np.setdiff1d(np.arange(km.size), tracked.starts)
    assert np.array_equal(seen.arc_km[inner], km[inner])
    assert not seen.arc_km[tracked.starts].any()
