"""Bytes in, words and bit masks out: loads of eight and comparisons of sixty-four at once.

Numba reads an array one element at a time; these few functions are written in LLVM's own words, so
that a line is looked at in a few steps and not byte by byte. None of them checks bounds: every
buffer has `PAD` readable bytes after its last valid one.
"""

import hashlib
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any, Final, TypeVar

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Shorts = NDArray[np.uint16]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

PAD: Final = 256
"""Readable bytes that every buffer has after its valid ones."""

LANES: Final = 64
_BYTE: Final = ir.IntType(8)
_WORD: Final = ir.IntType(64)
_VECTOR: Final = ir.VectorType(_BYTE, LANES)

# Reference counts are off (`_nrt`): arrays come in from Python, which holds them, and none is made
# inside. With counts on, every use of an array out of a tuple costs two locked instructions, and
# the decoder takes half as long again.
_OPTIONS: Final[dict[str, Any]] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
}

_Function = TypeVar("_Function", bound=Callable[..., Any])

_seen = hashlib.sha256()


def _note_code(code: CodeType, names: Mapping[str, object]) -> None:
    """Add a function's code, and the numbers it takes from its module, to what was seen."""
    _seen.update(code.co_code)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            _note_code(constant, names)
        elif constant != code.co_consts[0]:  # the docstring
            _seen.update(repr(constant).encode())
    for name in code.co_names:
        value = names.get(name)
        if isinstance(value, tuple):
            value = getattr(value, "_fields", value)
        if isinstance(value, int | tuple):
            _seen.update(f"{name}={value}".encode())


def _compiled(function: _Function, options: Mapping[str, Any]) -> _Function:
    """Compile a function when it is first called.

    Numba keeps compiled code by the date of the function's own file, and so would go on using it
    after a function or a place in an array that it relies on has changed in another file. Here
    the stamp holds all kernels up to this one: those it can call stand before it.
    """
    _note_code(function.__code__, function.__globals__)
    compiled = njit(**options)(function)
    file = compiled._cache._cache_file  # noqa: SLF001 - Numba has no other way
    file._source_stamp = (file._source_stamp, _seen.hexdigest())  # noqa: SLF001 - as above
    kept: _Function = compiled
    return kept


def kernel(function: _Function) -> _Function:
    """Compile a function on arrays that it neither makes nor keeps."""
    return _compiled(function, _OPTIONS)


def inlined(function: _Function) -> _Function:
    """Compile a function as `kernel` does; its code is put in the place of each call."""
    return _compiled(function, {**_OPTIONS, "forceinline": True})


# Numba's compiler and its type objects carry no types of their own.
_Untyped = Any


def _as_kernel(writer: _Untyped) -> _Untyped:
    """Return the function that kernels call, from the one that writes its code."""
    _note_code(writer.__code__, {})
    return intrinsic(writer)


def _place(context: _Untyped, builder: _Untyped, array: _Untyped, args: _Untyped) -> _Untyped:
    """Return where element `args[1]` of the array `args[0]` lies."""
    data = context.make_array(array)(context, builder, args[0]).data
    return builder.gep(data, [args[1]])


def _spread(builder: _Untyped, element: _Untyped, value: _Untyped, lanes: int = LANES) -> _Untyped:
    """Return a vector that holds one value in every lane."""
    lane = ir.IntType(32)
    nothing = ir.Constant(ir.VectorType(element, lanes), ir.Undefined)
    first = builder.insert_element(nothing, value, ir.Constant(lane, 0))
    everywhere = ir.Constant(ir.VectorType(lane, lanes), [0] * lanes)
    return builder.shuffle_vector(first, nothing, everywhere)


def _byte_at(_context: _Untyped, array: _Untyped, _index: _Untyped) -> _Untyped:
    def write(context: _Untyped, builder: _Untyped, _sig: _Untyped, args: _Untyped) -> _Untyped:
        return builder.zext(builder.load(_place(context, builder, array, args)), _WORD)

    return types.int64(array, types.int64), write


