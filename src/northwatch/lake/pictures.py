"""A picture in, its rows out: the tables of the lake as they were published at one instant."""

import hashlib
import math
import os
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Final

import numpy as np
import polars as pl

from northwatch.errors import DamagedError, ParameterError
from northwatch.lake.layout import lies_in_lake
from northwatch.lake.log import Entry, Files, Log, hash_of
from northwatch.lake.segments import Segment, day_bounds_ms
from northwatch.schema import TABLES, Table, bucket_of

Days = tuple[date, date]
LAST_MMSI: Final = 2**31 - 1


class Picture:
    """The tables as published at one instant; what is written beside it changes nothing here.

    The list of files is resolved once, when the picture is opened. Threads may share it.

    Attributes:
        id: names this picture; stands in citations.
        published: when it was published.
    """

    def __init__(self, log: Log, entry: Entry, files: Files) -> None:
        """Hold the files of `entry`; `Lake.picture` is the way to get one."""
        self.id = entry.id
        self.number = entry.number
        self.published: datetime = entry.published
        self._log = log
        self._files = files

    def segments(
        self,
        table: str,
        *,
        days: Days | None = None,
        buckets: Collection[int] | None = None,
        mmsi: int | None = None,
    ) -> tuple[Segment, ...]:
        """Return the segments that may hold rows of these days, buckets and MMSI.

        Args:
            table: a table that lies in the lake.
            days: first and last UTC day, both included; None for all.
            buckets: vessel buckets; None for all.
            mmsi: one MMSI; None for all.
        """
        _check_table(table)
        found: Iterable[Segment] = self._files.of(table)
        if days is not None:
            found = [s for s in found if _touches(s, days)]
        wanted = _buckets(buckets, mmsi)
        if wanted is not None:
            found = [s for s in found if s.bucket is None or s.bucket in wanted]
        if mmsi is not None:
            found = [s for s in found if _holds(s, mmsi, mmsi)]
        return tuple(found)

    def scan(
        self,
        table: str,
        *,
        days: Days | None = None,
        buckets: Collection[int] | None = None,
        mmsi: int | None = None,
    ) -> pl.LazyFrame:
        """Return the rows of these days, buckets and MMSI, not yet read; arguments as `segments`.

        Rows come file by file, sorted within each. `days` keeps the rows whose UTC day (or span of
        time, where a row has one) touches them; a row open to the future touches all later days.
        """
        spec = _check_table(table)
        found = self.segments(table, days=days, buckets=buckets, mmsi=mmsi)
        rows = _scan(spec, found)
        if days is not None:
            rows = _in_days(rows, spec, days)
        if buckets is not None and "bucket" in spec.names:
            rows = rows.filter(pl.col("bucket").is_in(sorted(buckets)))
        if mmsi is not None and "mmsi" in spec.names:
            rows = rows.filter(pl.col("mmsi") == mmsi)
        return rows

    def read(
        self,
        table: str,
        *,
        days: Days | None = None,
        buckets: Collection[int] | None = None,
        mmsi: int | None = None,
    ) -> pl.DataFrame:
        """Return the rows of these days, buckets and MMSI; arguments and rows as `scan`.

        Raises:
            DamagedError: a file is missing or cannot be read; it is named.
        """
        rows = self.scan(table, days=days, buckets=buckets, mmsi=mmsi)
        return _collect(rows, self.segments(table, days=days, buckets=buckets, mmsi=mmsi))

    def read_bucket(
        self,
        table: str,
        bucket: int,
        *,
        columns: Sequence[str],
        mmsi_from: int | None = None,
        mmsi_to: int | None = None,
    ) -> pl.DataFrame:
        """Return some columns of the vessels of one bucket, a range of MMSI at a time.

        Files are sorted by MMSI: row groups outside the range are not decoded, and eight ranges
        cost about a tenth more than one reading of all.

        Args:
            table: a table with buckets.
            bucket: vessel bucket.
            columns: names of columns, in the order wanted.
            mmsi_from: lowest MMSI, included; None for no bound.
            mmsi_to: highest MMSI, included; None for no bound.

        Returns:
            Rows file by file (day by day), each sorted in the table's order; not sorted over all.

        Raises:
            DamagedError: a file is missing or cannot be read; it is named.
        """
        low = 0 if mmsi_from is None else mmsi_from
        high = LAST_MMSI if mmsi_to is None else mmsi_to
        found = [s for s in self.segments(table, buckets=(bucket,)) if _holds(s, low, high)]
        rows = _scan(_check_table(table), found)
        if any(s.bucket is None for s in found):
            rows = rows.filter(pl.col("bucket") == bucket)
        if any(s.mmsi_min is None or s.mmsi_min < low for s in found) or any(
            s.mmsi_max is None or s.mmsi_max > high for s in found
        ):
            rows = rows.filter(pl.col("mmsi").is_between(low, high))
        return _collect(rows.select(columns), found)

    def vessel_ranges(
        self, bucket: int, rows_per_task: int, *, table: str = "positions"
    ) -> list[tuple[int, int]]:
        """Cut a bucket's vessels into ranges of about `rows_per_task` rows each.

        No file is opened: the log keeps the MMSI of every so-manieth row of each segment. One
        vessel is never cut, however many rows it has.

        Args:
            bucket: vessel bucket.
            rows_per_task: rows that a task may hold.
            table: the table to be read by range.

        Returns:
            Ranges (from, to), both included, ascending, without gap or overlap, over every MMSI
            there can be; empty if the bucket holds no rows.

        Error: the rows of a range are estimated, to about a sixteenth of the bucket's, and much
        better for segments of over 65,536 rows.
        """
        if rows_per_task < 1:
            raise ParameterError(name="rows_per_task", value=rows_per_task, allowed="1 or more")
        found = self.segments(table, buckets=(bucket,))
        if not found:
            return []
        told = self._log.marks(self.number, table, bucket)
        marks = [np.frombuffer(told.get(s.relative) or _coarse(s), dtype=np.int32) for s in found]
        weights = [np.full(len(m), s.rows / len(m)) for s, m in zip(found, marks, strict=True)]
        return _cut(np.concatenate(marks), np.concatenate(weights), rows_per_task)

    def rows(self, segments: Sequence[Segment]) -> pl.DataFrame:
        """Return all rows of some segments of one table, file by file.

        Raises:
            DamagedError: a file is missing or cannot be read; it is named.
        """
        return _collect(_scan(TABLES[segments[0].table], segments), segments)

    def data_hash(self) -> str:
        """Return the SHA-256 over the sorted (relative path, content hash) pairs of all files."""
        return hash_of(self._files.all())

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables that have files, sorted."""
        return self._files.tables()

    def verify(self) -> int:
        """Read every file again; return how many there are.

        Raises:
            DamagedError: a file is missing, its bytes differ from what was committed, or a row
                lies outside the partition it is listed under. The file is named.
        """
        found = self._files.all()
        for segment in found:
            _verify(segment)
        return len(found)


def _check_table(name: str) -> Table:
    if not lies_in_lake(name):
        raise ParameterError(name="table", value=name, allowed="a table that lies in the lake")
    return TABLES[name]


def _buckets(buckets: Collection[int] | None, mmsi: int | None) -> set[int] | None:
    """Return the buckets to look into, with that of the MMSI; None for all."""
    if mmsi is None:
        return None if buckets is None else set(buckets)
    own = int(bucket_of(np.array([mmsi], dtype=np.int32))[0])
    return {own} if buckets is None or own in buckets else set()


def _touches(segment: Segment, days: Days) -> bool:
    first, last = days
    if segment.day is not None:
        return first <= segment.day <= last
    from_ms, to_ms = day_bounds_ms(first, last)
    begins_before = segment.t_min_ms is None or segment.t_min_ms < to_ms
    return begins_before and (segment.t_max_ms is None or segment.t_max_ms >= from_ms)


def _holds(segment: Segment, low: int, high: int) -> bool:
    if segment.mmsi_min is None or segment.mmsi_max is None:
        return True
    return segment.mmsi_min <= high and segment.mmsi_max >= low


def _scan(table: Table, segments: Sequence[Segment]) -> pl.LazyFrame:
    """Return the rows of listed files: never a glob, and the folders' names say nothing."""
    if not segments:
        return table.empty().lazy()
    paths = [os.path.join(s.lake, s.relative) for s in segments]  # noqa: PTH118 - ten times quicker than Path
    return pl.scan_parquet(
        paths,
        schema=table.polars,
        hive_partitioning=False,
        glob=False,
        missing_columns="insert",
        extra_columns="ignore",
    )


