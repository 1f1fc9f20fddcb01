"""Cells of a delimited file, in; whole numbers in AIS's units and milliseconds UTC, out."""

from typing import Any, Final

import numpy as np
from numba import njit

from northwatch.ais.delimited_bytes import byte_at, lowest_bit, signed, ten_to, word_at, word_of
from northwatch.units import MS_PER_DAY

# Forms of time, as `Dialect.time_format` names them.
DMY: Final = 0
ISO: Final = 1
EPOCH_S: Final = 2
EPOCH_MS: Final = 3
COMPACT: Final = 4
TIME_FORMS: Final = {
    "dmy": DMY, "iso": ISO, "epoch_s": EPOCH_S, "epoch_ms": EPOCH_MS, "compact": COMPACT,
}  # fmt: skip

# Not a number, or one too great for any field; its size is a number too, unlike that of -2**63.
NO_NUMBER: Final = -(2**62)
NO_TIME: Final = -(2**63)
NOT_DECIMAL: Final = -9999  # in place of a number of decimals

_MOST_DIGITS: Final = 18
# Bytes side by side: ones, noughts as text, the top bits, and what a digit lacks to reach it.
_ONES: Final = np.uint64(0x0101010101010101)
_ZEROS: Final = np.uint64(0x3030303030303030)
_HIGH_BITS: Final = np.uint64(0x8080808080808080)
_SIX_SHORT: Final = np.uint64(0x7676767676767676)
_PAIRS: Final = np.uint64(0x000000FF000000FF)
_HUNDREDS: Final = np.uint64(0x000F424000000064)
_ONES_OF_PAIRS: Final = np.uint64(0x0000271000000001)
_ZERO: Final = 48
_MS_PER_MINUTE: Final = 60_000
_MS_PER_S: Final = 1000
_DATE: Final = 10  # characters of a date with its two marks
_COMPACT_TIME: Final = 15


@njit(cache=True, nogil=True)
def decimal_number(  # noqa: C901, PLR0912 - one flat kernel
    data: int, first: int, stop: int, mark: int
) -> tuple[int, int]:
    """Return a cell's digits as a whole number with its sign, and how many are decimals.

    `-12.50` gives (-1250, 2). An exponent is heeded. Digits past the eighteenth are dropped.

    Args:
        data: address of the bytes.
        first: the cell's first byte, trimmed.
        stop: the one past its last.
        mark: the decimal mark; a point is always one.

    Returns:
        The number and its decimals (below 0: tens to multiply by); (0, `NOT_DECIMAL`) if the
        cell is not a decimal number.
    """
    at, whole, digits, decimals = first, 0, 0, 0
    negative = at < stop and byte_at(data, at) == 45  # noqa: PLR2004 - minus
    if negative or (at < stop and byte_at(data, at) == 43):  # noqa: PLR2004 - plus
        at += 1
    pointed, seen = False, False
    while at < stop:
        digit = byte_at(data, at) - _ZERO
        if 0 <= digit <= 9:  # noqa: PLR2004
            seen = True
            if digits < _MOST_DIGITS:
                whole = whole * 10 + digit
                digits += whole > 0
                decimals += pointed
            else:
                decimals -= not pointed
        elif not pointed and (byte_at(data, at) == mark or byte_at(data, at) == 46):  # noqa: PLR2004 - point
            pointed = True
        else:
            break
        at += 1
    if not seen:
        return 0, NOT_DECIMAL
    if at < stop:
        exponent = _exponent(data, at, stop)
        if exponent == NO_NUMBER:
            return 0, NOT_DECIMAL
        decimals -= exponent
    return (-whole if negative else whole), decimals


