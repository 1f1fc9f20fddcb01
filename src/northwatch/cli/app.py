"""The group of commands, what they share, and the one place where errors end."""

import os
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from northwatch import __version__
from northwatch.errors import NorthwatchError
from northwatch.settings import LAKE, read_settings

EXIT_ERROR: Final = 1
EXIT_FOUND: Final = 3

app = typer.Typer(
    name="northwatch",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

LakeOption = Annotated[
    Path | None,
    typer.Option("--lake", help=f"Folder of the picture's tables; else ${LAKE}, else ./lake."),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON document on standard output instead of tables.")
]
ThreadsOption = Annotated[
    int, typer.Option("--threads", min=1, help="Cores to use.", show_default="all")
]
ALL_CORES: Final = os.cpu_count() or 1


def lake_folder(given: Path | None) -> Path:
    """Return the lake's folder: as given, else from the settings."""
    return given or read_settings().lake


def _version(value: bool) -> None:
    if value:
        typer.echo(f"northwatch {__version__}")
        raise typer.Exit


@app.callback()
def shared(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it and end.")
    ] = False,
) -> None:
    """Who gains access to the Arctic, where and by which route: measured from AIS.

    Begin with `northwatch demo`, or with your own files: `northwatch ingest FILES`, then
    `northwatch build`, `northwatch trends`, `northwatch serve`.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run a command; an error becomes one sentence on standard error and a status."""
    try:
        app(args=arguments)
    except NorthwatchError as error:
        typer.echo(f"northwatch: {error} [{error.code}]", err=True)
        sys.exit(EXIT_ERROR)
    except BrokenPipeError:
        # Whoever read our output has seen enough; say nothing on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_ERROR)
