"""Rows that may bring new static values, in; one static report for each that does, out."""

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from northwatch.ais.delimited_bytes import byte_at, signed, split_quoted, trimmed
from northwatch.ais.delimited_plan import (
    BOW,
    CALL_SIGN,
    CARGO,
    DESTINATION,
    DRAUGHT,
    EMPTY,
    GIVEN,
    IMO,
    IS_NULL,
    LENGTH,
    NAME,
    NO_WORDS,
    PORT,
    SHIP_TYPE,
    STARBOARD,
    STERN,
    WIDTH,
    Plan,
    number_of,
    word_code,
    word_key,
)

# Static columns that are numbers, in the order of `Statics.numbers`; what they are read from.
NUMBERS: Final = ("imo", "ship_type", "length_m", "width_m", "draught_i")
TEXTS: Final = ("name", "call_sign", "destination")
_TEXT_FIELDS: Final = (NAME, CALL_SIGN, DESTINATION)
_NUMBER_FIELDS: Final = (IMO, SHIP_TYPE, CARGO, LENGTH, WIDTH, BOW, STERN, PORT, STARBOARD, DRAUGHT)
_LIMITS: Final = (2**31 - 1, 255, 65_535, 65_535, 255)
_IMO, _SHIP_TYPE, _LENGTH, _WIDTH, _DRAUGHT = range(len(NUMBERS))
_KNUTH: Final = np.uint64(2_654_435_761)
_SHIFT: Final = np.uint64(16)
_BLANK: Final = 32
_QUOTE: Final = 34
_AT: Final = 64  # the sign that fills up short texts in AIS
_ASCII: Final = 128
# The ship types that a hazard category completes: all whose second digit is one (M.1371, table 53).
_WITH_CATEGORY: Final = (20, 40, 60, 70, 80, 90)


class Known(NamedTuple):
    """What each MMSI last said of itself: an open-addressed table.

    Attributes:
        mmsi: shape (a power of two,), MMSI plus one; 0 is free.
        value: shape likewise, the hash of the static cells and the day.
    """

    mmsi: NDArray[np.int64]
    value: NDArray[np.uint64]


class Statics(NamedTuple):
    """Arrays of static reports, one value for each row looked at.

    Attributes:
        numbers: shape (5, n), by `NUMBERS`; 0 is null (in AIS 0 means not available).
        first, stop: shape (3, n), bytes of the texts, by `TEXTS`; empty is null.
        told: shape (n,), whether any value is not null.
    """

    numbers: NDArray[np.int64]
    first: NDArray[np.int64]
    stop: NDArray[np.int64]
    told: NDArray[np.bool_]


def nothing_known(size: int = 1024) -> Known:
    """Return an empty table with room for half its size."""
    return Known(np.zeros(size, np.int64), np.zeros(size, np.uint64))


@njit(cache=True, nogil=True)
def with_room(known: Known, n_known: int, more: int) -> Known:
    """Return the table, or a larger copy if `more` vessels beside `n_known` would not fit."""
    size = known.mmsi.size
    while size < 2 * (n_known + more):
        size *= 2
    if size == known.mmsi.size:
        return known
    larger = Known(np.zeros(size, np.int64), np.zeros(size, np.uint64))
    for k in range(known.mmsi.size):
        if known.mmsi[k] != 0:
            at = _slot(larger.mmsi, known.mmsi[k])
            larger.mmsi[at], larger.value[at] = known.mmsi[k], known.value[k]
    return larger


@njit(cache=True, nogil=True)
def _slot(keys: NDArray[np.int64], key: int) -> int:
    """Return where a key stands, or the free place where it would."""
    at = signed((np.uint64(key) * _KNUTH) >> _SHIFT) & (keys.size - 1)
    while keys[at] != 0 and keys[at] != key:
        at = (at + 1) & (keys.size - 1)
    return at


