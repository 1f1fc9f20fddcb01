"""Silences that are gaps, and those that are not."""

from datetime import UTC, datetime, timedelta
from typing import TypedDict, Unpack

import numpy as np
import polars as pl
import pytest

from northwatch.events import (
    GFW,
    GapRule,
    ReceptionRule,
    expected_by_chance,
    find_gaps,
    heard_spans,
    judge_gaps,
    listening_intervals,
    reference_days,
    statics_within,
)
from northwatch.schema import GAPS, STATICS
from tests.build_scene import SceneParts, land, only, scene
from tests.build_tracked import EPOCH, Point, Way, ms
from tests.build_ways import listened

RULE = GapRule()


def stay(*hours: float, lat: float = 71.0, lon: float = 15.0) -> list[Point]:
    return [(hour, lat, lon) for hour in hours]


def each(step: float, begin: float, end: float) -> list[float]:
    """Return hours from begin up to end."""
    return [begin + k * step for k in range(round((end - begin) / step))]


def gaps(
    *ways: Way,
    rule: GapRule = RULE,
    listening: pl.DataFrame | None = None,
    **how: Unpack[SceneParts],
) -> pl.DataFrame:
    return find_gaps(scene(*ways, **how), listened() if listening is None else listening, rule)


def test_no_positions_make_no_gaps() -> None:
    found = gaps()
    assert found.is_empty()
    judged = judge_gaps(found, reference_days(scene(), listened(), RULE), RULE)
    assert judged.schema == GAPS.polars


@pytest.mark.parametrize(("hours", "n"), [(2.0, 0), (2.001, 1)])
def test_a_gap_is_strictly_longer_than_the_shortest(hours: float, n: int) -> None:
    assert gaps(Way(points=stay(0, hours))).height == n


def test_a_gap_says_where_and_how_long() -> None:
    way = Way(points=[(0, 71, 15), (1, 71, 15), (6, 72, 15), (7, 72, 15)])
    row = only(gaps(way))
    assert (row["t_from_ms"], row["t_to_ms"]) == (ms(1), ms(6))
    assert (row["lat_deg"], row["lon_deg"]) == (71.0, 15.0)
    assert (row["lat_on_deg"], row["lon_on_deg"]) == (72.0, 15.0)
    assert row["silence_h"] == row["longest_silence_h"] == 5.0
    assert row["distance_km"] == pytest.approx(111.6, abs=0.1)
    assert row["implied_speed_kn"] == pytest.approx(111.6 / 1.852 / 5, abs=0.02)
    assert row["n_before_12h"] == 1
    assert row["evidence"] == ["7:100", "7:200"]
    assert row["unlistened_h"] == 0.0
    assert not any(row[name] for name in ("open_to", "mmsi_heard_elsewhere", "over_land"))


def test_there_is_no_gap_before_the_first_position() -> None:
    assert gaps(Way(points=stay(500, 501)), as_of_ms=ms(501)).is_empty()


def test_after_the_last_position_the_gap_is_open() -> None:
    row = only(gaps(Way(points=stay(0, 1)), as_of_ms=ms(21)))
    assert row["open_to"]
    assert row["t_to_ms"] is None
    assert row["t_to_lo_ms"] == ms(21)
    assert row["silence_h"] == 20.0
    assert row["lat_on_deg"] is None
    assert row["distance_km"] is None
    assert row["n_positions"] == 1


def test_an_open_gap_keeps_its_id_when_the_vessel_is_heard_again() -> None:
    early = only(gaps(Way(points=stay(0, 1)), as_of_ms=ms(21)))
    late = only(gaps(Way(points=stay(0, 1, 22)), as_of_ms=ms(22)))
    assert early["event_id"] == late["event_id"]
    assert late["t_to_ms"] == ms(22)


def test_after_thirty_days_a_vessel_is_lost() -> None:
    row = only(gaps(Way(points=stay(0, 1)), as_of_ms=ms(2000)))
    assert row["t_to_ms"] == ms(1 + 720)
    assert row["t_to_hi_ms"] is None
    assert row["silence_h"] == 720.0
    assert row["lat_on_deg"] is None
    assert not row["open_to"]


def test_a_silence_over_a_link_is_one_gap() -> None:
    ways = [
        Way(points=stay(0, 1), end_reason="silence"),
        Way(points=stay(100, 101), linked=True),
    ]
    row = only(gaps(*ways))
    assert (row["t_from_ms"], row["t_to_ms"]) == (ms(1), ms(100))
    assert row["track_id"].endswith(f"-{ms(0)}-0")


