"""Positions are told apart into tracks as the rule says."""

import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from northwatch.positions import drop_copies
from northwatch.schema import TRACKS
from northwatch.tracks import ARCTIC, GFW, STRAY, Tracked, TrackRule, assign_tracks
from tests.unit.tracks.made import MINUTE, T0, H, numbered, offsets_of, row, rows_of, sail, table

SAMPLE = Path(__file__).parents[2] / "data" / "gpsdio_segment" / "338013000.json.gz"
# 500 nautical miles off
FAR_DEG = 78.0
BOTH = pytest.mark.parametrize("rule", [ARCTIC, GFW], ids=["arctic", "gfw"])


def told(rows: list[dict[str, Any]], rule: TrackRule = ARCTIC) -> list[list[int]]:
    return rows_of(assign_tracks(table(rows), rule))


@BOTH
def test_a_spike_is_a_track_of_its_own_and_no_good_row_is_lost(rule: TrackRule) -> None:
    rows = sail(8)
    rows[3] = row(rows[3]["t_ms"], 78.0, 10.0)
    assert told(rows, rule) == [[0, 1, 2, 4, 5, 6, 7], [3]]


@BOTH
def test_a_ghost_of_three_rows_is_a_track_of_its_own(rule: TrackRule) -> None:
    rows = sail(9)
    rows[3:6] = sail(3, t_ms=rows[3]["t_ms"], lat_deg=FAR_DEG)
    assert told(rows, rule) == [[0, 1, 2, 6, 7, 8], [3, 4, 5]]


@BOTH
def test_a_wrong_first_row_stands_alone(rule: TrackRule) -> None:
    rows = sail(8)
    rows[0] = row(rows[0]["t_ms"], 78.0, 10.0)
    assert told(rows, rule) == [[0], [1, 2, 3, 4, 5, 6, 7]]


@BOTH
def test_two_ships_on_one_number_make_two_tracks(rule: TrackRule) -> None:
    ours, theirs = sail(8, every_ms=12 * MINUTE), sail(8, t_ms=T0 + 6 * MINUTE, lat_deg=FAR_DEG)
    for k, one in enumerate(theirs):
        one["t_ms"] = T0 + (6 + 12 * k) * MINUTE
    assert told(ours + theirs, rule) == [list(range(0, 16, 2)), list(range(1, 16, 2))]


@BOTH
def test_a_number_that_moves_to_another_ship_makes_two_tracks(rule: TrackRule) -> None:
    rows = sail(10)
    rows[5:] = sail(5, t_ms=rows[5]["t_ms"], lat_deg=FAR_DEG)
    assert told(rows, rule) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]


def sample(copy_window_ms: int) -> pl.DataFrame:
    """Return the real transmitter's positions without copies."""
    rows = []
    for k, line in enumerate(gzip.decompress(SAMPLE.read_bytes()).decode().splitlines()):
        one = json.loads(line)
        if one["lat"] is None:
            continue
        t_ms = round(datetime.fromisoformat(one["timestamp"]).timestamp() * 1000)
        rows.append(
            row(
                t_ms, one["lat"], one["lon"], one["speed"], one["course"],
                mmsi=one["ssvid"], ais_class=0, offset=k,
            )
        )  # fmt: skip
    frame = table(rows)
    names = ("mmsi", "t_ms", "lat_i", "lon_i", "sog_i", "cog_i")
    columns = [frame[name].to_numpy() for name in names]
    window = timedelta(milliseconds=copy_window_ms)
    return frame.filter(pl.Series(drop_copies(*columns, copy_window=window)[0]))


