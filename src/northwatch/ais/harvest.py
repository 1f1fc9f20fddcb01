"""Work arrays, in; Polars tables, out: null codes become nulls, rows are copied out once."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

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
    MAX_LOGICAL,
    NULL_8,
    NULL_16,
    NULL_32,
    NULL_64,
    NULL_ROT,
    REJECTS,
    REJECTS_AT_ONCE,
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
from northwatch.ais.wide import Bytes, Longs, kernel, move64, store8
from northwatch.schema import RECEIVER_UNKNOWN, Table

Values = NDArray[Any]
Names = tuple[str, ...]

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

_WORKS: Final[tuple[tuple[Names, int, type], ...]] = (
    (I64._fields, NULL_64, np.int64),
    (I32._fields, NULL_32, np.int32),
    (U16._fields, NULL_16, np.uint16),
    (U8._fields, NULL_8, np.uint8),
)


@kernel
def _move_out(work: Values, first: int, nulls: Longs, rows: int, slab: Bytes, at: int) -> int:
    """Copy columns from `first` on, then the validity bits of each, into a slab; return its end.

    Each column takes whole steps of 64 values.
    """
    width = work.itemsize
    steps = (rows + 63) // 64
    bits = at + nulls.size * steps * 64 * width
    for column in range(nulls.size):
        source = (first + column) * ROWS
        for _ in range(steps):
            store8(slab, bits, move64(work, source, slab, at, nulls[column]))
            source += 64
            at += 64 * width
            bits += 8
    return bits


class _Group(NamedTuple):
    """The columns of one table and type: where they lie in the work array, and their null codes."""

    work: int
    first: int
    names: tuple[str, ...]
    nulls: Longs
    dtype: np.dtype[Any]


def _groups(letter: str) -> list[_Group]:
    """Return the groups of columns of a table."""
    groups = []
    for work, (rows, null, dtype) in enumerate(_WORKS):
        members = [row for row, name in enumerate(rows) if name.startswith(f"{letter}_")]
        if members:
            names = tuple(rows[row][2:] for row in members)
            nulls = [NULL_ROT if name == "rot_raw" else null for name in names]
            groups.append(
                _Group(work, members[0], names, np.array(nulls, np.int64), np.dtype(dtype))
            )
    return groups


_GROUPS: Final = {letter: _groups(letter) for letter in "rsbao"}


def _columns(out: Out, letter: str, n: int) -> dict[str, tuple[pa.Buffer, pa.Buffer]]:
    """Return values and validity bits of each column of a table, copied out of the work arrays.

    All lie in one slab of Arrow's own memory, which keeps what was freed: thirty small pieces, and
    new pages from the system, cost more than the copying.
    """
    steps = (n + 63) // 64
    per_step = [64 * group.dtype.itemsize + 8 for group in _GROUPS[letter]]
    sizes = [steps * size * len(g.names) for size, g in zip(per_step, _GROUPS[letter], strict=True)]
    slab = pa.allocate_buffer(sum(sizes))
    view = np.frombuffer(slab, np.uint8)
    columns = {}
    at = 0
    for group in _GROUPS[letter]:
        work = out[group.work].reshape(-1)
        end = _move_out(work, group.first, group.nulls, n, view, at)
        length = steps * 64 * group.dtype.itemsize
        bits = at + length * len(group.names)
        for place, name in enumerate(group.names):
            validity = slab.slice(bits + place * steps * 8, steps * 8)
            columns[name] = slab.slice(at + place * length, length), validity
        at = end
    return columns


def _texts(out: Out, letter: str, n: int) -> dict[str, pa.Array]:
    """Return the text columns of a table; an empty text is null."""
    texts = {}
    for member, name in enumerate(TEXT._fields):
        if not name.startswith(f"{letter}_"):
            continue
        ends = out.text_end[member, : n + 1].copy()
        start = member * ROWS * TEXT_BYTES
        data = out.text[start : start + int(ends[n])].copy()
        bits = np.packbits(ends[1:] != ends[:-1], bitorder="little")
        buffers = [pa.py_buffer(bits), pa.py_buffer(ends), pa.py_buffer(data)]
        texts[name[2:]] = pa.Array.from_buffers(pa.string(), n, buffers)
    return texts


def _frame(table: Table, letter: str, out: Out, n: int) -> pl.DataFrame:
    """Return the first `n` rows of a table."""
    if n == 0:
        return _EMPTY[TABLES.index(table)]
    found = _columns(out, letter, n)
    texts = _texts(out, letter, n)
    arrays = []
    for column in table.columns:
        if column.name in texts:
            arrays.append(texts[column.name])
            continue
        if column.name == "receiver":
            arrays.append(pa.array(np.full(n, RECEIVER_UNKNOWN, np.uint8)))
            continue
        values, validity = found[column.name]
        if column.name in _WIDER:
            values = pa.py_buffer(np.frombuffer(values, np.uint16).astype(np.uint8))
        buffers = [validity if column.nullable else None, values]
        arrays.append(pa.Array.from_buffers(_ARROW[column.dtype], n, buffers))
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


def is_nearly_full(memory: Memory) -> bool:
    """Say whether one more line might not fit into the work arrays."""
    s = memory.s
    rows = int(s[[S.n_r, S.n_s, S.n_b, S.n_a, S.n_o]].max())
    return rows > ROWS - MAX_LOGICAL or int(s[S.n_x]) > REJECTS - REJECTS_AT_ONCE


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
