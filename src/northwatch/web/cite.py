"""The rows of a view, in; the block that lets a reader cite and check them, out."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl

from northwatch import __version__

SCHEMA_VERSION: Final = "1"
_SHARE_ALIKE: Final = ("ODbL", "CC BY-SA", "CC-BY-SA", "CC BY-NC-SA")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One supplier behind a table: dialect, licence and the time its files span."""

    dialect: str
    licence: str
    files: int
    t_from: datetime | None
    t_to: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cite:
    """What a citation needs.

    Attributes:
        url: the cited form of the query: every default and the as-of date spelled out.
        query_id: `Q-` and eight hex digits of the hash of the query, without the host.
        data_hash: SHA-256 over the rows in their order; the same rows give the same hash.
        definition: what the numbers mean, field by field.
        sources: suppliers with licence and span.
        licence: what the reader may do with this table.
        picture: id of the picture the rows come from.
        made_by: program and schema versions.
    """

    url: str
    query_id: str
    data_hash: str
    definition: Mapping[str, Any]
    sources: tuple[Source, ...]
    licence: str
    picture: str
    made_by: str

    def as_dict(self) -> dict[str, Any]:
        """Return the block as plain values, instants in ISO form with Z."""
        return {
            "query": {"url": self.url, "id": self.query_id},
            "definition": dict(self.definition),
            "data_hash": self.data_hash,
            "sources": [
                {
                    "dialect": source.dialect,
                    "licence": source.licence,
                    "files": source.files,
                    "t_from": written(source.t_from),
                    "t_to": written(source.t_to),
                }
                for source in self.sources
            ],
            "licence": self.licence,
            "picture": self.picture,
            "made_by": self.made_by,
        }

    def as_json(self) -> str:
        """Return the block as JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False, default=str)

    def as_bibtex(self) -> str:
        """Return the block as one BibTeX entry."""
        return (
            f"@misc{{{self.query_id},\n"
            f"  title = {{northwatch query {self.query_id}}},\n"
            f"  howpublished = {{\\url{{{self.url}}}}},\n"
            f"  note = {{data SHA-256 {self.data_hash}; {self.made_by}; {self.licence}}},\n"
            "}\n"
        )


def cite(
    *, root: str, address: str, rows: pl.DataFrame, definition: Mapping[str, Any], picture: str,
    sources: tuple[Source, ...],
) -> Cite:  # fmt: skip
    """Return the cite block of some rows.

    Args:
        root: scheme and host that served them.
        address: path and cited query string.
        rows: the rows, in key order and schema column order.
        definition: what the numbers mean.
        picture: id of the picture.
        sources: suppliers behind it.
    """
    return Cite(
        url=root.rstrip("/") + address,
        query_id="Q-" + hashlib.sha256(address.encode()).hexdigest()[:8],
        data_hash=hash_rows(rows),
        definition=definition,
        sources=sources,
        licence=_licence(sources),
        picture=picture,
        made_by=f"northwatch {__version__}, schema {SCHEMA_VERSION}",
    )


def hash_rows(rows: pl.DataFrame) -> str:
    """Return the SHA-256 of rows in their order, each as one line of JSON."""
    return hashlib.sha256(rows.write_ndjson().encode()).hexdigest()


def written(instant: datetime | None) -> str | None:
    """Return an instant as `2024-08-31T06:00:00Z`."""
    return None if instant is None else f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _licence(sources: tuple[Source, ...]) -> str:
    names = sorted({source.licence for source in sources})
    if not names:
        return "no source is loaded"
    alike = [name for name in names if any(mark in name for mark in _SHARE_ALIKE)]
    told = f"as its sources allow: {'; '.join(names)}"
    return f"{told}. Share-alike: {'; '.join(alike)}" if alike else told
