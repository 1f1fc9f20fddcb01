"""A picture and a question, in; figures with their definitions, out: the one bridge to `access`."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import polars as pl

from northwatch.access import (
    ALL,
    MEASURES,
    Definition,
    Evidence,
    Figures,
    Query,
    SourceSpan,
    figures,
)
from northwatch.units import MS_PER_DAY
from northwatch.web import places
from northwatch.web.held import Held, at

_DAYS_BY_DAY: Final = 62
_MONTHS_BY_MONTH: Final = 1100
NOT_STATED: Final = "not stated"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MEASURE_WORDS: Final = {
    "vessels": "vessels", "vessel_days": "vessel-days", "distance_km": "kilometres sailed",
    "visits": "visits", "entries": "gate crossings",
}  # fmt: skip
PERIOD_WORDS: Final = {"day": "by day", "month": "by month", "year": "by year", "all": "in all"}


def evidence_of(held: Held) -> Evidence:
    """Return the tables that figures are made from, and what is known of their making."""
    facts = held.facts
    return Evidence(
        presence=held.table("presence"),
        visits=held.table("zone_visits"),
        crossings=held.table("gate_crossings"),
        vessels=held.vessels,
        heard=held.heard_days,
        sources=_source_spans(held),
        place_versions=_place_versions(held),
        exclusions=tuple(facts.get("exclusions", ())),
        rules=_rules(held, facts),
        actor_source=facts.get("actor_source", "first three digits of the MMSI (MID table)"),
        class_table=facts.get("class_table", NOT_STATED),
        as_of=held.data_end or _EPOCH,
        code_version=held.code_version,
        input_hash=facts.get("input_hash", held.id),
    )


def asked(held: Held, query: Query) -> Figures:
    """Return the figures of a query, counted once per picture."""
    return held.once(query, lambda: figures(held.once("evidence", lambda: evidence_of(held)), query))


def _source_spans(held: Held) -> tuple[SourceSpan, ...]:
    return tuple(
        SourceSpan(
            dialect=s.dialect, licence=s.licence, files=s.files,
            t_from=s.t_from or _EPOCH, t_to=s.t_to or _EPOCH,
        )
        for s in held.sources
    )  # fmt: skip


def _place_versions(held: Held) -> dict[str, str]:
    seen = {
        **dict(held.table("presence").select("zone_id", "zone_version").unique().iter_rows()),
        **dict(
            held.table("gate_crossings")
            .drop_nulls("gate_id")
            .select("gate_id", "gate_version")
            .unique()
            .iter_rows()
        ),
    }
    return {**places.versions(), **seen}


def _rules(held: Held, facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the rule behind each measure: as the build says, else as the rows themselves say."""

    def of(table: str) -> str:
        rules = held.table(table)["rule"].unique().sort().to_list()
        return ", ".join(rules) or NOT_STATED

    told = facts.get("rules", {})
    presence = told.get("presence", "presence: a position in the zone that day")
    made = {
        "vessels": presence, "vessel_days": presence, "distance_km": presence,
        "visits": of("zone_visits"), "entries": of("gate_crossings"),
    }  # fmt: skip
    return {**made, **{k: v for k, v in told.items() if k in MEASURES and isinstance(v, str)}}


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
    days = held.heard_days["day"]
    if days.is_empty():
        return date(1970, 1, 1), date(1970, 1, 2)
    return days.min(), days.max() + timedelta(days=1)  # type: ignore[return-value,operator] - dates


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
        ("place", f"{places.name_of(definition.place)} ({definition.place}@{definition.place_version})"),
        ("actor", f"{actor}, by {definition.actor_by}: {definition.actor_source}"),
        ("vessel classes", f"{', '.join(definition.vessel_classes)} (table: {definition.class_table})"),
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


def day_of(t_ms: int) -> date:
    """Return the UTC day of an instant in ms."""
    moment = at(t_ms - t_ms % MS_PER_DAY)
    return moment.date() if moment else date(1970, 1, 1)
