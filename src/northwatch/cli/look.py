"""Commands that look at the picture: trends, events, vessel, zones, rejects."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from northwatch.cli.app import EXIT_FOUND, JsonOption, LakeOption, app, lake_folder

if TYPE_CHECKING:
    from northwatch.access import Figures
    from northwatch.lake import Lake

HEADLINE_ZONE: Final = "polar-code"
# Gates that the demo shows: the ways in from both oceans.
GATES: Final = ("bering-strait", "kara-gate", "davis-strait", "fram-strait", "nordkinn-bjornoya")
EVENT_COLUMNS: Final = ("kind", "t_from", "t_to", "vessel_id", "name", "flag", "what", "event_id")

FromOption = Annotated[
    datetime | None,
    typer.Option("--t-from", formats=["%Y-%m-%d"], help="First day, UTC."),
]
ToOption = Annotated[
    datetime | None,
    typer.Option("--t-to", formats=["%Y-%m-%d"], help="Day after the last, UTC."),
]
ListOption = str | None


@app.command(
    epilog="Examples: `northwatch trends` · `northwatch trends --measure vessel_days "
    "--zone barents-sea --actor RUS,NOR` · `northwatch trends --measure entries --zone kara-gate`"
)
def trends(
    lake: LakeOption = None,
    measure: Annotated[
        str, typer.Option("--measure", help="vessels, vessel_days, distance_km, visits, entries.")
    ] = "vessels",
    zone: Annotated[
        ListOption, typer.Option("--zone", help="Zones (for entries: gates), comma-separated.")
    ] = None,
    actor: Annotated[
        ListOption, typer.Option("--actor", help="Flags, comma-separated; `all` for all together.")
    ] = None,
    vessel_class: Annotated[
        ListOption, typer.Option("--class", help="Vessel classes, comma-separated.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="day, month, year or all.")] = "month",
    t_from: FromOption = None,
    t_to: ToOption = None,
    as_json: JsonOption = False,
) -> None:
    """Figures of access by flag, zone and period, each with its definition.

    The figures are naive: what was heard, not corrected for who could be heard.
    """
    from northwatch import access, pipeline
    from northwatch.cli.output import show_json
    from northwatch.lake import Lake

    query = access.Query(
        measure=measure,
        places=_words(zone) or (() if measure == "entries" else (HEADLINE_ZONE,)),
        actors=_words(actor),
        classes=_words(vessel_class),
        by=by,
        t_from=_day(t_from),
        t_to=_day(t_to),
    )
    evidence = pipeline.evidence(Lake.open(lake_folder(lake)).picture())
    found = access.figures(evidence, query)
    if as_json:
        show_json(figures_document(found))
        return
    _show_figures(found)


def figures_document(found: "Figures") -> dict[str, Any]:
    """Return figures as one JSON document: the shared definition, then a row for each."""
    from dataclasses import asdict

    definition = asdict(found.definition)
    for own in ("actor", "place", "place_version", "t_from", "t_to"):
        definition.pop(own)
    return {
        "definition": definition | {"unit": found.definition.unit},
        "place_versions": found.place_versions,
        "rows": found.table.to_dicts(),
    }


def _show_figures(found: "Figures", *, rows: int = 60) -> None:
    import polars as pl

    from northwatch.access import TO_SIDE, trend_phrase
    from northwatch.cli.output import out, show_table

    definition, table = found.definition, found.table
    place = [pl.col("place").alias("zone")]
    if definition.measure == "entries":
        parts = pl.col("place").str.split_exact(TO_SIDE, 1).struct
        place = [parts.field("field_0").alias("gate"), parts.field("field_1").alias("towards")]
    shown = table.select(
        *place,
        pl.col("actor").alias(definition.actor_by),
        pl.col("t_from").alias("from"),
        pl.col("t_to").alias("to"),
        pl.col("value").round(0).alias(definition.unit),
        pl.col("n_positions").alias("positions"),
        pl.format("{}/{}", "days_heard", "days").alias("days with data"),
    )
    show_table(shown, title=f"{definition.measure} ({definition.unit})", rows=rows)
    out.print(
        f"Definition: rule {definition.rule}; flag by {definition.actor_source}; "
        f"classes {', '.join(definition.vessel_classes)}; correction {definition.correction}; "
        f"as of {definition.as_of:%Y-%m-%d %H:%M} UTC; data {definition.input_hash[:12]}."
    )
    if table["place"].n_unique() == table["actor"].n_unique() == 1:
        out.print(trend_phrase(found))


def show_answer(lake: "Lake") -> None:
    """Print the one-sentence answer for the headline zone, then figures by flag and by gate."""
    from dataclasses import replace

    from northwatch import access, pipeline
    from northwatch.cli.output import out

    evidence = pipeline.evidence(lake.picture())
    whole = access.Query(places=(HEADLINE_ZONE,), actors=(access.ALL,), by="all")
    by_actor = access.figures(evidence, replace(whole, actors=()))
    answer = access.answer(access.figures(evidence, whole), by_actor)
    _show_figures(by_actor)
    out.print()
    entries = access.Query(measure="entries", places=GATES, actors=(access.ALL,), by="all")
    _show_figures(access.figures(evidence, entries))
    out.print()
    out.print(answer, style="bold")


@app.command(
    epilog="Examples: `northwatch events --kind gap` · "
    "`northwatch events --kind gate_crossing --place bering-strait --t-from 2026-08-01`"
)
def events(
    lake: LakeOption = None,
    kind: Annotated[
        ListOption, typer.Option("--kind", help="zone_visit, gate_crossing, gap; comma-separated.")
    ] = None,
    place: Annotated[ListOption, typer.Option("--place", help="Zones or gates.")] = None,
    mmsi: Annotated[int | None, typer.Option("--mmsi", help="One ship's number.")] = None,
    t_from: FromOption = None,
    t_to: ToOption = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with status 3 if there is any event.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Zone visits, gate crossings and gaps, with their rule and evidence."""
    from northwatch import pipeline
    from northwatch.cli.output import instants, show_json, show_table
    from northwatch.lake import Lake

    asked = pipeline.EventQuery(
        kinds=_words(kind), places=_words(place), mmsi=mmsi, t_from=_day(t_from), t_to=_day(t_to)
    )
    found = instants(pipeline.find_events(Lake.open(lake_folder(lake)).picture(), asked))
    if as_json:
        show_json({"rows": found.to_dicts()})
    else:
        show_table(found.select(EVENT_COLUMNS), note=f"{found.height:,} events")
    if exit_code and found.height:
        raise typer.Exit(EXIT_FOUND)


