"""A question about access, in; the page with the answer, charts, tables and evidence, out."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import polars as pl

from northwatch.access import (
    ACTOR_COLUMNS,
    ALL,
    MEASURES,
    PERIODS,
    Figures,
    Query,
    behind,
)
from northwatch.errors import ParameterError
from northwatch.web import places, trends
from northwatch.web.answers import View
from northwatch.web.ask import PAGE_ROWS, Ask
from northwatch.web.held import Held
from northwatch.web.parameters import Parameter, State, day, one_of, some_of
from northwatch.web.trends_context import counted, page_context
from northwatch.web.words import flag_name, number

Pairs = Iterable[tuple[str, str]]
_ENTRIES: Final = "entries"


def parameters(held: Held, pairs: Pairs = ()) -> tuple[Parameter, ...]:
    """Return the parameters of trends, with what this picture allows.

    The place that stands where none is asked for is the zone with most presence, or for the
    measure `entries` the gate with most crossings.
    """
    entries = ("measure", _ENTRIES) in tuple(pairs)
    crossed = [gate for gate, _ in trends.gate_choices(held)]
    zones = [zone for zone, _ in trends.zone_choices(held)]
    known = {*places.zones(), *zones}
    gates = {*places.gates(), *crossed}
    t_from, t_to = trends.data_days(held)
    actors = [*held.flags, ALL]
    return (
        Parameter(name="actor", parse=some_of(actors),
                  allowed=f"flags in the picture: {', '.join(actors)}",
                  meaning="flags shown; absent for each"),
        Parameter(name="actor_by", parse=one_of(ACTOR_COLUMNS), default="flag",
                  allowed=", ".join(ACTOR_COLUMNS), meaning="column of attribution"),
        Parameter(name="zone", parse=some_of(known), default="" if entries else "".join(zones[:1]),
                  allowed=f"zones: {', '.join(sorted(known))}", meaning="zones"),
        Parameter(name="gate", parse=some_of(gates),
                  default="".join(crossed[:1]) if entries else "",
                  allowed=f"gates: {', '.join(sorted(gates))}",
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
    state = ask.state(*parameters(ask.held, ask.pairs))
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
        context=lambda: page_context(ask.held, state, made),
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


def figure_page(ask: Ask) -> View:
    """Return the rows that one figure counted, with its definition.

    Raises:
        ParameterError: the question has more than one place or actor.
    """
    side = Parameter(
        name="side", parse=str, allowed="a side of the gate", meaning="waters a gate leads to"
    )
    state = ask.state(*parameters(ask.held, ask.pairs), side)
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
    rows = behind(trends.evidence_of(ask.held), query, figure).drop("bucket")
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
            "counted": counted(rows),
            "back": "/trends" + state.query(
                t_from=None, t_to=None, actor=None, side=None, after=None
            ),
            "after": state["after"] or 0,
            "page_rows": PAGE_ROWS,
            "where": places.name_of(query.places[0]),
            "who": flag_name(query.actors[0]),
        },
    )  # fmt: skip
