"""Delimited text of a known dialect, in; reports, static reports, rejects and counters, out."""

import csv
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise, repeat
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from northwatch.ais.decoded import Decoded
from northwatch.ais.delimited_bytes import count_line_feeds, last_line_end, line_end
from northwatch.ais.delimited_plan import FIELDS, Plan, make_plan
from northwatch.ais.delimited_rows import (
    BAD_COLUMNS,
    BLANK_ROW,
    LINES,
    LONGEST_ROW,
    N_REJECTS,
    N_STATICS,
    OUTCOMES,
    Rows,
    empty_rows,
    read_rows,
)
from northwatch.ais.delimited_statics import (
    keep_changes,
    nothing_known,
    read_statics,
    with_room,
)
from northwatch.ais.delimited_tables import joined, rejects_table, reports_table, statics_table
from northwatch.dialect import Dialect
from northwatch.schema import REPORTS, STATIC_REPORTS

# Below this a second thread costs more than it brings.
_LEAST_PER_THREAD: Final = 1 << 20
_GREATEST_LENGTH: Final = 2**31 - 1  # `length` is an int32
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

Bytes = bytes | bytearray | memoryview

# What a block without a row's end brings; empty tables are made once.
_NOTHING: Final = Decoded(reports=REPORTS.empty(), statics=STATIC_REPORTS.empty())


@dataclass(frozen=True, slots=True)
class _Span:
    """Whole rows that stand in one array.

    Attributes:
        array: the bytes.
        first, stop: where the rows begin and end.
        offset: place in the file of `array[0]`.
    """

    array: NDArray[np.uint8]
    first: int
    stop: int
    offset: int

    @property
    def lines(self) -> int:
        """How many lines end in it."""
        return count_line_feeds(self.array[self.first : self.stop])


@dataclass(frozen=True, slots=True)
class _TooLong:
    """A line too long to be a row, that ended in this block; none if its length is 0."""

    offset: int
    length: int

    def refuse(self, rows: Rows, line: int) -> None:
        """Write it down as the first reject of `rows`."""
        rows.refused_offset[0], rows.refused_line[0] = self.offset, line
        rows.refused_length[0] = min(self.length, _GREATEST_LENGTH)
        rows.refused_reason[0] = BAD_COLUMNS
        rows.totals[[BAD_COLUMNS, LINES, N_REJECTS]] += 1


@dataclass(frozen=True, slots=True)
class _Part:
    """What one thread read: the arrays filled, and how far each span filled the static rows."""

    spans: tuple[_Span, ...]
    rows: Rows
    static_ends: tuple[int, ...]


