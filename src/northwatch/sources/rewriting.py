"""JSON documents and Parquet files, in; the same rows as delimited text, out.

So one decoder reads them all. The header is our own column names; the text has a comma between
cells and a line feed after each row. Where a row stands in this text is the offset that rejects
and evidence name: it is the same at each reading.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from northwatch.dialect import Dialect, Field
from northwatch.errors import UnreadableError
from northwatch.sources import kystdatahuset
from northwatch.sources.archives import Stored

# A document is held whole; Python's objects take some ten times its size.
LARGEST_JSON: Final = 256 << 20
_ROWS_AT_ONCE: Final = 20_000
_BATCH_ROWS: Final = 131_072
_ROOT: Final = "$."  # before a path that begins at the document, not at the row
_BREAKS: Final = str.maketrans("\r\n\0", "   ")
_POINT_BYTES: Final = 21  # of a point in well-known binary: order, kind, two doubles
_POINT_HEAD: Final = b"\x01\x01\x00\x00\x00"


def json_rows(stored: Stored, dialect: Dialect, size: int) -> Iterator[bytes]:
    """Yield a JSON document's rows as delimited text.

    Args:
        stored: the document, packed or not.
        dialect: of form `json`; its fields are paths, `a.b.0`.
        size: of the blocks read.

    Raises:
        UnreadableError: it is no JSON, too large, not what the dialect says, or the supplier
            answered that something went wrong.
    """
    document = _parse(stored, size)
    if dialect.success and _at(document, dialect.success) is not True:
        said = _at(document, "msg")
        raise UnreadableError(
            file=stored.name, problem=f"the supplier answered without success ({said})",
            remedy="Ask for another period; the archive may run months late",
        )  # fmt: skip
    rows = _at(document, dialect.rows) if dialect.rows else document
    if not isinstance(rows, list):
        raise UnreadableError(
            file=stored.name, problem=f"there is no list of rows at {dialect.rows or 'its root'}",
            remedy=f"It is not {dialect.id}: name another dialect, or give a mapping file",
        )  # fmt: skip
    if dialect.id.startswith(kystdatahuset.FAMILY):
        kystdatahuset.refuse_swapped(dialect, rows, stored.name)
    paths = [_paths(theirs) for theirs in dialect.fields.values()]
    yield _text([tuple(dialect.fields)])
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        yield _text(
            [_value(document, row, options) for options in paths]
            for row in rows[first : first + _ROWS_AT_ONCE]
        )


def _parse(stored: Stored, size: int) -> Any:  # noqa: ANN401 - whatever the document holds
    blocks, total = [], 0
    for block in stored.unpacked(size):
        total += len(block)
        if total > LARGEST_JSON:
            raise UnreadableError(
                file=stored.name,
                problem=f"the JSON document is larger than {LARGEST_JSON >> 20} MiB",
                remedy="Ask for shorter periods, one document each",
            )
        blocks.append(block)
    try:
        # Numbers stay the text they are, so that no digit is lost on the way.
        return json.loads(b"".join(blocks), parse_float=str, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        raise UnreadableError(
            file=stored.name, line=error.lineno, problem=f"it is not JSON ({error.msg})",
            remedy="Fetch it again: it may be cut off",
        ) from error  # fmt: skip
    except UnicodeDecodeError as error:
        raise UnreadableError(
            file=stored.name, problem="it is not UTF-8", remedy="Fetch it again"
        ) from error


def _paths(theirs: Field) -> list[str]:
    return [str(theirs.column)] if isinstance(theirs.column, int) else list(theirs.column)


def _value(document: object, row: object, options: list[str]) -> object:
    """Return the first of a field's paths that leads to something; breaks become blanks."""
    for path in options:
        if path.startswith(_ROOT):
            value = _at(document, path.removeprefix(_ROOT))
        else:
            value = _at(row, path)
        if isinstance(value, bool):
            return int(value)
        if value is not None:
            return str(value).translate(_BREAKS)
    return ""


