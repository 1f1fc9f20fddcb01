"""Ghosts: short tracks under a longer one of the same MMSI leave, and the rest stays in step."""

import polars as pl

from northwatch.schema import POSITIONS
from northwatch.tracks import ARCTIC, STRAY, assign_tracks, without_ghosts

MINUTE_MS = 60_000


def positions(*, spike: bool) -> pl.DataFrame:
    """Build an hour of a ship sailing north, with one position far off if asked."""
    rows = [
        {"mmsi": 257_000_001, "t_ms": n * MINUTE_MS, "lat_i": 42_000_000 + n * 2000, "lon_i": 0}
        for n in range(60)
    ]
    if spike:
        rows.append(
            {"mmsi": 257_000_001, "t_ms": 1_830_000, "lat_i": 36_000_000, "lon_i": 9_000_000}
        )
    frame = pl.DataFrame(rows).with_columns(
        sog_i=120, cog_i=0, ais_class=1, receiver=0, pos_res_i=1, source=1, offset=pl.col("t_ms")
    )
    full = pl.concat([POSITIONS.empty(), frame], how="diagonal_relaxed")
    return POSITIONS.conform(full).sort(POSITIONS.order)


def test_a_spike_is_a_track_of_its_own_and_leaves() -> None:
    tracked = assign_tracks(positions(spike=True), ARCTIC)
    kept = without_ghosts(tracked)
    assert (tracked.tracks.height, kept.tracks.height) == (2, 1)
    assert kept.track.size == tracked.track.size - 1
    assert kept.lat_i.min() == 42_000_000


def test_rows_and_tracks_stay_in_step() -> None:
    kept = without_ghosts(assign_tracks(positions(spike=True), ARCTIC))
    for number, (start, stop) in enumerate(zip(kept.starts, kept.stops, strict=True)):
        assert (kept.track[start:stop] == number).all()
        assert stop - start == kept.tracks["n_positions"][number]
    assert (kept.track != STRAY).sum() == kept.tracks["n_positions"].sum()


def test_without_ghosts_nothing_changes() -> None:
    tracked = assign_tracks(positions(spike=False), ARCTIC)
    assert without_ghosts(tracked) is tracked
