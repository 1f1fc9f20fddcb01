"""Bytes of a delimited file, in; where its separators stand, and hashes of its cells, out.

Kernels here take the address of the first byte, not an array: an array handed to a function is
counted in and out of use each time, which for cells of four bytes costs more than reading them.
Who calls sees that the array lives on and that places lie within it. Numba has no unaligned load
and no vector compare either, so six of LLVM's operations are named here; LLVM makes of them what
the machine has (SSE, AVX or NEON). All machines we run on put the low byte of a word first.
"""

from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

LINE_FEED: Final = 10
RETURN: Final = 13
BLANK: Final = 32
QUOTE: Final = 34
WIDTH: Final = 64  # bytes compared at a time
_WORD: Final = 8
_ONE: Final = np.uint64(1)
# Mixing constants, odd and without pattern (the golden ratio; SplitMix64, Steele et al. 2014).
_MIX_A: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_B: Final = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT: Final = np.uint64(29)
_SMALL: Final = np.uint64(0x2020202020202020)


def _load(builder: Any, args: Any, kind: Any) -> Any:  # noqa: ANN401 - LLVM's objects
    address = builder.add(args[0], args[1])
    loaded = builder.load(builder.inttoptr(address, kind.as_pointer()))
    loaded.align = 1
    return loaded


@intrinsic
def _byte_at(_context: Any, address: Any, place: Any) -> Any:  # noqa: ANN401, ARG001 - Numba's form
    """Return one byte, 0 to 255."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:  # noqa: ANN401
        return builder.zext(_load(builder, args, ir.IntType(8)), ir.IntType(64))

    return types.int64(types.int64, types.int64), generate


@intrinsic
def _word_at(_context: Any, address: Any, place: Any) -> Any:  # noqa: ANN401, ARG001 - Numba's form
    """Return eight bytes as one word."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:  # noqa: ANN401
        return _load(builder, args, ir.IntType(64))

    return types.uint64(types.int64, types.int64), generate


@intrinsic
def _equal_mask(_context: Any, address: Any, place: Any, byte: Any) -> Any:  # noqa: ANN401, ARG001 - Numba's form
    """Return one bit for each of 64 bytes, lowest first: is it `byte`?"""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:  # noqa: ANN401
        vector = ir.VectorType(ir.IntType(8), WIDTH)
        nothing = ir.Constant(vector, ir.Undefined)
        wanted = builder.trunc(args[2], ir.IntType(8))
        first = builder.insert_element(nothing, wanted, ir.Constant(ir.IntType(32), 0))
        lanes = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
        everywhere = builder.shuffle_vector(first, nothing, lanes)
        equal = builder.icmp_unsigned("==", _load(builder, args, vector), everywhere)
        return builder.bitcast(equal, ir.IntType(64))

    return types.uint64(types.int64, types.int64, types.int64), generate


@intrinsic
def _lowest_bit(_context: Any, word: Any) -> Any:  # noqa: ANN401, ARG001 - Numba's form
    """Return the place of the lowest bit set; the word must not be 0."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:  # noqa: ANN401
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


@intrinsic
def _bits_set(_context: Any, word: Any) -> Any:  # noqa: ANN401, ARG001 - Numba's form
    """Return how many bits are set."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:  # noqa: ANN401
        return builder.ctpop(args[0])

    return types.int64(types.uint64), generate


@intrinsic
def _signed(_context: Any, word: Any) -> Any:  # noqa: ANN401, ARG001 - Numba's form
    """Return a word as a whole number that may be below 0."""

    def generate(_context: Any, _builder: Any, _signature: Any, args: Any) -> Any:  # noqa: ANN401
        return args[0]

    return types.int64(types.uint64), generate


