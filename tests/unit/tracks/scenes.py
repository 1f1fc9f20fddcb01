"""Random scenes for the laws: ships with dirt, in the units of the table."""

import random
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from northwatch.tracks import ARCTIC, GFW, TrackRule
from tests.unit.tracks.made import MINUTE, T0, H, sail

Rows = list[dict[str, Any]]

POLE_I = 54_000_000
# Away from round numbers, near the pole, across 180, at the equator.
HOMES = ((70.1, 10.2), (89.7, -40.0), (71.3, 179.6), (-0.2, -0.1), (60.0, 5.0))


def law(examples: int) -> settings:
    """Return the settings of a law: a loaded machine is no failure, nor is a large scene."""
    unhurried = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, suppress_health_check=unhurried)


def voyage(rng: random.Random, n: int, home: tuple[float, float], **other: Any) -> Rows:  # noqa: ANN401
    """Return a ship's reports at uneven intervals, with small noise in place, speed and course."""
    lat_deg, lon_deg = home[0] + rng.uniform(-0.3, 0.3), home[1] + rng.uniform(-0.5, 0.5)
    speed_kn = rng.choice([0.0, 0.2, 8.0, 14.0, 35.0])
    fine = sail(
        n * 40, lat_deg=min(lat_deg, 89.9), lon_deg=lon_deg, course_deg=rng.uniform(0, 360),
        speed_kn=speed_kn, t_ms=T0 + rng.randrange(0, 20 * MINUTE), every_ms=2 * MINUTE, **other,
    )  # fmt: skip
    step = rng.choice([1, 1, 3, 10, 40])
    kept = [one for one in fine[::step] if rng.random() < 0.8][:n]
    for one in kept:
        one["lat_i"] += rng.randrange(-200, 201)
        one["t_ms"] += rng.randrange(0, 3) * 1000
        one["cog_i"] = (one["cog_i"] + rng.randrange(-80, 81)) % 3600
    return kept


def dirty(rng: random.Random, rows: Rows) -> Rows:
    """Return the rows with faults in a tenth or half of them: false, null, late, of one instant."""
    near = (1_000, 30_000)  # a tenth of a mile to three
    faults = (
        lambda one: {"lat_i": one["lat_i"] - rng.randrange(50_000, 3_000_000)},
        lambda one: {"lat_i": one["lat_i"] - rng.randrange(*near)},
        lambda one: {"lat_i": one["lat_i"] + rng.randrange(*near)},
        lambda one: {"lat_i": one["lat_i"] - rng.randrange(*near)},
        lambda one: {"lat_i": one["lat_i"] + rng.randrange(*near)},
        lambda _: {"sog_i": rng.randrange(0, 1000)},
        lambda _: {"sog_i": rng.randrange(0, 400), "cog_i": rng.randrange(0, 3600)},
        lambda _: {"cog_i": None},
        lambda _: {"sog_i": None},
        lambda _: {"ais_class": rng.randrange(0, 3)},
        lambda _: {"ais_class": rng.randrange(0, 3)},
        lambda _: {"pos_res_i": 1000},
        lambda _: {"t_ms": rng.choice(rows)["t_ms"]},
        lambda one: {"t_ms": one["t_ms"] + rng.choice([3, 23, 24, 25]) * H},
    )
    share = rng.choice([0.1, 0.5])
    return [one | rng.choice(faults)(one) if rng.random() < share else one for one in rows]


@st.composite
def scenes(draw: st.DrawFn, *, ships: int = 3) -> Rows:
    """Draw the reports of one number that up to `ships` ships use, with dirt, in a random order."""
    rng = draw(st.randoms(use_true_random=False))
    home = draw(st.sampled_from(HOMES))
    rows: Rows = []
    for _ in range(draw(st.integers(1, ships))):
        near = home if rng.random() < 0.7 else (55.0, 100.0)
        rows += voyage(rng, draw(st.integers(1, 25)), near, ais_class=rng.choice([0, 1, 1, 2]))
    if draw(st.integers(0, 3)) > 0:
        rows = dirty(rng, rows)
    if draw(st.integers(0, 3)) == 0:  # a source that sends no motion, or a false course
        rows = [one | draw(st.sampled_from([{"cog_i": None}, {"cog_i": 0}])) for one in rows]
    rng.shuffle(rows)
    return [
        one | {"offset": k, "lat_i": max(-POLE_I, min(POLE_I, one["lat_i"]))}
        for k, one in enumerate(rows)
    ]


def rules() -> st.SearchStrategy[TrackRule]:
    """Draw the shipped rules, and variations that make every step come into play."""
    return st.sampled_from(
        [
            ARCTIC,
            GFW,
            TrackRule(short_track_n=3, rival_min_n=2, max_open_tracks=2),
            TrackRule(short_track_n=2, rival_min_n=1, ambiguity_factor=2.0, lookback_factor=1.2),
            TrackRule(lookback=3, lookback_factor=1.0, penalty_exp=0.3, max_open_tracks=3),
            TrackRule(constant_course_n=5, short_track_n=4, rival_min_n=4, lookback_factor=1.05),
        ]
    )


def shuffled(rng: random.Random, rows: Sequence[dict[str, Any]]) -> Rows:
    """Return the rows in another order."""
    return rng.sample(list(rows), len(rows))