# The reference says 4 and 949, and 15 and 454, of 1,023: see the note in `slow_tracks.py`.
@pytest.mark.parametrize(
    ("rule", "copy_window_ms", "sizes"),
    [
        (ARCTIC, 0, [1023, 5, 775]),
        (ARCTIC, 30_000, [962, 5, 731]),
        (GFW, 0, [1023, 21, 224]),
        (GFW, 30_000, [962, 21, 211]),
    ],
)
def test_the_sample_with_wrong_clocks_is_cut_less_by_the_arctic_rule(
    rule: TrackRule, copy_window_ms: int, sizes: list[int]
) -> None:
    positions = sample(copy_window_ms)
    tracks = assign_tracks(positions, rule).tracks
    assert [positions.height, tracks.height, tracks["n_positions"].max()] == sizes


def test_rows_of_a_track_lie_together_and_strays_come_last_within_their_mmsi() -> None:
    ship = sail(30)
    ship[7] = row(ship[7]["t_ms"], 78.0, 10.0)
    tracked = assign_tracks(table(ship + sail(5, mmsi=219_000_001)), ARCTIC)
    check_layout(tracked)
    assert tracked.tracks["n_positions"].to_list() == [5, 29, 1]


def check_layout(tracked: Tracked) -> None:
    """Assert what the form of `Tracked` promises."""
    assert tracked.tracks.schema == TRACKS.polars
    for k, (start, stop) in enumerate(zip(tracked.starts, tracked.stops, strict=True)):
        assert (tracked.track[start:stop] == k).all()
        assert (np.diff(tracked.t_ms[start:stop]) > 0).all()
        assert stop - start == tracked.tracks["n_positions"][k]
    on_tracks = int((tracked.stops - tracked.starts).sum())
    assert on_tracks + int((tracked.track == STRAY).sum()) == tracked.mmsi.size
    last = np.iinfo(np.int32).max
    key = np.where(tracked.track == STRAY, last, tracked.track)
    assert (np.lexsort((tracked.t_ms, key, tracked.mmsi)) == np.arange(key.size)).all()


def false_start() -> list[dict[str, Any]]:
    """Return a ship, two false rows that her track takes for hers, and the ship again."""
    rows = sail(12)
    for k in (10, 11):
        rows[k]["lat_i"] += 5 * 10_000  # five miles north: just within what is allowed
    return rows + sail(20, every_ms=6 * MINUTE)[12:]


def test_positions_that_a_better_match_passes_over_are_strays() -> None:
    tracked = assign_tracks(table(false_start()), ARCTIC)
    assert rows_of(tracked) == [[*range(10), *range(12, 20)]]
    assert tracked.tracks["n_strays"].to_list() == [2]
    assert np.flatnonzero(tracked.track == STRAY).tolist() == [18, 19]
    check_layout(tracked)


@BOTH
@pytest.mark.parametrize(("off_nm", "n_strays"), [(0.25, 0), (0.45, 1)])
def test_a_false_position_close_by_leaves_the_track_if_the_older_one_is_twice_as_good(
    rule: TrackRule, off_nm: float, n_strays: int
) -> None:
    # At rest; the false position says 100 kn. Nearer than 0.28 nm it may stay, whatever it says.
    rows = sail(4, speed_kn=0.0)
    rows[2] = row(rows[2]["t_ms"], 70.0 + off_nm / 60.04, 10.0, 100.0)
    tracked = assign_tracks(table(rows), rule)
    assert tracked.tracks["n_strays"].to_list() == [n_strays]
    assert rows_of(tracked) == [[0, 1, 3] if n_strays else [0, 1, 2, 3]]


def test_no_position_is_looked_back_on_beyond_the_longest_silence() -> None:
    # The last row is where the first was, 25 hours before, and far from the second.
    rows = [row(T0, 70.0, 10.0, 0.0), row(T0 + 23 * H, 75.0, 10.0, 0.0)]
    assert told([*rows, row(T0 + 24 * H, 70.0, 10.0, 0.0)]) == [[0, 2]]
    assert told([*rows, row(T0 + 25 * H, 70.0, 10.0, 0.0)]) == [[0, 1], [2]]