def test_a_vessel_back_where_it_cannot_have_sailed_makes_no_gap() -> None:
    minutes = [k / 60 for k in range(20)]
    ways = [
        Way(points=stay(*minutes), end_reason="silence"),
        Way(points=stay(*[30 + m for m in minutes], lat=40), link_reason="speed"),
    ]
    assert gaps(*ways).is_empty()


def test_a_vessel_lost_stays_lost_when_the_number_is_heard_much_later() -> None:
    ways = [
        Way(points=stay(*each(0.1, 0, 2)), end_reason="silence"),
        Way(points=stay(*each(0.1, 1000, 1002))),
    ]
    assert only(gaps(*ways))["t_to_lo_ms"] == ms(1.9 + 720)


def test_a_ghost_of_a_few_positions_is_no_vessel_that_falls_silent() -> None:
    ways = [
        Way(points=stay(*each(0.2, 0, 20))),
        Way(points=stay(5, 5.1, 5.2, lat=75)),
    ]
    assert gaps(*ways, as_of_ms=ms(20)).is_empty()


def test_two_ships_on_one_number_for_two_days_make_no_gap() -> None:
    ways = [
        Way(points=stay(*each(0.1, 0, 48))),
        Way(points=stay(*each(0.1, 0.05, 48), lat=60)),
    ]
    assert gaps(*ways).is_empty()


def test_the_other_ship_of_a_number_is_heard_elsewhere_not_seen() -> None:
    ways = [
        Way(points=stay(*each(0.1, 0, 10), *each(0.1, 20, 48))),
        Way(points=stay(*each(0.1, 0, 48), lat=60)),
    ]
    row = only(gaps(*ways))
    assert row["mmsi_heard_elsewhere"]
    assert (row["t_from_ms"], row["t_to_ms"]) == (ms(9.9), ms(20))


def test_a_stray_within_the_gap_is_heard_elsewhere() -> None:
    ways = [Way(points=stay(0, 1, 9, 10)), Way(points=stay(5), stray=True)]
    assert only(gaps(*ways))["mmsi_heard_elsewhere"]
    ways = [Way(points=stay(0, 1, 9, 10)), Way(points=stay(10.5), stray=True)]
    assert not only(gaps(*ways))["mmsi_heard_elsewhere"]


def test_a_gap_over_new_year_is_one_gap_in_the_old_year() -> None:
    begin = (datetime(2024, 12, 31, 20, tzinfo=UTC) - EPOCH) / timedelta(hours=1)
    row = only(gaps(Way(points=stay(begin - 1, begin, begin + 30, begin + 31))))
    assert row["silence_h"] == 30.0
    assert datetime.fromtimestamp(row["t_from_ms"] / 1000, UTC).year == 2024
    assert datetime.fromtimestamp(row["t_to_ms"] / 1000, UTC).year == 2025


def test_a_missing_day_file_with_a_thousand_ships_makes_no_gap() -> None:
    hours = np.concatenate([np.arange(0, 24, 2.0), np.arange(48, 72, 2.0)])
    ways = [
        Way(points=stay(*(hours + k / 700)), mmsi=257_000_000 + k, source=7) for k in range(1000)
    ]
    seen = scene(*ways)
    heard = listening_intervals(heard_spans(seen.tracked.t_ms, seen.tracked.source))
    assert heard.height == 2
    assert find_gaps(seen, heard, RULE).is_empty()
    # Taken as listened to, it makes every ship go dark.
    assert find_gaps(seen, listened(), RULE).height == 1000


def test_only_listening_time_counts() -> None:
    held = pl.concat([listened(end_h=3), listened(begin_h=5)])
    row = only(gaps(Way(points=stay(0, 8)), listening=held))
    assert row["silence_h"] == 6.0
    assert row["unlistened_h"] == 2.0
    assert row["longest_silence_h"] == 8.0


def test_gfw_counts_elapsed_time_and_gives_no_verdict() -> None:
    held = pl.concat([listened(end_h=1), listened(begin_h=7)])
    found = gaps(Way(points=stay(0, 7, 13.01, 19.01)), listening=held, rule=GFW.gap)
    assert found["silence_h"].round(2).to_list() == [7.0, 6.01]
    judged = judge_gaps(found, reference_days(scene(), held, GFW.gap), GFW.gap)
    assert judged["verdict"].to_list() == [None, None]
    assert judged["verdict_reason"].unique().to_list() == ["not_judged"]
    assert judged["rule"].unique().to_list() == ["gap/gfw-2026"]


def test_equal_times_are_a_silence_of_nothing() -> None:
    assert gaps(Way(points=[(0, 71, 15), (0, 71, 15.01), (1, 71, 15)])).is_empty()


