"""Rows of one table in, one immutable Parquet file out: a segment, complete or absent."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from northwatch.errors import ParameterError
from northwatch.lake.layout import (
    ROW_GROUP,
    SOURCES_KEY,
    TABLE_KEY,
    UNFINISHED,
    arrow_schema,
    lies_in_lake,
    parquet_options,
    relative_path,
)
from northwatch.schema import TABLES, Table, bucket_of

DAY_MS: Final = 86_400_000
EPOCH: Final = date(1970, 1, 1)
_MARKS: Final = 4096  # rows between two marks; 1 % of a day's bucket
_MARKS_PER_SEGMENT: Final = 16  # at least, so that small segments can be cut, too

_FIRST: Final = ("t_ms", "t_from_ms", "t_first_ms")
_LAST: Final = ("t_last_ms", "t_to_ms", "t_ms")


class Segment(NamedTuple):
    """One file of a table, known without opening it.

    Attributes:
        lake: folder of the lake.
        relative: path below it, with `/`.
        table: table of the schema.
        day: UTC day of all its rows; None where the table is not laid out by day.
        bucket: vessel bucket of all its rows; None where it was not written by bucket.
        rows: number of rows.
        n_bytes: size of the file.
        mmsi_min: lowest MMSI; None where the table has none.
        mmsi_max: highest MMSI.
        t_min_ms: first instant of its rows; None where the table has none.
        t_max_ms: last instant; None also where a row is open to the future.
        sha256: hash of the file's bytes.
        sources: SHA-256 of each source file that contributed rows, sorted.
        marks: MMSI of every so-manieth row, int32 bytes, for cutting work evenly; empty once read
            back from the lake (`Picture.vessel_ranges` fetches them).
    """

    lake: str
    relative: str
    table: str
    day: date | None
    bucket: int | None
    rows: int
    n_bytes: int
    mmsi_min: int | None
    mmsi_max: int | None
    t_min_ms: int | None
    t_max_ms: int | None
    sha256: str
    sources: tuple[str, ...] = ()
    marks: bytes = b""

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self.lake, self.relative)


def write_segment(
    lake: Path,
    table: str,
    frame: pl.DataFrame | pa.Table,
    *,
    day: date | None = None,
    bucket: int | None = None,
    sources: Sequence[str] = (),
) -> Segment:
    """Write rows as one file of the lake; nobody sees it until a writer commits it.

    May run on any thread or process, without the writer's lock: the file is written under another
    name, synced and renamed, and its name is its content's hash, so that a task that runs twice
    writes the same file. Rows that are not in the table's order are sorted. No rows: no file is
    written, and the commit leaves the segment out.

    Args:
        lake: folder of the lake.
        table: a table that lies in the lake.
        frame: its columns (`schema.TABLES`), any order; further columns are left out.
        day: UTC day of all rows; just for tables laid out by day.
        bucket: vessel bucket of all rows, if they are of one.
        sources: SHA-256 of the source files the rows come from.

    Raises:
        SchemaError: a column is missing.
        ParameterError: no such table; a null where none may be; or a row lies outside `day` or
            `bucket`.
    """
    spec = _table(table, day, bucket)
    rows = _ordered(spec, frame)
    told = tuple(sorted(set(sources)))
    if rows.height == 0:
        return Segment(str(lake), "", table, day, bucket, 0, 0, None, None, None, None, "", told)
    _check_nulls(spec, rows)
    _check_partition(spec, rows, day, bucket)
    content = _encoded(spec, rows, told)
    sha256 = hashlib.sha256(content).hexdigest()
    relative = relative_path(table, day, bucket, sha256)
    place(lake / relative, content)
    mmsi = rows["mmsi"].to_numpy() if "mmsi" in spec.names else np.empty(0, np.int32)
    first_ms, last_ms = _instants(rows)
    return Segment(
        lake=str(lake),
        relative=relative,
        table=table,
        day=day,
        bucket=bucket,
        rows=rows.height,
        n_bytes=content.size,
        mmsi_min=int(mmsi.min()) if len(mmsi) else None,
        mmsi_max=int(mmsi.max()) if len(mmsi) else None,
        t_min_ms=first_ms,
        t_max_ms=last_ms,
        sha256=sha256,
        sources=told,
        marks=_marks(mmsi),
    )


def place(path: Path, content: pa.Buffer) -> None:
    """Put a whole file in its place: written beside it, synced, renamed.

    A file that is there already has the same content, for its name is its content's hash; it is
    made young again, so that no sweep takes it before the commit. The folder is synced by the
    commit, once for all its files (`sync_folders`).

    Args:
        path: where it will stand.
        content: its bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size == content.size:
        os.utime(path)
        return
    unfinished = path.with_name(f"{path.name}.{os.getpid()}-{id(content)}{UNFINISHED}")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def sync_folders(lake: Path, paths: Iterable[Path]) -> None:
    """Make the names of files durable: sync their folders and those above, up to the lake's."""
    folders = {path.parent for path in paths}
    folders |= {parent for folder in folders for parent in folder.parents}
    for folder in sorted(folders):
        if folder == lake or lake in folder.parents:
            sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _table(name: str, day: date | None, bucket: int | None) -> Table:
    if not lies_in_lake(name):
        raise ParameterError(name="table", value=name, allowed="a table that lies in the lake")
    table = TABLES[name]
    if table.partitioned and (day is None or bucket is None):
        raise ParameterError(name="day", value=day, allowed=f"{name} needs a day and a bucket")
    if not table.partitioned and day is not None:
        raise ParameterError(name="day", value=day, allowed=f"{name} is not laid out by day")
    return table


