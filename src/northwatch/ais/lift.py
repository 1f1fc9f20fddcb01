"""Work arrays, in; one slab of memory with their rows, column by column, out.

Lifting holds Python's lock for some hundred microseconds only, so that threads can do it side by
side; `frames.py` then makes tables of the slab without copying it again.
"""

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

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
    TEXT_ENDS,
    U8,
    U16,
    Memory,
    Out,
    S,
    forget_rare,
)
from northwatch.ais.slabs import take_slab
from northwatch.ais.wide import (
    LANES,
    Bytes,
    Ints,
    Longs,
    Shorts,
    inlined,
    kernel,
    load8,
    move64,
    store8,
)

LETTERS: Final = "rsbaox"
"""Tables in the order in which they lie in a slab."""

_ROW_COUNTS: Final = [S.n_r, S.n_s, S.n_b, S.n_a, S.n_o, S.n_x]
_WORD: Final = 8


class Column(NamedTuple):
    """One column.

    Attributes:
        place: of its table in `LETTERS`.
        name: as in the table.
        work: number of its work array.
        row: of that array.
        width: bytes of a value.
        null: code for not available.
    """

    place: int
    name: str
    work: int
    row: int
    width: int
    null: int


_WORKS: Final[tuple[tuple[tuple[str, ...], int, int], ...]] = (
    (I64._fields, 8, NULL_64),
    (I32._fields, 4, NULL_32),
    (U16._fields, 2, NULL_16),
    (U8._fields, 1, NULL_8),
    (("x_offset", "x_line"), 8, NULL_64),
    (("x_length", "x_code"), 4, NULL_32),
)
COLUMNS: Final = tuple(
    Column(place, name[2:], work, row, width, NULL_ROT if name == "r_rot_raw" else null)
    for place, letter in enumerate(LETTERS)
    for work, (names, width, null) in enumerate(_WORKS)
    for row, name in enumerate(names)
    if name[0] == letter
)
TEXTS: Final = tuple((LETTERS.index(name[0]), name[2:]) for name in TEXT._fields)
_COLUMNS: Final = np.array([(c.place, c.work, c.row, c.null) for c in COLUMNS])
_TEXTS: Final = np.array([place for place, _ in TEXTS])


class Lifted(NamedTuple):
    """Rows out of the work arrays.

    Attributes:
        rows: of each table, in the order of `LETTERS`.
        text_bytes: of each text column, in the order of `TEXTS`.
        slab: for each column of a table with rows: whole steps of 64 values, then their validity
            bits; then for each text column: ends of the texts, validity bits, bytes.
    """

    rows: tuple[int, ...]
    text_bytes: tuple[int, ...]
    slab: pa.Buffer | None


def steps_of(count: int) -> int:
    """Return how many steps of 64 hold so many values."""
    return (count + LANES - 1) // LANES


def text_parts(rows: int, text_bytes: int) -> tuple[int, int, int]:
    """Return the bytes of a text column's ends, validity bits and texts in a slab."""
    return steps_of(rows + 1) * LANES * 4, steps_of(rows) * _WORD, (text_bytes + 7) // 8 * 8


@inlined
def _move(
    work: Longs | Ints | Shorts | Bytes, source: int, steps: int, null: int, slab: Bytes, at: int
) -> int:
    """Copy so many steps of a column, then its validity bits, into the slab; return their end."""
    bits = at + steps * LANES * work.itemsize
    for _ in range(steps):
        store8(slab, bits, move64(work, source, slab, at, null))
        source += LANES
        at += LANES * work.itemsize
        bits += _WORD
    return bits


@kernel
def _lift_columns(  # noqa: PLR0913, PLR0917 - all work arrays
    i64: Longs,
    i32: Ints,
    u16: Shorts,
    u8: Bytes,
    x64: Longs,
    x32: Ints,
    columns: Longs,
    rows: Longs,
    slab: Bytes,
) -> int:
    """Copy the columns of all tables that have rows into the slab; return their end."""
    at = 0
    for column in range(columns.shape[0]):
        steps = (rows[columns[column, 0]] + LANES - 1) // LANES
        work, row, null = columns[column, 1], columns[column, 2], columns[column, 3]
        if work == 0:
            at = _move(i64, row * ROWS, steps, null, slab, at)
        elif work == 1:
            at = _move(i32, row * ROWS, steps, null, slab, at)
        elif work == 2:  # noqa: PLR2004 - the order of `_WORKS`
            at = _move(u16, row * ROWS, steps, null, slab, at)
        elif work == 3:  # noqa: PLR2004 - as above
            at = _move(u8, row * ROWS, steps, null, slab, at)
        elif work == 4:  # noqa: PLR2004 - as above
            at = _move(x64, row * REJECTS, steps, null, slab, at)
        else:
            at = _move(x32, row * REJECTS, steps, null, slab, at)
    return at


@kernel
def _lift_texts(
    text: Bytes, text_end: Ints, tables: Longs, rows: Longs, slab: Bytes, at: int
) -> None:
    """Copy the text columns into the slab, from a place on."""
    for column in range(tables.size):
        count = rows[tables[column]]
        if count == 0:
            continue
        source = column * TEXT_ENDS
        for step in range((count + LANES) // LANES):
            move64(text_end, source + step * LANES, slab, at, 0)
            at += LANES * 4
        bits = 0
        for row in range(count):
            bits |= (text_end[source + row + 1] != text_end[source + row]) << (row & 63)
            if row & 63 == 63 or row == count - 1:  # noqa: PLR2004 - bits of a word
                store8(slab, at, bits)
                at += _WORD
                bits = 0
        source_byte = column * ROWS * TEXT_BYTES
        for done in range(0, text_end[source + count], _WORD):
            store8(slab, at, load8(text, source_byte + done))
            at += _WORD


_BYTES_A_STEP: Final = [
    sum(LANES * column.width + _WORD for column in COLUMNS if column.place == place)
    for place in range(len(LETTERS))
]
NOTHING: Final = Lifted((0,) * len(LETTERS), (0,) * len(TEXTS), None)


def lift(out: Out, memory: Memory) -> Lifted:
    """Return what the work arrays hold, and empty them."""
    rows = memory.s[_ROW_COUNTS]
    if not rows.any():
        return NOTHING
    counts = rows.tolist()
    text_bytes = [
        int(out.text_end[column, counts[table]]) for column, table in enumerate(_TEXTS.tolist())
    ]
    size = sum(steps_of(n) * each for n, each in zip(counts, _BYTES_A_STEP, strict=True))
    for table, length in zip(_TEXTS.tolist(), text_bytes, strict=True):
        size += sum(text_parts(counts[table], length)) if counts[table] else 0
    view, slab = take_slab(size)
    end = _lift_columns(
        out.i64.reshape(-1),
        out.i32.reshape(-1),
        out.u16.reshape(-1),
        out.u8.reshape(-1),
        out.x64.reshape(-1),
        out.x32.reshape(-1),
        _COLUMNS,
        rows,
        view,
    )
    _lift_texts(out.text, out.text_end.reshape(-1), _TEXTS, rows, view, end)
    forget_rare(out, counts[0])
    memory.s[_ROW_COUNTS] = 0
    return Lifted(tuple(counts), tuple(text_bytes), slab)


def is_nearly_full(memory: Memory) -> bool:
    """Say whether one more line might not fit into the work arrays."""
    *reports, rejects = memory.s[_ROW_COUNTS].tolist()
    return bool(max(reports) > ROWS - MAX_LOGICAL or rejects > REJECTS - REJECTS_AT_ONCE)
