"""A question about access, in; the page with the answer, charts, tables and evidence, out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import polars as pl

from northwatch.access import (
    ACTOR_COLUMNS,
    ALL,
    MEASURES,
    PERIODS,
    Figures,
    Query,
    answer,
    behind,
    season_windows,
    trend_phrase,
)
from northwatch.errors import ParameterError
from northwatch.web import places, trends
from northwatch.web.answers import View
from northwatch.web.ask import PAGE_ROWS, Ask
from northwatch.web.charts import Bar, bars
from northwatch.web.held import Held
from northwatch.web.palette import Mark, mark_of
from northwatch.web.parameters import Parameter, State, day, one_of, some_of
from northwatch.web.words import flag_name, number

MOST_CHARTS: Final = 24
_PER_ZONE: Final = 9
_ENTRIES: Final = "entries"


def parameters(held: Held) -> tuple[Parameter, ...]:
    """Return the parameters of trends, with what this picture allows."""
    zones = [zone for zone, _ in trends.zone_choices(held)]
    known = {*places.zones(), *zones}
    gates = {*places.gates(), *(gate for gate, _ in trends.gate_choices(held))}
    t_from, t_to = trends.data_days(held)
    actors = [*held.flags, ALL]
    return (
        Parameter(name="actor", parse=some_of(actors),
                  allowed=f"flags in the picture: {', '.join(actors)}",
                  meaning="flags shown; absent for each"),
        Parameter(name="actor_by", parse=one_of(ACTOR_COLUMNS), default="flag",
                  allowed=", ".join(ACTOR_COLUMNS), meaning="column of attribution"),
        Parameter(name="zone", parse=some_of(known), default=zones[0] if zones else "",
                  allowed=f"zones: {', '.join(sorted(known))}", meaning="zones"),
        Parameter(name="gate", parse=some_of(gates), allowed=f"gates: {', '.join(sorted(gates))}",
                  meaning="gates, for the measure entries"),
        Parameter(name="class", parse=some_of(held.classes),
                  allowed=f"classes in the picture: {', '.join(held.classes)}",
                  meaning="vessel classes; absent for all"),
        Parameter(name="measure", parse=one_of(MEASURES), default="vessels",
                  allowed=", ".join(MEASURES), meaning="what is counted"),
        Parameter(name="by", parse=one_of(PERIODS), default=trends.default_by((t_to - t_from).days),
                  allowed=", ".join(PERIODS), meaning="length of a period"),
        Parameter(name="t_from", parse=day, default=str(t_from),
                  allowed="a UTC day such as 2024-08-01", meaning="period begins"),
        Parameter(name="t_to", parse=day, default=str(t_to),
                  allowed="a UTC day later than t_from", meaning="period ends, exclusive"),
    )  # fmt: skip


def query_of(state: State) -> Query:
    """Return the question that a state asks."""
    measure = state["measure"]
    places_asked = state["gate"] if measure == _ENTRIES else state["zone"]
    return Query(
        measure=measure,
        places=places_asked or (),
        actors=state["actor"] or (),
        actor_by=state["actor_by"],
        classes=state["class"] or (),
        by=state["by"],
        t_from=state["t_from"],
        t_to=state["t_to"],
    )


def trends_page(ask: Ask) -> View:
    """Return figures by actor, place and period; the page draws them around their answer."""
    state = ask.state(*parameters(ask.held))
    made = trends.asked(ask.held, query_of(state))
    rows = _rows(made)
    return View(
        name="northwatch-trends",
        title="Trends",
        template="trends.html",
        path="/trends",
        state=state,
        rows=rows,
        cite=replace_path(ask).cite(state, rows, trends.definition_json(made.definition)),
        context=lambda: _context(ask.held, state, made),
    )


def replace_path(ask: Ask) -> Ask:
    """Return the same request at `/trends`, the one address of this view."""
    return replace(ask, path="/trends")


def _rows(made: Figures) -> pl.DataFrame:
    unit = MEASURES[made.query.measure][0]
    return made.table.select(
        "place", "actor", "t_from", "t_to", pl.col("value").round(3), pl.lit(unit).alias("unit"),
        "reason", "n_vessels", "n_positions", "n_unknown", "days_heard", "days",
    )  # fmt: skip


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


def _context(held: Held, state: State, made: Figures) -> Mapping[str, Any]:
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
        "headline": _cell(held, state, headline, 0) if headline.table.height else None,
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
        "most_charts": MOST_CHARTS,
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


def _days_said(made: Figures) -> str:
    if made.table.is_empty():
        return ""
    spans = made.table.select("t_from", "days", "days_heard").unique("t_from")
    return f"{spans['days_heard'].sum()} of {spans['days'].sum()} days with any report"


def _figure_url(state: State, made: Figures, row: Mapping[str, Any]) -> str:
    entries = made.query.measure == _ENTRIES
    query = state.query(
        actor=row["actor"], by=None, after=None, t_from=row["t_from"], t_to=row["t_to"],
        **({"gate": row["place"].split(" to ")[0], "zone": None} if entries else {"zone": row["place"], "gate": None}),
        **({"side": row["place"].partition(" to ")[2]} if entries else {}),
    )  # fmt: skip
    return f"/figure{query}"


def _cell(held: Held, state: State, made: Figures, index: int) -> Cell:
    del held
    row = made.table.row(index, named=True)
    known = row["value"] is not None
    return Cell(number(row["value"]), known, row["reason"], _figure_url(state, made, row))


def _groups(
    held: Held, state: State, made: Figures, totals: Figures
) -> list[tuple[str, str, list[Panel]]]:
    """Return (place, scale, panels) for each place: its leading actors, 24 charts at most."""
    groups = []
    most_each = max(min(_PER_ZONE, MOST_CHARTS // max(totals.table["place"].n_unique(), 1)), 1)
    for place in totals.table["place"].unique(maintain_order=True):
        ranked = (
            totals.table.with_row_index("row")
            .filter(pl.col("place") == place, pl.col("value") > 0)
            .sort(["value", "actor"], descending=[True, False])
        )
        series = made.table.with_row_index("row").filter(pl.col("place") == place)
        leading = ranked.head(most_each)
        shown = series.filter(pl.col("actor").is_in(leading["actor"].to_list()))
        most = shown["value"].max() or 1.0
        panels = [
            _panel(held, state, made, totals, row, series, float(most))  # type: ignore[arg-type] - a float column
            for row in leading.iter_rows(named=True)
        ]
        said = f"All charts from 0 to {number(float(most))} {MEASURES[made.query.measure][0]}"  # type: ignore[arg-type] - a float column
        if ranked.height > leading.height:
            said += f"; {ranked.height - leading.height} more flags are in the table"
        groups.append((places.name_of(place), said, panels))
        if sum(len(panels) for _, _, panels in groups) >= MOST_CHARTS:
            break
    return groups


def _panel(  # noqa: PLR0913 - one chart is made of all of these
    held: Held, state: State, made: Figures, totals: Figures, row: Mapping[str, Any],
    series: pl.DataFrame, most: float,
) -> Panel:  # fmt: skip
    own = series.filter(pl.col("actor") == row["actor"])
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
        total=_cell(held, state, totals, row["row"]),
        bars=bars(own["t_from"].to_list(), own["value"].to_list(), most, said),
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
        by_row.setdefault((row["place"], row["actor"]), []).append(_cell(held, state, made, n))
    keys = ranked.rows()
    after = state["after"] or 0
    return {
        "periods": [_period(t, made.query.by) for t in periods],
        "rows": [
            {
                "place": places.name_of(place), "actor": actor, "name": flag_name(actor),
                "mark": mark_of(held.marks, actor), "cells": by_row.get((place, actor), []),
                "total": _cell(held, state, totals, in_all[place, actor]),
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
            "cell": _cell(held, state, made, row["row"]),
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


def figure_page(ask: Ask) -> View:
    """Return the rows that one figure counted, with its definition.

    Raises:
        ParameterError: the question has more than one place or actor.
    """
    side = Parameter(
        name="side", parse=str, allowed="a side of the gate", meaning="waters a gate leads to"
    )
    state = ask.state(*parameters(ask.held), side)
    query = replace(query_of(state), by="all")
    if query.measure == _ENTRIES and state["side"]:
        query = replace(query, places=tuple(f"{gate} to {state['side']}" for gate in query.places))
    if len(query.places) != 1:
        name = "gate" if query.measure == _ENTRIES else "zone"
        raise ParameterError(name=name, value=", ".join(query.places), allowed="just one")
    if len(query.actors) != 1:
        query = replace(query, actors=(ALL,))
    made = trends.asked(ask.held, query)
    figure = made.figure(0)
    evidence = ask.held.once("evidence", lambda: trends.evidence_of(ask.held))
    rows = behind(evidence, query, figure).drop("bucket")
    return View(
        name="northwatch-figure",
        title="What stands behind a figure",
        template="figure.html",
        path=ask.path,
        state=state,
        rows=rows,
        cite=ask.cite(state, rows, trends.definition_json(figure.definition)),
        context=lambda: {
            "figure": figure,
            "words": number(figure.value),
            "unit": MEASURES[query.measure][0],
            "definition": trends.definition_rows(figure.definition),
            "counted": _counted(rows),
            "back": "/trends" + state.query(
                t_from=None, t_to=None, actor=None, side=None, after=None
            ),
            "after": state["after"] or 0,
            "page_rows": PAGE_ROWS,
            "where": places.name_of(query.places[0]),
            "who": flag_name(query.actors[0]),
        },
    )  # fmt: skip


def _counted(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the vessels behind a figure: rows, positions, first and last day of each."""
    if rows.is_empty():
        return []
    day_column = pl.col("day") if "day" in rows.columns else pl.from_epoch(
        pl.col("t_from_ms") // trends.MS_PER_DAY, time_unit="d"
    )  # fmt: skip
    grouped = rows.group_by("vessel_id").agg(
        pl.col("name", "flag", "vessel_class").first(),
        n_rows=pl.len(),
        n_positions=pl.col("n_positions").sum(),
        first=day_column.min(),
        last=day_column.max(),
    )
    return grouped.sort("name", "vessel_id", nulls_last=True).to_dicts()