@njit(cache=True, nogil=True, inline="always")
def short_number(data: int, first: int, stop: int, mark: int) -> tuple[int, int]:
    """Return what `decimal_number` does for up to sixteen digits and one mark, read eight at once.

    Gives (0, `NOT_DECIMAL`) for any other cell, also if it is a number of another form.
    """
    negative = first < stop and byte_at(data, first) == 45  # noqa: PLR2004 - minus
    first += negative
    length = stop - first
    if length < 1 or length > 16:  # noqa: PLR2004
        return 0, NOT_DECIMAL
    head = word_at(data, first) if length >= 8 else word_of(data, first, length)  # noqa: PLR2004
    size = min(length, 8)
    decimals = 0
    differing = head ^ (_ONES * np.uint64(mark))
    found = (differing - _ONES) & ~differing & _HIGH_BITS
    if found != 0:  # close the gap where the mark stood
        place = lowest_bit(found) & -8
        below = (np.uint64(1) << np.uint64(place)) - np.uint64(1)
        head = (head & below) | ((head >> np.uint64(8)) & ~below)
        size -= 1
        decimals = length - 1 - (place >> 3)
    whole = _eight_digits(head, size)
    if length > 8:  # noqa: PLR2004
        more = length - 8
        tail = word_at(data, first + 8) if more == 8 else word_of(data, first + 8, more)  # noqa: PLR2004
        rest = _eight_digits(tail, more)
        whole = whole * ten_to(more) + rest if whole >= 0 and rest >= 0 else NO_NUMBER
    if whole < 0 or size == 0:
        return 0, NOT_DECIMAL
    return (-whole if negative else whole), decimals


@njit(cache=True, nogil=True, inline="always")
def _eight_digits(word: Any, size: int) -> int:  # noqa: ANN401 - a word
    """Return the number that the first `size` bytes of a word, 0 to 8, write; below 0 if none.

    Source:
        Lemire, "Number Parsing at a Gigabyte per Second", 2021, section 7 (digits in parallel).
    """
    if size == 0:
        return 0
    empty = np.uint64((8 - size) * 8)
    digits = (word << empty) - (_ZEROS << empty)
    if ((digits + _SIX_SHORT) | digits) & _HIGH_BITS:
        return NO_NUMBER
    digits = digits * np.uint64(10) + (digits >> np.uint64(8))
    high = (digits & _PAIRS) * _HUNDREDS
    low = ((digits >> np.uint64(16)) & _PAIRS) * _ONES_OF_PAIRS
    return signed((high + low) >> np.uint64(32))


@njit(cache=True, nogil=True)
def _exponent(data: int, at: int, stop: int) -> int:
    """Return the number after an `e`, or `NO_NUMBER` if the rest of the cell is not an exponent."""
    if byte_at(data, at) | 32 != 101 or stop - at < 2 or stop - at > 5:  # noqa: PLR2004 - e, a sign, digits
        return NO_NUMBER
    at += 1
    negative = byte_at(data, at) == 45  # noqa: PLR2004 - minus
    if negative or byte_at(data, at) == 43:  # noqa: PLR2004 - plus
        at += 1
    if at == stop:
        return NO_NUMBER
    value = 0
    while at < stop:
        digit = byte_at(data, at) - _ZERO
        if digit < 0 or digit > 9:  # noqa: PLR2004
            return NO_NUMBER
        value = value * 10 + digit
        at += 1
    return -value if negative else value


