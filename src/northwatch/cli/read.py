"""The command that reads documents: proposed statements with the words that prove them."""

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from northwatch.cli.app import JsonOption, app

if TYPE_CHECKING:
    from northwatch.sources.documents import Document
    from northwatch.statements import Proposal, Tables


@app.command(
    epilog="Examples: `northwatch read article.html` · `northwatch read readout.pdf --json` · "
    "`northwatch read *.txt --published 2026-01-26 --tables our-people.toml`"
)
def read(
    files: Annotated[list[Path], typer.Argument(help="Documents: plain text, HTML or PDF.")],
    published: Annotated[
        datetime | None,
        typer.Option("--published", formats=["%Y-%m-%d"], help="Day of publication, if not in it."),
    ] = None,
    tables: Annotated[
        list[Path] | None,
        typer.Option("--tables", help="TOML file with people, bodies, cues, issues. Repeatable."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Propose who said what in documents: speaker, day, place, claims, each with its span.

    Nothing is decided: a person confirms, corrects or rejects each proposal.
    """
    from northwatch.cli.output import err, progress, show_json
    from northwatch.errors import SourceError
    from northwatch.sources.documents import read_document
    from northwatch.statements import propose

    known = _tables(tables or [])
    told, failed = [], False
    with progress() as bar:
        for file in bar.track(files, description="documents"):
            try:
                document = read_document(file)
            except SourceError as error:
                err.print(str(error), style="red", soft_wrap=True, markup=False)
                failed = True
                continue
            day = published.date() if published else document.published
            told.append((document, day, propose(document.text, known, published=day)))
    if as_json:
        show_json({"documents": [_as_json(*one) for one in told]})
    else:
        for document, day, proposals in told:
            _show(document, day, proposals)
    if failed:
        raise typer.Exit(1)


def _tables(files: list[Path]) -> "Tables":
    from northwatch.data import read_text
    from northwatch.errors import UnreadableError
    from northwatch.pipeline.proposing import SHIPPED
    from northwatch.statements import read_tables

    texts = [read_text(f"statements/{name}.toml") for name in SHIPPED]
    for file in files:
        remedy = "Write [[people]] with name, [bodies], [cues] or [issues], as the shipped ones"
        try:
            text = file.read_text(encoding="utf-8")
            read_tables(text)
        except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
            raise UnreadableError(file=str(file), problem=str(error), remedy=remedy) from error
        texts.append(text)
    return read_tables(*texts)


def _as_json(document: "Document", day: date | None, proposals: "list[Proposal]") -> dict[str, Any]:
    from northwatch.statements import VERSION

    return {
        "file": document.file,
        "sha256": document.sha256,
        "kind": document.kind,
        "title": document.title,
        "published": day,
        "characters": len(document.text),
        "extractor": VERSION,
        "statements": [
            {**asdict(one), "place": document.place(one.span.start), "review": "proposed"}
            for one in proposals
        ],
    }


def _show(document: "Document", day: date | None, proposals: "list[Proposal]") -> None:
    from northwatch.cli.output import out

    dated = f", published {day}" if day else ", day of publication not known"
    count = (
        f"{len(proposals)} proposed statements" if len(proposals) != 1 else "1 proposed statement"
    )
    out.print(f"[bold]{document.file}[/bold] ({document.kind}{dated}): {count}", soft_wrap=True)
    for one in proposals:
        out.print(f"\n  {_quoted(one)}", soft_wrap=True)
        for name, value in _lines(document, one):
            out.print(f"    {name:14}{value}", soft_wrap=True, markup=False)
    out.print()


def _quoted(one: "Proposal") -> str:
    from rich.markup import escape

    words = escape(" ".join(one.words.split()))
    return f"“{words}”" if one.mode == "direct" else words


def _lines(document: "Document", one: "Proposal") -> list[tuple[str, str]]:
    """Return what is told of a proposal, name and words; what is not known is left out."""
    speaker = one.speaker
    named = " → ".join(speaker.chain) if speaker else "nobody is named"
    told = [("speaker", f"{named}{f', {one.capacity}' if one.capacity else ''}")]
    if one.said:
        basis = "" if one.said.is_stated else f" (inferred from “{one.said.words}”)"
        last = "" if one.said.precision == "day" else f" to {one.said.t_to}"
        told.append(("said", f"{one.said.t_from}{last}{basis}"))
        told += [("doubt", one.said.doubt)] if one.said.doubt else []
    if one.occasion:
        told.append(("where", ", ".join(filter(None, (one.occasion.event, one.occasion.place)))))
    told += [(claim.kind, f"“{claim.words}”") for claim in one.claims]
    told += [("issue", f"{slug} (“{words}”)") for slug, words in one.issues]
    how = f"{one.mode}, {one.cue_words or 'no cue'}, confidence {one.confidence:.2f}"
    where = f"{document.place(one.span.start)}, characters {one.span.start} to {one.span.end}"
    return [*told, ("how", f"{how}: {'; '.join(one.reasons)}"), ("proof", where)]