@intrinsic
def _ten_to(_context: Any, power: Any) -> Any:  # noqa: ANN401, ARG001 - Numba's form
    """Return ten to the power of 0 to 18."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:  # noqa: ANN401
        kind = ir.ArrayType(ir.IntType(64), 19)
        name = "northwatch.tens"
        tens = builder.module.globals.get(name)
        if tens is None:
            tens = ir.GlobalVariable(builder.module, kind, name)
            tens.initializer = ir.Constant(kind, [10**k for k in range(19)])
            tens.global_constant, tens.linkage = True, "internal"
        return builder.load(builder.gep(tens, [ir.Constant(ir.IntType(64), 0), args[0]]))

    return types.int64(types.int64), generate


# What they are to who calls them from a kernel. (Words are unsigned; Python has no such type.)
byte_at = cast("Callable[[int, int], int]", _byte_at)
word_at = cast("Callable[[int, int], Any]", _word_at)
equal_mask = cast("Callable[[int, int, int], Any]", _equal_mask)
lowest_bit = cast("Callable[[Any], int]", _lowest_bit)
bits_set = cast("Callable[[Any], int]", _bits_set)
signed = cast("Callable[[Any], int]", _signed)
ten_to = cast("Callable[[int], int]", _ten_to)


@njit(cache=True, nogil=True)
def count_line_feeds(data: NDArray[np.uint8]) -> int:
    """Return how many line feeds there are."""
    address, at, found = data.ctypes.data, 0, 0
    while at + WIDTH <= data.size:
        found += bits_set(equal_mask(address, at, LINE_FEED))
        at += WIDTH
    while at < data.size:
        found += data[at] == LINE_FEED
        at += 1
    return found


@njit(cache=True, nogil=True)
def line_end(data: NDArray[np.uint8], first: int) -> int:
    """Return the place past the first line feed from `first` on; 0 if there is none."""
    address, at = data.ctypes.data, first
    while at + WIDTH <= data.size:
        feeds = equal_mask(address, at, LINE_FEED)
        if feeds != 0:
            return at + lowest_bit(feeds) + 1
        at += WIDTH
    while at < data.size:
        if data[at] == LINE_FEED:
            return at + 1
        at += 1
    return 0


@njit(cache=True, nogil=True)
def last_line_end(data: NDArray[np.uint8]) -> int:
    """Return the place past the last line feed; 0 if there is none."""
    at = data.size
    while at > 0 and data[at - 1] != LINE_FEED:
        at -= 1
    return at


@njit(cache=True, nogil=True)
def index_marks(
    data: int,
    first: int,
    stop: int,
    separator: int,
    marks: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> tuple[int, bool]:
    """Write where the separators, line feeds and quotes from `first` to `stop` stand.

    Args:
        data: address of the bytes.
        first: where to begin.
        stop: where to end.
        separator: between cells.
        marks: filled with the place before `first`, then with those of separators, line feeds
            and quotes, in order.
        ends: filled with the index, into `marks`, of each line feed.

    Returns:
        Line feeds found, and whether there is a quote.
    """
    at, n_marks, n_ends, quoted = first, 1, 0, False
    marks[0] = first - 1
    while at + WIDTH <= stop:
        feeds = equal_mask(data, at, LINE_FEED)
        quotes = equal_mask(data, at, QUOTE)
        mask = equal_mask(data, at, separator) | feeds | quotes
        quoted = quoted or quotes != 0
        while feeds:
            ends[n_ends] = n_marks + bits_set(mask & (feeds ^ (feeds - _ONE))) - 1
            n_ends += 1
            feeds &= feeds - _ONE
        while mask:
            marks[n_marks] = at + lowest_bit(mask)
            n_marks += 1
            mask &= mask - _ONE
        at += WIDTH
    while at < stop:
        byte = byte_at(data, at)
        if byte in (separator, LINE_FEED, QUOTE):
            if byte == LINE_FEED:
                ends[n_ends] = n_marks
                n_ends += 1
            quoted = quoted or byte == QUOTE
            marks[n_marks] = at
            n_marks += 1
        at += 1
    return n_ends, quoted


@njit(cache=True, nogil=True)
def split_quoted(  # noqa: C901, PLR0912 - one flat kernel
    data: int, first: int, stop: int, separator: int, marks: NDArray[np.int64], base: int
) -> int:
    """Write where the cells of one row end, minding quotes; return how many cells, -1 if malformed.

    A cell that begins with a quote ends at the next quote that is not doubled; what follows must
    be a separator or the row's end. A quote elsewhere is a character like any other. Cells past
    the room in `marks` are counted, not written.

    Args:
        data: address of the bytes.
        first: the row's first byte.
        stop: past its last; the line feed and a return before it are not part of it.
        separator: between cells.
        marks: filled, from `base` on, with the place before the row and the one past each cell.
        base: where in `marks` to begin.
    """
    at, cells = first, 0
    marks[base] = first - 1
    while True:
        if at < stop and byte_at(data, at) == QUOTE:
            at += 1
            while at < stop:
                if byte_at(data, at) == QUOTE:
                    if at + 1 == stop or byte_at(data, at + 1) != QUOTE:
                        break
                    at += 1
                at += 1
            if at >= stop:
                return -1
            at += 1
            if at < stop and byte_at(data, at) != separator:
                return -1
        while at < stop and byte_at(data, at) != separator:
            at += 1
        cells += 1
        if base + cells < marks.size:
            marks[base + cells] = at
        if at >= stop:
            return cells
        at += 1


@njit(cache=True, nogil=True, inline="always")
def trimmed(data: int, first: int, stop: int) -> tuple[int, int]:
    """Return a cell's first byte and the one past its last, without blanks and quotes around it."""
    if first < stop and (byte_at(data, first) <= QUOTE or byte_at(data, stop - 1) <= BLANK):
        return _unwrapped(data, first, stop)
    return first, stop


