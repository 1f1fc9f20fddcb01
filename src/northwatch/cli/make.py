"""Commands that make things: ingest, build, season, serve, demo."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from northwatch.cli.app import (
    ALL_CORES,
    EXIT_ERROR,
    JsonOption,
    LakeOption,
    ThreadsOption,
    app,
    lake_folder,
)

if TYPE_CHECKING:
    from northwatch.pipeline import BuildResult, FileResult, MadeFiles, Watch

# More files than this are told of together.
MOST_FILES: Final = 12

DialectOption = Annotated[
    str | None,
    typer.Option("--dialect", help="Id of a dialect, or a mapping file (.toml). Else told apart."),
]


@app.command(
    epilog="Examples: `northwatch ingest aisdk-2026-09-*.zip` · "
    "`northwatch ingest shore.nm4 --dialect nmea/kystverket` · "
    "`northwatch ingest mine.csv --dialect mapping.toml`"
)
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files as suppliers send them.")],
    lake: LakeOption = None,
    dialect: DialectOption = None,
    threads: ThreadsOption = ALL_CORES,
    as_json: JsonOption = False,
) -> None:
    """Read AIS files into the lake.

    NMEA, CSV, JSON or Parquet, plain or in .gz .zst .zip .bz2. A file the lake knows is skipped;
    one that cannot be read is refused with the reason, and the others go on.
    """
    from northwatch import pipeline
    from northwatch.lake import Lake
    from northwatch.sources import find_dialect

    forced = find_dialect(dialect) if dialect else None
    with watched("reading") as watch:
        results = pipeline.ingest(
            Lake.open(lake_folder(lake), create=True),
            paths,
            dialect=forced,
            threads=threads,
            watch=watch,
        )
    show_ingest(results, as_json=as_json)
    if any(result.state == "refused" for result in results):
        raise typer.Exit(EXIT_ERROR)


@app.command(epilog="Examples: `northwatch build` · `northwatch build --zones my-zones.geojson`")
def build(
    lake: LakeOption = None,
    zones: Annotated[
        list[Path] | None, typer.Option("--zones", help="GeoJSON file of zones to add.")
    ] = None,
    keep_small_craft: Annotated[
        bool,
        typer.Option(
            "--keep-small-craft",
            help="Keep fishing vessels under 15 m and leisure craft under 45 m. Their positions "
            "can be personal data; the open feeds leave them out, and so does the default.",
        ),
    ] = False,
    threads: ThreadsOption = ALL_CORES,
    as_json: JsonOption = False,
) -> None:
    """Build the picture: tracks, identities, zone visits, gate crossings, gaps, presence."""
    from northwatch import pipeline
    from northwatch.lake import Lake

    with watched("building") as watch:
        result = pipeline.build(
            Lake.open(lake_folder(lake)),
            pipeline.BuildPlan(
                zone_documents=tuple((path.name, read_json(path)) for path in zones or ()),
                keep_small_craft=keep_small_craft,
                threads=threads,
            ),
            watch=watch,
        )
    show_build(result, as_json=as_json)


def read_json(path: Path) -> dict[str, Any]:
    """Return the document in a file.

    Raises:
        UnreadableError: it is not there, or is not JSON; it names the line.
    """
    from northwatch.errors import UnreadableError

    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise UnreadableError(
            file=str(path), problem=error.msg, remedy="Give a GeoJSON file", line=error.lineno
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(
            file=str(path), problem="it cannot be read as text", remedy="Give a GeoJSON file"
        ) from error
    return document


@contextmanager
def watched(verb: str) -> Iterator["Watch"]:
    """Show a progress bar while something runs."""
    from northwatch.cli.output import progress

    with progress() as bar:
        task = bar.add_task(verb, total=1.0)

        def watch(name: str, share: float) -> None:
            bar.update(task, description=f"{verb} {name}", completed=share)

        yield watch


def show_ingest(results: Sequence["FileResult"], *, as_json: bool) -> None:
    """Print what became of each file."""
    import polars as pl

    from northwatch.cli.output import err, out, show_json, show_table

    for result in results:
        if result.error:
            err.print(f"refused: {result.error}", soft_wrap=True)
    if as_json:
        show_json({"files": [asdict(r) for r in results]})
        return
    table = pl.DataFrame(
        {
            "file": r.file,
            "state": r.state,
            "dialect": r.dialect,
            "lines": r.lines,
            "positions": r.n_positions,
            "static values": r.n_statics,
            "rejected": r.n_rejected,
        }
        for r in results
    )
    if table.height > MOST_FILES:
        table = (
            table.group_by("state", "dialect")
            .agg(pl.len().alias("files"), pl.exclude("file").sum())
            .sort("state", "dialect")
        )
    show_table(table)
    if any(r.state == "read" for r in results):
        out.print("Refused lines and their reasons: `northwatch rejects`.")


def show_build(result: "BuildResult", *, as_json: bool) -> None:
    """Print what a build made."""
    import polars as pl

    from northwatch.cli.output import out, show_json, show_table

    if as_json:
        show_json(asdict(result))
        return
    rows = [{"table": name, "rows": rows} for name, rows in result.rows.items()]
    show_table(pl.DataFrame(rows))
    told = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in result.counts.items())
    out.print(f"Positions: {told}.")


@app.command(epilog="Example: `northwatch season made/ --rows 1000000 --form dma --seed 7`")
def season(
    folder: Annotated[Path, typer.Argument(help="Folder to write the files to.")],
    rows: Annotated[int, typer.Option("--rows", min=1, help="About as many reports.")] = 250_000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same bytes.")] = 1,
    form: Annotated[str, typer.Option("--form", help="`nmea` or `dma`.")] = "nmea",
    as_json: JsonOption = False,
) -> None:
    """Write a made season: vessels on lawful water routes, with planted truth beside it."""
    from northwatch import pipeline
    from northwatch.season import SeasonPlan

    plan = SeasonPlan.sized(rows, seed)
    with watched("writing") as watch:
        made = pipeline.write_season(folder, plan, form=form, threads=ALL_CORES, watch=watch)
    show_season(made, as_json=as_json)


def show_season(made: "MadeFiles", *, as_json: bool) -> None:
    """Print what files were written."""
    import polars as pl

    from northwatch.cli.output import out, show_json, show_table

    rows = [{"file": str(path), "bytes": size} for path, size in made.files.items()]
    truth = [str(path) for path in made.truth]
    if as_json:
        show_json({"files": rows, "truth": truth, "lines": made.lines})
        return
    show_table(pl.DataFrame(rows), note=f"{made.lines:,} lines")
    out.print(f"The planted truth: {', '.join(truth)}")


@app.command(
    epilog="Examples: `northwatch serve --port 8080` · "
    "`northwatch serve lake --workstream talks --name alder.localhost`"
)
def serve(
    picture: Annotated[
        Path | None, typer.Argument(help="Folder of the picture's tables; as --lake.")
    ] = None,
    lake: LakeOption = None,
    workstream: Annotated[
        Path | None,
        typer.Option("--workstream", help="Folder of a workstream: serve its record too."),
    ] = None,
    name: Annotated[
        str, typer.Option("--name", help="Host name of this server; say nothing by it.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port on the loopback address.")] = 8000,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the browser, if there is one.")
    ] = False,
) -> None:
    """Serve the picture's pages on this machine until stopped.

    With a workstream's folder the picture is first copied whole into it, and that copy is served
    beside the record: what is looked at leaves no trace in the picture's own folder.
    """
    from northwatch import web

    if workstream is not None:
        web.serve_record(workstream, picture or lake, name=name, port=port)
        return
    web.serve(picture or lake_folder(lake), port=port, open_browser=open_browser, name=name)


@app.command(epilog="Examples: `northwatch demo` · `northwatch demo my-files/*.nm4`")
def demo(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files of yours to read beside the made season.")
    ] = None,
    folder: Annotated[
        Path, typer.Option("--folder", help="Where the made files and the lake go.")
    ] = Path("northwatch-demo"),
    port: Annotated[int, typer.Option("--port", help="Port on the loopback address.")] = 8000,
    serve_pages: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the pages at the end.")
    ] = True,
    threads: ThreadsOption = ALL_CORES,
) -> None:
    """Make a season, build the picture, print the answer; serve it and two workstreams.

    The season and the people are made, not real. Three servers: the public picture, and one for
    each example workstream, with how to sign in.
    """
    from northwatch import pipeline, web
    from northwatch.cli import demo as workstreams
    from northwatch.cli.look import show_answer
    from northwatch.cli.output import err
    from northwatch.lake import Lake
    from northwatch.season import SeasonPlan

    lake = Lake.open(folder / "lake", create=True)
    with watched("writing") as watch:
        made = pipeline.write_season(
            folder / "season", SeasonPlan.demo(), threads=threads, watch=watch
        )
    paths = [*made.files, *(files or [])]
    with watched("reading") as watch:
        results = pipeline.ingest(lake, paths, threads=threads, watch=watch)
    show_ingest(results, as_json=False)
    with watched("building") as watch:
        result = pipeline.build(lake, pipeline.BuildPlan(threads=threads), watch=watch)
    show_build(result, as_json=False)
    show_answer(lake)
    err.print("The season is made: vessels, names and numbers are invented.")
    made_workstreams = workstreams.found_both(folder, folder / "lake")
    if serve_pages:
        running = workstreams.serve_both(made_workstreams, port)
        try:
            web.serve(folder / "lake", port=port, open_browser=True, name="picture.localhost")
        finally:
            workstreams.stop(running)
