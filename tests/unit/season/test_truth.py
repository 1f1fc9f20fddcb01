import io
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from northwatch.season import Reception, SeasonPlan, Truth, TruthRule, make_season
from northwatch.season.truth import GAPS, GATE_CROSSINGS, SILENCES, ZONE_VISITS
from tests.unit.season.build import (
    DAY,
    Line,
    box,
    by_hand,
    hand_season,
    heard_season,
    ship,
    small_season,
    way,
)

# In the Norwegian Sea, so that no arc leads over land.
BAND = box("band", 70.0, 70.5, -10.0, 10.0)
GATE = Line("gate", 70.0, -10.0, 70.0, 10.0)
NORTHWARD = way((0, 69.0, 0.0), (DAY, 71.0, 0.0))
T0 = SeasonPlan().t_from_s * 1000


def _one(truth: Truth, table: str) -> dict[str, Any]:
    return truth.tables()[table].row(0, named=True)


def test_a_visit_and_a_crossing_heard_each_minute_are_told_and_known() -> None:
    truth = hand_season(by_hand((ship(), NORTHWARD))).truth([BAND], [GATE])
    visit, crossing = _one(truth, "zone_visits"), _one(truth, "gate_crossings")
    assert (visit["zone_id"], visit["mmsi"], visit["observable"]) == ("band", 257_000_000, True)
    assert visit["t_from_ms"] == pytest.approx(T0 + 0.5 * DAY * 1000, abs=100)
    assert visit["t_to_ms"] == pytest.approx(T0 + 0.75 * DAY * 1000, abs=100)
    assert not visit["open_from"]
    assert not visit["open_to"]
    assert (crossing["gate_id"], crossing["sign"]) == ("gate", -1)
    assert (crossing["from_side"], crossing["to_side"]) == ("south", "north")
    assert crossing["settled"]
    assert crossing["observable"]
    assert crossing["silence_h"] == pytest.approx(1 / 60)


def test_a_visit_wholly_in_a_silence_could_not_be_known() -> None:
    fleet = by_hand((ship(), NORTHWARD), silences=[[(40_000, 70_000)]])
    truth = hand_season(fleet).truth([BAND], [GATE])
    assert _one(truth, "zone_visits")["reason"] == "no_report_inside"
    silence = _one(truth, "silences")
    assert silence["observable"]
    assert silence["n_lost"] > 490
    gap = _one(truth, "gaps")
    assert gap["planted"]
    assert gap["observable"]
    assert gap["silence_h"] == pytest.approx(30_000 / 3600, abs=0.05)
    # The crossing lies in the silence, but the arc over it shows it.
    assert _one(truth, "gate_crossings")["observable"]


def test_an_arc_over_land_shows_no_crossing() -> None:
    # From the sea west of Vesteralen to the Baltic, over Norway and Sweden.
    fleet = by_hand((ship(), way((0, 69.5, 12.0), (DAY, 64.5, 22.5))), silences=[[(100, 86_000)]])
    truth = hand_season(fleet).truth([], [Line("inland", 67.0, 10.0, 67.0, 25.0)])
    assert _one(truth, "gate_crossings")["reason"] == "arc_over_land"


def test_a_visit_mostly_in_a_silence_is_too_vague() -> None:
    fleet = by_hand((ship(), NORTHWARD), silences=[[(30_000, 62_000)]])
    truth = hand_season(fleet).truth([BAND], [])
    assert _one(truth, "zone_visits")["reason"] == "edges_too_vague"


def test_a_visit_begins_with_the_first_report_if_the_ship_was_inside() -> None:
    truth = hand_season(by_hand((ship(), NORTHWARD))).truth([box("wide", 68.0, 72.0, -10, 10)], [])
    visit = _one(truth, "zone_visits")
    assert visit["open_from"]
    assert visit["open_to"]
    assert T0 <= visit["t_from_ms"] < T0 + 61_000


def test_a_short_stay_outside_and_near_does_not_end_a_visit() -> None:
    # 20 min outside and about 1 km off; then 3 h outside.
    dip = way((0, 70.2, 0.0), (40_000, 70.005, 0.0), (40_600, 69.995, 0.0),
              (41_200, 70.005, 0.0), (60_000, 70.2, 0.0), (66_000, 69.9, 0.0),
              (72_000, 70.2, 0.0), (DAY, 70.2, 0.0))  # fmt: skip
    season = hand_season(by_hand((ship(), dip)))
    assert season.truth([BAND], []).zone_visits.height == 2
    strict = season.truth([BAND], [], TruthRule(bridge_h=0.0))
    assert strict.zone_visits.height == 3


