import numpy as np
import pytest

from northwatch.season import Dirt, Reception, SeasonPlan, make_season
from northwatch.season.chance import bits
from northwatch.season.emission import (
    ARRIVAL,
    COG,
    COPY,
    HEADING,
    KIND_MASK,
    LAT,
    LAT_NONE,
    LON,
    LON_NONE,
    LONG_RANGE,
    POSITION,
    SENTINEL,
    SHIP,
    SILENT,
    SOG,
    SPIKE,
    STATED,
    STATIC,
    STATION,
    STATUS,
    WHAT,
    WRONG_CLOCK,
    Rows,
)
from northwatch.season.paths import degrees, leg_speeds_kn, place
from northwatch.season.reception import satellite_places
from tests.unit.season.build import (
    ALL_HEARD,
    by_hand,
    hand_season,
    heard_season,
    ship,
    small_season,
    way,
)

DIRTY = COPY | SPIKE | SENTINEL | WRONG_CLOCK
METRES_PER_UNIT = 111_195.0 / 600_000


def _all_rows() -> Rows:
    season = small_season()
    return season.emitter.rows(0, season.plan.seconds)


def _clean(rows: Rows) -> Rows:
    what = rows[:, WHAT]
    clean: Rows = rows[(what & KIND_MASK == POSITION) & (what & DIRTY == 0)]
    return clean


def test_a_row_s_place_is_the_plan_s_place_but_for_the_noise() -> None:
    season, rows = small_season(), _clean(_all_rows())
    for number in (0, 11, 25, 40, 59):
        mine = rows[rows[:, SHIP] == number]
        lat, lon = degrees(place(season.fleet.paths.way(number), mine[:, ARRIVAL].astype(float)))
        north = np.abs(mine[:, LAT] - lat * 600_000) * METRES_PER_UNIT
        turn = (mine[:, LON] / 600_000 - lon + 180.0) % 360.0 - 180.0
        east = np.abs(turn) * 111_195.0 * np.cos(np.radians(lat))
        assert len(mine) > 500
        assert max(north.max(), east.max()) < season.plan.noise_m + 0.2
        assert north.max() > 0.5 * season.plan.noise_m


def test_speed_and_course_are_those_of_the_leg() -> None:
    fleet = by_hand((ship(), way((0, 70.0, 0.0), (86_400, 74.0, 0.0))))
    rows = hand_season(fleet).emitter.rows(0, 86_400)
    speed_i = 10.0 * leg_speeds_kn(fleet.paths.way(0))[0]
    assert np.abs(rows[:, SOG][rows[:, WHAT] == POSITION] - speed_i).max() <= 1.5
    course = rows[:, COG][rows[:, WHAT] == POSITION]
    assert (np.minimum(course, 3600 - course) <= 4).all()


def test_course_and_place_are_right_over_the_pole_and_across_180() -> None:
    pole = way((0, 89.0, 10.0), (43_200, 89.0, -170.0), (86_400, 89.0, -170.0))
    east = way((0, 70.0, 178.0), (86_400, 70.0, -178.0))
    rows = hand_season(by_hand((ship(), pole), (ship(1), east))).emitter.rows(0, 86_400)
    rows = rows[rows[:, WHAT] == POSITION]
    over = rows[(rows[:, SHIP] == 0) & (rows[:, ARRIVAL] < 43_200)]
    assert over[:, LAT].max() > 600_000 * 89.99
    assert set(np.round(over[:, LON] / 600_000).tolist()) == {10.0, -170.0}
    before = over[over[:, LON] > 0][:, COG]
    after = over[over[:, LON] < 0][:, COG]
    assert (np.minimum(before, 3600 - before) < 10).all()
    assert (np.abs(after - 1800) < 10).all()
    across = rows[rows[:, SHIP] == 1]
    assert np.abs(across[:, LON]).max() <= 108_000_000
    assert (across[:, LON] > 0).any()
    assert (across[:, LON] < 0).any()
    assert np.abs(across[:, COG] - 900).max() < 30


def test_reports_under_way_come_a_beat_apart_and_at_rest_three() -> None:
    still = way((0, 70.0, 0.0), (86_400, 70.0, 0.0), status=[5])
    moving = way((0, 70.0, 5.0), (86_400, 72.0, 5.0))
    season = hand_season(by_hand((ship(), still), (ship(1), moving)))
    rows = season.emitter.rows(0, 86_400)
    rows = rows[rows[:, WHAT] == POSITION]
    assert set(np.diff(rows[rows[:, SHIP] == 0, ARRIVAL]).tolist()) == {180}
    assert set(np.diff(rows[rows[:, SHIP] == 1, ARRIVAL]).tolist()) == {60}
    assert rows[rows[:, SHIP] == 0, SOG].max() <= 1
    assert set((rows[rows[:, SHIP] == 0, STATUS] & 15).tolist()) == {5}