def _ordered(table: Table, frame: pl.DataFrame | pa.Table) -> pl.DataFrame:
    """Return the table's columns, rows in its total order."""
    given = frame if isinstance(frame, pl.DataFrame) else pl.DataFrame(pl.from_arrow(frame))
    rows = table.conform(given)
    return rows if _is_ordered(rows, table.order) else rows.sort(table.order)


def _is_ordered(rows: pl.DataFrame, order: Sequence[str]) -> bool:
    """Whether rows are sorted; False also where that is not plain, as with nulls."""
    if rows.height < 2:  # noqa: PLR2004 - one row is in order
        return True
    undecided = pl.repeat(value=True, n=rows.height - 1, eager=True, dtype=pl.Boolean)
    for name in order:
        column = rows[name]
        if column.null_count():
            return False
        before, after = column.slice(0, rows.height - 1), column.slice(1)
        if (undecided & (before > after)).any():
            return False
        undecided &= before == after
        if not undecided.any():
            return True
    return True


def _check_nulls(table: Table, rows: pl.DataFrame) -> None:
    for column in table.columns:
        if not column.nullable and rows[column.name].null_count():
            raise ParameterError(name=f"{table.name}.{column.name}", value=None, allowed="no null")


def _check_partition(
    table: Table, rows: pl.DataFrame, day: date | None, bucket: int | None
) -> None:
    """Refuse rows that do not belong to the partition: they would be lost to pruned reads."""
    if bucket is not None and "bucket" in table.names:
        _check_all(rows["bucket"] == bucket, "bucket", bucket)
        _check_all(pl.Series(bucket_of(rows["mmsi"].to_numpy()) == bucket), "bucket", bucket)
    if day is not None:
        _check_all(rows["day"] == day, "day", day)
        _check_all(rows["t_ms"] // DAY_MS == (day - EPOCH).days, "day", day)


def _check_all(holds: pl.Series, name: str, value: object) -> None:
    if not holds.all():
        raise ParameterError(name=name, value=value, allowed=f"the {name} of every row written")


def _encoded(table: Table, rows: pl.DataFrame, sources: Sequence[str]) -> pa.Buffer:
    """Return the rows as the bytes of a Parquet file; the same rows, the same bytes."""
    schema = arrow_schema(table)
    data = rows.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, schema, **parquet_options(table)) as writer:
        writer.write_table(data, row_group_size=ROW_GROUP)
        writer.add_key_value_metadata({TABLE_KEY: table.name, SOURCES_KEY: ",".join(sources)})
    return sink.getvalue()


def _instants(rows: pl.DataFrame) -> tuple[int | None, int | None]:
    """Return the first and last instant of the rows, ms; None where there is none or it is open."""
    first = next((name for name in _FIRST if name in rows.columns), None)
    last = next((name for name in _LAST if name in rows.columns), None)
    if first is None or last is None:
        return _instants_of_days(rows) if "day" in rows.columns else (None, None)
    if rows[first].null_count() or rows[last].null_count():
        return None, None
    return int(rows[first].min()), int(rows[last].max())  # type: ignore[arg-type]


def _instants_of_days(rows: pl.DataFrame) -> tuple[int, int]:
    days = rows["day"].to_physical()
    return int(days.min()) * DAY_MS, (int(days.max()) + 1) * DAY_MS - 1  # type: ignore[arg-type]


def _marks(mmsi: NDArray[np.int32]) -> bytes:
    """Return the MMSI of every so-manieth row; each stands for as many rows."""
    if len(mmsi) == 0:
        return b""
    step = max(1, min(_MARKS, len(mmsi) // _MARKS_PER_SEGMENT))
    return np.ascontiguousarray(mmsi[step - 1 :: step], dtype=np.int32).tobytes()


def day_bounds_ms(first: date, last: date) -> tuple[int, int]:
    """Return the first millisecond of the first day and the first after the last day."""
    after = last + timedelta(days=1)
    return (first - EPOCH).days * DAY_MS, (after - EPOCH).days * DAY_MS
