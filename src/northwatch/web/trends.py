"""A picture and a question, in; figures with their definitions, out: the one bridge to `access`."""

import json
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from northwatch.access import (
    ALL,
    MEASURES,
    Definition,
    Evidence,
    Figures,
    Query,
    figures,
)
from northwatch.pipeline import evidence
from northwatch.web import places
from northwatch.web.held import Held

_DAYS_BY_DAY: Final = 62
_MONTHS_BY_MONTH: Final = 1100
MEASURE_WORDS: Final = {
    "vessels": "vessels", "vessel_days": "vessel-days", "distance_km": "kilometres sailed",
    "visits": "visits", "entries": "gate crossings",
}  # fmt: skip
PERIOD_WORDS: Final = {"day": "by day", "month": "by month", "year": "by year", "all": "in all"}


def asked(held: Held, query: Query) -> Figures:
    """Return the figures of a query, counted once per picture."""
    return held.once(query, lambda: figures(evidence_of(held), query))


def evidence_of(held: Held) -> Evidence:
    """Return the tables that figures are made from, read once per picture.

    Raises:
        MissingError: nothing has been built.
    """
    return held.once("evidence", lambda: evidence(held.picture))


def zone_choices(held: Held) -> list[tuple[str, str]]:
    """Return (id, name) of the zones with any presence, most vessel-days first."""
    counted = (
        held.table("presence").group_by("zone_id").agg(n=pl.len())
        .sort(["n", "zone_id"], descending=[True, False])
    )  # fmt: skip
    return [(zone, places.name_of(zone)) for zone in counted["zone_id"]]


def gate_choices(held: Held) -> list[tuple[str, str]]:
    """Return (id, name) of the gates crossed, most crossings first."""
    counted = (
        held.table("gate_crossings").drop_nulls("gate_id").group_by("gate_id").agg(n=pl.len())
        .sort(["n", "gate_id"], descending=[True, False])
    )  # fmt: skip
    return [(gate, places.name_of(gate)) for gate in counted["gate_id"]]


def data_days(held: Held) -> tuple[date, date]:
    """Return the first UTC day of the data and the day after the last."""
    days: list[date] = evidence_of(held).heard["day"].sort().to_list()
    if not days:
        return date(1970, 1, 1), date(1970, 1, 2)
    return days[0], days[-1] + timedelta(days=1)


def default_by(days: int) -> str:
    """Return the length of period that makes a readable chart of so many days."""
    if days <= _DAYS_BY_DAY:
        return "day"
    return "month" if days <= _MONTHS_BY_MONTH else "year"


def definition_rows(definition: Definition) -> list[tuple[str, str]]:
    """Return each field of a definition with its value in words, in reading order."""
    unit, meaning = MEASURES[definition.measure]
    sources = "; ".join(
        f"{s.dialect} ({s.files} files, {s.t_from:%Y-%m-%d} to {s.t_to:%Y-%m-%d}, {s.licence})"
        for s in definition.sources
    )
    actor = "every flag together" if definition.actor == ALL else definition.actor
    return [
        ("measure", f"{definition.measure} ({unit}): {meaning}"),
        ("place", f"{places.name_of(definition.place)} "
                  f"({definition.place}@{definition.place_version})"),
        ("actor", f"{actor}, by {definition.actor_by}: {definition.actor_source}"),
        ("vessel classes", f"{', '.join(definition.vessel_classes)} "
                           f"(table: {definition.class_table})"),
        ("rule", definition.rule),
        ("period", f"{definition.t_from} to {definition.t_to}, UTC days, end not included; "
                   f"{'complete' if definition.period_complete else 'not complete'}"),
        ("sources", sources or "none"),
        ("correction", definition.correction),
        ("left out", "; ".join(definition.exclusions) or "nothing on purpose"),
        ("as of", f"{definition.as_of:%Y-%m-%d %H:%M} UTC"),
        ("made by", f"code {definition.code_version}, input {definition.input_hash}"),
    ]  # fmt: skip


def definition_json(definition: Definition) -> dict[str, Any]:
    """Return a definition as plain values for the cite block."""
    return {
        name: json.loads(json.dumps(value, default=str))
        for name, value in (
            ("measure", definition.measure),
            ("unit", definition.unit),
            ("place", definition.place),
            ("place_version", definition.place_version),
            ("actor_by", definition.actor_by),
            ("actor", definition.actor),
            ("actor_source", definition.actor_source),
            ("vessel_classes", definition.vessel_classes),
            ("class_table", definition.class_table),
            ("rule", definition.rule),
            ("t_from", definition.t_from),
            ("t_to", definition.t_to),
            ("correction", definition.correction),
            ("exclusions", definition.exclusions),
            ("code_version", definition.code_version),
            ("input_hash", definition.input_hash),
        )
    }