@njit(cache=True, nogil=True)
def _unwrapped(data: int, first: int, stop: int) -> tuple[int, int]:
    first, stop = _without_blanks(data, first, stop)
    if stop - first > 1 and byte_at(data, first) == QUOTE and byte_at(data, stop - 1) == QUOTE:
        return _without_blanks(data, first + 1, stop - 1)
    return first, stop


@njit(cache=True, nogil=True)
def _without_blanks(data: int, first: int, stop: int) -> tuple[int, int]:
    while first < stop and byte_at(data, first) == BLANK:
        first += 1
    while first < stop and byte_at(data, stop - 1) == BLANK:
        stop -= 1
    return first, stop


@njit(cache=True, nogil=True)
def word_of(data: int, first: int, length: int) -> Any:  # noqa: ANN401 - a word
    """Return the 1 to 7 bytes from `first` on as one word, the rest zero.

    Nothing past them is read: where eight bytes could leave the page, the bytes before are read
    in their place and shifted out.
    """
    short = np.uint64((_WORD - length) * 8)
    if ((data + first) & 4095) <= 4088:  # noqa: PLR2004 - all eight on one page of 4096
        return word_at(data, first) << short >> short
    return word_at(data, first + length - _WORD) >> short


@njit(cache=True, nogil=True)
def hashed(data: int, first: int, stop: int, seed: int) -> Any:  # noqa: ANN401 - a word
    """Return a 64-bit hash of the bytes of a cell; the seed tells columns apart."""
    mixed = (np.uint64(seed) + np.uint64(stop - first)) * _MIX_B
    while stop - first >= _WORD:
        mixed = (mixed ^ word_at(data, first)) * _MIX_A
        mixed ^= mixed >> _SHIFT
        first += _WORD
    if first < stop:
        mixed = (mixed ^ word_of(data, first, stop - first)) * _MIX_A
        mixed ^= mixed >> _SHIFT
    return mixed


@njit(cache=True, nogil=True)
def hashed_small(data: int, first: int, stop: int, seed: int) -> Any:  # noqa: ANN401 - a word
    """Return a 64-bit hash of a cell in which capital and small letters are the same."""
    mixed = (np.uint64(seed) + np.uint64(stop - first)) * _MIX_B
    while stop - first >= _WORD:
        mixed = (mixed ^ (word_at(data, first) | _SMALL)) * _MIX_A
        mixed ^= mixed >> _SHIFT
        first += _WORD
    if first < stop:
        mixed = (mixed ^ (word_of(data, first, stop - first) | _SMALL)) * _MIX_A
        mixed ^= mixed >> _SHIFT
    return mixed


@njit(cache=True, nogil=True)
def hashed_span(data: int, first: int, stop: int, seed: int) -> Any:  # noqa: ANN401 - a word
    """Return a 64-bit hash of many bytes, sixteen at a time."""
    even = (np.uint64(seed) + np.uint64(stop - first)) * _MIX_B
    odd = even ^ _MIX_A
    while stop - first >= 2 * _WORD:
        even = (even ^ word_at(data, first)) * _MIX_A
        odd = (odd ^ word_at(data, first + _WORD)) * _MIX_B
        even ^= even >> _SHIFT
        odd ^= odd >> _SHIFT
        first += 2 * _WORD
    return hashed(data, first, stop, 0) + even + (odd << _ONE)
