"""A path, in; its sources, out: each with its dialect, its hash and its bytes in blocks."""

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyarrow as pa

from northwatch.dialect import Dialect
from northwatch.errors import EmptyError, SourceError, UnreadableError
from northwatch.sources.archives import Stored, stored
from northwatch.sources.rewriting import json_rows, parquet_columns, parquet_rows
from northwatch.sources.sniffing import HEAD, by_column_names, fitted, tell_dialect

BLOCK: Final = 8 << 20
_PARQUET: Final = b"PAR1"
# Stands for the dialect of a source that cannot be read, so that a batch can go on and name it.
_UNKNOWN: Final = Dialect(id="unknown", form="delimited", title="not known")


class Source:
    """One file as a supplier sent it, or one member of a zip.

    Attributes:
        path: the file.
        name: of the file; of a member of a zip `file.zip/member`.
        bytes: size as found; of a member of a zip, as packed.
        dialect: how it is read, told from its first bytes or chosen; `unknown` if it cannot be.
        problem: why it cannot be read; `blocks` raises it.
    """

    def __init__(self, found: Stored, dialect: Dialect | None) -> None:
        """Tell the dialect; a source that cannot be read keeps its problem for `blocks`."""
        self._stored = found
        self.path: Path = found.path
        self.name: str = found.name
        self.bytes: int = found.length
        self.problem: SourceError | None = None
        self.dialect: Dialect = _UNKNOWN
        try:
            self.dialect = _told(found, dialect)
        except SourceError as error:
            self.problem = error

    @property
    def licence(self) -> str:
        """Licence of the supplier's data, as the dialect knows it; empty if none is known."""
        return self.dialect.licence

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes as found, in hex; of a member of a zip, of its packed bytes.

        Known once `blocks` has reached the end; before that, asking for it reads the file.

        Raises:
            UnreadableError: the file cannot be read.
        """
        return self._stored.sha256

    def hash_beside(self, pool: Executor) -> None:
        """Begin to hash the bytes as found on another thread, while `blocks` are taken."""
        self._stored.hash_beside(pool)

    @property
    def progress(self) -> float:
        """Share of the bytes as found that `blocks` has taken so far, 0 to 1."""
        return self._stored.read / self.bytes if self.bytes else 1.0

    def blocks(self, size: int = BLOCK) -> Iterator[bytes]:
        """Yield the text to decode, in blocks of about `size` bytes, from its beginning.

        Of NMEA and delimited files it is the unpacked bytes; JSON and Parquet come as delimited
        text with our own column names (`rewriting`). Offsets count in this text.

        Raises:
            EmptyError: there is nothing in it.
            UnreadableError: it is cut off, damaged, or no dialect fits.
        """
        if self.problem:
            raise self.problem
        self._stored.read = 0
        if self.dialect.form == "json":
            yield from json_rows(self._stored, self.dialect, size)
        elif self.dialect.form == "parquet":
            yield from parquet_rows(self._stored, self.dialect)
        else:
            yield from self._stored.unpacked(size)

    def text_at(self, offset: int, length: int) -> bytes:
        """Return `length` bytes of the text from `offset` on: a line that a reject names.

        Cost: reads the text up to there.
        """
        kept, at = bytearray(), 0
        for block in self.blocks():
            if at + len(block) > offset:
                kept += block[max(offset - at, 0) : offset + length - at]
            at += len(block)
            if at >= offset + length:
                break
        return bytes(kept)


def open_source(path: Path, *, dialect: Dialect | None = None) -> Source:
    """Return the one source in a file.

    Args:
        path: an AIS file of any known form, plain or packed (gz, zst, bz2, zip).
        dialect: how to read it; None to tell from its first bytes.

    Raises:
        EmptyError: there is nothing in it.
        UnreadableError: it cannot be opened, is cut off or damaged, is a folder, holds several
            sources, or is of no known dialect or not of the one chosen.
    """
    sources = open_sources(path, dialect=dialect)
    if len(sources) > 1:
        raise UnreadableError(
            file=path.name, problem=f"it holds {len(sources)} files",
            remedy="Read them with open_sources",
        )  # fmt: skip
    if sources[0].problem:
        raise sources[0].problem
    return sources[0]


def open_sources(path: Path, *, dialect: Dialect | None = None) -> list[Source]:
    """Return the sources in a file: one, or each member of a zip, in the archive's order.

    A member that cannot be read is there with its `problem`, so that the others can be read; a
    file that is one source and cannot be read is an error at once.

    Args:
        path: an AIS file of any known form, plain or packed (gz, zst, bz2, zip).
        dialect: how to read them; None to tell from the first bytes of each.

    Raises:
        EmptyError: there is nothing in it.
        UnreadableError: it cannot be opened, is cut off or damaged, is a folder, or is of no
            known dialect or not of the one chosen.
    """
    sources = [Source(found, dialect) for found in stored(path)]
    if not sources:
        raise EmptyError(file=path.name, counters={}, remedy="The archive is empty")
    if len(sources) == 1 and sources[0].problem:
        raise sources[0].problem
    return sources


def _told(found: Stored, chosen: Dialect | None) -> Dialect:
    head = _head(found)
    if head.startswith(_PARQUET) or (chosen and chosen.form == "parquet"):
        return _parquet_dialect(found, chosen)
    return fitted(chosen, head, found.name) if chosen else tell_dialect(head, found.name)


def _head(found: Stored) -> bytes:
    head = b""
    for block in found.unpacked(HEAD):
        head += block
        if len(head) >= HEAD:
            break
    found.read = 0
    return head[:HEAD]


def _parquet_dialect(found: Stored, chosen: Dialect | None) -> Dialect:
    """Return the dialect; instants come as milliseconds, whatever the dialect says of text."""
    columns = parquet_columns(found)
    dialect = chosen or by_column_names(columns.names, found.name)
    if dialect.form != "parquet":
        raise UnreadableError(
            file=found.name, problem=f"it is a Parquet file and {dialect.id} is {dialect.form}",
            remedy="Leave --dialect out, or name another",
        )  # fmt: skip
    names = {name.lower(): name for name in columns.names}
    missing = [
        ours for ours in ("mmsi", "t_ms", "lat_i", "lon_i")
        if ours in dialect.fields and not _has(dialect, ours, names)
    ]  # fmt: skip
    if missing:
        raise UnreadableError(
            file=found.name, problem=f"it lacks what {dialect.id} needs for {', '.join(missing)};"
            f" its columns are: {', '.join(columns.names)}",
            remedy="Give a mapping file with its columns",
        )  # fmt: skip
    time = dialect.fields["t_ms"].column if "t_ms" in dialect.fields else ()
    options = (
        [] if isinstance(time, int) else [names[n.lower()] for n in time if n.lower() in names]
    )
    is_instant = bool(options) and pa.types.is_timestamp(columns.field(options[0]).type)
    return replace(dialect, time_format="epoch_ms") if is_instant else dialect


def _has(dialect: Dialect, ours: str, names: dict[str, str]) -> bool:
    column = dialect.fields[ours].column
    if isinstance(column, int):
        return False
    return any(n.lower() in names or n.rpartition(".")[0].lower() in names for n in column)
