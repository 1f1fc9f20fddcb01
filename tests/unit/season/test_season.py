import hashlib
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from northwatch.schema import REPORTS
from northwatch.season import Reception, Season, SeasonPlan, make_season
from northwatch.season.emission import ARRIVAL, KIND_MASK, LONG_RANGE, WHAT
from tests.unit.season.build import ALL_HEARD, heard_season, small_season, text_of


def _hashes(files: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(text).hexdigest() for name, text in files.items()}


@pytest.mark.parametrize("season", [small_season(), heard_season()], ids=["small", "heard"])
@pytest.mark.parametrize("form", ["nmea_blocks", "dma_blocks"])
def test_slabs_of_any_size_and_any_threads_give_the_same_bytes(season: Season, form: str) -> None:
    blocks = getattr(season, form)
    told = _hashes(text_of(blocks()))
    assert _hashes(text_of(blocks(slab_rows=700))) == told
    assert _hashes(text_of(blocks(slab_rows=5_000_000))) == told
    assert _hashes(text_of(blocks(slab_rows=900, threads=3))) == told


def test_equal_plans_give_equal_bytes_and_another_seed_other_ones() -> None:
    plans = [SeasonPlan(seed=seed, days=1, vessels=20, interval_s=600.0) for seed in (9, 9, 10)]
    one, same, other = (_hashes(text_of(make_season(plan).dma_blocks())) for plan in plans)
    assert one == same
    assert one != other


def test_each_utc_day_is_a_file_of_its_own() -> None:
    days = ["2026-07-01", "2026-07-02", "2026-07-03"]
    assert list(text_of(small_season().nmea_blocks())) == [f"made-{day}.nmea" for day in days]
    assert list(text_of(small_season().dma_blocks())) == [f"made-{day}.csv" for day in days]


def test_a_day_in_which_nothing_was_recorded_has_no_file() -> None:
    reception = Reception(everywhere=True, holes=((1.0, 2.0),))
    plan = SeasonPlan(seed=3, days=3, vessels=20, interval_s=600.0, reception=reception)
    names = list(text_of(make_season(plan).dma_blocks()))
    assert names == ["made-2026-07-01.csv", "made-2026-07-03.csv"]


def test_the_header_stands_once_at_the_head_of_each_file() -> None:
    for text in text_of(small_season().dma_blocks(slab_rows=500)).values():
        assert text.count(b"# Timestamp") == 1
        assert text.startswith(b"# Timestamp,Type of mobile,MMSI,")


def test_writers_get_every_block_and_the_number_of_lines() -> None:
    season = small_season()
    files: dict[str, bytes] = {}

    def write(name: str, data: bytes) -> None:
        files[name] = files.get(name, b"") + data

    lines = season.write_nmea(write)
    assert sum(text.count(b"\r\n") for text in files.values()) == lines
    assert files == text_of(season.nmea_blocks())
    files.clear()
    rows = season.write_dma(write, threads=2)
    assert sum(text.count(b"\r\n") for text in files.values()) == rows + len(files)


def test_shore_and_satellite_lines_together_are_all_lines() -> None:
    season = heard_season()
    parts = [text_of(season.nmea_blocks(receivers=kind)) for kind in ("shore", "satellite")]
    whole = text_of(season.nmea_blocks())
    for name, text in whole.items():
        lines = sorted(line for part in parts for line in part[name].split(b"\r\n") if line)
        assert lines == sorted(line for line in text.split(b"\r\n") if line)
    assert b"s:MADESAT" not in b"".join(parts[0].values())
    assert b"s:MADESAT" in b"".join(parts[1].values())


def test_reports_are_what_the_schema_says_and_hold_no_long_range() -> None:
    plan = SeasonPlan(
        seed=3, days=1, vessels=20, interval_s=600.0, reception=Reception(long_range=True)
    )
    season = make_season(plan)
    reports = season.reports()
    assert reports.schema == REPORTS.polars
    rows = season.emitter.rows(0, plan.seconds)
    far = (rows[:, WHAT] & KIND_MASK == LONG_RANGE).sum()
    assert far > 0
    assert reports.height < len(rows) - far
    assert set(reports["receiver"]) == {1, 2}
    assert reports["nav_status"].drop_nulls().to_numpy().max() < 15


def test_a_span_of_reports_is_that_part_of_all() -> None:
    season = small_season()
    part = season.reports(3600, 7200)
    t_ms = season.plan.t_from_s * 1000
    whole = season.reports().drop("offset")
    rows = season.emitter.rows(0, season.plan.seconds)[:, ARRIVAL]
    assert part.height > 300
    before = int(np.searchsorted(rows, 3600))
    early = season.reports(0, 3600).height
    assert_frame_equal(part.drop("offset"), whole.slice(early, part.height))
    assert before >= early
    assert part["t_ms"].to_numpy().min() >= t_ms


def test_rows_asked_for_are_met_within_two_in_a_hundred() -> None:
    plan = SeasonPlan.sized(200_000, seed=3)
    season = make_season(plan)
    rows = season.write_dma(lambda _name, _data: None)
    assert abs(rows / 200_000 - 1.0) < 0.02


def test_an_interval_asked_for_leaves_the_rows_within_fifteen_in_a_hundred() -> None:
    plan = SeasonPlan.sized(300_000, seed=3, days=6, interval_s=60.0)
    season = make_season(plan)
    assert season.interval_s == 60.0
    rows = season.write_dma(lambda _name, _data: None)
    assert abs(rows / 300_000 - 1.0) < 0.2


def test_slabs_cover_the_season_and_none_lies_over_a_midnight() -> None:
    season = small_season()
    slabs = season.slabs(1234)
    assert slabs[0][0] == 0
    assert slabs[-1][1] == season.plan.seconds
    assert all(one[1] == other[0] for one, other in pairwise(slabs))
    assert all((end - 1) // 86_400 == begin // 86_400 for begin, end in slabs)


@pytest.mark.slow
def test_the_demo_has_two_to_three_hundred_thousand_positions() -> None:
    season = make_season(SeasonPlan.demo())
    reports = season.reports()
    assert 200_000 <= reports.height <= 330_000
    assert reports["mmsi"].n_unique() >= 100
    lat_deg = reports["lat_i"].drop_nulls().to_numpy() / 600_000
    assert np.mean(lat_deg > 66.5) > 0.5


@pytest.mark.slow
def test_the_demo_shows_the_northern_routes_sailed_through_and_the_pole() -> None:
    truth = make_season(SeasonPlan.demo()).truth()
    gates = dict(truth.gate_crossings.group_by("hull").agg("gate_id").iter_rows())

    def sailed(*ends: set[str]) -> int:
        return sum(all(end & set(crossed) for end in ends) for crossed in gates.values())

    assert sailed({"kara-gate", "nsr-west-meridian"}, {"bering-strait"}) >= 4
    assert sailed({"lancaster-sound-e", "pond-inlet-e"}, {"bering-strait"}) >= 2
    assert sailed({"fram-strait"}, {"bering-strait"}) >= 1
    assert truth.silences.filter("observable").height >= 10


def test_every_ship_is_heard_where_everything_is() -> None:
    plan = SeasonPlan(seed=3, days=1, vessels=50, interval_s=300.0, reception=ALL_HEARD)
    season = make_season(plan)
    heard = set(season.reports()["mmsi"])
    sailing = season.fleet.ships.filter((pl.col("off_s") - pl.col("on_s")) > 7200)
    assert set(sailing["mmsi"]) <= heard