@njit(cache=True, nogil=True)
def keep_changes(
    mmsi: NDArray[np.int32], value: NDArray[np.uint64], known: Known
) -> tuple[NDArray[np.int64], int]:
    """Return the rows whose MMSI last said something else, and how many MMSI are new.

    The state of the stream is in `known` alone, row after row, so the same rows are kept however
    the stream is cut.

    Args:
        mmsi: shape (n,).
        value: shape (n,), hash of what each row says.
        known: brought up to date; must have room.
    """
    kept, n_kept, n_new = np.empty(mmsi.size, np.int64), 0, 0
    for k in range(mmsi.size):
        key = int(mmsi[k]) + 1
        at = _slot(known.mmsi, key)
        if known.mmsi[at] == key and known.value[at] == value[k]:
            continue
        n_new += known.mmsi[at] == 0
        known.mmsi[at], known.value[at] = key, value[k]
        kept[n_kept] = k
        n_kept += 1
    return kept[:n_kept], n_new


@njit(cache=True, nogil=True)
def read_statics(  # noqa: C901, PLR0912, PLR0915 - one flat kernel
    plan: Plan,
    array: NDArray[np.uint8],
    first: NDArray[np.int64],
    stop: NDArray[np.int64],
    unused: NDArray[np.int64],
) -> Statics:
    """Read the static columns of rows.

    Args:
        plan: by which to read.
        array: the bytes.
        first: shape (n,), first byte of each row.
        stop: shape (n,), the one past its last.
        unused: cells that say something that is no value of theirs, by column; added to.
    """
    n = first.size
    numbers = np.zeros((len(NUMBERS), n), np.int64)
    text_first, text_stop = np.zeros((len(TEXTS), n), np.int64), np.zeros((len(TEXTS), n), np.int64)
    told = np.zeros(n, np.bool_)
    data, table, n_entries = array.ctypes.data, plan.table.ctypes.data, plan.table.shape[0]
    marks = np.empty(plan.n_columns + 2, np.int64)
    value = np.zeros(plan.places.size, np.int64)
    limits = np.array(_LIMITS)
    number_fields, text_fields = np.array(_NUMBER_FIELDS), np.array(_TEXT_FIELDS)
    for row in range(n):
        split_quoted(data, first[row], stop[row], plan.separator, marks, 0)
        for j in range(number_fields.size):
            field = number_fields[j]
            place = plan.places[field]
            value[field] = 0
            if place < 0:
                continue
            s, e = trimmed(data, marks[place] + 1, marks[place + 1])
            prefix = plan.prefixes[field]
            if 0 < prefix < e - s and not 48 <= byte_at(data, s) <= 57:  # noqa: PLR2004 - a digit
                same = word_key(data, s, s + prefix, 0) == plan.prefix_keys[field]
                s += prefix * same
            said, number = number_of(
                data, s, e, field, plan.words[field], plan.mark, plan.digits[field],
                plan.powers[field], plan.factors[field], table, n_entries,
            )  # fmt: skip
            if said == GIVEN and number >= 0:
                value[field] = number
            elif said != EMPTY:
                unused[field] += 1
        ship_type = value[SHIP_TYPE]
        if ship_type % 10 == 0 and 0 < value[CARGO] < 10 and ship_type in _WITH_CATEGORY:  # noqa: PLR2004
            value[SHIP_TYPE] += value[CARGO]
        numbers[_IMO, row] = value[IMO]
        numbers[_SHIP_TYPE, row] = value[SHIP_TYPE]
        numbers[_LENGTH, row] = value[LENGTH] if value[LENGTH] > 0 else value[BOW] + value[STERN]
        numbers[_WIDTH, row] = value[WIDTH] if value[WIDTH] > 0 else value[PORT] + value[STARBOARD]
        numbers[_DRAUGHT, row] = value[DRAUGHT]
        for j in range(numbers.shape[0]):
            if numbers[j, row] > limits[j]:
                unused[_field_of(j)] += 1
                numbers[j, row] = 0
            told[row] |= numbers[j, row] > 0
        for j in range(text_fields.size):
            field = text_fields[j]
            place = plan.places[field]
            if place < 0:
                continue
            s, e = trimmed(data, marks[place] + 1, marks[place + 1])
            e = _text_stop(data, s, e)
            if s == e or (
                plan.words[field] != NO_WORDS
                and word_code(data, s, e, field, table, n_entries) == IS_NULL
            ):
                continue
            text_first[j, row], text_stop[j, row] = s, e
            told[row] = True
    return Statics(numbers, text_first, text_stop, told)