@pytest.mark.parametrize(("silence_ms", "n"), [(24 * H, 1), (24 * H + 1, 2)])
def test_a_track_ends_by_silence_when_it_is_longer_than_the_longest(
    silence_ms: int, n: int
) -> None:
    rows = [*sail(3, speed_kn=0.0), *sail(3, speed_kn=0.0, t_ms=T0 + 12 * MINUTE + silence_ms)]
    tracks = assign_tracks(table(rows), ARCTIC).tracks
    assert tracks["end_reason"].to_list() == ["silence", "open"][-n:]


@pytest.mark.parametrize(("as_of_ms", "reason"), [(T0 + 25 * H, "silence"), (T0 + 24 * H, "open")])
def test_the_last_track_ends_by_silence_if_the_data_go_on_long_enough(
    as_of_ms: int, reason: str
) -> None:
    tracked = assign_tracks(table(sail(3)), ARCTIC, as_of_ms=as_of_ms)
    assert tracked.tracks["end_reason"].to_list() == [reason]


def meeting() -> list[dict[str, Any]]:
    """Return two ships of one number at rest, and a row half way between, an hour later."""
    ours = sail(15, speed_kn=0.0)
    theirs = sail(15, speed_kn=0.0, lat_deg=70.34, t_ms=T0 + MINUTE)
    return [*ours, *theirs, row(T0 + 145 * MINUTE, 70.17, 10.0, 0.0)]


@BOTH
def test_two_long_tracks_that_predict_equally_well_end_as_ambiguous(rule: TrackRule) -> None:
    tracks = assign_tracks(table(meeting()), rule).tracks
    assert tracks["end_reason"].to_list() == ["ambiguous", "ambiguous", "open"]
    assert tracks["n_positions"].to_list() == [15, 15, 1]


def test_only_the_gfw_rule_lets_a_short_ghost_cut_a_ship_in_two() -> None:
    ship = sail(40)
    # One row a third of a mile beside her, at the time of another: it opens a track beside hers.
    lat_deg, lon_deg = ship[12]["lat_i"] / 600_000, ship[12]["lon_i"] / 600_000
    ghost = row(ship[12]["t_ms"], lat_deg + 0.005, lon_deg, 12.0, 30.0)
    arctic = assign_tracks(table([*ship, ghost]), ARCTIC).tracks
    gfw = assign_tracks(table([*ship, ghost]), GFW).tracks
    assert sorted(arctic["n_positions"]) == [1, 40]
    assert "ambiguous" in gfw["end_reason"].to_list()
    assert max(gfw["n_positions"]) < 40


def test_positions_of_one_instant_go_to_different_tracks() -> None:
    ours, theirs = sail(12), sail(12, lat_deg=FAR_DEG)
    assert rows_of(assign_tracks(table(ours + theirs), ARCTIC)) == [list(range(12))] * 2


def test_the_stalest_track_makes_room_for_a_new_one() -> None:
    rows = [row(T0 + k * MINUTE, -60.0 + 20 * k, 10.0, 0.0) for k in range(4)]
    tracks = assign_tracks(table(rows), TrackRule(max_open_tracks=3)).tracks
    assert tracks["end_reason"].to_list() == ["evicted", "open", "open", "open"]


def test_ids_sort_as_the_table_when_many_tracks_start_at_one_instant() -> None:
    rows = numbered([row(T0, 50.0 + k, 10.0, 0.0) for k in range(12)])
    tracked = assign_tracks(table(rows), ARCTIC)
    ids = tracked.tracks["track_id"].to_list()
    assert ids == sorted(ids)
    check_layout(tracked)
    assert len(set(ids)) == 12


def test_the_gfw_rule_leaves_out_reports_without_speed_or_course() -> None:
    rows = sail(6)
    rows[2]["sog_i"] = None
    rows[4]["cog_i"] = None
    assert told(rows, GFW) == [[0, 1, 3, 5]]
    assert told(rows, ARCTIC) == [[0, 1, 2, 3, 4, 5]]


def test_the_gfw_rule_keeps_a_report_without_course_from_a_ship_that_lies_still() -> None:
    rows = sail(6, speed_kn=0.3)
    rows[4]["cog_i"] = None
    assert told(rows, GFW) == [[0, 1, 2, 3, 4, 5]]


