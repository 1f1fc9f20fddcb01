"""Presence, visits and crossings, in; figures by actor, place and period, out.

The figures here are naive: what was heard, not corrected for who could be heard.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import polars as pl

from northwatch.access.definition import (
    ACTOR_COLUMNS,
    MEASURES,
    NAIVE,
    PERIODS,
    Definition,
    Figure,
    SourceSpan,
)
from northwatch.errors import ParameterError
from northwatch.units import MS_PER_DAY

ALL: Final = "all"
KEYS: Final = ("actor", "place", "t_from", "t_to")
BEHIND: Final = ("n_vessels", "n_positions", "n_unknown")
TO_SIDE: Final = " to "
NO_DATA: Final = "no data loaded for this period"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked.

    Attributes:
        measure: one of `MEASURES`.
        places: zone ids; for `entries` gate ids or `GATE to SIDE`; empty for all that occur.
        actors: codes in the column `actor_by`; empty for every actor apart, `("all",)` together.
        actor_by: the named column of attribution.
        classes: vessel classes; empty for all, unknown included.
        by: length of a period: `day`, `month`, `year` or `all`.
        t_from, t_to: half-open, UTC days; None for the span of the data.
    """

    measure: str = "vessels"
    places: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    actor_by: str = "flag"
    classes: tuple[str, ...] = ()
    by: str = "month"
    t_from: date | None = None
    t_to: date | None = None

    def __post_init__(self) -> None:
        """Refuse what no figure can answer."""
        for name, value, allowed in (
            ("measure", self.measure, tuple(MEASURES)),
            ("by", self.by, PERIODS),
            ("actor_by", self.actor_by, ACTOR_COLUMNS),
        ):
            if value not in allowed:
                raise ParameterError(name=name, value=value, allowed=", ".join(allowed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The picture's tables that figures are made from, and what is known of their making.

    Attributes:
        presence, visits, crossings, vessels: tables of the schema of these names.
        heard: one row per UTC day with at least one report from anyone (column `day`).
        sources: suppliers with licence and span.
        place_versions: zone or gate id to boundary version.
        exclusions: what the build left out on purpose.
        rules: measure to the rule that makes its rows, with version.
        actor_source, class_table: where flags and classes come from, with versions.
        as_of: end of the data.
        code_version, input_hash: for running it again.
    """

    presence: pl.DataFrame
    visits: pl.DataFrame
    crossings: pl.DataFrame
    vessels: pl.DataFrame
    heard: pl.DataFrame
    sources: tuple[SourceSpan, ...]
    place_versions: dict[str, str]
    exclusions: tuple[str, ...]
    rules: dict[str, str]
    actor_source: str
    class_table: str
    as_of: datetime
    code_version: str
    input_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Figures of one measure: a table whose every row becomes a `Figure` with its definition.

    Columns of `table`: actor, place, t_from, t_to (dates, half-open), value (null if not
    knowable), reason, n_vessels, n_positions, n_unknown, days_heard, days; ordered by place,
    actor, t_from.
    """

    query: Query
    table: pl.DataFrame
    definition: Definition
    place_versions: dict[str, str]

    def figure(self, row: int) -> Figure:
        """Return one row as a figure."""
        values = self.table.row(row, named=True)
        actor, place, t_from, t_to = (values.pop(key) for key in KEYS)
        definition = replace(
            self.definition,
            actor=actor,
            place=place,
            t_from=t_from,
            t_to=t_to,
            place_version=self.place_versions[place],
        )
        return Figure(definition=definition, **values)


def figures(evidence: Evidence, query: Query) -> Figures:
    """Count one measure by actor, place and period.

    A period with no day of data has value null and says so; with data and no row it has 0. A
    vessel counts under the flag of its MMSI, once per hull, so a hull that changed its number
    within the period counts once under each flag.

    Raises:
        ParameterError: a place of the query is not among the shipped and loaded ones.
    """
    _require_known(evidence, query)
    rows = _counted_rows(evidence, query)
    spans = _spans(evidence, query)
    counted = _count(rows, spans, query.measure)
    table = (
        _grid(rows, spans, query)
        .join(counted, on=["actor", "place", "t_from"], how="left")
        .with_columns(
            pl.col("value", "n_vessels", "n_positions", "n_unknown").fill_null(0),
        )
        .with_columns(
            value=pl.when(pl.col("days_heard") > 0).then(pl.col("value")),
            reason=pl.when(pl.col("days_heard") > 0).then(pl.lit("")).otherwise(pl.lit(NO_DATA)),
        )
        .select(*KEYS, "value", "reason", *BEHIND, "days_heard", "days")
        .sort("place", "actor", "t_from")
    )
    places = table["place"].unique(maintain_order=True).to_list()
    return Figures(
        query=query,
        table=table,
        definition=_definition(evidence, query, spans, places),
        place_versions={place: _version(evidence, place) for place in places},
    )


def behind(evidence: Evidence, query: Query, figure: Figure) -> pl.DataFrame:
    """Return the rows of the picture that one figure counted, each with its vessel.

    Returns:
        Presence rows (vessels, vessel_days, distance_km) or event rows (visits, entries), with
        the vessel's name, flag and class, in the order of their table.
    """
    definition = figure.definition
    return (
        _counted_rows(evidence, replace(query, places=(definition.place,)))
        .filter(
            (pl.col("actor") == definition.actor) | pl.lit(definition.actor == ALL),
            pl.col("day").is_between(definition.t_from, definition.t_to, closed="left"),
        )
        .drop("actor", "place", "amount")
    )


def _counted_rows(evidence: Evidence, query: Query) -> pl.DataFrame:
    """Return the rows the measure counts, with `actor`, `place`, `day` and `amount`."""
    if query.measure == "visits":
        rows = evidence.visits.with_columns(place="zone_id", day=_day("t_from_ms"), amount=1.0)
    elif query.measure == "entries":
        rows = evidence.crossings.filter(
            pl.col("gate_id").is_not_null(), pl.col("settled"), ~pl.col("turned_back")
        ).with_columns(
            place=pl.format("{}" + TO_SIDE + "{}", "gate_id", "to_side"),
            day=_day("t_from_ms"),
            amount=1.0,
        )
    else:
        rows = evidence.presence.with_columns(place="zone_id", amount="distance_km")
    vessels = evidence.vessels.select("mmsi", "name", "flag", "vessel_class")
    rows = rows.join(vessels, on="mmsi", how="left", maintain_order="left").with_columns(
        actor=pl.lit(ALL) if query.actors == (ALL,) else pl.col(query.actor_by)
    )
    if query.places:
        gate_or_zone = pl.col("place").str.split(TO_SIDE).list.first()
        rows = rows.filter(pl.col("place").is_in(query.places) | gate_or_zone.is_in(query.places))
    if query.actors not in ((), (ALL,)):
        rows = rows.filter(pl.col("actor").is_in(query.actors))
    if query.classes:
        rows = rows.filter(pl.col("vessel_class").is_in(query.classes))
    return rows


def _count(rows: pl.DataFrame, spans: pl.DataFrame, measure: str) -> pl.DataFrame:
    """Return value and what is behind it, one row per actor, place and period with any row."""
    value = {
        "vessels": pl.col("vessel_id").n_unique(),
        "vessel_days": pl.struct("vessel_id", "day").n_unique(),
        "distance_km": pl.col("amount").sum(),
    }.get(measure, pl.len())
    unknown = pl.col("vessel_id").filter(pl.col("vessel_class") == "unknown").n_unique()
    return (
        rows.sort("day")
        .join_asof(spans.select(day="t_from", t_from="t_from", t_to="t_to").sort("day"), on="day")
        .filter(pl.col("day") < pl.col("t_to"))
        .group_by("actor", "place", "t_from")
        .agg(
            value=value.cast(pl.Float64),
            n_vessels=pl.col("vessel_id").n_unique().cast(pl.Int64),
            n_positions=pl.col("n_positions").sum().cast(pl.Int64),
            n_unknown=unknown.cast(pl.Int64),
        )
    )


def _spans(evidence: Evidence, query: Query) -> pl.DataFrame:
    """Return the periods asked for: t_from, t_to (half-open), days, days_heard."""
    heard = evidence.heard["day"].sort()
    if heard.is_empty() and (query.t_from is None or query.t_to is None):
        raise ParameterError(name="t_from", value=None, allowed="a date, since no data are loaded")
    t_from = query.t_from or _first(heard)
    t_to = query.t_to or _last(heard) + timedelta(days=1)
    if t_to <= t_from:
        raise ParameterError(name="t_to", value=t_to, allowed=f"a day later than {t_from}")
    starts = sorted(
        {
            _period_start(t_from + timedelta(days=n), query.by, t_from)
            for n in range((t_to - t_from).days)
        }
    )
    ends = [*starts[1:], t_to]
    return pl.DataFrame(
        {
            "t_from": starts,
            "t_to": ends,
            "days": [(end - start).days for start, end in zip(starts, ends, strict=True)],
            "days_heard": [
                int(heard.is_between(start, end, closed="left").sum())
                for start, end in zip(starts, ends, strict=True)
            ],
        },
        schema={"t_from": pl.Date, "t_to": pl.Date, "days": pl.Int64, "days_heard": pl.Int64},
    )


def _period_start(day: date, by: str, t_from: date) -> date:
    """Return the first day of the period that `day` lies in, not before `t_from`."""
    start = {
        "day": day,
        "month": day.replace(day=1),
        "year": day.replace(month=1, day=1),
        "all": t_from,
    }[by]
    return max(start, t_from)


def _grid(rows: pl.DataFrame, spans: pl.DataFrame, query: Query) -> pl.DataFrame:
    """Return every combination of actor, place and period, so that nothing is left blank."""
    actors = query.actors or tuple(sorted(rows["actor"].unique()))
    places = sorted(rows["place"].unique()) or list(query.places)
    if query.measure != "entries" and query.places:
        places = list(query.places)
    return (
        pl.DataFrame({"place": places}, schema={"place": pl.String})
        .join(pl.DataFrame({"actor": actors}, schema={"actor": pl.String}), how="cross")
        .join(spans, how="cross")
    )


def _definition(
    evidence: Evidence, query: Query, spans: pl.DataFrame, places: list[str]
) -> Definition:
    """Return the definition that all rows share; each row puts in its own actor and place."""
    place = places[0] if places else "none"
    return Definition(
        measure=query.measure,
        place=place,
        place_version=_version(evidence, place),
        actor_by=query.actor_by,
        actor=ALL,
        actor_source=evidence.actor_source,
        vessel_classes=query.classes or (ALL,),
        class_table=evidence.class_table,
        rule=evidence.rules[query.measure],
        t_from=_first(spans["t_from"]),
        t_to=_last(spans["t_to"]),
        sources=evidence.sources,
        correction=NAIVE,
        exclusions=evidence.exclusions,
        as_of=evidence.as_of,
        code_version=evidence.code_version,
        input_hash=evidence.input_hash,
    )


def _version(evidence: Evidence, place: str) -> str:
    """Return the boundary version of a zone, or of the gate in a `gate to side` place."""
    gate_or_zone = place.split(TO_SIDE, maxsplit=1)[0]
    return evidence.place_versions.get(gate_or_zone, "none")


def _require_known(evidence: Evidence, query: Query) -> None:
    """Refuse a place that is neither a zone nor a gate of the picture."""
    unknown = [place for place in query.places if _version(evidence, place) == "none"]
    if unknown:
        allowed = ", ".join(sorted(evidence.place_versions))
        raise ParameterError(name="place", value=unknown[0], allowed=allowed)


def _day(column: str) -> pl.Expr:
    """Return the UTC day of a column of milliseconds."""
    return pl.from_epoch(pl.col(column) // MS_PER_DAY, time_unit="d")


def _first(days: pl.Series) -> date:
    """Return the first value of a column of dates that is not empty."""
    first: date = days[0]
    return first


def _last(days: pl.Series) -> date:
    """Return the last value of a column of dates that is not empty."""
    last: date = days[-1]
    return last