def _at(value: Any, path: str) -> Any:  # noqa: ANN401 - whatever stands there
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _text(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode(errors="replace")


def parquet_columns(stored: Stored) -> pa.Schema:
    """Return the columns of a Parquet file.

    Raises:
        UnreadableError: it is packed, cut off or no Parquet file.
    """
    return _opened(stored).schema_arrow


def parquet_rows(stored: Stored, dialect: Dialect) -> Iterator[bytes]:
    """Yield a Parquet file's rows, batch by batch, as delimited text.

    Raises:
        UnreadableError: it is cut off or damaged, or a column is missing.
    """
    file = _opened(stored)
    columns = {
        ours: _found(stored, theirs, file.schema_arrow) for ours, theirs in dialect.fields.items()
    }
    needed = {ours: name for ours, name in columns.items() if name}
    names = sorted({_base(name, file.schema_arrow) for name in needed.values()})
    done, header = 0, True
    try:
        for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=names):
            cells = {ours: _as_text(batch, name) for ours, name in needed.items()}
            sink = pa.BufferOutputStream()
            pa_csv.write_csv(pa.table(cells), sink, pa_csv.WriteOptions(include_header=header))
            header = False
            done += batch.num_rows
            stored.read = stored.length * done // max(file.metadata.num_rows, 1)
            yield sink.getvalue().to_pybytes()
    except (pa.ArrowException, OSError) as error:
        raise stored.unreadable(problem=f"the Parquet file is damaged ({error})") from error


def _opened(stored: Stored) -> pq.ParquetFile:
    if stored.packing != "plain":
        raise UnreadableError(
            file=stored.name, problem="a Parquet file within an archive cannot be read in pieces",
            remedy="Unpack it first",
        )  # fmt: skip
    try:
        return pq.ParquetFile(stored.path)
    except (pa.ArrowException, OSError) as error:
        raise stored.unreadable(
            problem=f"the Parquet file is cut off or damaged ({error})"
        ) from error


def _found(stored: Stored, theirs: Field, schema: pa.Schema) -> str:
    """Return the file's own name of a column, or "" if it has none."""
    if isinstance(theirs.column, int):
        raise UnreadableError(
            file=stored.name, problem="columns of Parquet are named, not counted",
            remedy="Write the columns' names in the mapping file",
        )  # fmt: skip
    by_small: dict[str, str] = {name.lower(): name for name in schema.names}
    for column in theirs.column:
        base, _, axis = column.rpartition(".")
        if column.lower() in by_small:
            return by_small[column.lower()]
        if axis in {"x", "y"} and base.lower() in by_small:
            return f"{by_small[base.lower()]}.{axis}"
    return ""


def _base(name: str, schema: pa.Schema) -> str:
    return name if name in schema.names else name.rpartition(".")[0]


def _as_text(batch: pa.RecordBatch, name: str) -> pa.Array:
    """Return a column as the decoder reads it: numbers and instants as text, one line each."""
    if name not in batch.schema.names:
        base, _, axis = name.rpartition(".")
        return _point_axis(batch.column(base), axis)
    column = batch.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type):
        whole = pc.cast(column, pa.timestamp("ms", column.type.tz), safe=False)
        return pc.cast(pc.cast(whole, pa.int64()), pa.string())
    if pa.types.is_boolean(column.type):
        column = pc.cast(column, pa.int8())
    text = pc.cast(column, pa.string())
    return pc.replace_substring_regex(text, "[\r\n\\x00]", " ")


def _point_axis(column: pa.Array, axis: str) -> pa.Array:
    """Return one coordinate of points in well-known binary (GeoParquet), as text."""
    at = 5 if axis == "x" else 13
    texts = [
        None if point is None or len(point) != _POINT_BYTES or point[:5] != _POINT_HEAD
        else repr(float(memoryview(point)[at : at + 8].cast("d")[0]))
        for point in column.to_pylist()
    ]  # fmt: skip
    return pa.array(texts, pa.string())
