"""Figures: counted by hand on a handful of rows."""

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from northwatch.access import (
    ALL,
    Definition,
    Evidence,
    Figure,
    Query,
    answer,
    behind,
    difference,
    figures,
    season_windows,
    trend_phrase,
)
from northwatch.errors import ParameterError, UnlikeError
from northwatch.schema import GATE_CROSSINGS, PRESENCE, VESSELS, ZONE_VISITS

RUSSIAN, CHINESE = 273000001, 412000001
DAY = date(2026, 7, 30)


def presence(*rows: tuple[int, str, date, float]) -> pl.DataFrame:
    """Build presence rows from (mmsi, zone, day, km)."""
    return PRESENCE.conform(
        pl.DataFrame(
            [
                {
                    "bucket": 0, "mmsi": mmsi, "vessel_id": f"mmsi-{mmsi}", "zone_id": zone,
                    "zone_version": "1", "day": day, "n_positions": 10, "distance_km": km,
                    "hours": 1.0, "max_lat_deg": 75.0,
                }
                for mmsi, zone, day, km in rows
            ]
        )
    )  # fmt: skip


def vessels() -> pl.DataFrame:
    """Build the two vessels of these tests."""
    rows = [
        {"mmsi": mmsi, "vessel_id": f"mmsi-{mmsi}", "flag": flag, "vessel_class": kind}
        for mmsi, flag, kind in ((RUSSIAN, "RUS", "tanker"), (CHINESE, "CHN", "unknown"))
    ]
    return pl.concat([VESSELS.empty(), pl.DataFrame(rows)], how="diagonal_relaxed")


def evidence(rows: pl.DataFrame, heard: list[date]) -> Evidence:
    """Build evidence around presence rows."""
    return Evidence(
        presence=rows, visits=ZONE_VISITS.empty(), crossings=GATE_CROSSINGS.empty(),
        vessels=vessels(), heard=pl.DataFrame({"day": heard}, schema={"day": pl.Date}),
        sources=(), place_versions={"kara": "1", "laptev": "1"}, exclusions=(),
        rules=dict.fromkeys(("vessels", "vessel_days", "distance_km", "visits", "entries"), "r/1"),
        actor_source="MMSI", class_table="1", as_of=datetime(2026, 8, 2, tzinfo=UTC),
        code_version="0", input_hash="0",
    )  # fmt: skip


@pytest.fixture
def two_days() -> Evidence:
    """Two vessels in the Kara Sea over a month border, one of them on both days."""
    days = [DAY, date(2026, 7, 31), date(2026, 8, 1)]
    return evidence(
        presence(
            (RUSSIAN, "kara", days[0], 100.0), (RUSSIAN, "kara", days[2], 50.0),
            (CHINESE, "kara", days[2], 7.5),
        ),
        days,
    )  # fmt: skip


def values(evidence: Evidence, query: Query) -> list[tuple[str, date, float | None]]:
    """Return (actor, t_from, value) of each figure."""
    return figures(evidence, query).table.select("actor", "t_from", "value").rows()


def test_vessels_are_hulls_by_flag_and_month(two_days: Evidence) -> None:
    query = Query(measure="vessels", places=("kara",))
    assert values(two_days, query) == [
        ("CHN", DAY, 0.0), ("CHN", date(2026, 8, 1), 1.0),
        ("RUS", DAY, 1.0), ("RUS", date(2026, 8, 1), 1.0),
    ]  # fmt: skip


def test_distinct_vessels_do_not_add_up_over_months(two_days: Evidence) -> None:
    query = Query(measure="vessels", places=("kara",), actors=(ALL,), by="all")
    assert values(two_days, query) == [(ALL, DAY, 2.0)]


def test_vessel_days_and_kilometres_add_up(two_days: Evidence) -> None:
    days = Query(measure="vessel_days", places=("kara",), actors=(ALL,), by="all")
    assert values(two_days, days) == [(ALL, DAY, 3.0)]
    assert values(two_days, replace(days, measure="distance_km")) == [(ALL, DAY, 157.5)]


def test_a_period_without_data_is_null_with_a_reason_and_not_zero(two_days: Evidence) -> None:
    query = Query(
        measure="vessels", places=("kara",), actors=(ALL,),
        t_from=date(2026, 5, 1), t_to=date(2026, 9, 1),
    )  # fmt: skip
    table = figures(two_days, query).table
    assert table["value"].to_list() == [None, None, 1.0, 2.0]
    assert table["reason"].to_list()[:2] == ["no data loaded for this period"] * 2
    assert table["days_heard"].to_list() == [0, 0, 2, 1]