def test_crossings_without_being_clear_of_the_line_collapse() -> None:
    # Over the line by half a kilometre and back, then over for good.
    near = 70.0 + 0.0045
    line = Line("flat", 70.0, -0.1, 70.0, 0.1)
    wanders = way((0, 69.0, 0.0), (40_000, 69.99, 0.0), (41_000, near, 0.0),
                  (42_000, 69.996, 0.0), (43_000, near, 0.0), (DAY, 71.0, 0.0))  # fmt: skip
    truth = hand_season(by_hand((ship(), wanders))).truth([], [line])
    assert truth.gate_crossings.select("sign", "n_raw").rows() == [(-1, 3)]
    returns = way((0, 69.0, 0.0), (40_000, 69.99, 0.0), (41_000, near, 0.0), (DAY, 69.0, 0.0))
    assert hand_season(by_hand((ship(), returns))).truth([], [line]).gate_crossings.height == 0


def test_a_crossing_never_heard_after_could_not_be_known() -> None:
    fleet = by_hand((ship(off_s=45_000), NORTHWARD))
    season = hand_season(fleet)
    truth = season.truth([], [Line("late", 70.03, -10.0, 70.03, 10.0)])
    assert truth.gate_crossings.height == 0  # the transmitter is off by then
    silent = by_hand((ship(), NORTHWARD), silences=[[(40_000, 90_000)]])
    truth = hand_season(silent).truth([], [GATE])
    assert _one(truth, "gate_crossings")["reason"] == "not_heard_after"
    assert _one(truth, "gaps")["t_to_ms"] is None


def test_missing_input_is_not_silence() -> None:
    reception = Reception(everywhere=True, holes=((0.25, 0.75),))
    season = hand_season(by_hand((ship(), NORTHWARD)), reception=reception)
    assert season.truth([], []).gaps.height == 0


def test_counts_are_those_of_the_written_lines() -> None:
    for season in (small_season(), heard_season()):
        counts = dict(season.truth([], []).counts.iter_rows())
        lines = season.write_nmea(lambda _name, _data: None)
        rows = season.write_dma(lambda _name, _data: None)
        assert (counts["nmea_lines"], counts["dma_rows"]) == (lines, rows)
        assert counts["positions"] > counts["dma_rows"] * 0.95


def test_vessels_say_when_each_was_heard() -> None:
    truth = small_season().truth([], [])
    vessels = truth.vessels.filter(pl.col("n_heard") > 0)
    assert vessels.height == truth.vessels.height
    assert (vessels["first_heard_ms"] >= vessels["t_on_ms"]).all()
    assert (vessels["last_heard_ms"] < vessels["t_off_ms"]).all()


def test_gaps_are_the_silences_between_good_positions() -> None:
    truth = small_season().truth([], [])
    assert truth.gaps.filter("planted").height >= 0.9 * truth.silences.height > 5
    natural = truth.gaps.filter(~pl.col("planted") & (pl.col("reason") != "reflagged"))
    assert natural.height == 0
    both = truth.silences.filter("observable").join(
        truth.gaps, left_on=["transmitter", "last_heard_ms"], right_on=["transmitter", "t_from_ms"]
    )
    assert (both["t_to_ms"] == both["first_heard_ms"]).all()


def test_natural_silences_are_told_as_not_planted() -> None:
    gaps = heard_season().truth([], []).gaps
    natural = gaps.filter(~pl.col("planted"))
    assert natural.height > 20
    assert natural["n_lost"].sum() == 0


def test_shared_numbers_and_changed_flags_are_told() -> None:
    plan = SeasonPlan(
        seed=2, days=20, vessels=60, interval_s=1800.0, reflag_share=0.1, shared_pairs=2
    )
    truth = make_season(plan).truth([], [])
    assert truth.shared.height == 2
    assert truth.shared["least_km"].to_numpy().min() > 1400.0
    assert truth.reflagged.height >= 3
    assert (truth.reflagged["mmsi"] != truth.reflagged["mmsi_new"]).all()


def test_the_truth_of_equal_plans_is_equal() -> None:
    plan = SeasonPlan(seed=2, days=3, vessels=20, interval_s=900.0)
    one, same = (make_season(plan).truth([BAND], [GATE]).tables() for _ in range(2))
    for name, table in one.items():
        assert_frame_equal(table, same[name])


def test_tables_have_their_schemas_also_when_empty() -> None:
    truth = hand_season(by_hand((ship(), NORTHWARD))).truth([], [])
    assert truth.zone_visits.schema == ZONE_VISITS
    assert truth.gate_crossings.schema == GATE_CROSSINGS
    assert truth.gaps.schema == GAPS
    assert truth.silences.schema == SILENCES


def test_parquet_holds_every_table() -> None:
    truth = small_season().truth([BAND], [GATE])
    files = dict(truth.parquet())
    assert list(files) == [f"truth-{name}.parquet" for name in truth.tables()]
    for name, table in truth.tables().items():
        assert_frame_equal(pl.read_parquet(io.BytesIO(files[f"truth-{name}.parquet"])), table)


def test_shipped_zones_and_gates_are_the_default() -> None:
    truth = heard_season().truth()
    assert {"polar-code", "arctic-circle"} <= set(truth.zone_visits["zone_id"])
    assert truth.gate_crossings.height > 10
    sure = truth.zone_visits.filter("observable")
    assert sure.height > 0.8 * truth.zone_visits.height
    assert np.all(sure["n_heard"].to_numpy() > 0)