def _load8(_context: _Untyped, array: _Untyped, _index: _Untyped) -> _Untyped:
    def write(context: _Untyped, builder: _Untyped, _sig: _Untyped, args: _Untyped) -> _Untyped:
        place = _place(context, builder, array, args)
        loaded = builder.load(builder.bitcast(place, _WORD.as_pointer()))
        loaded.align = 1
        return loaded

    return types.int64(array, types.int64), write


def _store8(_context: _Untyped, array: _Untyped, _index: _Untyped, _word: _Untyped) -> _Untyped:
    def write(context: _Untyped, builder: _Untyped, _sig: _Untyped, args: _Untyped) -> _Untyped:
        place = _place(context, builder, array, args)
        stored = builder.store(args[2], builder.bitcast(place, _WORD.as_pointer()))
        stored.align = 1
        return args[2]

    return types.int64(array, types.int64, types.int64), write


def _match64(_context: _Untyped, array: _Untyped, _index: _Untyped, _byte: _Untyped) -> _Untyped:
    def write(context: _Untyped, builder: _Untyped, _sig: _Untyped, args: _Untyped) -> _Untyped:
        place = _place(context, builder, array, args)
        loaded = builder.load(builder.bitcast(place, _VECTOR.as_pointer()))
        loaded.align = 1
        lane = ir.IntType(32)
        nothing = ir.Constant(_VECTOR, ir.Undefined)
        first = builder.insert_element(nothing, builder.trunc(args[2], _BYTE), ir.Constant(lane, 0))
        everywhere = ir.Constant(ir.VectorType(lane, LANES), [0] * LANES)
        wanted = builder.shuffle_vector(first, nothing, everywhere)
        return builder.bitcast(builder.icmp_unsigned("==", loaded, wanted), _WORD)

    return types.int64(array, types.int64, types.int64), write


def _move64(
    _context: _Untyped,
    values: _Untyped,
    _from: _Untyped,
    to: _Untyped,
    _at: _Untyped,
    _null: _Untyped,
) -> _Untyped:
    def write(context: _Untyped, builder: _Untyped, _sig: _Untyped, args: _Untyped) -> _Untyped:
        element = context.get_value_type(values.dtype)
        vector = ir.VectorType(element, LANES).as_pointer()
        loaded = builder.load(builder.bitcast(_place(context, builder, values, args[:2]), vector))
        loaded.align = 1
        target = builder.bitcast(_place(context, builder, to, args[2:4]), vector)
        builder.store(loaded, target).align = 1
        null = args[4] if element.width == _WORD.width else builder.trunc(args[4], element)
        known = builder.icmp_unsigned("!=", loaded, _spread(builder, element, null))
        return builder.bitcast(known, _WORD)

    return types.int64(values, types.int64, to, types.int64, types.int64), write


def _lanes_below(builder: _Untyped, count: _Untyped, lanes: int) -> _Untyped:
    """Return a vector of bits that says which lanes stand before the one of number `count`."""
    vector = ir.VectorType(_BYTE, lanes)
    numbers = ir.Constant(vector, list(range(lanes)))
    limit = _spread(builder, _BYTE, builder.trunc(count, _BYTE), lanes)
    return builder.icmp_unsigned("<", numbers, limit)


def _all(value: int, lanes: int) -> _Untyped:
    """Return a constant vector of one byte."""
    return ir.Constant(ir.VectorType(_BYTE, lanes), [value] * lanes)


def _load_bytes(
    context: _Untyped, builder: _Untyped, array: _Untyped, args: _Untyped, lanes: int, other: int
) -> _Untyped:
    """Return the bytes from a place on, those from number `args[2]` on replaced by `other`."""
    vector = ir.VectorType(_BYTE, lanes).as_pointer()
    loaded = builder.load(builder.bitcast(_place(context, builder, array, args), vector))
    loaded.align = 1
    return builder.select(_lanes_below(builder, args[2], lanes), loaded, _all(other, lanes))


