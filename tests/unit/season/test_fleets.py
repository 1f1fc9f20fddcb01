import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from northwatch.season import Reception, SeasonPlan, make_season
from northwatch.season.fleets import apportioned, drawn_fleet
from northwatch.season.paths import angles, leg_speeds_kn, place
from northwatch.season.voyages import RESTING
from northwatch.units import SPHERE_RADIUS_M
from tests.unit.season.build import heard_season, small_season


def test_shares_become_whole_numbers_that_sum_to_the_total() -> None:
    assert apportioned(10, [1.0, 1.0, 2.0]) == [3, 3, 4]
    assert sum(apportioned(97, [0.3, 5.0, 11.2, 0.01])) == 97
    assert min(apportioned(97, [0.3, 5.0, 11.2, 0.01])) == 1
    assert apportioned(1, [1.0, 3.0]) == [0, 1]


def test_equal_plans_give_equal_fleets_and_another_seed_another() -> None:
    plan = SeasonPlan(seed=4, days=5, vessels=60)
    one, same = drawn_fleet(plan), drawn_fleet(plan)
    other = drawn_fleet(SeasonPlan(seed=5, days=5, vessels=60))
    assert_frame_equal(one.ships, same.ships)
    np.testing.assert_array_equal(one.paths.xyz, same.paths.xyz)
    assert one.ships["name"].to_list() != other.ships["name"].to_list()


def test_the_demo_has_the_flags_and_transits_it_is_to_show() -> None:
    fleet = drawn_fleet(SeasonPlan.demo())
    flags = set(fleet.ships["flag"])
    assert {"RUS", "CHN", "USA", "NOR", "DNK", "CAN", "GRL", "LBR", "PAN"} <= flags
    fleets = set(fleet.ships["fleet"])
    assert {"nsr transit", "nwp transit", "over the top", "barents trawlers"} <= fleets
    assert fleet.silence_off_s.size >= 10
    assert fleet.ships["mmsi"].is_duplicated().sum() == 2
    assert (fleet.ships["on_s"] > 0).any()


def test_every_kind_of_ship_of_the_theatre_sails() -> None:
    kinds = set(drawn_fleet(SeasonPlan(vessels=60, days=1)).ships["kind"])
    assert {
        "cargo", "tanker", "lng", "bulk", "trawler", "cruise", "research", "icebreaker",
        "supply", "tug", "leisure", "coastguard", "container", "pilot", "sailing",
    } <= kinds  # fmt: skip


def test_ships_on_one_mmsi_never_come_near_each_other() -> None:
    fleet = drawn_fleet(SeasonPlan(seed=2, days=10, vessels=60, shared_pairs=3))
    shared = fleet.ships.filter(pl.col("mmsi").is_duplicated()).partition_by("mmsi")
    assert len(shared) == 3
    t_s = np.arange(0.0, 10 * 86_400.0, 600.0)
    for pair in shared:
        one, other = (place(fleet.paths.way(ship), t_s) for ship in pair["transmitter"])
        assert angles(one, other).min() * SPHERE_RADIUS_M > 1_400_000.0
        assert pair["imo"].n_unique() == 2


def test_a_hull_that_changes_flag_keeps_its_imo_number_and_its_way() -> None:
    fleet = drawn_fleet(SeasonPlan(seed=2, days=20, vessels=60, reflag_share=0.2))
    new = fleet.ships.filter(pl.col("on_s") > 0)
    assert new.height >= 5
    for row in new.iter_rows(named=True):
        old = fleet.ships.row(row["hull"], named=True)
        assert old["imo"] == row["imo"]
        assert old["mmsi"] != row["mmsi"]
        assert old["flag"] != row["flag"]
        assert old["off_s"] == row["on_s"]
        way = fleet.paths.way(row["transmitter"])
        leg = np.searchsorted(way.t_s, row["on_s"], side="right") - 1
        assert way.status[leg] in RESTING


def test_planted_silences_begin_under_way_and_keep_apart() -> None:
    fleet = small_season().fleet
    assert fleet.silence_off_s.size > 10
    for ship in range(fleet.ships.height):
        part = slice(fleet.silence_starts[ship], fleet.silence_starts[ship + 1])
        off_s, on_s = fleet.silence_off_s[part], fleet.silence_on_s[part]
        assert ((on_s - off_s >= 3 * 3600 - 1) & (on_s - off_s <= 9 * 3600)).all()
        assert (off_s[1:] > on_s[:-1]).all()
        way = fleet.paths.way(ship)
        legs = np.searchsorted(way.t_s, off_s, side="right") - 1
        assert not np.isin(way.status[legs], RESTING).any()


def test_every_way_covers_the_season_and_no_ship_is_faster_than_ships_are() -> None:
    season = heard_season()
    for ship in range(season.fleet.ships.height):
        way = season.fleet.paths.way(ship)
        assert way.t_s[0] <= 0.0
        assert way.t_s[-1] >= season.plan.seconds
        assert (np.diff(way.t_s) > 0.0).all()
        assert leg_speeds_kn(way).max() < 22.0
        np.testing.assert_allclose(np.linalg.norm(way.xyz, axis=1), 1.0, atol=1e-12)


def test_about_two_fifths_of_the_time_is_spent_at_rest() -> None:
    fleet = drawn_fleet(SeasonPlan(seed=1, days=20, vessels=120))
    rest = total = 0.0
    for ship in range(fleet.ships.height):
        way = fleet.paths.way(ship)
        spans = np.diff(np.clip(way.t_s, 0.0, 20 * 86_400.0))
        rest += spans[np.isin(way.status[:-1], RESTING)].sum()
        total += spans.sum()
    assert 0.33 < rest / total < 0.5


def test_danish_waters_have_a_fleet_of_their_own() -> None:
    plan = SeasonPlan(theatre="danish", vessels=40, days=1, reception=Reception(everywhere=True))
    reports = make_season(plan).reports().drop_nulls("lat_i")
    lat_deg, lon_deg = (reports[name].to_numpy() / 600_000 for name in ("lat_i", "lon_i"))
    assert np.quantile(lat_deg, 0.01) > 53.5
    assert np.quantile(lat_deg, 0.99) < 60.0
    assert np.quantile(lon_deg, 0.99) < 21.0


@pytest.mark.parametrize("vessels", [1, 3])
def test_a_fleet_smaller_than_the_list_of_fleets_sails_too(vessels: int) -> None:
    assert drawn_fleet(SeasonPlan(vessels=vessels, days=2)).ships.height >= vessels
