"""A picture, in; what a page or a command shows of it, out."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import polars as pl

from northwatch.access import Evidence, SourceSpan
from northwatch.errors import MissingError, ParameterError
from northwatch.lake import Picture
from northwatch.schema import (
    BUILD_FACTS,
    GAPS,
    GATE_CROSSINGS,
    IDENTITIES,
    INGESTS,
    PRESENCE,
    REJECTS,
    TRACKS,
    VESSELS,
    ZONE_VISITS,
)

KINDS: Final = {"zone_visit": ZONE_VISITS, "gate_crossing": GATE_CROSSINGS, "gap": GAPS}
_MS: Final = timedelta(milliseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def build_facts(picture: Picture) -> dict[str, Any]:
    """Return what is known of the build that made the derived tables, by name.

    Raises:
        MissingError: nothing has been built.
    """
    facts = picture.read(BUILD_FACTS.name)
    if facts.is_empty():
        raise MissingError(what="a built picture", remedy="Run `northwatch build`")
    return {name: json.loads(value) for name, value in facts.iter_rows()}


def evidence(picture: Picture) -> Evidence:
    """Return the tables that figures are made from, with what their definitions need.

    Raises:
        MissingError: nothing has been built.
    """
    facts = build_facts(picture)
    return Evidence(
        presence=picture.read(PRESENCE.name),
        visits=picture.read(ZONE_VISITS.name),
        crossings=picture.read(GATE_CROSSINGS.name),
        vessels=picture.read(VESSELS.name),
        heard=pl.DataFrame(
            {"day": [date.fromisoformat(day) for day in facts["heard_days"]]},
            schema={"day": pl.Date},
        ),
        sources=_sources(picture.read(INGESTS.name)),
        place_versions=facts["place_versions"],
        exclusions=tuple(facts["exclusions"]),
        rules=facts["measure_rules"],
        actor_source=facts["actor_source"],
        class_table=facts["class_table"],
        as_of=_instant(facts["as_of_ms"]),
        code_version=facts["code_version"],
        input_hash=facts["input_hash"],
    )


def _sources(ingests: pl.DataFrame) -> tuple[SourceSpan, ...]:
    """Return one span per supplier whose files hold positions."""
    spans = (
        ingests.filter(pl.col("t_from_ms").is_not_null())
        .group_by("dialect")
        .agg(
            pl.col("licence").first(),
            pl.len().alias("files"),
            pl.col("t_from_ms").min(),
            pl.col("t_to_ms").max(),
        )
        .sort("dialect")
    )
    return tuple(
        SourceSpan(
            dialect=row["dialect"],
            licence=row["licence"] or "not stated",
            files=row["files"],
            t_from=_instant(row["t_from_ms"]),
            t_to=_instant(row["t_to_ms"]),
        )
        for row in spans.to_dicts()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """Which events: kinds, zones or gates, a ship's number, and days (half-open); empty for all."""

    kinds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    mmsi: int | None = None
    t_from: date | None = None
    t_to: date | None = None

    def __post_init__(self) -> None:
        """Refuse a kind that is not made."""
        for kind in self.kinds:
            if kind not in KINDS:
                raise ParameterError(name="kind", value=kind, allowed=", ".join(KINDS))


def find_events(picture: Picture, query: EventQuery) -> pl.DataFrame:
    """Return events of several kinds as one table.

    Returns:
        The columns all kinds share, then `name`, `flag` and `vessel_class` of the vessel, `what`
        in words, and the columns of each kind, null for the others; ordered by t_from_ms, event_id.
    """
    frames = [_of_kind(picture, kind, query) for kind in (query.kinds or KINDS)]
    vessels = picture.read(VESSELS.name).select("mmsi", "name", "flag", "vessel_class")
    found = pl.concat(frames, how="diagonal").join(vessels, on="mmsi", how="left")
    return found.sort("t_from_ms", "event_id")


def _of_kind(picture: Picture, kind: str, query: EventQuery) -> pl.DataFrame:
    rows = picture.scan(KINDS[kind].name, mmsi=query.mmsi)
    if query.t_from is not None:
        rows = rows.filter(pl.col("t_from_ms") >= _ms(query.t_from))
    if query.t_to is not None:
        rows = rows.filter(pl.col("t_from_ms") < _ms(query.t_to))
    if query.places and kind != "gap":
        column = "zone_id" if kind == "zone_visit" else "gate_id"
        rows = rows.filter(pl.col(column).is_in(query.places))
    if query.places and kind == "gap":
        rows = rows.filter(pl.lit(value=False))
    return rows.with_columns(what=_words(kind)).collect()


def _words(kind: str) -> pl.Expr:
    """Return one event in words."""
    if kind == "zone_visit":
        return pl.format(
            "in {} for {} h ({} - {})",
            "zone_id", pl.col("hours_in").round(1), "entered_how", "left_how",
        )  # fmt: skip
    if kind == "gate_crossing":
        return pl.format(
            "{} towards {}",
            pl.col("gate_id").fill_null("one of several gates"),
            pl.col("to_side").fill_null("not knowable"),
        )
    verdict = pl.coalesce(
        "verdict", pl.format("no verdict: {}", pl.col("verdict_reason").fill_null("not knowable"))
    )
    return pl.format("silent for {} h: {}", pl.col("silence_h").round(1), verdict)


def vessel_dossier(picture: Picture, which: str) -> dict[str, pl.DataFrame]:
    """Return all that the picture holds of the vessels that `which` names, table by table.

    Args:
        picture: the picture.
        which: an MMSI, a vessel id, or part of a name.

    Raises:
        MissingError: no vessel answers to it.
    """
    vessels = picture.read(VESSELS.name)
    if which.isdigit():
        found = vessels.filter(pl.col("mmsi") == int(which))
    else:
        found = vessels.filter(
            (pl.col("vessel_id") == which)
            | pl.col("name").str.contains(which.upper(), literal=True).fill_null(value=False)
        )
    if found.is_empty():
        raise MissingError(what=f"a vessel {which!r}", remedy="Try its MMSI or part of its name")
    numbers = found["mmsi"].to_list()
    dossier = {"vessels": found}
    for table in (IDENTITIES, TRACKS, ZONE_VISITS, GATE_CROSSINGS, GAPS):
        rows = pl.concat(picture.read(table.name, mmsi=mmsi) for mmsi in numbers)
        dossier[table.name] = rows
    return dossier


def reject_log(picture: Picture, file: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return each source file's counters, and its refused lines with reason and place.

    Raises:
        MissingError: no source file has this name.
    """
    ingests = picture.read(INGESTS.name)
    if file is not None:
        ingests = ingests.filter(pl.col("file") == file)
        if ingests.is_empty():
            raise MissingError(what=f"a source file {file!r}", remedy="See `northwatch rejects`")
    counted = pl.DataFrame(
        [
            {**row, "counter": counter, "lines": lines}
            for row in ingests.sort("file").drop("lines", "heard").to_dicts()
            for counter, lines in json.loads(row.pop("counters")).items()
        ]
    )
    refused = (
        picture.scan(REJECTS.name)
        .join(ingests.lazy().select("source", "file"), on="source")
        .sort("file", "offset")
        .select("file", "offset", "line", "length", "reason")
        .collect()
    )
    return counted, refused


def _ms(day: date) -> int:
    return (datetime.combine(day, datetime.min.time(), UTC) - _EPOCH) // _MS


def _instant(ms: int) -> datetime:
    return _EPOCH + ms * _MS