@njit(cache=True, nogil=True)
def in_units(whole: int, decimals: int, digit: int, power: int, factor: float) -> int:
    """Return a decimal number times a factor, rounded to a whole one, halves to even.

    Exact where the factor is one digit and noughts (`digit * 10**power`: degrees to 1/600000 are
    6 and 5), so that the same text always gives the integer that AIS sent. Another factor is
    applied in floating point.

    Args:
        whole: the digits with their sign.
        decimals: how many of them are decimals.
        digit: the factor's one digit, or 0 if it is not of that form.
        power: its noughts.
        factor: the factor.

    Returns:
        The whole number, or `NO_NUMBER` if it has more than eighteen digits.
    """
    if digit == 0:
        value = whole * 10.0**-decimals * factor
        return int(np.rint(value)) if abs(value) < 1e18 else NO_NUMBER  # noqa: PLR2004
    shift = decimals - power
    if shift <= 0:
        if whole == 0:
            return 0
        room = _MOST_DIGITS + shift
        if room <= 0 or abs(whole) >= ten_to(room):
            return NO_NUMBER
        return whole * digit * ten_to(-shift)
    if shift > _MOST_DIGITS:
        return 0
    size = abs(whole)
    if shift == 1:  # six decimals of a degree, two of a knot: the divisor is a constant
        units, rest, base = size * digit // 10, size * digit % 10, 10
    else:
        base = ten_to(shift)
        units = size // base * digit
        over = size % base * digit
        units, rest = units + over // base, over % base
    half = base // 2
    units += rest > half or (rest == half and units & 1 == 1)
    return -units if whole < 0 else units


@njit(cache=True, nogil=True)
def _two_digits(data: int, at: int) -> int:
    """Return two digits as a number; below 0 if they are not two digits."""
    tens = byte_at(data, at) - _ZERO
    ones = byte_at(data, at + 1) - _ZERO
    if tens < 0 or tens > 9 or ones < 0 or ones > 9:  # noqa: PLR2004
        return -1_000_000
    return tens * 10 + ones


