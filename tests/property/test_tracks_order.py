"""Law: the order of rows, and repeating them, change nothing."""

import random
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from northwatch.positions import column, drop_copies, sort_order
from northwatch.tracks import ARCTIC, NO_SPEED, Tracked, TrackRule, assign_tracks
from tests.unit.tracks.made import DTYPES, MINUTE, row, sail, table
from tests.unit.tracks.scenes import law, rules, scenes, shuffled

ORDER = ("mmsi", "t_ms", "lat_i", "lon_i", "source", "offset")
PLACE = ("mmsi", "t_ms", "lat_i", "lon_i")


def built(rows: list[dict[str, Any]], rule: TrackRule = ARCTIC) -> Tracked:
    """Return the tracks of rows in any order, with copies, as a build makes them."""
    frame = pl.DataFrame(rows, schema={name: DTYPES[name] for name in row(0, 0, 0)})
    frame = frame[sort_order(*(column(frame, name) for name in ORDER))]
    motion = [column(frame, name, null=NO_SPEED) for name in ("sog_i", "cog_i")]
    keep, _ = drop_copies(*(column(frame, name) for name in PLACE), *motion)
    return assign_tracks(frame.filter(pl.Series(keep)), rule)


@law(30)
@given(rows=scenes(), rule=rules(), rng=st.randoms(use_true_random=False))
def test_shuffled_rows_make_the_same_tracks(
    rows: list[dict[str, Any]], rule: TrackRule, rng: random.Random
) -> None:
    one, other = built(rows, rule), built(shuffled(rng, rows), rule)
    assert_frame_equal(one.tracks, other.tracks)
    assert (one.offset == other.offset).all()
    assert (one.track == other.track).all()


@law(30)
@given(rows=scenes(), rule=rules(), rng=st.randoms(use_true_random=False))
def test_rows_heard_twice_make_the_same_tracks(
    rows: list[dict[str, Any]], rule: TrackRule, rng: random.Random
) -> None:
    again = [one | {"source": 9, "offset": 1000 + one["offset"]} for one in rows]
    heard = rows + rng.sample(again, rng.randrange(len(again) + 1))
    one, other = built(rows, rule), built(heard, rule)
    assert_frame_equal(one.tracks, other.tracks)
    assert (one.offset == other.offset).all()


@law(25)
@given(delays_ms=st.lists(st.integers(1, 30_000), min_size=12, max_size=12))
def test_what_a_second_station_hears_within_half_a_minute_makes_the_same_tracks(
    delays_ms: list[int],
) -> None:
    ship = sail(12, every_ms=MINUTE)
    late = [
        one | {"t_ms": one["t_ms"] + delay, "source": 2}
        for one, delay in zip(ship, delays_ms, strict=True)
    ]
    assert_frame_equal(built(ship).tracks, built(ship + late).tracks)
    assert built(table(ship).to_dicts()).source.tolist() == [1] * 12
