"""Texts and numbers, in; their bytes put into a buffer by kernels, out."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
COMMA: Final = np.uint8(ord(","))
POINT: Final = np.uint8(ord("."))
MINUS: Final = np.uint8(ord("-"))
COLON: Final = np.uint8(ord(":"))
_ZERO: Final = 48


class Texts(NamedTuple):
    """Many texts in one piece of memory: text k is `blob[starts[k]:starts[k + 1]]`."""

    blob: Bytes
    starts: NDArray[np.int64]


def texts(words: Sequence[str]) -> Texts:
    """Return the words as ASCII bytes."""
    told = [word.encode("ascii") for word in words]
    starts = np.cumsum([0, *(len(word) for word in told)]).astype(np.int64)
    return Texts(np.frombuffer(b"".join(told) or b"\0", np.uint8), starts)


def longest(told: Texts) -> int:
    """Return the bytes of the longest text."""
    return int(np.diff(told.starts).max(initial=0))


@njit(cache=True, nogil=True, error_model="numpy")
def put_text(out: Bytes, at: int, told: Texts, k: int) -> int:
    """Write text k; return the place after it.

    Unsigned places let the compiler copy in blocks: a signed one might count from the end.
    """
    begin, stop = told.starts[k], told.starts[k + 1]
    source, target = np.uint64(begin), np.uint64(at)
    for i in range(np.uint64(stop - begin)):
        out[target + i] = told.blob[source + i]
    return int(at + stop - begin)


@njit(cache=True, nogil=True, error_model="numpy")
def put_two(out: Bytes, at: int, value: int | np.uint32) -> int:
    """Write a number from 0 to 99 in two digits; return the place after it."""
    rest = np.uint32(value)
    tens = rest // np.uint32(10)
    place = np.uint64(at)
    out[place] = _ZERO + tens
    out[place + np.uint64(1)] = _ZERO + rest - tens * np.uint32(10)
    return at + 2


@njit(cache=True, nogil=True, error_model="numpy")
def put_number(out: Bytes, at: int, value: int | np.uint32) -> int:
    """Write a number from 0 to 2**32 - 1 with no leading zeros; return the place after it."""
    rest = np.uint32(value)
    ten = np.uint32(10)
    width, over = 1, np.uint64(10)
    while rest >= over:
        width += 1
        over *= np.uint64(10)
    place = np.uint64(at + width)
    for _ in range(width):
        place -= np.uint64(1)
        out[place] = _ZERO + rest % ten
        rest //= ten
    return at + width


@njit(cache=True, nogil=True, error_model="numpy")
def put_tenths(out: Bytes, at: int, value: int) -> int:
    """Write tenths, 0 or more, as a number with one decimal; return the place after it."""
    whole = np.uint32(value) // np.uint32(10)
    at = put_number(out, at, whole)
    place = np.uint64(at)
    out[place] = POINT
    out[place + np.uint64(1)] = _ZERO + np.uint32(value) - whole * np.uint32(10)
    return at + 2


@njit(cache=True, nogil=True, error_model="numpy")
def put_degrees(out: Bytes, at: int, value_i: int) -> int:
    """Write AIS units as degrees with six decimals, a half away from zero."""
    if value_i < 0:
        out[np.uint64(at)] = MINUS
        at += 1
        value_i = -value_i
    micro = np.uint64(value_i * 10 + 3) // np.uint64(6)
    whole = np.uint32(micro // np.uint64(1_000_000))
    part = np.uint32(micro - np.uint64(whole) * np.uint64(1_000_000))
    at = put_number(out, at, whole)
    out[np.uint64(at)] = POINT
    high = part // np.uint32(10_000)
    middle = part // np.uint32(100)
    at = put_two(out, at + 1, high)
    at = put_two(out, at, middle - high * np.uint32(100))
    return put_two(out, at, part - middle * np.uint32(100))


@njit(cache=True, nogil=True, error_model="numpy")
def put_clock(out: Bytes, at: int, second_of_day: int) -> int:
    """Write HH:MM:SS; return the place after it."""
    second = np.uint32(second_of_day)
    hour, minute = second // np.uint32(3600), second // np.uint32(60)
    at = put_two(out, at, hour)
    out[np.uint64(at)] = COLON
    at = put_two(out, at + 1, minute - hour * np.uint32(60))
    out[np.uint64(at)] = COLON
    return put_two(out, at + 1, second - minute * np.uint32(60))
