"""Slabs of lifted rows, in; Polars tables, out: nothing is copied, texts apart."""

from collections.abc import Sequence
from functools import reduce
from threading import Lock
from typing import Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from northwatch.ais.columns import (
    AID_REPORTS,
    BASE_REPORTS,
    COUNTERS,
    NMEA_REPORTS,
    NMEA_STATICS,
    OTHER_REPORTS,
    STREAM_REJECTS,
)
from northwatch.ais.lift import COLUMNS, TEXTS, Column, Lifted, steps_of, text_parts
from northwatch.ais.wide import LANES, Longs
from northwatch.schema import RECEIVER_UNKNOWN

TABLES: Final = (
    NMEA_REPORTS,
    NMEA_STATICS,
    BASE_REPORTS,
    AID_REPORTS,
    OTHER_REPORTS,
    STREAM_REJECTS,
)
Tables = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]
"""Position reports, static reports, base stations, aids, others, rejects."""

# Making an empty frame costs as much as decoding a thousand lines; frames cannot change.
_EMPTY: Final[Tables] = tuple(table.empty() for table in TABLES)  # type: ignore[assignment]

_ARROW: Final[dict[pl.DataType, pa.DataType]] = {
    pl.Int64(): pa.int64(),
    pl.Int32(): pa.int32(),
    pl.UInt32(): pa.uint32(),
    pl.UInt16(): pa.uint16(),
    pl.UInt8(): pa.uint8(),
    pl.Int8(): pa.int8(),
}
_VALIDITY_STEP: Final = 8


class _Form(NamedTuple):
    """How a lifted column stands in its table.

    Attributes:
        kind: its type there.
        is_nullable: its validity bits count.
        is_wider: its values fill eight bits, so one more was needed for null until now.
    """

    kind: pa.DataType
    is_nullable: bool
    is_wider: bool


def _form(column: Column) -> _Form:
    """Return how a column stands in its table; codes of rejects are in none."""
    found = [each for each in TABLES[column.place].columns if each.name == column.name]
    if not found:
        return _Form(pa.int32(), is_nullable=False, is_wider=False)
    is_wider = found[0].dtype == pl.UInt8() and column.width > 1
    return _Form(_ARROW[found[0].dtype], found[0].nullable, is_wider)


_FORMS: Final = [_form(column) for column in COLUMNS]
_NAMES: Final = [list(table.names) for table in TABLES]


def _arrays(lifted: Lifted, slab: pa.Buffer) -> list[dict[str, pa.Array]]:
    """Return all columns of a slab, by table and name."""
    at = 0
    arrays: list[dict[str, pa.Array]] = [{} for _ in TABLES]
    for column, form in zip(COLUMNS, _FORMS, strict=True):
        rows = lifted.rows[column.place]
        if rows:
            steps = steps_of(rows)
            values = slab.slice(at, steps * LANES * column.width)
            at += steps * LANES * column.width
            validity = slab.slice(at, steps * _VALIDITY_STEP) if form.is_nullable else None
            at += steps * _VALIDITY_STEP
            if form.is_wider:
                values = pa.py_buffer(np.frombuffer(values, np.uint16).astype(np.uint8))
            array = pa.Array.from_buffers(form.kind, rows, [validity, values])
            arrays[column.place][column.name] = array
    for (place, name), text_bytes in zip(TEXTS, lifted.text_bytes, strict=True):
        rows = lifted.rows[place]
        if rows:
            ends, bits, texts = text_parts(rows, text_bytes)
            # A copy: whoever keeps one text of a table keeps this, and not the slab of a block.
            own = pa.py_buffer(slab.slice(at, ends + bits + texts).to_pybytes())
            starts, sizes = (ends, 0, ends + bits), (bits, ends, texts)
            buffers = [own.slice(s, n) for s, n in zip(starts, sizes, strict=True)]
            arrays[place][name] = pa.Array.from_buffers(pa.string(), rows, buffers)
            at += ends + bits + texts
    return arrays


# Most of it holds Python's lock: threads that end together would take that from each other by
# turns, and each wait several times as long as the work takes.
_ONE_AT_A_TIME: Final = Lock()


def tables_of(lifted: Lifted) -> Tables:
    """Return lifted rows as tables; rejects in the order in which they were refused."""
    if lifted.slab is None:
        return _EMPTY
    with _ONE_AT_A_TIME:
        return _tables(lifted, lifted.slab)


class _Stream:
    """An Arrow table of which Polars sees the stream alone: its quickest way in by a third."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested: object = None) -> object:
        return self._table.__arrow_c_stream__(requested)


def _tables(lifted: Lifted, slab: pa.Buffer) -> Tables:
    made = []
    for place, arrays in enumerate(_arrays(lifted, slab)):
        rows = lifted.rows[place]
        if rows == 0:
            made.append(_EMPTY[place])
        elif TABLES[place] is STREAM_REJECTS:
            made.append(_rejects(arrays))
        else:
            if TABLES[place] is NMEA_REPORTS:
                arrays["receiver"] = pa.array(np.full(rows, RECEIVER_UNKNOWN, np.uint8))
            names = _NAMES[place]
            columns = [arrays[name] for name in names]
            made.append(pl.DataFrame(_Stream(pa.Table.from_arrays(columns, names))))
    return tuple(made)  # type: ignore[return-value]


def _rejects(arrays: dict[str, pa.Array]) -> pl.DataFrame:
    """Return the reject log, its reasons in words."""
    frame = pl.DataFrame(pa.table(arrays))
    reasons = pl.Series("reason", COUNTERS).gather(frame["code"])
    return STREAM_REJECTS.conform(frame.with_columns(reasons))


def concatenated(parts: Sequence[Tables]) -> Tables:
    """Return the tables of several slabs as one, rejects by offset."""
    joined = []
    for place, empty in enumerate(_EMPTY):
        held = [part[place] for part in parts if part[place].height]
        joined.append(reduce(pl.DataFrame.vstack, held) if held else empty)
    *reports, rejects = joined
    if rejects.height > 1:
        rejects = rejects.sort("offset", maintain_order=True)
    return (*reports, rejects)  # type: ignore[return-value]


def counters(counts: Longs) -> dict[str, int]:
    """Return the counters that are not 0, by name."""
    return {name: int(lines) for name, lines in zip(COUNTERS, counts, strict=True) if lines}
