"""A view, in; the same rows as JSON, CSV, Parquet, GeoJSON or a citation, out.

One suffix, one representation: there is no negotiation.
"""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl
import pyarrow.parquet as pq

from northwatch.web.cite import Cite
from northwatch.web.parameters import State

JSON_ROWS: Final = 10_000
TABLE_SUFFIXES: Final = ("json", "csv", "parquet", "cite.json", "bib")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a page shows: its rows, and how the page is drawn around them.

    Attributes:
        name: stem of a downloaded file.
        title: the page's title.
        template: file that draws the page.
        path, state: where it stands; together its URL.
        rows: the rows of the page's table, in key order.
        cite: how to cite them.
        context: makes what the template needs besides; only called for a page.
        geojson: makes the rows' geometry, where they have one.
    """

    name: str
    title: str
    template: str
    path: str
    state: State
    rows: pl.DataFrame
    cite: Cite
    context: Callable[[], Mapping[str, Any]] = field(default=dict)
    geojson: Callable[[], dict[str, Any]] | None = None

    def download(self, suffix: str) -> str:
        """Return the URL of the same rows under a suffix."""
        return f"{self.path.rstrip('/') or '/trends'}.{suffix}{self.state.query()}"


@dataclass(frozen=True, slots=True)
class Download:
    """Bytes to send, their media type and, if they are to be kept, a file name."""

    content: bytes
    media_type: str
    file: str = ""


def answer(view: View, suffix: str) -> Download | None:
    """Return the view in the representation that the suffix names; None if it has no such one."""
    if suffix == "geojson":
        return _geojson(view)
    makers: dict[str, Callable[[View], Download]] = {
        "json": _json,
        "csv": _csv,
        "parquet": _parquet,
        "cite.json": _cite_json,
        "bib": _bib,
    }
    return makers[suffix](view) if suffix in makers else None


def _json(view: View) -> Download:
    after = view.state.values.get("after") or 0
    rows = view.rows.slice(after, JSON_ROWS)
    more = view.rows.height > after + JSON_ROWS
    following = f"{view.path}.json{view.state.query(after=after + JSON_ROWS)}" if more else None
    meta = json.dumps({**view.cite.as_dict(), "rows": view.rows.height}, default=str)
    body = f'{{"meta":{meta},"rows":{_row_objects(rows)},"next":{json.dumps(following)}}}'
    return Download(body.encode(), "application/json")


def _row_objects(rows: pl.DataFrame) -> str:
    if rows.is_empty():
        return "[]"
    return "[" + rows.write_ndjson().rstrip("\n").replace("\n", ",") + "]"


def _csv(view: View) -> Download:
    flat = view.rows.with_columns(
        pl.when(pl.col(name).list.len() > 0).then(pl.col(name).list.join(" ")).alias(name)
        for name, dtype in view.rows.schema.items()
        if isinstance(dtype, pl.List)
    )
    return Download(flat.write_csv().encode(), "text/csv; charset=utf-8", f"{view.name}.csv")


def _parquet(view: View) -> Download:
    table = view.rows.to_arrow()
    kept = {**(table.schema.metadata or {}), b"northwatch.cite": view.cite.as_json().encode()}
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(kept), sink, compression="zstd")
    return Download(sink.getvalue(), "application/vnd.apache.parquet", f"{view.name}.parquet")


def _geojson(view: View) -> Download | None:
    if view.geojson is None:
        return None
    body = json.dumps({**view.geojson(), "northwatch": view.cite.as_dict()}, default=str)
    return Download(body.encode(), "application/geo+json", f"{view.name}.geojson")


def _cite_json(view: View) -> Download:
    return Download(view.cite.as_json().encode(), "application/json")


def _bib(view: View) -> Download:
    text = view.cite.as_bibtex().encode()
    return Download(text, "application/x-bibtex; charset=utf-8", f"{view.name}.bib")
