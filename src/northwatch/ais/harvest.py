"""Work arrays, in; Polars tables, out: null codes become nulls, rows are copied out once."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from northwatch.ais.columns import (
    AID_REPORTS,
    BASE_REPORTS,
    COUNTERS,
    NMEA_REPORTS,
    NMEA_STATICS,
    OTHER_REPORTS,
    STREAM_REJECTS,
)
from northwatch.ais.layout import (
    I32,
    I64,
    NULL_8,
    NULL_16,
    NULL_32,
    NULL_64,
    NULL_ROT,
    ROWS,
    TEXT,
    TEXT_BYTES,
    U8,
    U16,
    Memory,
    Out,
    S,
    forget_rare,
)
from northwatch.schema import CLASS_A, CLASS_B, CLASS_OTHER, CLASS_UNKNOWN, Table

Values = NDArray[Any]

TABLES: Final = (
    NMEA_REPORTS,
    NMEA_STATICS,
    BASE_REPORTS,
    AID_REPORTS,
    OTHER_REPORTS,
    STREAM_REJECTS,
)
Tables = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]

# Making an empty frame costs as much as decoding a thousand lines; frames cannot change.
_EMPTY: Final[Tables] = tuple(table.empty() for table in TABLES)  # type: ignore[assignment]

_LONG_RANGE: Final = 27

# Class of the transponder by message type. A long-range report (27) comes nearly always from
# class A; its bits do not tell.
_CLASS_BY_TYPE: Final = np.full(256, CLASS_UNKNOWN, np.uint8)
_CLASS_BY_TYPE[[1, 2, 3, 5, 27]] = CLASS_A
_CLASS_BY_TYPE[[18, 19, 24]] = CLASS_B
_CLASS_BY_TYPE[[4, 9, 11, 21]] = CLASS_OTHER

_ARROW: Final[dict[pl.DataType, pa.DataType]] = {
    pl.Int64(): pa.int64(),
    pl.Int32(): pa.int32(),
    pl.UInt32(): pa.uint32(),
    pl.UInt16(): pa.uint16(),
    pl.UInt8(): pa.uint8(),
    pl.Int8(): pa.int8(),
}

# Columns whose values fill their type, and so are kept one size wider until now.
_WIDER: Final = ("ship_type", "draught_i", "aid_status")

_GROUPS: Final[tuple[tuple[type[IntEnum], int], ...]] = (
    (I64, NULL_64),
    (I32, NULL_32),
    (U16, NULL_16),
    (U8, NULL_8),
)


def _columns(out: Out, letter: str, n: int) -> dict[str, tuple[Values, Values]]:
    """Return values and validity bits of each column of a table, copied out of the work arrays."""
    columns = {}
    arrays: tuple[Values, ...] = (out.i64, out.i32, out.u16, out.u8)
    for (rows, null), work in zip(_GROUPS, arrays, strict=True):
        members = [row for row in list(rows) if row.name.startswith(f"{letter}_")]
        if not members:
            continue
        values: Values = work[members[0] : members[-1] + 1, :n].copy()
        valid = values != null
        for place, member in enumerate(members):
            if member.name == "r_rot_raw":
                valid[place] = values[place] != NULL_ROT
        bits = np.packbits(valid, axis=1, bitorder="little")
        for place, member in enumerate(members):
            columns[member.name[2:]] = values[place], bits[place]
    return columns


def _texts(out: Out, letter: str, n: int) -> dict[str, pa.Array]:
    """Return the text columns of a table; an empty text is null."""
    texts = {}
    for member in TEXT:
        if not member.name.startswith(f"{letter}_"):
            continue
        ends = out.text_end[member, : n + 1].copy()
        start = member * ROWS * TEXT_BYTES
        data = out.text[start : start + int(ends[n])].copy()
        bits = np.packbits(ends[1:] != ends[:-1], bitorder="little")
        buffers = [pa.py_buffer(bits), pa.py_buffer(ends), pa.py_buffer(data)]
        texts[member.name[2:]] = pa.Array.from_buffers(pa.string(), n, buffers)
    return texts


def _reckoned(letter: str, types: Values) -> dict[str, Values]:
    """Return the columns that follow from the message type."""
    columns: dict[str, Values] = {"ais_class": _CLASS_BY_TYPE[types]}
    if letter == "r":
        resolution = np.ones(len(types), np.uint16)
        resolution[types == _LONG_RANGE] = 1_000
        columns["pos_res_i"] = resolution
        columns["receiver"] = np.zeros(len(types), np.uint8)
    return columns


def _frame(table: Table, letter: str, out: Out, n: int) -> pl.DataFrame:
    """Return the first `n` rows of a table."""
    if n == 0:
        return _EMPTY[TABLES.index(table)]
    found = _columns(out, letter, n)
    texts = _texts(out, letter, n)
    reckoned = _reckoned(letter, found["ais_type"][0])
    arrays = []
    for column in table.columns:
        if column.name in texts:
            arrays.append(texts[column.name])
            continue
        bits: Values | None = None
        if column.name in reckoned:
            values = reckoned[column.name]
        else:
            values, bits = found[column.name]
        if column.name in _WIDER:
            values = values.astype(np.uint8)
        validity = pa.py_buffer(bits) if column.nullable and bits is not None else None
        kind = _ARROW[column.dtype]
        arrays.append(pa.Array.from_buffers(kind, n, [validity, pa.py_buffer(values)]))
    return pl.DataFrame(pa.Table.from_arrays(arrays, list(table.names)))


def _rejects(out: Out, n: int) -> pl.DataFrame:
    """Return the first `n` rejects, in the order in which they were refused."""
    if n == 0:
        return _EMPTY[-1]
    reasons = pl.Series("reason", COUNTERS).gather(out.x32[1, :n])
    columns = {
        "offset": out.x64[0, :n].copy(),
        "line": out.x64[1, :n].copy(),
        "length": out.x32[0, :n].copy(),
        "reason": reasons,
    }
    return STREAM_REJECTS.conform(pl.DataFrame(columns))


def harvest(out: Out, memory: Memory) -> Tables:
    """Return what the work arrays hold, and empty them.

    Returns:
        Position reports, static reports, base stations, aids, others, rejects.
    """
    s = memory.s
    if not s[[S.n_r, S.n_s, S.n_b, S.n_a, S.n_o, S.n_x]].any():
        return _EMPTY
    tables = (
        _frame(NMEA_REPORTS, "r", out, int(s[S.n_r])),
        _frame(NMEA_STATICS, "s", out, int(s[S.n_s])),
        _frame(BASE_REPORTS, "b", out, int(s[S.n_b])),
        _frame(AID_REPORTS, "a", out, int(s[S.n_a])),
        _frame(OTHER_REPORTS, "o", out, int(s[S.n_o])),
        _rejects(out, int(s[S.n_x])),
    )
    forget_rare(out, int(s[S.n_r]))
    s[[S.n_r, S.n_s, S.n_b, S.n_a, S.n_o, S.n_x]] = 0
    return tables


def concatenated(parts: Sequence[Tables]) -> Tables:
    """Return the tables of several harvests as one, rejects by offset."""
    joined = []
    for place, empty in enumerate(_EMPTY):
        held = [part[place] for part in parts if part[place].height]
        table = held[0] if len(held) == 1 else empty
        joined.append(pl.concat(held, rechunk=False) if len(held) > 1 else table)
    *reports, rejects = joined
    if rejects.height > 1:
        rejects = rejects.sort("offset", maintain_order=True)
    return (*reports, rejects)  # type: ignore[return-value]


def counters(counts: NDArray[np.int64]) -> dict[str, int]:
    """Return the counters that are not 0, by name."""
    return {name: int(lines) for name, lines in zip(COUNTERS, counts, strict=True) if lines}
