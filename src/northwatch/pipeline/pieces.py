"""Rows as they come, in; pieces of one day and bucket each, out, within bounded memory."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
import polars as pl

from northwatch.schema import BUCKETS, bucket_of
from northwatch.units import MS_PER_DAY

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC).date()


@dataclass(frozen=True, slots=True)
class Piece:
    """All buffered rows of one day and bucket, in the order they came."""

    day: date
    bucket: int
    rows: pl.DataFrame


@dataclass(slots=True)
class Pieces:
    """Sorts rows into pieces and hands out whole days once too many rows are held.

    Files come roughly in the order of time, so the older days are handed out first; what comes
    late for a day makes a further piece of it.

    Attributes:
        max_rows: rows held at most, about; 40 bytes each.
    """

    max_rows: int
    held: int = 0
    _parts: dict[int, list[pl.DataFrame]] = field(default_factory=lambda: defaultdict(list))

    def add(self, rows: pl.DataFrame) -> Iterator[Piece]:
        """Take rows (columns `mmsi` and `t_ms`, not null); yield pieces that must go."""
        if rows.is_empty():
            return
        keys = rows["t_ms"].to_numpy() // MS_PER_DAY * BUCKETS + bucket_of(rows["mmsi"].to_numpy())
        first = int(keys.min())
        # Sixteen bits sort by radix, in the time of a few passes.
        narrow = (keys - first).astype(np.uint16) if keys.max() - first < 2**16 else keys
        order = np.argsort(narrow, kind="stable")
        grouped = rows[order]
        found, starts = np.unique(keys[order], return_index=True)
        stops = [*starts[1:], rows.height]
        for key, start, stop in zip(found, starts, stops, strict=True):
            self._parts[int(key)].append(grouped[int(start) : int(stop)])
        self.held += rows.height
        if self.held > self.max_rows:
            newest = max(self._parts) // BUCKETS
            yield from self._take([key for key in self._parts if key // BUCKETS < newest])
            if self.held > self.max_rows // 2:
                yield from self.take_all()

    def take_all(self) -> Iterator[Piece]:
        """Yield every piece held, by day and bucket."""
        yield from self._take(list(self._parts))

    def _take(self, keys: list[int]) -> Iterator[Piece]:
        """Let go of the pieces named, oldest day first."""
        for key in sorted(keys):
            rows = pl.concat(self._parts.pop(key))
            self.held -= rows.height
            yield Piece(EPOCH + timedelta(days=key // BUCKETS), key % BUCKETS, rows)
