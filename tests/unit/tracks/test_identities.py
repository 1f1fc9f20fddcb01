"""Static reports become spells in which a number says the same, and a row per vessel."""

import random
from datetime import date
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from northwatch.schema import IDENTITIES, STATICS, VESSELS
from northwatch.tracks import ARCTIC, assign_tracks, identities, vessels
from tests.unit.tracks.made import SHIP, T0, H, row, sail, table

DAY = 24 * H
NOTHING = dict.fromkeys(
    ("imo", "name", "call_sign", "ship_type", "length_m", "width_m", "draught_i", "destination")
)


def said(from_h: float, to_h: float, n_reports: int = 10, **values: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return one row of STATICS: values sent from one hour to another."""
    t_ms = T0 + round(from_h * H)
    keys = {"day": date(2023, 11, 14), "bucket": 0, "mmsi": SHIP, "ais_class": 1}
    times = {"t_ms": t_ms, "t_last_ms": T0 + round(to_h * H), "n_reports": n_reports}
    return keys | times | NOTHING | {"source": 1, "offset": t_ms - T0} | values


def statics(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=STATICS.polars)


def spells(*rows: dict[str, Any]) -> list[tuple[str, float, float, int]]:
    """Return name, first and last hour and reports of each spell."""
    found = identities(statics(*rows))
    assert found.schema == IDENTITIES.polars
    hours = [((pl.col(name) - T0) / H).round(6) for name in ("t_from_ms", "t_to_ms")]
    return found.select("name", *hours, "n_reports").rows()


def test_the_same_said_day_after_day_is_one_spell() -> None:
    found = spells(said(0, 20, name="NANOK"), said(24, 44, name="NANOK"))
    assert found == [("NANOK", 0, 44, 20)]


def test_a_new_name_begins_a_new_spell() -> None:
    found = spells(said(0, 20, name="NANOK"), said(24, 44, name="ORION"))
    assert found == [("NANOK", 0, 20, 10), ("ORION", 24, 44, 10)]


def test_the_two_parts_of_class_b_make_one_spell() -> None:
    rows = [said(24 * k, 24 * k + 9, name="NANOK") for k in range(3)]
    rows += [said(24 * k + 1, 24 * k + 9.5, call_sign="OX2", ship_type=30) for k in range(3)]
    found = identities(statics(*rows))
    assert found.select("name", "call_sign", "vessel_class", "n_reports").rows() == [
        ("NANOK", "OX2", "fishing", 60)
    ]


def test_two_ships_on_one_number_make_spells_side_by_side() -> None:
    rows = [said(24 * k, 24 * k + 20, name="NANOK") for k in range(4)]
    rows += [said(24 * k + 0.25, 24 * k + 20, name="ORION") for k in range(4)]
    assert spells(*rows) == [("NANOK", 0, 92, 40), ("ORION", 0.25, 92, 40)]


def test_a_name_taken_up_again_after_days_is_a_spell_of_its_own() -> None:
    found = spells(said(0, 20, name="A"), said(24, 90, name="B"), said(96, 99, name="A"))
    assert [(name, from_h) for name, from_h, _, _ in found] == [("A", 0), ("B", 24), ("A", 96)]


def test_a_spell_goes_on_over_any_silence_if_nothing_else_was_said() -> None:
    assert spells(said(0, 1, name="A"), said(900, 901, name="A")) == [("A", 0, 901, 20)]


def test_what_is_said_first_is_the_evidence() -> None:
    found = identities(statics(said(5, 9, name="A", source=3), said(0, 4, name="A", source=2)))
    assert found.select("source", "offset").rows() == [(2, 0)]


def test_the_hull_is_the_valid_imo_number_of_the_spell_or_else_of_the_number() -> None:
    rows = [
        said(0, 20, name="A", imo=9_074_729),
        said(24, 44, name="B", imo=9_781_085, n_reports=30),
        said(48, 60, name="C"),
        said(0, 20, mmsi=219_000_001, imo=9_074_728),
    ]
    assert identities(statics(*rows))["vessel_id"].to_list() == [
        "mmsi-219000001",
        "imo-9074729",
        "imo-9781085",
        "imo-9781085",
    ]


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_static_reports_changes_nothing(rng: random.Random) -> None:
    rows = [
        said(
            rng.uniform(0, 200), 200, mmsi=SHIP + rng.randrange(2), offset=k,
            name=rng.choice(["A", "B", None]), call_sign=rng.choice(["X", None]),
        )
        for k in range(20)
    ]  # fmt: skip
    mixed = rng.sample(rows, len(rows))
    assert_frame_equal(identities(statics(*rows)), identities(statics(*mixed)))


def test_no_static_reports_make_no_identities() -> None:
    assert identities(STATICS.empty()).equals(IDENTITIES.empty())


def test_a_vessel_has_the_values_that_were_sent_most() -> None:
    tracked = assign_tracks(table([*sail(12), row(T0 + 1, 20.0, 10.0)]), ARCTIC)
    found = vessels(
        tracked,
        statics(
            said(0, 20, 5, name="TYPO", imo=9_074_728, ship_type=70),
            said(0, 20, 9, name="NANOK", imo=9_781_085, length_m=12, call_sign="OX2"),
            said(24, 30, 6, name="TYPO", ship_type=30),
            said(0, 20, 99, mmsi=219_000_001, name="A STRANGER"),
        ),
    )
    assert found.schema == VESSELS.polars
    expected = {
        "mmsi": SHIP, "vessel_id": "imo-9781085", "imo": 9_781_085, "name": "TYPO",
        "call_sign": "OX2", "flag": "NOR", "ship_type": 30, "vessel_class": "fishing",
        "length_m": 12, "ais_class": 1, "is_small_craft": True, "n_positions": 13, "n_tracks": 1,
        "t_first_ms": T0, "t_last_ms": T0 + 66 * 60_000,
    }  # fmt: skip
    assert found.drop("bucket").rows(named=True) == [expected]


def test_of_values_sent_equally_often_the_last_counts() -> None:
    tracked = assign_tracks(table(sail(1)), ARCTIC)
    found = vessels(tracked, statics(said(0, 20, name="OLD"), said(30, 31, name="NEW")))
    assert found["name"].to_list() == ["NEW"]


def test_a_vessel_that_says_nothing_of_itself_is_there_with_nulls() -> None:
    rows = [one | {"ais_class": k % 3} for k, one in enumerate(sail(9))]
    rows[5]["ais_class"] = 0
    found = vessels(assign_tracks(table(rows), ARCTIC), STATICS.empty())
    columns = ("vessel_id", "name", "vessel_class", "ais_class", "n_tracks")
    assert found.select(columns).rows() == [(f"mmsi-{SHIP}", None, "unknown", 1, 0)]


def test_no_positions_make_no_vessels() -> None:
    assert vessels(assign_tracks(table([]), ARCTIC), STATICS.empty()).equals(VESSELS.empty())