def test_over_the_pole_distance_is_short() -> None:
    row = only(gaps(Way(points=[(0, 89.5, 0), (5, 89.5, 180)])))
    assert row["distance_km"] == pytest.approx(111.69, abs=0.05)  # 60 nm, not 94


def test_a_gap_over_land_says_so() -> None:
    wall = land(((70.9, 14), (70.9, 16), (71.1, 16), (71.1, 14)))
    assert only(gaps(Way(points=[(0, 71, 13), (5, 71, 17)]), on=wall))["over_land"]


def test_positions_in_the_twelve_hours_before_count_over_links() -> None:
    ways = [
        Way(points=stay(-3, -2, -1, 0), end_reason="ambiguous"),
        Way(points=stay(1, 8, 9, 15), linked=True),
    ]
    found = gaps(*ways)
    assert found["t_from_ms"].to_list() == [ms(1), ms(9)]
    assert found["n_before_12h"].to_list() == [4, 6]


def test_two_gaps_parted_by_one_position_are_two_gaps() -> None:
    assert gaps(Way(points=stay(0, 10, 20))).height == 2


def test_gaps_come_in_their_order() -> None:
    ways = [Way(points=stay(0, 10, 20), mmsi=300), Way(points=stay(9, 20), mmsi=200)]
    found = gaps(*ways)
    assert found["mmsi"].to_list() == [200, 300, 300]
    assert found.equals(found.sort(GAPS.order))


# --- verdicts ------------------------------------------------------------------------------------


AUGUST = 17 * 24.0  # its first hour, after the epoch in July: periods are months
# A tenth as strict as the shipped rule, so that a tenth of the vessel-days will do: 300.
QUICK = GapRule(reception=ReceptionRule(silent_max_rate=0.01))


class WayParts(TypedDict, total=False):
    """Parts of a `Way`."""

    sog_kn: float
    ais_class: int


def fleet(
    n: int = 12,
    *,
    every_h: float = 1.5,
    lat: float = 71.0,
    first: int = 257_100_000,
    **how: Unpack[WayParts],
) -> list[Way]:
    """Return ships that report each `every_h` through August, all in one cell."""
    hours = np.arange(AUGUST, AUGUST + 744, every_h)
    return [
        Way(points=stay(*(hours + k * 0.001), lat=lat), mmsi=first + k, **how) for k in range(n)
    ]


def silent_ship(hours: float, mmsi: int = 259_000_001) -> Way:
    """Return a ship of the same kind that says nothing for some hours after ten days."""
    before = np.arange(AUGUST, AUGUST + 240, 1.5)
    after = np.arange(AUGUST + 238.5 + hours, AUGUST + 744, 1.5)
    return Way(points=stay(*before, *after), mmsi=mmsi)


def judged(
    *ways: Way,
    rule: GapRule = QUICK,
    statics: pl.DataFrame | None = None,
    listening: pl.DataFrame | None = None,
) -> pl.DataFrame:
    held = listened() if listening is None else listening
    seen = scene(*ways)
    gaps, days = find_gaps(seen, held, rule), reference_days(seen, held, rule)
    found = judge_gaps(gaps, days, rule, statics=statics)
    if statics is not None:  # the few that lie within the gaps tell as much as all
        few = statics_within(gaps, statics)
        assert few.height <= gaps.height
        assert judge_gaps(gaps, days, rule, statics=few).equals(found)
    return found


def test_a_silence_is_silent_where_silences_are_rare() -> None:
    row = only(judged(*fleet(), silent_ship(12)))
    assert row["verdict"] == "silent"
    assert row["verdict_reason"] is None
    assert row["natural_rate_per_d"] == 0.0
    assert 360 < row["reference_days"] < 380
    assert row["natural_rate_hi"] == pytest.approx(2.9957 / row["reference_days"], rel=1e-4)


def test_two_hours_are_a_gap_where_silences_of_two_hours_are_rare() -> None:
    assert only(judged(*fleet(), silent_ship(3)))["silence_h"] == 3.0


def test_two_hours_are_no_gap_where_that_is_not_known() -> None:
    assert judged(silent_ship(3)).is_empty()
    assert only(judged(silent_ship(7)))["verdict_reason"] == "no_reception"


def test_too_few_days_give_no_verdict() -> None:
    row = only(judged(*fleet(n=9), silent_ship(12)))
    assert row["verdict"] is None
    assert row["verdict_reason"] == "too_few_reference_days"


def test_a_silence_could_not_have_been_heard_where_silences_are_usual() -> None:
    found = judged(*fleet(every_h=6.5))
    assert set(found["verdict"]) == {"could_not_have_been_heard"}
    assert all(found["natural_rate_per_d"] > 3.0)