def _in_days(rows: pl.LazyFrame, table: Table, days: Days) -> pl.LazyFrame:
    if "day" in table.names:
        return rows.filter(pl.col("day").is_between(*days))
    first = next((c for c in ("t_ms", "t_from_ms", "t_first_ms") if c in table.names), None)
    last = next((c for c in ("t_to_ms", "t_last_ms", "t_ms") if c in table.names), None)
    if first is None or last is None:
        return rows
    from_ms, to_ms = day_bounds_ms(*days)
    ends_after = pl.col(last).is_null() | (pl.col(last) >= from_ms)
    return rows.filter((pl.col(first) < to_ms) & ends_after)


def _collect(rows: pl.LazyFrame, segments: Iterable[Segment]) -> pl.DataFrame:
    try:
        return rows.collect()
    except (OSError, pl.exceptions.ComputeError):
        for segment in segments:
            _verify(segment)
        raise


def _verify(segment: Segment) -> None:
    """Compare a file with what was committed."""
    remedy = "Restore the lake from a copy, or ingest its sources into a new one"
    try:
        content = segment.path.read_bytes()
    except OSError as error:
        raise DamagedError(
            file=segment.relative, problem="cannot be read", remedy=remedy
        ) from error
    if hashlib.sha256(content).hexdigest() != segment.sha256:
        raise DamagedError(
            file=segment.relative, problem="its bytes differ from what was committed", remedy=remedy
        )
    rows = _scan(TABLES[segment.table], (segment,))
    for name, value in (("day", segment.day), ("bucket", segment.bucket)):
        if value is not None and rows.filter(pl.col(name).ne_missing(value)).collect().height:
            raise DamagedError(
                file=segment.relative, problem=f"holds rows of another {name}", remedy=remedy
            )


def _coarse(segment: Segment) -> bytes:
    """Return the one mark known without the log: the highest MMSI stands for all rows."""
    high = LAST_MMSI if segment.mmsi_max is None else segment.mmsi_max
    return np.array([high], dtype=np.int32).tobytes()


def _cut(
    marks: np.ndarray[tuple[int], np.dtype[np.int32]],
    weights: np.ndarray[tuple[int], np.dtype[np.float64]],
    rows_per_task: int,
) -> list[tuple[int, int]]:
    """Return ranges whose marks weigh about `rows_per_task`; cuts fall on marks."""
    order = np.argsort(marks, kind="stable")
    values = marks[order]
    total = np.cumsum(weights[order])
    n_ranges = math.ceil(float(total[-1]) / rows_per_task)
    goals = total[-1] * np.arange(1, n_ranges) / n_ranges
    cuts = np.unique(values[np.searchsorted(total, goals)])
    cuts = cuts[cuts < values[-1]]  # a vessel with a great share may reach to the end
    lows = [0, *(int(cut) + 1 for cut in cuts)]
    highs = [*(int(cut) for cut in cuts), LAST_MMSI]
    return list(zip(lows, highs, strict=True))
