"""Commands for negotiating texts in plain form: what is left, what changed, the form itself."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from northwatch.cli.app import JsonOption, app

if TYPE_CHECKING:
    from northwatch.texts import Counts, Text

text = typer.Typer(
    help="Negotiating texts with brackets, in plain form: count, compare.", no_args_is_help=True
)
app.add_typer(text, name="text")

FileArgument = Annotated[Path, typer.Argument(help="A text in plain form.")]
CharterOption = Annotated[
    Path | None, typer.Option("--charter", help="A charter: codes it does not have are refused.")
]


def _read(file: Path, charter: Path | None) -> "Text":
    from northwatch.errors import TextError, UnreadableError
    from northwatch.texts import parse_text
    from northwatch.workstreams.charter import read_charter

    codes = {*read_charter(charter).party_names, "Chair"} if charter else None
    try:
        told = file.read_text(encoding="utf-8")
        return parse_text(told, codes)
    except TextError as error:
        line = told.count("\n", 0, error.offset) + 1
        remedy = "Mend it there; docs/reference/bracketed-texts.md has the form"
        raise UnreadableError(
            file=str(file), problem=error.problem, remedy=remedy, line=line
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        remedy = "Name a text file in UTF-8"
        raise UnreadableError(file=str(file), problem=str(error), remedy=remedy) from error


@text.command(epilog="Example: `northwatch text left draft.txt --charter charter.toml`")
def left(file: FileArgument, charter: CharterOption = None, as_json: JsonOption = False) -> None:
    """Print which brackets are left and whose they are."""
    import polars as pl

    from northwatch.cli.output import out, show_json, show_table
    from northwatch.texts import count, status_of

    paragraphs = _read(file, charter)
    counted = {one.key: count(one.content) for one in paragraphs}
    whole = status_of(one.status for one in paragraphs)
    if as_json:
        rows = [
            {"key": one.key, "status": one.status.name,
             "outstanding": sorted(one.status.outstanding), **_counts(counted[one.key])}
            for one in paragraphs
        ]  # fmt: skip
        show_json({"status": whole.name, "paragraphs": rows, "parties": _parties(counted)})
        return
    brackets = sum(one.brackets for one in counted.values())
    out.print(f"{len(paragraphs)} paragraphs, {brackets} brackets. The text is {whole.name}.")
    rows = [
        {"paragraph": one.key, "status": one.status.name,
         "outstanding": ", ".join(sorted(one.status.outstanding)),
         "brackets": counted[one.key].brackets, "alternatives": counted[one.key].alternatives,
         "words": counted[one.key].words, "disputed": counted[one.key].disputed}
        for one in paragraphs
    ]  # fmt: skip
    if rows:
        show_table(pl.DataFrame(rows), title="Paragraphs")
    parties = [{"party": code, **told} for code, told in _parties(counted).items()]
    if parties:
        show_table(pl.DataFrame(parties), title="Alternatives by party")


def _counts(one: "Counts") -> dict[str, Any]:
    return {
        "brackets": one.brackets, "alternatives": one.alternatives, "depth": one.depth,
        "words": one.words, "disputed": one.disputed,
        "proposed": dict(sorted(one.proposed.items())),
        "opposed": dict(sorted(one.opposed.items())),
    }  # fmt: skip


def _parties(counted: "dict[str, Counts]") -> dict[str, dict[str, int]]:
    """Return how many alternatives each party proposes and opposes."""
    codes = sorted({code for one in counted.values() for code in (*one.proposed, *one.opposed)})
    return {
        code: {
            "proposes": sum(one.proposed[code] for one in counted.values()),
            "opposes": sum(one.opposed[code] for one in counted.values()),
        }
        for code in codes
    }


@text.command(epilog="Example: `northwatch text compare monday.txt friday.txt`")
def compare(
    old: Annotated[Path, typer.Argument(help="The older version.")],
    new: Annotated[Path, typer.Argument(help="The newer version.")],
    charter: CharterOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what changed: brackets opened, closed and moved, support gained and lost."""
    from northwatch.cli.output import out, show_json
    from northwatch.texts import compare as compared

    changes = compared(_read(old, charter), _read(new, charter))
    if as_json:
        show_json({"changes": [asdict(one) for one in changes]})
        return
    if not changes:
        out.print("The two say the same.")
    for one in changes:
        told: list[Any] = [one.words, ", ".join(one.parties)]
        if one.before or one.after:
            told.append(f"{one.before} -> {one.after}")
        words = "  ".join(filter(None, told))
        out.print(f"{one.key:10}{one.kind:20}{words}", soft_wrap=True, markup=False)


@text.command()
def plain(file: FileArgument, charter: CharterOption = None) -> None:
    """Write a text in the one form in which equal texts are equal, byte for byte."""
    from northwatch.texts import render_text

    typer.echo(render_text(_read(file, charter)), nl=False)
