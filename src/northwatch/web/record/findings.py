"""A view of the picture, in; a frozen copy of it for a finding, and whether it still holds, out.

The view is made again from its own address on this server's own copy of the picture: nothing is
asked of anybody else, and the picture does not know.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import polars as pl
from fastapi import Request

from northwatch.errors import NorthwatchError, ParameterError
from northwatch.web.answers import View
from northwatch.web.ask import Ask
from northwatch.web.pages import PAGES
from northwatch.workstreams.kinds import Frozen

MOST_SHOWN: Final = 200
Names = tuple[str, ...]
Rows = tuple[tuple[str, ...], ...]
_PARAMETER: Final = re.compile(r"\{(\w+)\}")


def view_of(request: Request, path: str, query: str) -> View:
    """Return a view of this server's picture by its address.

    Raises:
        ParameterError: there is no such view, or its query is not one.
    """
    held = request.app.state.pictures.held(None)
    for page in PAGES:
        found = re.fullmatch(_PARAMETER.sub(r"(?P<\1>[^/]+)", page.path), path)
        if found:
            pairs = tuple(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
            root = f"{request.url.scheme}://{request.url.netloc}"
            return page.make(Ask(path, pairs, found.groupdict(), held, root))
    raise ParameterError(name="path", value=path, allowed="the address of a page of the picture")


def freeze(view: View, chosen: Iterable[int], now: datetime) -> Frozen:
    """Return a copy of a view, with the rows chosen by their place."""
    cite = view.cite
    columns, rows = _as_text(view.rows, [p for p in chosen if 0 <= p < view.rows.height])
    return Frozen(
        path=view.path,
        query=view.state.query(),
        title=view.title,
        query_id=cite.query_id,
        data_hash=cite.data_hash,
        picture=cite.picture,
        definition={name: _text(value) for name, value in cite.definition.items()},
        columns=columns,
        rows=rows,
        n_rows=view.rows.height,
        sources=tuple(f"{s.dialect}, {s.files} files, {s.licence}" for s in cite.sources),
        licence=cite.licence,
        made_by=cite.made_by,
        frozen=now,
    )


def _as_text(frame: pl.DataFrame, places: Iterable[int]) -> tuple[Names, Rows]:
    """Return names of columns and chosen rows as people read them: instants, not milliseconds."""
    names = [name for name in frame.columns if name.endswith("_ms")]
    told = frame.with_columns(
        pl.from_epoch(name, time_unit="ms").dt.strftime("%Y-%m-%d %H:%M:%S UTC").alias(name)
        for name in names
    )
    columns = tuple(name.removesuffix("_ms") for name in frame.columns)
    return columns, tuple(tuple(_text(cell) for cell in told.row(place)) for place in places)


def _text(value: Any) -> str:  # noqa: ANN401 - a cell of any table
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(each) for each in value)
    return str(value)


@dataclass(frozen=True, slots=True)
class Live:
    """The same view on the picture of today.

    Attributes:
        is_same: its rows are those that were frozen.
        picture, n_rows: the picture it was made from, and how many rows it has.
        columns, rows: its first rows, as text.
        said: why it cannot be made any more; empty if it can.
    """

    is_same: bool
    picture: str
    n_rows: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    said: str = ""


def live(request: Request, frozen: Frozen) -> Live:
    """Return what the view of a finding shows now."""
    try:
        view = view_of(request, frozen.path, frozen.query)
        columns, rows = _as_text(view.rows, range(min(MOST_SHOWN, view.rows.height)))
    except NorthwatchError as error:
        return Live(is_same=False, picture="", n_rows=0, columns=(), rows=(), said=str(error))
    return Live(
        is_same=view.cite.data_hash == frozen.data_hash,
        picture=view.cite.picture,
        n_rows=view.rows.height,
        columns=columns,
        rows=rows,
    )