def test_a_silence_twice_the_usual_one_stands_out() -> None:
    """The share of time without a report would call this silence usual too."""
    found = judged(*fleet(n=21, every_h=6.5), silent_ship(13))
    assert found.filter(silence_h=13.0)["verdict"].to_list() == ["silent"]


def test_short_silences_are_left_out_where_they_are_usual() -> None:
    assert judged(*fleet(n=12, every_h=3.0)).is_empty()


def test_a_ship_is_not_its_own_reference() -> None:
    """A ship that falls silent each week would else make its silences usual."""
    hours = [AUGUST + h for h in np.arange(0, 744, 1.5) if h % 168 < 148]
    found = judged(*fleet(), Way(points=stay(*hours), mmsi=259_000_001))
    assert set(found["verdict"]) == {"silent"}


def test_silent_ships_are_no_reference_in_the_second_round() -> None:
    ships = [silent_ship(12, mmsi=259_000_000 + k) for k in range(3)]
    found = judged(*fleet(n=20), *ships)
    assert found["verdict"].to_list() == ["silent"] * 3
    assert found["natural_rate_per_d"].to_list() == [0.0] * 3


def test_moving_and_resting_ships_are_told_apart() -> None:
    moored = fleet(sog_kn=0.0)
    row = only(judged(*moored, silent_ship(12)))  # it moves at ten knots
    assert row["verdict_reason"] == "no_reception"


def test_classes_are_told_apart() -> None:
    row = only(judged(*fleet(ais_class=2), silent_ship(12)))
    assert row["verdict_reason"] == "no_reception"


def test_neighbours_are_pooled_where_a_cell_has_too_few_days() -> None:
    there = fleet(n=6, lat=71.6, first=257_200_000)
    assert only(judged(*fleet(n=6), *there, silent_ship(12)))["verdict"] == "silent"


def test_neighbours_of_unlike_reception_are_not_pooled() -> None:
    there = fleet(n=6, lat=71.6, first=257_200_000, every_h=0.5)
    row = only(judged(*fleet(n=6), *there, silent_ship(12)))
    assert row["verdict_reason"] == "too_few_reference_days"


def test_a_gap_that_was_mostly_not_listened_to_has_no_verdict() -> None:
    held = pl.concat([listened(end_h=AUGUST + 240), listened(begin_h=AUGUST + 244)])
    row = only(judged(*fleet(), silent_ship(14), listening=held))
    assert row["verdict_reason"] == "unlistened"


def statics_of(mmsi: int, hour: float) -> pl.DataFrame:
    row: dict[str, object] = dict.fromkeys(STATICS.names)
    row |= {"mmsi": mmsi, "t_ms": ms(hour), "t_last_ms": ms(hour), "source": 7, "offset": 5}
    return pl.DataFrame([row], schema=STATICS.polars)


def test_a_static_report_within_shows_the_vessel() -> None:
    row = only(judged(*fleet(), silent_ship(12), statics=statics_of(259_000_001, AUGUST + 245)))
    assert row["verdict"] == "seen"
    row = only(judged(*fleet(), silent_ship(12), statics=statics_of(259_000_001, AUGUST + 260)))
    assert row["verdict"] == "silent"
    row = only(judged(*fleet(), silent_ship(12), statics=statics_of(257_100_001, AUGUST + 245)))
    assert row["verdict"] == "silent"


def test_a_static_report_of_a_shared_number_shows_nothing() -> None:
    other = Way(points=stay(*np.arange(AUGUST, AUGUST + 744, 1.5), lat=60), mmsi=259_000_001)
    found = judged(*fleet(), silent_ship(12), other, statics=statics_of(259_000_001, AUGUST + 245))
    assert only(found)["verdict"] == "silent"


def test_chance_gives_about_half_a_gap_where_the_days_just_suffice() -> None:
    seen = scene(*fleet(n=12), silent_ship(12))
    found, days = find_gaps(seen, listened(), QUICK), reference_days(seen, listened(), QUICK)
    # 372 vessel-days: none may be longer, and none was, so one half in all of them.
    assert expected_by_chance(found, days, QUICK) == pytest.approx(0.5)
    few = days.filter(pl.col("mmsi") < 257_100_009)
    assert expected_by_chance(found.clear(), few, QUICK) == 0.0  # no verdict, no false alarm


def test_chance_gives_nothing_where_there_are_no_verdicts() -> None:
    found = gaps(Way(points=stay(0, 10)), rule=GFW.gap)
    assert expected_by_chance(found, reference_days(scene(), listened(), GFW.gap), GFW.gap) == 0.0
