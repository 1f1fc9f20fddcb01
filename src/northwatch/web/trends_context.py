"""Figures, in; what the trends page draws of them, out: answer, small charts, tables."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import polars as pl

from northwatch.access import (
    ALL,
    MEASURES,
    Figures,
    Query,
    answer,
    season_windows,
    trend_phrase,
)
from northwatch.units import MS_PER_DAY
from northwatch.web import places, trends
from northwatch.web.ask import PAGE_ROWS
from northwatch.web.charts import Bar, bars
from northwatch.web.held import Held
from northwatch.web.palette import Mark, mark_of
from northwatch.web.parameters import State
from northwatch.web.words import flag_name, number

MOST_CHARTS: Final = 24
MOST_COLUMNS: Final = 62
_PER_ZONE: Final = 9
_ENTRIES: Final = "entries"


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure in a table: its words and the address of what stands behind it."""

    words: str
    known: bool
    reason: str
    url: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart: an actor in a place over the periods."""

    mark: Mark
    actor: str
    name: str
    place: str
    total: Cell
    bars: list[Bar]
    summary: str
    data_json: str


def page_context(held: Held, state: State, made: Figures) -> Mapping[str, Any]:
    """Return what the trends page shows besides its rows: answer, charts, tables, definition."""
    query = made.query
    total_by_actor = trends.asked(held, replace(query, by="all"))
    first = _headline_place(made)
    one = replace(query, places=(first,) if first else ())
    headline = trends.asked(held, replace(one, by="all", actors=(ALL,)))
    by_actor = trends.asked(held, replace(one, by="all", actors=()))
    over_time = trends.asked(held, replace(one, actors=(ALL,)))
    return {
        "answer": _named(answer(headline, by_actor)),
        "trend": trend_phrase(over_time),
        "headline": _cell(state, headline, 0) if headline.table.height else None,
        "measures": trends.MEASURE_WORDS,
        "periods": trends.PERIOD_WORDS,
        "zones": trends.zone_choices(held),
        "gates": trends.gate_choices(held),
        "flags": held.flags,
        "classes": held.classes,
        "query": query,
        "unit": MEASURES[query.measure][0],
        "meaning": MEASURES[query.measure][1],
        "groups": _groups(held, state, made, total_by_actor),
        "table": _matrix(held, state, made, total_by_actor),
        "zone_table": _zone_table(held, state, query),
        "windows": _windows(held, query),
        "definition": trends.definition_rows(made.definition),
        "first_last": _first_last(made),
        "days": _days_said(made),
    }


def _named(sentence: str) -> str:
    """Put names in the place of zone ids that begin a sentence."""
    place, comma, rest = sentence.partition(",")
    return f"{places.name_of(place)}{comma}{rest}"


def _headline_place(made: Figures) -> str:
    if made.query.places:
        return made.query.places[0]
    ranked = made.table.group_by("place").agg(pl.col("value").sum())
    ranked = ranked.sort(["value", "place"], descending=[True, False])
    return ranked["place"][0] if ranked.height else ""


def _first_last(made: Figures) -> tuple[str, str]:
    periods = made.table["t_from"].unique().sort().to_list() or [date(1970, 1, 1)]
    return _period(periods[0], made.query.by), _period(periods[-1], made.query.by)


def _days_said(made: Figures) -> str:
    if made.table.is_empty():
        return ""
    spans = made.table.select("t_from", "days", "days_heard").unique("t_from")
    return f"{spans['days_heard'].sum()} of {spans['days'].sum()} days with any report"


def _figure_url(state: State, made: Figures, row: Mapping[str, Any]) -> str:
    place, _, side = row["place"].partition(" to ")
    if made.query.measure == _ENTRIES:
        where = {"gate": place, "side": side, "zone": None}
    else:
        where = {"gate": None, "zone": place}
    when = {"t_from": row["t_from"], "t_to": row["t_to"], "by": None}
    return f"/figure{state.query(actor=row['actor'], after=None, **when, **where)}"


def _cell(state: State, made: Figures, index: int) -> Cell:
    row = made.table.row(index, named=True)
    known = row["value"] is not None
    return Cell(number(row["value"]), known, row["reason"], _figure_url(state, made, row))


def _groups(
    held: Held, state: State, made: Figures, totals: Figures
) -> list[tuple[str, str, list[Panel]]]:
    """Return (place, scale, panels) for each place: its leading actors, 24 charts at most."""
    groups = []
    shown = totals.table["place"].unique(maintain_order=True).head(MOST_CHARTS).to_list()
    each = max(min(_PER_ZONE, MOST_CHARTS // max(len(shown), 1)), 1)
    for place in shown:
        ranked = (
            totals.table.with_row_index("row")
            .filter(pl.col("place") == place, pl.col("value") > 0)
            .sort(["value", "actor"], descending=[True, False])
        )
        leading = ranked.head(each)
        own = made.table.filter(
            pl.col("place") == place, pl.col("actor").is_in(leading["actor"].to_list())
        )
        most = max([1.0, *own["value"].drop_nulls()])
        series = _Series(held, state, made, totals, own, most)
        said = f"All charts from 0 to {number(most)} {MEASURES[made.query.measure][0]}"
        if ranked.height > leading.height:
            said += f"; {ranked.height - leading.height} more flags are in the table"
        panels = [_panel(series, row) for row in leading.iter_rows(named=True)]
        groups.append((places.name_of(place), said, panels))
    return [group for group in groups if group[2]]


@dataclass(frozen=True, slots=True)
class _Series:
    """Figures over time, the same in all, and the scale that their charts share."""

    held: Held
    state: State
    made: Figures
    totals: Figures
    shown: pl.DataFrame
    most: float


def _panel(series: _Series, row: Mapping[str, Any]) -> Panel:
    held, made = series.held, series.made
    own = series.shown.filter(pl.col("actor") == row["actor"])
    unit = MEASURES[made.query.measure][0]
    said = [
        f"{_period(p['t_from'], made.query.by)}: "
        + (p["reason"] if p["value"] is None else f"{number(p['value'])} {unit}")
        for p in own.iter_rows(named=True)
    ]
    known = own.drop_nulls("value")
    peak = known.sort(["value", "t_from"], descending=[True, False]).head(1)
    summary = f"{flag_name(row['actor'])}: {number(row['value'])} {unit} in all"
    if peak.height:
        when = _period(peak["t_from"][0], made.query.by)
        summary += f"; most, {number(peak['value'][0])}, in the period from {when}"
    return Panel(
        mark=mark_of(held.marks, row["actor"]),
        actor=row["actor"],
        name=flag_name(row["actor"]),
        place=places.name_of(row["place"]),
        total=_cell(series.state, series.totals, row["row"]),
        bars=bars(own["t_from"].to_list(), own["value"].to_list(), series.most, said),
        summary=summary,
        data_json=json.dumps(
            [
                {"t": str(p["t_from"]), "end": str(p["t_to"]), "v": p["value"], "w": w}
                for p, w in zip(own.iter_rows(named=True), said, strict=True)
            ]
        ),
    )


def _period(t_from: date, by: str) -> str:
    return {"month": f"{t_from:%Y-%m}", "year": f"{t_from:%Y}"}.get(by, str(t_from))


def _matrix(held: Held, state: State, made: Figures, totals: Figures) -> dict[str, Any]:
    """Return the table: one row per place and actor, one column per period and one in all."""
    periods = made.table["t_from"].unique().sort().to_list()
    left_out = max(len(periods) - MOST_COLUMNS, 0)
    in_all = {
        (row["place"], row["actor"]): n for n, row in enumerate(totals.table.iter_rows(named=True))
    }
    ranked = (
        totals.table.filter(pl.col("value").fill_null(1) > 0)
        .sort(["place", "value", "actor"], descending=[False, True, False])
        .select("place", "actor")
    )
    by_row: dict[tuple[str, str], list[Cell]] = {}
    for n, row in enumerate(made.table.iter_rows(named=True)):
        by_row.setdefault((row["place"], row["actor"]), []).append(_cell(state, made, n))
    keys = ranked.rows()
    after = state["after"] or 0
    return {
        "periods": [_period(t, made.query.by) for t in periods[left_out:]],
        "left_out": left_out,
        "rows": [
            {
                "place": places.name_of(place), "actor": actor, "name": flag_name(actor),
                "mark": mark_of(held.marks, actor),
                "cells": by_row.get((place, actor), [])[left_out:],
                "total": _cell(state, totals, in_all[place, actor]),
            }
            for place, actor in keys[after : after + PAGE_ROWS]
        ],
        "total": len(keys),
        "after": after,
        "page_rows": PAGE_ROWS,
    }  # fmt: skip


def _zone_table(held: Held, state: State, query: Query) -> list[dict[str, Any]]:
    """Return every zone's (or gate's) figure for the whole period, all actors together."""
    actors = query.actors if len(query.actors) == 1 else (ALL,)
    made = trends.asked(held, replace(query, places=(), actors=actors, by="all"))
    ranked = made.table.with_row_index("row").sort(["value", "place"], descending=[True, False])
    entries = query.measure == _ENTRIES
    return [
        {
            "place": places.name_of(row["place"]),
            "cell": _cell(state, made, row["row"]),
            "n_vessels": number(row["n_vessels"]),
            "n_positions": number(row["n_positions"]),
            "url": "/trends" + state.query(
                after=None,
                **{"gate" if entries else "zone": row["place"].split(" to ")[0]},
            ),
        }
        for row in ranked.iter_rows(named=True)
    ]  # fmt: skip


def _windows(held: Held, query: Query) -> list[dict[str, Any]]:
    """Return the window of the season of the zones asked for."""
    presence = held.table("presence")
    if query.measure == _ENTRIES or not query.places:
        return []
    table = season_windows(presence.filter(pl.col("zone_id").is_in(query.places)))
    return [{**row, "name": places.name_of(row["zone_id"])} for row in table.iter_rows(named=True)]


def counted(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the vessels behind a figure: rows, positions, first and last day of each."""
    if rows.is_empty():
        return []
    began = pl.from_epoch(pl.col("t_from_ms") // MS_PER_DAY, time_unit="d")
    day_column = pl.col("day") if "day" in rows.columns else began
    grouped = rows.group_by("vessel_id").agg(
        pl.col("name", "flag", "vessel_class").first(),
        n_rows=pl.len(),
        n_positions=pl.col("n_positions").sum(),
        first=day_column.min(),
        last=day_column.max(),
    )
    return grouped.sort("name", "vessel_id", nulls_last=True).to_dicts()
