"""Law: the kernel makes the tracks of the slow reference."""

from typing import Any

from hypothesis import given

from northwatch.tracks import STRAY, TrackRule, assign_tracks
from tests.slow_tracks import Position, Result, Rule, slow_tracks
from tests.unit.tracks.made import H, offsets_of, table
from tests.unit.tracks.scenes import law, rules, scenes


def slow_rule(rule: TrackRule) -> Rule:
    """Return the rule as the slow reference takes it."""
    return Rule(
        arctic=rule.base_min is not None,
        penalty_exp=rule.penalty_exp,
        lookback=rule.lookback,
        lookback_factor=rule.lookback_factor,
        ambiguity_factor=rule.ambiguity_factor,
        short_track_n=rule.short_track_n,
        rival_min_n=rule.rival_min_n,
        constant_min=rule.constant_course_n,
        max_open_tracks=rule.max_open_tracks,
    )


def slow(rows: list[dict[str, Any]], rule: TrackRule) -> Result:
    """Return the tracks of the slow reference; `row` of its positions is the total order."""
    names = ("t_ms", "lat_i", "lon_i", "sog_i", "cog_i", "ais_class", "pos_res_i", "source")
    ordered = table(rows).select(names).iter_rows(named=True)
    return slow_tracks([Position(row=k, **one) for k, one in enumerate(ordered)], slow_rule(rule))


@law(150)
@given(rows=scenes(), rule=rules())
def test_the_kernel_makes_the_tracks_of_the_slow_reference(
    rows: list[dict[str, Any]], rule: TrackRule
) -> None:
    expected = slow(rows, rule)
    # Numbered in the total order, so that rows can be told apart where times are equal.
    frame = table(rows)
    place = {offset: k for k, offset in enumerate(frame["offset"])}
    tracked = assign_tracks(frame, rule)
    found = [[place[o] for o in offsets] for offsets in offsets_of(tracked)]
    assert found == expected.rows
    assert tracked.tracks["n_strays"].to_list() == [t.n_strays for t in expected.tracks]
    assert tracked.tracks["end_reason"].to_list() == [t.end_reason for t in expected.tracks]
    left_out = int((tracked.track == STRAY).sum()) - int(tracked.tracks["n_strays"].sum())
    assert left_out == len(expected.dropped)


@law(30)
@given(rows=scenes(), rule=rules())
def test_lengths_and_speeds_are_those_of_the_slow_reference(
    rows: list[dict[str, Any]], rule: TrackRule
) -> None:
    tracks = assign_tracks(table(rows), rule).tracks
    for track, (km, kn) in zip(
        slow(rows, rule).tracks,
        tracks.select("distance_km", "max_implied_speed_kn").iter_rows(),
        strict=True,
    ):
        arcs = list(zip(track.positions, track.positions[1:], strict=False))
        lengths = [p.arc_nm_to(q) for p, q in arcs]
        speeds = [
            length / ((q.t_ms - p.t_ms) / H) for length, (p, q) in zip(lengths, arcs, strict=True)
        ]
        assert abs(km - sum(lengths) * 1.852) <= 1e-9 * km + 1e-9
        assert abs(kn - max(speeds, default=0.0)) <= 1e-9 * kn + 1e-6