@njit(cache=True, nogil=True)
def _field_of(number: int) -> int:
    """Return the column that one of `NUMBERS` is read from first."""
    if number == _IMO:
        return IMO
    if number == _SHIP_TYPE:
        return SHIP_TYPE
    if number == _LENGTH:
        return LENGTH
    return WIDTH if number == _WIDTH else DRAUGHT


@njit(cache=True, nogil=True)
def _text_stop(data: int, first: int, stop: int) -> int:
    """Return where a text ends: before its first `@` or control character, blanks left out."""
    at = first
    while at < stop and byte_at(data, at) != _AT and byte_at(data, at) >= _BLANK:
        at += 1
    while at > first and byte_at(data, at - 1) == _BLANK:
        at -= 1
    return at


@njit(cache=True, nogil=True)
def _is_utf8(data: int, first: int, stop: int) -> bool:
    """Return whether bytes are well-formed UTF-8 (the Unicode Standard, table 3-7)."""
    at = first
    while at < stop:
        head = byte_at(data, at)
        more = (head >= 0x80) + (head >= 0xE0) + (head >= 0xF0)  # noqa: PLR2004 - from the table
        if more > 0:
            if head < 0xC2 or head > 0xF4 or at + more >= stop:  # noqa: PLR2004
                return False
            second = byte_at(data, at + 1)
            low = 0xA0 if head == 0xE0 else 0x90 if head == 0xF0 else 0x80  # noqa: PLR2004
            high = 0x9F if head == 0xED else 0x8F if head == 0xF4 else 0xBF  # noqa: PLR2004
            if second < low or second > high:
                return False
            for k in range(2, more + 1):
                if byte_at(data, at + k) & 0xC0 != 0x80:  # noqa: PLR2004
                    return False
        at += more + 1
    return True


@njit(cache=True, nogil=True)
def _gather(
    array: NDArray[np.uint8], first: NDArray[np.int64], stop: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return texts one behind the other in UTF-8, and where each begins; shape (n + 1,).

    A text that is not UTF-8 is taken for Latin-1; a doubled quote becomes one.
    """
    data = array.ctypes.data
    texts = np.empty(2 * (stop - first).sum(), np.uint8)
    starts = np.zeros(first.size + 1, np.int64)
    end = 0
    for k in range(first.size):
        at, utf8 = first[k], _is_utf8(data, first[k], stop[k])
        before = at - 1
        while before > 0 and byte_at(data, before) == _BLANK:
            before -= 1
        in_quotes = before >= 0 and byte_at(data, before) == _QUOTE
        while at < stop[k]:
            byte = byte_at(data, at)
            if byte < _ASCII or utf8:
                texts[end] = byte
                end += 1
            else:
                texts[end], texts[end + 1] = 0xC0 | (byte >> 6), 0x80 | (byte & 0x3F)
                end += 2
            doubled = in_quotes and byte == _QUOTE and at + 1 < stop[k]
            at += 2 if doubled and byte_at(data, at + 1) == _QUOTE else 1
        starts[k + 1] = end
    return texts[:end], starts


def text_column(
    array: NDArray[np.uint8], first: NDArray[np.int64], stop: NDArray[np.int64]
) -> pa.Array:
    """Return texts of the bytes as a column; empty is null.

    Args:
        array: the bytes.
        first: shape (n,), first byte of each text.
        stop: shape (n,), the one past its last.
    """
    texts, starts = _gather(array, first, stop)
    given = np.packbits(starts[1:] > starts[:-1], bitorder="little")
    return pa.Array.from_buffers(
        pa.large_string(), first.size, [pa.py_buffer(b) for b in (given, starts, texts)]
    )