def test_a_ship_without_speed_and_course_is_followed_by_her_own_track() -> None:
    # At 20 kn and an hour apart; a rival number lies where she was.
    rows = [one | {"sog_i": None, "cog_i": None} for one in sail(40, speed_kn=20, every_ms=H)]
    assert told(rows) == [list(range(40))]


def test_the_gfw_rule_leaves_out_long_range_reports_that_come_within_an_hour() -> None:
    rows = sail(8)
    rows[3]["pos_res_i"] = rows[5]["pos_res_i"] = 1000
    assert told(rows, GFW) == [[0, 1, 2, 4, 6, 7]]
    assert told(rows, ARCTIC) == [list(range(8))]


@pytest.mark.parametrize(("resolution", "n_tracks"), [(1, 2), (1000, 1)])
def test_the_arctic_rule_allows_long_range_reports_their_rounding(
    resolution: int, n_tracks: int
) -> None:
    # Minutes apart, 6.25 nm are allowed at once; this lies 6.3 nm beside.
    rows = [row(T0, 70.0, 10.0, 0.0), row(T0 + MINUTE, 70.0 + 6.3 / 60.04, 10.0, 0.0)]
    rows[1]["pos_res_i"] = resolution
    assert len(told(rows)) == n_tracks


def test_a_class_that_a_track_has_not_shown_weighs_a_tenth() -> None:
    # Two ships at rest, one of each class; two hours later a row between, nearer to the first.
    near = sail(12, speed_kn=0.0, ais_class=2)
    far = sail(12, speed_kn=0.0, lat_deg=70.6, t_ms=T0 + MINUTE, ais_class=1)
    rows = numbered([*near, *far, row(T0 + 186 * MINUTE, 70.25, 10.0, 0.0, ais_class=1)])
    rule = TrackRule(ambiguity_factor=1.0)
    assert offsets_of(assign_tracks(table(rows), rule))[1][-1] == 24
    unknown = [one | {"ais_class": 0} for one in rows]
    assert offsets_of(assign_tracks(table(unknown), rule))[0][-1] == 24


def test_length_and_greatest_speed_are_of_the_sphere() -> None:
    tracks = assign_tracks(table(sail(11, speed_kn=12.0)), ARCTIC).tracks
    assert tracks["distance_km"][0] == pytest.approx(12 * 1.852, rel=1e-4)
    assert tracks["max_implied_speed_kn"][0] == pytest.approx(12.0, rel=1e-3)


def test_no_positions_make_no_tracks() -> None:
    tracked = assign_tracks(table([]), ARCTIC)
    assert tracked.mmsi.size == 0
    assert tracked.tracks.equals(TRACKS.empty())


def test_a_track_runs_on_over_the_pole_and_across_180() -> None:
    over = sail(60, lat_deg=88.0, lon_deg=30.0, course_deg=0.0, every_ms=30 * MINUTE)
    across = sail(60, lat_deg=70.0, lon_deg=178.0, course_deg=80.0, every_ms=30 * MINUTE)
    assert max(one["lat_i"] for one in over) > 89.9 * 600_000
    assert {one["lon_i"] > 0 for one in across} == {True, False}
    assert told(over) == told(across) == [list(range(60))]


def test_a_ship_at_the_very_pole_has_a_course() -> None:
    # Away from the pole along 90 E: at longitude 0, that is course 90.
    rows = [row(T0, 90.0, 0.0, 20.0, 90.0)]
    rows += [row(T0 + 60 * MINUTE, 90.0 - 20 / 60.04, 90.0, 20.0, 180.0)]
    ghost = row(T0 + 60 * MINUTE, 90.0 - 20 / 60.04, 0.0, 20.0, 180.0)
    tracked = assign_tracks(table([*numbered(rows), ghost | {"offset": 9}]), ARCTIC)
    assert offsets_of(tracked)[0] == [0, 1]