@njit(cache=True, nogil=True)
def _day_ms(year: int, month: int, day: int) -> int:
    """Return the instant at which a day of the calendar begins, or `NO_TIME` if there is no such.

    Source:
        Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    """
    if year < 1 or month < 1 or month > 12 or day < 1:  # noqa: PLR2004
        return NO_TIME
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = 28 + leap if month == 2 else 30 + (month + month // 8) % 2  # noqa: PLR2004
    if day > longest:
        return NO_TIME
    shifted = year - (month <= 2)  # noqa: PLR2004 - the year begins in March
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1  # noqa: PLR2004
    days = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    return days * MS_PER_DAY


@njit(cache=True, nogil=True)
def _clock_ms(data: int, first: int, stop: int) -> int:
    """Return milliseconds since midnight UTC of `HH:MM[:SS[.fff]][Z|+HH[[:]MM]]`, or `NO_TIME`."""
    if stop - first < 5 or byte_at(data, first + 2) != 58:  # noqa: PLR2004 - HH:MM, colon
        return NO_TIME
    hour, minute = _two_digits(data, first), _two_digits(data, first + 3)
    second, fraction, at = 0, 0, first + 5
    if stop - at >= 3 and byte_at(data, at) == 58:  # noqa: PLR2004 - colon
        second, at = _two_digits(data, at + 1), at + 3
        if at < stop and (byte_at(data, at) == 46 or byte_at(data, at) == 44):  # noqa: PLR2004 - point, comma
            at, place = at + 1, 100
            while at < stop and 48 <= byte_at(data, at) <= 57:  # noqa: PLR2004
                fraction += (byte_at(data, at) - _ZERO) * place
                place //= 10
                at += 1
    if hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0 or second > 59:  # noqa: PLR2004
        return NO_TIME
    zone = _zone_ms(data, at, stop)
    if zone == NO_TIME:
        return NO_TIME
    return ((hour * 60 + minute) * 60 + second) * _MS_PER_S + fraction - zone


@njit(cache=True, nogil=True)
def _zone_ms(data: int, at: int, stop: int) -> int:
    """Return how far ahead of UTC a clock is; none, `Z`, `+HH`, `+HHMM`, `+HH:MM`, or `NO_TIME`."""
    if at == stop or (stop - at == 1 and byte_at(data, at) == 90):  # noqa: PLR2004 - Z
        return 0
    sign = 44 - byte_at(data, at)  # plus is 43, minus 45
    if abs(sign) != 1 or stop - at < 3:  # noqa: PLR2004
        return NO_TIME
    hour, minute, rest = _two_digits(data, at + 1), 0, at + 3
    if rest < stop and byte_at(data, rest) == 58:  # noqa: PLR2004 - colon
        rest += 1
    if rest < stop:
        if stop - rest != 2:  # noqa: PLR2004
            return NO_TIME
        minute = _two_digits(data, rest)
    if hour < 0 or hour > 23 or minute < 0 or minute > 59:  # noqa: PLR2004
        return NO_TIME
    return sign * (hour * 60 + minute) * _MS_PER_MINUTE


@njit(cache=True, nogil=True)
def _written_day_ms(data: int, first: int, form: int) -> int:
    """Return the beginning of the day written as `dd/mm/yyyy` or `yyyy-mm-dd`, or `NO_TIME`."""
    if form == DMY:
        if byte_at(data, first + 2) != byte_at(data, first + 5):
            return NO_TIME
        century, years = _two_digits(data, first + 6), _two_digits(data, first + 8)
        month, day = _two_digits(data, first + 3), _two_digits(data, first)
    else:
        if byte_at(data, first + 4) != byte_at(data, first + 7):
            return NO_TIME
        century, years = _two_digits(data, first), _two_digits(data, first + 2)
        month, day = _two_digits(data, first + 5), _two_digits(data, first + 8)
    return _day_ms(century * 100 + years, month, day)


@njit(cache=True, nogil=True)
def _compact_ms(data: int, first: int, stop: int) -> int:
    """Return the instant written as `yyyymmdd_HHMMSS`, or `NO_TIME`."""
    if stop - first != _COMPACT_TIME or 48 <= byte_at(data, first + 8) <= 57:  # noqa: PLR2004
        return NO_TIME
    year = _two_digits(data, first) * 100 + _two_digits(data, first + 2)
    day = _day_ms(year, _two_digits(data, first + 4), _two_digits(data, first + 6))
    hour, minute = _two_digits(data, first + 9), _two_digits(data, first + 11)
    second = _two_digits(data, first + 13)
    if day == NO_TIME or hour < 0 or hour > 23 or minute < 0 or minute > 59:  # noqa: PLR2004
        return NO_TIME
    if second < 0 or second > 59:  # noqa: PLR2004
        return NO_TIME
    return day + ((hour * 60 + minute) * 60 + second) * _MS_PER_S


@njit(cache=True, nogil=True)
def _epoch_ms(data: int, first: int, stop: int, power: int) -> int:
    """Return the instant written as a number since 1970, rounded down, or `NO_TIME`."""
    whole, decimals = decimal_number(data, first, stop, 46)
    shift = decimals - power
    if decimals == NOT_DECIMAL or whole < 0 or shift > _MOST_DIGITS or shift < -_MOST_DIGITS:
        return NO_TIME
    if shift >= 0:
        return whole // ten_to(shift)
    return whole * ten_to(-shift) if whole < ten_to(_MOST_DIGITS + shift) else NO_TIME


@njit(cache=True, nogil=True)
def instant_ms(data: int, first: int, stop: int, form: int) -> int:
    """Return the instant a cell says, ms since 1970 UTC, or `NO_TIME`.

    A time without a zone is UTC.

    Args:
        data: address of the bytes.
        first: the cell's first byte, trimmed.
        stop: the one past its last.
        form: `DMY` ... `COMPACT`.
    """
    if form in (EPOCH_S, EPOCH_MS):
        return _epoch_ms(data, first, stop, 3 if form == EPOCH_S else 0)
    if form == COMPACT:
        return _compact_ms(data, first, stop)
    clock = first + _DATE + 1
    if stop - clock < 5:  # noqa: PLR2004 - HH:MM
        return NO_TIME
    gap = byte_at(data, clock - 1)
    if gap != 32 and gap != 84:  # noqa: PLR2004, PLR1714 - blank or T
        return NO_TIME
    day, since = _written_day_ms(data, first, form), _clock_ms(data, clock, stop)
    return NO_TIME if NO_TIME in (day, since) else day + since
