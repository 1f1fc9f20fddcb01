"""A dialect and a header, in; the arrays by which the kernels read rows, out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.ais.delimited_bytes import hashed_small, signed, word_at
from northwatch.ais.delimited_values import (
    NOT_DECIMAL,
    TIME_FORMS,
    decimal_number,
    in_units,
    short_number,
)
from northwatch.dialect import FIELD_SCALES, Dialect, Field, find_columns
from northwatch.schema import RECEIVER_UNKNOWN

# Our columns by number, in the order of `FIELD_SCALES`.
FIELDS: Final = tuple(FIELD_SCALES)
(
    MMSI, T_MS, MILLISECOND, LAT, LON, SOG, COG, HEADING, NAV_STATUS, AIS_CLASS, RECEIVER, AIS_TYPE,
    IMO, NAME, CALL_SIGN, SHIP_TYPE, CARGO, LENGTH, WIDTH, BOW, STERN, PORT, STARBOARD, DRAUGHT,
    DESTINATION,
) = range(len(FIELDS))  # fmt: skip
NUMBER_FIELDS: Final = (
    AIS_TYPE, AIS_CLASS, MMSI, MILLISECOND, LAT, LON, SOG, COG, HEADING, NAV_STATUS, RECEIVER,
)  # fmt: skip
STATIC_FIELDS: Final = (
    IMO, NAME, CALL_SIGN, SHIP_TYPE, CARGO, LENGTH, WIDTH, BOW, STERN, PORT, STARBOARD, DRAUGHT,
    DESTINATION,
)  # fmt: skip

# An MMSI is read in thousandths, so that one with a fraction shows and is refused.
MMSI_POWER: Final = 3

# What a word stands for, beside the codes themselves.
IS_NULL: Final = -1
UNKNOWN_WORD: Final = -2

# What a cell says.
EMPTY: Final = 0
GIVEN: Final = 1
ODD: Final = 2

# When to look a cell up among a column's words: never; if it is no number; before reading it.
NO_WORDS: Final = 0
WORDS_LAST: Final = 1
WORDS_FIRST: Final = 2

_ENTRY: Final = 16  # bytes of an entry in the table of words
_SEEDS: Final = 1000  # apart from the seeds of the hashes of static values


class Plan(NamedTuple):
    """What the kernels need to know; arrays are indexed by column number.

    Attributes:
        separator: byte between cells.
        mark: the decimal mark.
        n_columns: cells of a row.
        form: form of the time.
        receiver: where the dialect says it for the whole file.
        pos_res: resolution of the places.
        places: shape (fields,), the cell that holds the column; -1 if none does.
        digits, powers, factors: shape (fields,), the factor to our unit, as `in_units` takes it.
        words: shape (fields,), `NO_WORDS`, `WORDS_LAST` or `WORDS_FIRST`.
        prefixes: shape (fields,), how many letters may stand in front of a number.
        prefix_keys: shape (fields,), their key.
        table: shape (a power of two, 2), hashes of words (0: free) and what they stand for.
        number_fields: numbers of the columns the file has that are numbers or codes and not static.
        static_fields: numbers of the static columns the file has.
    """

    separator: int
    mark: int
    n_columns: int
    form: int
    receiver: int
    pos_res: int
    places: NDArray[np.int64]
    digits: NDArray[np.int64]
    powers: NDArray[np.int64]
    factors: NDArray[np.float64]
    words: NDArray[np.uint8]
    prefixes: NDArray[np.int64]
    prefix_keys: NDArray[np.uint64]
    table: NDArray[np.uint64]
    number_fields: NDArray[np.int64]
    static_fields: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Factor:
    """A factor, as one digit and noughts where it is of that form."""

    digit: int
    power: int
    value: float


def make_plan(dialect: Dialect, header: Sequence[str]) -> Plan:
    """Return the plan for files of a dialect with this header.

    Args:
        dialect: of form `delimited`, `json` or `parquet`.
        header: cells of the first line; of a headless file only their number counts.

    Raises:
        SchemaError: a needed column is not in the header.
    """
    places = np.full(len(FIELDS), -1, np.int64)
    for name, place in find_columns(dialect, header).items():
        places[FIELDS.index(name)] = place
    factors = [_factor(dialect.fields.get(name)) for name in FIELDS]
    factors[MMSI] = _Factor(1, MMSI_POWER, 10.0**MMSI_POWER)
    prefixes = [dialect.fields[name].prefix if name in dialect.fields else "" for name in FIELDS]
    return Plan(
        separator=ord(dialect.separator),
        mark=ord(dialect.decimal),
        n_columns=len(header),
        form=TIME_FORMS[dialect.time_format],
        receiver=dialect.receiver or RECEIVER_UNKNOWN,
        pos_res=dialect.pos_res_i,
        places=places,
        digits=np.array([factor.digit for factor in factors], np.int64),
        powers=np.array([factor.power for factor in factors], np.int64),
        factors=np.array([factor.value for factor in factors], np.float64),
        words=np.array([_when(dialect.fields.get(name)) for name in FIELDS], np.uint8),
        prefixes=np.array([len(prefix) for prefix in prefixes], np.int64),
        prefix_keys=np.array([_key(prefix, 0) for prefix in prefixes], np.uint64),
        table=_word_table(dialect),
        number_fields=np.array([k for k in NUMBER_FIELDS if places[k] >= 0], np.int64),
        static_fields=np.array([k for k in STATIC_FIELDS if places[k] >= 0], np.int64),
    )


def _factor(column: Field | None) -> _Factor:
    scale = column.scale if column else 1.0
    sign, digits, exponent = Decimal(repr(scale)).normalize().as_tuple()
    plain = not sign and len(digits) == 1 and isinstance(exponent, int) and exponent >= 0
    return _Factor(digits[0], int(exponent), scale) if plain else _Factor(0, 0, scale)


def _when(column: Field | None) -> int:
    if column is None or not (column.codes or column.nulls):
        return NO_WORDS
    numbers = any(_is_number(word) for word in (*column.codes, *column.nulls))
    return WORDS_FIRST if numbers or column.codes else WORDS_LAST


def _is_number(word: str) -> bool:
    return bool(word) and word.strip().lstrip("+-")[:1].isdigit()


def _words(dialect: Dialect) -> Iterable[tuple[int, str, int]]:
    for name, column in dialect.fields.items():
        number = FIELDS.index(name)
        for word, code in column.codes.items():
            yield number, word, code
        for word in column.nulls:
            yield number, word, IS_NULL


def _word_table(dialect: Dialect) -> NDArray[np.uint64]:
    """Return the open-addressed table of all words of all columns."""
    entries = [(_key(word.strip(), number), code) for number, word, code in _words(dialect)]
    size = 1 << (4 * len(entries) + 1).bit_length()
    table = np.zeros((size, 2), np.uint64)
    for key, code in entries:
        at = key & (size - 1)
        while table[at, 0] not in (0, key):
            at = (at + 1) & (size - 1)
        table[at] = key, np.int64(code).astype(np.uint64)
    return table


def _key(word: str, field: int) -> int:
    text = np.frombuffer(word.encode() + bytes(8), np.uint8)
    return int(word_key(text.ctypes.data, 0, text.size - 8, field))


@njit(cache=True, nogil=True)
def word_key(data: int, first: int, stop: int, field: int) -> Any:  # noqa: ANN401 - a word
    """Return the key of a word of a column; never 0."""
    return hashed_small(data, first, stop, field + _SEEDS) | np.uint64(1)


@njit(cache=True, nogil=True)
def word_code(data: int, first: int, stop: int, field: int, table: int, n_entries: int) -> int:
    """Return what a word of a column stands for: a code, `IS_NULL` or `UNKNOWN_WORD`.

    Args:
        data: address of the bytes.
        first: the cell's first byte, trimmed.
        stop: the one past its last.
        field: the column's number.
        table: address of `Plan.table`.
        n_entries: entries of it, a power of two.
    """
    key = word_key(data, first, stop, field)
    at = signed(key & np.uint64(n_entries - 1))
    while True:
        found = word_at(table, at * _ENTRY)
        if found == key:
            return signed(word_at(table, at * _ENTRY + _ENTRY // 2))
        if found == 0:
            return UNKNOWN_WORD
        at = (at + 1) & (n_entries - 1)


@njit(cache=True, nogil=True, inline="always")
def number_of(  # noqa: C901, PLR0913, PLR0917 - scalars: a tuple of arrays costs more than the work
    data: int,
    first: int,
    stop: int,
    field: int,
    when: int,
    mark: int,
    digit: int,
    power: int,
    factor: float,
    table: int,
    n_entries: int,
) -> tuple[int, int]:
    """Return what a cell says (`EMPTY`, `GIVEN` or `ODD`) and its number in our unit.

    Args:
        data: address of the bytes.
        first: the cell's first byte, trimmed.
        stop: the one past its last.
        field: the column's number.
        when: `NO_WORDS`, `WORDS_LAST` or `WORDS_FIRST`.
        mark: the decimal mark.
        digit: factor to our unit, as `in_units` takes it.
        power: likewise.
        factor: likewise.
        table: address of `Plan.table`.
        n_entries: entries of it.
    """
    if first == stop:
        return EMPTY, 0
    code = UNKNOWN_WORD
    if when == WORDS_FIRST:
        code = word_code(data, first, stop, field, table, n_entries)
    if code == UNKNOWN_WORD:
        whole, decimals = short_number(data, first, stop, mark)
        if decimals == NOT_DECIMAL:
            whole, decimals = decimal_number(data, first, stop, mark)
        if decimals == power and digit > 0:
            return GIVEN, whole * digit
        if decimals != NOT_DECIMAL:
            return GIVEN, in_units(whole, decimals, digit, power, factor)
        if when == WORDS_LAST:
            code = word_code(data, first, stop, field, table, n_entries)
    if code >= 0:
        return GIVEN, code
    return (EMPTY if code == IS_NULL else ODD), 0