def _sum64(_context: _Untyped, array: _Untyped, _index: _Untyped, _count: _Untyped) -> _Untyped:
    def write(context: _Untyped, builder: _Untyped, _sig: _Untyped, args: _Untyped) -> _Untyped:
        # A blank for what lies behind: printable, and taken out of the sum again.
        data = _load_bytes(context, builder, array, args, LANES, 0x20)
        strange = builder.icmp_unsigned(
            ">", builder.sub(data, _all(0x20, LANES)), _all(0x7E - 0x20, LANES)
        )
        words = ir.VectorType(_WORD, LANES // 8)
        kind = ir.FunctionType(_WORD, [words])
        name = "llvm.vector.reduce.xor.v8i64"
        insert: _Untyped = cgutils.get_or_insert_function
        reduce = insert(builder.module, kind, name)
        total = builder.call(reduce, [builder.bitcast(data, words)])
        for bits in (32, 16, 8):
            total = builder.xor(total, builder.lshr(total, ir.Constant(_WORD, bits)))
        odd = builder.and_(args[2], ir.Constant(_WORD, 1))
        total = builder.xor(total, builder.shl(odd, ir.Constant(_WORD, 5)))
        total = builder.and_(total, ir.Constant(_WORD, 0xFF))
        any_strange = builder.icmp_unsigned(
            "!=", builder.bitcast(strange, _WORD), ir.Constant(_WORD, 0)
        )
        flag = builder.shl(builder.zext(any_strange, _WORD), ir.Constant(_WORD, 8))
        return builder.or_(total, flag)

    return types.int64(array, types.int64, types.int64), write


_SEXTETS: Final = 32
# Where the bytes of the words come from: each 32-bit lane holds three, the last of them lowest.
_STREAM: Final = [byte // 3 * 4 + 2 - byte % 3 for byte in range(24)]
_SHUFFLE: Final = [_STREAM[word * 8 + 7 - byte] for word in range(3) for byte in range(8)]


def _unarmour32(
    _context: _Untyped,
    array: _Untyped,
    _at: _Untyped,
    _count: _Untyped,
    words: _Untyped,
    _to: _Untyped,
) -> _Untyped:
    def write(context: _Untyped, builder: _Untyped, _sig: _Untyped, args: _Untyped) -> _Untyped:
        def each(value: int) -> _Untyped:
            return _all(value, _SEXTETS)

        def shifted(data: _Untyped, width: int, bits: int) -> _Untyped:
            """Join neighbours in lanes of this width, of which the first came lowest."""
            lanes = _SEXTETS * 8 // width
            vector = ir.VectorType(ir.IntType(width), lanes)
            data = builder.bitcast(data, vector)
            low = builder.and_(data, ir.Constant(vector, [(1 << bits) - 1] * lanes))
            low = builder.shl(low, ir.Constant(vector, [bits] * lanes))
            return builder.or_(low, builder.lshr(data, ir.Constant(vector, [width // 2] * lanes)))

        data = _load_bytes(context, builder, array, args, _SEXTETS, ord("0"))
        upper = builder.icmp_unsigned(">=", data, each(ord("`")))
        illegal = builder.or_(
            builder.icmp_unsigned("<", data, each(ord("0"))),
            builder.icmp_unsigned(">", data, each(ord("w"))),
        )
        gap = builder.icmp_unsigned(">", data, each(ord("W")))
        illegal = builder.or_(illegal, builder.and_(gap, builder.not_(upper)))
        skipped = builder.select(upper, each(ord("`") - 40), each(ord("0")))
        joined = shifted(shifted(builder.sub(data, skipped), 16, 6), 32, 12)
        sextets = builder.bitcast(joined, ir.VectorType(_BYTE, _SEXTETS))
        order = ir.Constant(ir.VectorType(ir.IntType(32), 24), _SHUFFLE)
        stream = builder.shuffle_vector(sextets, sextets, order)
        three = ir.VectorType(_WORD, 3)
        place = builder.bitcast(_place(context, builder, words, args[3:]), three.as_pointer())
        builder.store(builder.bitcast(stream, three), place).align = 8
        return builder.zext(builder.bitcast(illegal, ir.IntType(_SEXTETS)), _WORD)

    return types.int64(array, types.int64, types.int64, words, types.int64), write


def _trailing_zeros(_context: _Untyped, _word: _Untyped) -> _Untyped:
    def write(_context: _Untyped, builder: _Untyped, _sig: _Untyped, args: _Untyped) -> _Untyped:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.int64), write


def _swap_bytes(_context: _Untyped, _word: _Untyped) -> _Untyped:
    def write(_context: _Untyped, builder: _Untyped, _sig: _Untyped, args: _Untyped) -> _Untyped:
        return builder.bswap(args[0])

    return types.int64(types.int64), write


def _shift_right(_context: _Untyped, _word: _Untyped, _bits: _Untyped) -> _Untyped:
    def write(_context: _Untyped, builder: _Untyped, _sig: _Untyped, args: _Untyped) -> _Untyped:
        return builder.lshr(args[0], args[1])

    return types.int64(types.int64, types.int64), write


byte_at: Callable[[Bytes, int], int] = _as_kernel(_byte_at)
"""Return the byte at an index."""

load8: Callable[[Bytes, int], int] = _as_kernel(_load8)
"""Return eight bytes from an index on as one int64, the first byte lowest."""

store8: Callable[[Bytes, int, int], int] = _as_kernel(_store8)
"""Put an int64 at an index as eight bytes, the lowest first; return it."""

match64: Callable[[Bytes, int, int], int] = _as_kernel(_match64)
"""Return an int64 whose bit k says that the byte at index + k is the one asked for."""

move64: Callable[..., int] = _as_kernel(_move64)
"""Copy 64 values of a row of `values` from a place on to a place in `to`; tell which are not null.

`move64(values, start, to, at, null)` returns an int64 whose bit k says that value k is not `null`.
"""

sum64: Callable[[Bytes, int, int], int] = _as_kernel(_sum64)
"""Return the XOR of `count` bytes, 0 to 64, from an index on, plus 256 if one is not printable.

`sum64(array, index, count)`; printable is 0x20 to 0x7E.
"""

unarmour32: Callable[[Bytes, int, int, Longs, int], int] = _as_kernel(_unarmour32)
"""Put the 192 bits of `count` armoured characters, up to 32, into three words.

`unarmour32(array, index, count, words, word)`; the first bit is the highest of word number `word`;
what lies behind the characters is 0. Returns 0 if all are in the alphabet.
"""

trailing_zeros: Callable[[int], int] = _as_kernel(_trailing_zeros)
"""Return the place of the lowest set bit of an int64; 64 if none is set."""

swap_bytes: Callable[[int], int] = _as_kernel(_swap_bytes)
"""Return an int64 with its eight bytes in the opposite order."""

shift_right: Callable[[int, int], int] = _as_kernel(_shift_right)
"""Return an int64 shifted right, zeros coming in from the left (`>>` repeats the sign)."""


@inlined
def low_bytes(count: int) -> int:
    """Return a mask of the lowest `count` bytes of a word; all from 8 on."""
    if count >= 8:  # noqa: PLR2004 - bytes of a word
        return -1
    return (1 << (count * 8)) - 1


@inlined
def find(buffer: Bytes, start: int, stop: int, byte: int) -> int:
    """Return the first place of a byte in [start, stop), or `stop`."""
    at = start
    while at < stop:
        hits = match64(buffer, at, byte)
        if hits != 0:
            return min(at + trailing_zeros(hits), stop)
        at += LANES
    return stop


@inlined
def find_far(buffer: Bytes, start: int, stop: int, byte: int) -> int:
    """Do as `find`, in steps of 128: quicker where hits lie now below, now above 64."""
    at = start
    while at < stop:
        near = match64(buffer, at, byte)
        far = match64(buffer, at + LANES, byte)
        if near | far != 0:
            place = trailing_zeros(near) if near != 0 else LANES + trailing_zeros(far)
            return min(at + place, stop)
        at += 2 * LANES
    return stop