@app.command(epilog="Examples: `northwatch vessel 273111222` · `northwatch vessel imo-9781085`")
def vessel(
    which: Annotated[str, typer.Argument(help="MMSI, `imo-…`, `mmsi-…` or part of a name.")],
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """One vessel: what it said of itself from when to when, its tracks, visits and gaps."""
    from northwatch import pipeline
    from northwatch.cli.output import instants, show_json, show_table
    from northwatch.lake import Lake

    picture = Lake.open(lake_folder(lake)).picture()
    dossier = {
        name: instants(frame) for name, frame in pipeline.vessel_dossier(picture, which).items()
    }
    if as_json:
        show_json({name: frame.to_dicts() for name, frame in dossier.items()})
        return
    for name, frame in dossier.items():
        short = [c for c in frame.columns if c not in {"evidence", "bucket", "candidates"}]
        show_table(frame.select(short).drop("mmsi", strict=False), title=name, rows=20)


@app.command(epilog="Example: `northwatch zones --json`")
def zones(as_json: JsonOption = False) -> None:
    """Zones and gates: name, version, where the boundary comes from."""
    import polars as pl

    from northwatch.cli.output import show_json, show_table
    from northwatch.geo import shipped_gates, shipped_zones

    found = [
        {"id": z.id, "name": z.name, "kind": z.kind, "version": z.version, "source": z.source}
        for z in shipped_zones()
    ]
    gates = [
        {"id": g.id, "name": g.name, "version": g.version, "left": g.left, "right": g.right}
        for g in shipped_gates()
    ]
    if as_json:
        show_json({"zones": found, "gates": gates})
        return
    show_table(pl.DataFrame(found), title="Zones (not for navigation, not for legal use)")
    show_table(pl.DataFrame(gates), title="Gates", rows=60)


@app.command(epilog="Example: `northwatch rejects --file shore.nm4`")
def rejects(
    lake: LakeOption = None,
    file: Annotated[str | None, typer.Option("--file", help="Name of a source file.")] = None,
    rows: Annotated[int, typer.Option("--rows", help="Single lines to show.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Where every line of every source file went; and lines refused, with reason and place."""
    from northwatch import pipeline
    from northwatch.cli.output import instants, show_json, show_table
    from northwatch.lake import Lake

    picture = Lake.open(lake_folder(lake)).picture()
    counted, refused = pipeline.reject_log(picture, file)
    if as_json:
        show_json({"files": instants(counted).to_dicts(), "rejects": refused.head(rows).to_dicts()})
        return
    show_table(counted.select("file", "dialect", "counter", "lines"), rows=200)
    show_table(refused, title="Refused lines", rows=rows)


def _words(given: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in given.split(",") if word.strip()) if given else ()


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