class DelimitedDecoder:
    """Decode rows of one file or stream; fed in blocks cut anywhere, it gives the same.

    Rows of one MMSI mostly repeat what the ship says of itself, so a static report comes only
    when the static cells differ from those of the row with that MMSI before it, or a new UTC day
    begins; what decides is a 64-bit hash of the cells for each MMSI. Cells that say nothing are
    no change.

    Every line ends in one counter: `header`, `blank`, `position` (there is a report of it),
    `static` (the dialect or the message type has no place), `base`, `aid` and `other_type` (of a
    base station, an aid to navigation, another message: no report), or a reason to refuse it
    (`bad_columns`, `bad_time`, `bad_number`, `bad_mmsi`, checked in this order; the number is
    that of a place, a speed, a course or a heading). Impossible values are null, as in NMEA.

    Args:
        dialect: of form `delimited`, `json` or `parquet`.
        threads: cores to use on one block.

    Cost: about 300 ns for each row of 180 bytes (26 columns) on one core, less than half of what
    reading the same file into a table costs Polars.
    """

    def __init__(self, dialect: Dialect, threads: int = 1) -> None:
        """Begin at the first byte of a file."""
        self._dialect = dialect
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._plan: Plan | None = None
        self._pending = bytearray()  # the beginning of a row
        self._dropped = 0  # bytes of it not kept, since it is too long to be one
        self._offset = 0  # place in the file of the first pending byte
        self._line = 1  # number of the pending line
        self._totals = np.zeros(len(OUTCOMES), np.int64)
        self._headers = 0
        self._unused = np.zeros(len(FIELDS), np.int64)
        self._known = nothing_known()
        self._n_known = 0

    @property
    def unmapped(self) -> dict[str, int]:
        """Cells so far that say something that is no value of their column, by column.

        Words that the dialect does not know and impossible numbers; they became null. Those of
        static columns are counted where a static report is made.
        """
        found = zip(FIELDS, self._unused.tolist(), strict=True)
        return {name: count for name, count in found if count}

    def feed(self, block: Bytes) -> Decoded:
        """Decode a block; a row cut off at its end waits for the next.

        Raises:
            SchemaError: the first line is no header of the dialect.
        """
        if self._plan is None:
            self._pending += block
            block = self._read_header()
        if self._plan is None or not len(block):
            return self._decoded([])
        return self._read(self._plan, np.frombuffer(block, np.uint8))

    def close(self) -> Decoded:
        """Decode what is pending: the last line may lack its line feed."""
        ends_open = bool(self._pending)
        decoded = self.feed(b"\n") if ends_open else self._decoded([])
        if self._pool:
            self._pool.shutdown()
        return decoded

    def _read_header(self) -> Bytes:
        """Make the plan once the first line is pending; return the bytes that follow it."""
        while self._plan is None:
            end = self._pending.find(b"\n") + 1
            if end == 0 and len(self._pending) < LONGEST_ROW:
                return b""
            line = bytes(self._pending[:end] if end else self._pending)
            mark = len(_BYTE_ORDER_MARK) if line.startswith(_BYTE_ORDER_MARK) else 0
            used = len(line)
            if not line[mark:].strip():
                self._totals[BLANK_ROW] += 1
                self._line += 1
            else:
                self._plan = make_plan(self._dialect, split_line(line, self._dialect.separator))
                if self._dialect.headless:
                    used = mark
                else:
                    # Rows re-written from JSON and Parquet have a header that was not there.
                    self._headers = int(self._dialect.form == "delimited")
                    self._line += self._headers
            del self._pending[:used]
            self._offset += used
        rest = bytes(self._pending)
        self._pending.clear()
        return rest

    def _read(self, plan: Plan, array: NDArray[np.uint8]) -> Decoded:
        """Read the rows that end in a block, and keep the beginning of the next."""
        base = self._offset + len(self._pending) + self._dropped
        first, stop = line_end(array, 0), last_line_end(array)
        if first == 0:
            self._hold(array)
            return self._decoded([])
        spans, too_long = [], 0
        if self._dropped:
            too_long = base + first - 1 - self._offset
        elif self._pending:
            seam = np.frombuffer(bytes(self._pending) + array[:first].tobytes(), np.uint8)
            spans.append(_Span(seam, 0, seam.size, self._offset))
        else:
            first = 0
        refused = self._offset
        self._pending.clear()
        self._offset, self._dropped = base + stop, 0
        self._hold(array[stop:])
        pieces = _pieces(array, first, stop, self._threads)
        return self._decoded(
            self._read_parts(
                plan,
                spans,
                [_Span(array, a, b, base) for a, b in pieces],
                _TooLong(refused, too_long),
            )
        )

    def _hold(self, array: NDArray[np.uint8]) -> None:
        """Keep the beginning of a row; of one too long to be a row, only how long it is."""
        room = LONGEST_ROW - len(self._pending)
        self._pending += array[:room].tobytes()
        self._dropped += max(array.size - room, 0)

    def _read_parts(
        self, plan: Plan, seam: list[_Span], pieces: list[_Span], too_long: _TooLong
    ) -> list[_Part]:
        """Read spans side by side; the first thread also takes the row across the blocks."""
        whole = [[*seam, *pieces[:1]], *([piece] for piece in pieces[1:])]
        lines = [sum(span.lines for span in spans) for spans in whole]
        lines[0] += too_long.length > 0
        begins = [self._line + sum(lines[:k]) for k in range(len(lines))]
        self._line += sum(lines)
        rows = [empty_rows(n) for n in lines]
        if too_long.length:
            too_long.refuse(rows[0], begins[0])
            begins[0] += 1
        tasks = list(zip(repeat(plan), whole, rows, begins, strict=False))
        if len(tasks) == 1:
            return [_read_part(*tasks[0])]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads)
        return list(self._pool.map(_read_part, *zip(*tasks, strict=True)))

    def _decoded(self, parts: list[_Part]) -> Decoded:
        """Return the tables of what was read, in the order of the file."""
        for part in parts:
            self._totals += part.rows.totals[: len(OUTCOMES)]
            self._unused += part.rows.unused
        counters = {
            "header": self._headers,
            **dict(zip(OUTCOMES, self._totals.tolist(), strict=True)),
        }
        told = {name: n for name, n in counters.items() if n}
        if not parts:
            return replace(_NOTHING, counters=told)
        statics = [frame for part in parts for frame in self._statics(part)]
        return replace(
            _NOTHING,
            reports=joined([reports_table(part.rows) for part in parts], _NOTHING.reports),
            statics=joined(statics, _NOTHING.statics),
            rejects=joined([rejects_table(part.rows) for part in parts], _NOTHING.rejects),
            counters=told,
        )

    def _statics(self, part: _Part) -> Iterator[pl.DataFrame]:
        """Yield the static reports of a part; in order, since what is known decides."""
        rows, first = part.rows, 0
        for span, end in zip(part.spans, part.static_ends, strict=True):
            self._known = with_room(self._known, self._n_known, end - first)
            kept, n_new = keep_changes(
                rows.static_mmsi[first:end], rows.static_hash[first:end], self._known
            )
            self._n_known += n_new
            kept += first
            first = end
            if kept.size and self._plan:
                statics = read_statics(
                    self._plan, span.array, rows.static_first[kept], rows.static_stop[kept],
                    self._unused,
                )  # fmt: skip
                yield statics_table(rows, kept, statics, span.array)


def split_line(line: bytes, separator: str) -> list[str]:
    """Return the cells of a first line, by the rules for quotes that hold for rows."""
    line = line.removeprefix(_BYTE_ORDER_MARK)
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    return next(csv.reader([text.rstrip("\r\n").replace("\0", " ")], delimiter=separator), [])


def _read_part(plan: Plan, spans: Sequence[_Span], rows: Rows, line: int) -> _Part:
    """Read rows, from line number `line` on, into `rows`."""
    ends = []
    begun = int(rows.totals[LINES])
    for span in spans:
        at = line + int(rows.totals[LINES]) - begun
        read_rows(plan, span.array, span.first, span.stop, span.offset, at, rows)
        ends.append(int(rows.totals[N_STATICS]))
    return _Part(tuple(spans), rows, tuple(ends))


def _pieces(array: NDArray[np.uint8], first: int, stop: int, threads: int) -> list[tuple[int, int]]:
    """Return about equal stretches of whole rows, at most one for each thread."""
    n = max(1, min(threads, (stop - first) // _LEAST_PER_THREAD))
    cuts = [first]
    for k in range(1, n):
        cut = line_end(array, max(cuts[-1], first + (stop - first) * k // n))
        cuts.append(min(max(cut, cuts[-1]), stop))
    cuts.append(stop)
    return [(a, b) for a, b in pairwise(cuts) if b > a] or [(first, first)]