def test_intervals_scatter_about_the_mean_by_the_jitter() -> None:
    moving = way((0, 70.0, 5.0), (86_400, 72.0, 5.0))
    season = hand_season(by_hand((ship(), moving)), jitter_share=0.5)
    rows = season.emitter.rows(0, 86_400)
    gaps = np.diff(rows[rows[:, WHAT] == POSITION, ARRIVAL])
    assert abs(gaps.mean() - 60.0) < 0.1
    assert gaps.min() >= 30
    assert gaps.max() <= 91
    assert 10.0 < gaps.std() < 15.0  # the difference of two even draws over 30 s: 12.2


def test_static_reports_come_every_six_minutes() -> None:
    rows = _all_rows()
    told = rows[(rows[:, WHAT] & (KIND_MASK | COPY)) == STATIC]
    gaps = np.concatenate([np.diff(told[told[:, SHIP] == k, ARRIVAL]) for k in range(10)])
    assert abs(np.median(gaps) - 360.0) < 3.0


def test_nothing_is_sent_in_a_planted_silence_and_what_was_lost_is_told() -> None:
    moving = way((0, 70.0, 5.0), (86_400, 72.0, 5.0))
    fleet = by_hand((ship(), moving), silences=[[(20_000, 50_000)]])
    season = hand_season(fleet)
    rows = season.emitter.rows(0, 86_400)
    assert not ((rows[:, ARRIVAL] >= 20_000) & (rows[:, ARRIVAL] < 50_000)).any()
    sent = season.emitter.sent(0)
    lost = sent[sent[:, WHAT] & SILENT != 0]
    assert ((lost[:, ARRIVAL] >= 20_000) & (lost[:, ARRIVAL] < 50_000)).all()
    assert (lost[:, WHAT] & KIND_MASK == POSITION).sum() == 500


def test_a_transmitter_sends_only_while_it_is_in_use() -> None:
    moving = way((0, 70.0, 5.0), (86_400, 72.0, 5.0))
    fleet = by_hand((ship(off_s=40_000), moving), (ship(1, hull=0, on_s=40_000), moving))
    rows = hand_season(fleet).emitter.rows(0, 86_400)
    assert rows[rows[:, SHIP] == 0, ARRIVAL].max() < 40_000
    assert rows[rows[:, SHIP] == 1, ARRIVAL].min() >= 40_000


def test_dirt_comes_in_the_shares_asked_for() -> None:
    rows, dirt = _all_rows(), small_season().plan.dirt
    what = rows[rows[:, WHAT] & COPY == 0, WHAT]
    placed = what[what & KIND_MASK == POSITION]
    assert abs((placed & SPIKE != 0).mean() / dirt.spikes_share - 1.0) < 0.3
    assert abs((placed & SENTINEL != 0).mean() / dirt.sentinels_share - 1.0) < 0.3
    copies = (rows[:, WHAT] & COPY != 0).sum() / what.size
    assert abs(copies / dirt.copies_share - 1.0) < 0.1


def test_a_copy_repeats_its_report_and_comes_within_the_delay() -> None:
    rows = _all_rows()
    what = rows[:, WHAT]
    same = [SHIP, LAT, LON, SOG, COG, HEADING, STATUS]
    # At rest a ship may send equal rows hours apart; under way she does not.
    placed = (what & KIND_MASK == POSITION) & (what & SENTINEL == 0) & (rows[:, SOG] > 9)
    first: dict[tuple[int, ...], int] = {}
    for row in rows[placed & (what & COPY == 0)]:
        first[tuple(row[same])] = row[ARRIVAL]
    copies = rows[placed & (what & COPY != 0)]
    late = [row[ARRIVAL] - first[tuple(row[same])] for row in copies if tuple(row[same]) in first]
    assert len(late) > 0.99 * len(copies) > 300
    assert min(late) >= 0
    assert 20 <= max(late) <= small_season().plan.dirt.copy_delay_s


def test_a_spike_is_at_least_twenty_kilometres_off() -> None:
    season, rows = small_season(), _all_rows()
    spikes = rows[rows[:, WHAT] & (SPIKE | COPY | KIND_MASK) == SPIKE]
    assert len(spikes) > 50
    for row in spikes:
        true_lat, _ = degrees(place(season.fleet.paths.way(row[SHIP]), row[[ARRIVAL]] * 1.0))
        lat_km = abs(row[LAT] / 600_000 - true_lat[0]) * 111.195
        assert lat_km <= 4000.0
    lat = spikes[:, LAT] / 600_000
    assert lat.min() < 60.0  # some land far from the Arctic


def test_not_available_places_are_91_and_181() -> None:
    rows = _all_rows()
    none = rows[rows[:, WHAT] & SENTINEL != 0]
    assert set(none[:, LAT].tolist()) == {LAT_NONE}
    assert set(none[:, LON].tolist()) == {LON_NONE}