def test_a_place_with_data_and_no_vessel_is_zero(two_days: Evidence) -> None:
    query = Query(measure="vessels", places=("laptev",), actors=(ALL,), by="all")
    assert values(two_days, query) == [(ALL, DAY, 0.0)]


def test_classes_are_kept_apart_and_unknown_is_counted(two_days: Evidence) -> None:
    query = Query(measure="vessels", places=("kara",), actors=(ALL,), by="all")
    assert figures(two_days, query).table["n_unknown"].item() == 1
    assert values(two_days, replace(query, classes=("tanker",))) == [(ALL, DAY, 1.0)]


def test_the_rows_behind_a_figure_are_those_it_counted(two_days: Evidence) -> None:
    query = Query(measure="distance_km", places=("kara",), by="month")
    found = figures(two_days, query)
    for row in range(found.table.height):
        figure = found.figure(row)
        assert behind(two_days, query, figure)["distance_km"].sum() == figure.value


def test_an_unknown_place_is_refused_with_what_is_allowed(two_days: Evidence) -> None:
    with pytest.raises(ParameterError, match="allowed: kara, laptev"):
        figures(two_days, Query(places=("atlantis",)))


def test_a_figure_cannot_exist_without_its_definition(two_days: Evidence) -> None:
    with pytest.raises(TypeError):
        Figure(value=1.0)  # type: ignore[call-arg]  # the point of the test
    with pytest.raises(ParameterError, match="Definition"):
        Figure(definition=None, value=1.0)  # type: ignore[arg-type]  # the point of the test
    figure = figures(two_days, Query(places=("kara",))).figure(0)
    with pytest.raises(FrozenInstanceError):
        figure.value = 2.0  # type: ignore[misc]  # the point of the test


def test_a_value_that_is_not_knowable_needs_a_reason(two_days: Evidence) -> None:
    definition = figures(two_days, Query(places=("kara",))).figure(0).definition
    with pytest.raises(ParameterError, match="reason"):
        Figure(definition=definition, value=None)


@pytest.mark.parametrize(
    ("field", "value"), [("measure", "ships"), ("actor_by", "nationality"), ("rule", "")]
)
def test_a_definition_refuses_an_unknown_or_empty_field(
    two_days: Evidence, field: str, value: str
) -> None:
    definition: Definition = figures(two_days, Query(places=("kara",))).figure(0).definition
    with pytest.raises(ParameterError, match=field):
        replace(definition, **{field: value})  # type: ignore[arg-type]  # any field, by name


def test_figures_that_differ_in_the_compared_field_alone_are_compared(two_days: Evidence) -> None:
    found = figures(two_days, Query(measure="vessels", places=("kara",), actors=(ALL,)))
    assert difference(found.figure(0), found.figure(1), compared="period") == 1.0


def test_unlike_figures_are_refused_and_the_fields_named(two_days: Evidence) -> None:
    found = figures(two_days, Query(measure="vessels", places=("kara",)))
    other = figures(two_days, Query(measure="vessel_days", places=("kara",)))
    with pytest.raises(UnlikeError, match="measure: vessels against vessel_days"):
        difference(found.figure(0), other.figure(0), compared="actor")


def test_the_answer_names_place_span_amount_and_flags(two_days: Evidence) -> None:
    whole = Query(measure="vessels", places=("kara",), actors=(ALL,), by="all")
    told = answer(figures(two_days, whole), figures(two_days, replace(whole, actors=())))
    assert told.startswith("kara, from 2026-07-30 to 2026-08-02")
    assert "2 vessels heard; by flag CHN 1, RUS 1." in told
    assert "not knowable before reception is corrected for" in told


def test_a_change_needs_two_complete_periods(two_days: Evidence) -> None:
    query = Query(measure="vessels", places=("kara",), actors=(ALL,), by="day")
    assert "2 vessels in the period from 2026-08-01" in trend_phrase(figures(two_days, query))
    one = figures(two_days, replace(query, by="all"))
    assert "no change can be stated" in trend_phrase(one)


def test_the_season_window_leaves_out_single_early_and_late_vessels() -> None:
    early, late = date(2026, 5, 1), date(2026, 11, 30)
    busy = [date(2026, 8, day) for day in range(1, 31)]
    rows = presence(*((RUSSIAN, "kara", day, 1.0) for day in [early, *busy, late]))
    window = season_windows(rows).row(0, named=True)
    assert (window["first_day"], window["last_day"]) == (early, late)
    assert (window["day_10"], window["day_90"]) == (date(2026, 8, 3), date(2026, 8, 28))