def test_a_wrong_clock_shows_in_the_stated_time_only() -> None:
    rows = _all_rows()
    wrong = rows[rows[:, WHAT] & WRONG_CLOCK != 0]
    off = np.abs(wrong[:, STATED] - wrong[:, ARRIVAL])
    assert len(wrong) > 30
    assert off.min() >= 300
    assert off.max() < 6600
    right = rows[rows[:, WHAT] & WRONG_CLOCK == 0]
    np.testing.assert_array_equal(right[:, STATED], right[:, ARRIVAL])


def test_ships_with_a_planted_silence_have_no_wrong_clocks() -> None:
    silent = np.flatnonzero(np.diff(small_season().fleet.silence_starts))
    rows = _all_rows()
    assert not np.isin(rows[rows[:, WHAT] & WRONG_CLOCK != 0, SHIP], silent).any()


def test_nothing_arrives_in_a_hole() -> None:
    plan = SeasonPlan(
        seed=3, days=4, vessels=60, interval_s=300.0,
        reception=Reception(everywhere=True, holes=((1.0, 2.0), (2.5, 2.75))),
    )  # fmt: skip
    day = make_season(plan).emitter.rows(0, plan.seconds)[:, ARRIVAL] / 86_400
    assert not ((day >= 1.0) & (day < 2.0)).any()
    assert not ((day >= 2.5) & (day < 2.75)).any()
    assert ((day >= 2.0) & (day < 2.5)).any()


def test_satellites_are_not_heard_before_their_source_starts() -> None:
    plan = SeasonPlan(
        seed=3, days=4, vessels=60, interval_s=300.0, reception=Reception(satellites_from_day=2.0)
    )
    season = make_season(plan)
    rows = season.emitter.rows(0, plan.seconds)
    in_space = rows[(rows[:, STATION] & 0xFFFF) >= season.emitter.shore]
    assert in_space[:, ARRIVAL].min() >= 2 * 86_400 > rows[:, ARRIVAL].min()
    assert len(in_space) > 1000


def test_class_a_is_heard_better_than_class_b() -> None:
    heard = heard_season().emitter
    rows = heard.rows(0, 4 * 86_400)
    in_space = (rows[:, STATION] & 0xFFFF) >= heard.shore
    from_space = {kind: in_space[heard.sets.is_b[rows[:, SHIP]] == kind].sum() for kind in (0, 1)}
    both = SeasonPlan(seed=3, days=4, vessels=60, interval_s=180.0, reception=ALL_HEARD)
    sent = make_season(both).emitter.rows(0, both.seconds)
    total = {kind: (heard.sets.is_b[sent[:, SHIP]] == kind).sum() for kind in (0, 1)}
    assert 0.4 < len(rows) / len(sent) < 0.95
    assert from_space[1] / total[1] < 0.4 * from_space[0] / total[0]


def test_satellites_pass_more_often_further_north() -> None:
    places = satellite_places(4, np.arange(0.0, 86_400.0, 30.0))
    np.testing.assert_allclose(np.linalg.norm(places, axis=-1), 1.0)
    views = []
    for lat in (0.0, 60.0, 80.0):
        here = np.array([np.cos(np.radians(lat)), 0.0, np.sin(np.radians(lat))])
        views.append((places @ here > np.cos(np.radians(20.0))).mean())
    assert 1.5 * views[0] < views[1] < views[2]


def test_long_range_reports_are_sent_by_class_a_to_satellites_only() -> None:
    reception = Reception(long_range=True)
    plan = SeasonPlan(seed=3, days=2, vessels=60, interval_s=600.0, reception=reception)
    season = make_season(plan)
    rows = season.emitter.rows(0, plan.seconds)
    far = rows[rows[:, WHAT] & KIND_MASK == LONG_RANGE]
    assert len(far) > 1000
    assert ((far[:, STATION] & 0xFFFF) >= season.emitter.shore).all()
    assert (season.emitter.sets.is_b[far[:, SHIP]] == 0).all()


def test_without_dirt_there_is_none() -> None:
    plan = SeasonPlan(seed=3, days=1, vessels=60, reception=ALL_HEARD, dirt=Dirt.none())
    rows = make_season(plan).emitter.rows(0, plan.seconds)
    assert set((rows[:, WHAT] & ~KIND_MASK).tolist()) == {0}


@pytest.mark.parametrize("bit", range(0, 64, 7))
def test_chance_has_as_many_ones_as_zeros_in_every_bit(bit: int) -> None:
    drawn = np.array([bits(np.uint64(12345), k) for k in range(4000)], np.uint64)
    ones = int((drawn >> np.uint64(bit) & np.uint64(1)).sum())
    assert abs(ones - 2000) < 160  # five sigma
