# ruff: noqa: PLR2004 - the numbers are those of clock, calendar and decimal digits
"""Texts of time in a line, in; milliseconds UTC since 1970, out; `NULL_64` where there is none."""

from typing import Final

from northwatch.ais.layout import NULL_64
from northwatch.ais.wide import (
    Bytes,
    byte_at,
    inlined,
    kernel,
    load8,
    shift_right,
)
from northwatch.units import MS_PER_DAY, MS_PER_S

# A number without a unit is told by its size (ais.md, 4): below each bound it is ...
_SECONDS_BELOW: Final = 10**11
_MILLISECONDS_BELOW: Final = 10**14
_MICROSECONDS_BELOW: Final = 10**17

# A bare number before or after a sentence is a time from 1973 on; below, it is taken for a line
# number or a count (our own rule; a tag block's `c:` says that it is a time and needs none).
EARLIEST_BARE_MS: Final = 10**11

_LAST_SAFE: Final = (2**63 - 10) // 10
_ASCII_ZEROS: Final = 0x3030303030303030
_HIGH_HALVES: Final = 0xF0F0F0F0F0F0F0F0 - (1 << 64)
_SIXES: Final = 0x0606060606060606

_ZERO: Final = 48
_NINE: Final = 57
_POINT: Final = 46
_COMMA: Final = 44
_MINUS: Final = 45
_PLUS: Final = 43
_COLON: Final = 58
_SLASH: Final = 47
_BLANK: Final = 32
_T: Final = 84
_Z: Final = 90

_MINUTE_MS: Final = 60 * MS_PER_S
_HOUR_MS: Final = 60 * _MINUTE_MS


@kernel
def epoch_ms(  # noqa: C901, PLR0911, PLR0912 - one flat kernel
    buffer: Bytes, start: int, stop: int
) -> int:
    """Return the instant of a number of seconds, milli-, micro- or nanoseconds, decimals allowed.

    Rounded down. Anything but digits and one point gives `NULL_64`, and so does a number too
    great for 63 bits.
    """
    at = start
    value = 0
    if stop - start >= 8:
        word = load8(buffer, start)
        digits = (word & _HIGH_HALVES) == _ASCII_ZEROS
        if digits and ((word + _SIXES) & _HIGH_HALVES) == _ASCII_ZEROS:
            # Neighbouring digits are joined to pairs, pairs to fours, fours to eight.
            word = shift_right((word & 0x0F0F0F0F0F0F0F0F) * 2561, 8)
            word = shift_right((word & 0x00FF00FF00FF00FF) * 6553601, 16)
            value = shift_right((word & 0x0000FFFF0000FFFF) * 42949672960001, 32)
            at = start + 8
    while at < stop:
        digit = byte_at(buffer, at) - _ZERO
        if digit < 0 or digit > 9:
            break
        if value > _LAST_SAFE:
            return NULL_64
        value = value * 10 + digit
        at += 1
    if at == start:
        return NULL_64
    thousandths = 0
    if at < stop:
        if byte_at(buffer, at) != _POINT:
            return NULL_64
        weight = 100
        for place in range(at + 1, stop):
            digit = byte_at(buffer, place) - _ZERO
            if digit < 0 or digit > 9:
                return NULL_64
            thousandths += digit * weight
            weight //= 10
    if value < _SECONDS_BELOW:
        return value * MS_PER_S + thousandths
    if value < _MILLISECONDS_BELOW:
        return value
    if value < _MICROSECONDS_BELOW:
        return value // 1_000
    return value // 1_000_000


@kernel
def civil_ms(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
    """Return the instant of a date and time of the Gregorian calendar, UTC; `NULL_64` if none.

    Source: Howard Hinnant, chrono-compatible low-level date algorithms (days_from_civil).
    """
    if month < 1 or month > 12 or day < 1 or year < 1970 or year > 9999:
        return NULL_64
    if hour > 23 or minute > 59 or second > 60 or hour < 0 or minute < 0 or second < 0:
        return NULL_64
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    longest = 31
    if month == 2:
        longest = 29 if leap else 28
    elif month in (4, 6, 9, 11):
        longest = 30
    if day > longest:
        return NULL_64
    shifted = year - 1 if month <= 2 else year
    era = shifted // 400
    year_of_era = shifted - era * 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    days = era * 146_097 + day_of_era - 719_468
    return days * MS_PER_DAY + hour * _HOUR_MS + minute * _MINUTE_MS + second * MS_PER_S


@kernel
def whole(buffer: Bytes, start: int, stop: int) -> int:
    """Return the whole number written in [start, stop), at most nine digits; -1 if it is none."""
    if stop <= start or stop - start > 9:
        return -1
    value = 0
    for at in range(start, stop):
        digit = byte_at(buffer, at) - _ZERO
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


@kernel
def iso_ms(  # noqa: C901, PLR0911, PLR0912, PLR0915 - one flat kernel
    buffer: Bytes, start: int, stop: int
) -> tuple[int, bool]:
    """Return the instant of `yyyy-mm-dd hh:mm:ss[.fff][zone]`, and whether a zone was written.

    `T` or a blank between date and time, `-` or `/` in the date; zone `Z`, `+hh:mm`, `+hhmm` or
    `+hh`, a blank before it allowed. Without a zone the instant is taken as UTC.
    """
    if stop - start < 19:
        return NULL_64, False
    dash = byte_at(buffer, start + 4)
    between = byte_at(buffer, start + 10)
    if (dash not in (_MINUS, _SLASH)) or byte_at(buffer, start + 7) != dash:
        return NULL_64, False
    if between not in (_T, _BLANK):
        return NULL_64, False
    if byte_at(buffer, start + 13) != _COLON or byte_at(buffer, start + 16) != _COLON:
        return NULL_64, False
    t = civil_ms(
        whole(buffer, start, start + 4),
        whole(buffer, start + 5, start + 7),
        whole(buffer, start + 8, start + 10),
        whole(buffer, start + 11, start + 13),
        whole(buffer, start + 14, start + 16),
        whole(buffer, start + 17, start + 19),
    )
    if t == NULL_64:
        return NULL_64, False
    at = start + 19
    if at < stop and byte_at(buffer, at) in (_POINT, _COMMA):
        at += 1
        weight = 100
        first = at
        while at < stop and _ZERO <= byte_at(buffer, at) <= _NINE:
            t += (byte_at(buffer, at) - _ZERO) * weight
            weight //= 10
            at += 1
        if at == first:
            return NULL_64, False
    while at < stop and byte_at(buffer, at) == _BLANK:
        at += 1
    if at == stop:
        return t, False
    sign = byte_at(buffer, at)
    if sign == _Z and at + 1 == stop:
        return t, True
    if sign not in (_PLUS, _MINUS):
        return NULL_64, False
    hours = whole(buffer, at + 1, min(at + 3, stop))
    rest = at + 3
    if rest < stop and byte_at(buffer, rest) == _COLON:
        rest += 1
    minutes = 0 if rest >= stop else whole(buffer, rest, stop)
    if hours < 0 or hours > 14 or minutes < 0 or minutes > 59 or at + 3 > stop:
        return NULL_64, False
    shift = hours * _HOUR_MS + minutes * _MINUTE_MS
    return (t - shift if sign == _PLUS else t + shift), True


@kernel
def prefix_ms(buffer: Bytes, start: int, stop: int) -> tuple[int, bool]:
    """Return the instant written before a sentence, and whether its zone had to be assumed.

    A number since 1970 is UTC by its nature; a date without a zone is taken as UTC.
    """
    while start < stop and byte_at(buffer, start) in (_BLANK, 9):
        start += 1
    while stop > start and byte_at(buffer, stop - 1) in (_BLANK, 9, _COMMA, 59):
        stop -= 1
    t = epoch_ms(buffer, start, stop)
    if t != NULL_64:
        return (t if t >= EARLIEST_BARE_MS else NULL_64), False
    t, zoned = iso_ms(buffer, start, stop)
    return t, t != NULL_64 and not zoned


_PGHP_TIME: Final = 7  # year, month, day, hour, minute, second, millisecond
_PGHP_FIELDS: Final = 12  # and country, region, station, online, cc


@kernel
def pghp_time(  # noqa: C901, PLR0912, PLR0915 - one flat kernel
    buffer: Bytes, start: int, star: int
) -> tuple[int, int]:
    """Return the instant of a `$PGHP,1,...` line and its last field `cc`; `NULL_64` if unreadable.

    `start` is at the `$`, `star` at the `*`. A `cc` that is not two hex digits counts as 0, not
    filled.
    """
    at = start + 6  # behind `$PGHP,`
    if at + 2 > star or byte_at(buffer, at) != _ZERO + 1 or byte_at(buffer, at + 1) != _COMMA:
        return NULL_64, 0
    at += 2
    year = month = day = hour = minute = second = thousandths = -1
    last = at
    field = 0
    while at <= star:
        stop = at
        while stop < star and byte_at(buffer, stop) != _COMMA:
            stop += 1
        value = whole(buffer, at, stop) if field < _PGHP_TIME else 0
        if field == 0:
            year = value
        elif field == 1:
            month = value
        elif field == 2:
            day = value
        elif field == 3:
            hour = value
        elif field == 4:
            minute = value
        elif field == 5:
            second = value
        elif field == 6:
            thousandths = value
        last = at
        at = stop + 1
        field += 1
    if field < _PGHP_FIELDS or thousandths < 0 or thousandths >= MS_PER_S:
        return NULL_64, 0
    t = civil_ms(year, month, day, hour, minute, second)
    if t == NULL_64:
        return NULL_64, 0
    check = hex_byte(buffer, last) if star - last == 2 else -1
    return t + thousandths, max(check, 0)


@inlined
def hex_digit(character: int) -> int:
    """Return the value of a hex digit of either case, or -1."""
    if _ZERO <= character <= _NINE:
        return character - _ZERO
    letter = character | 32
    if 97 <= letter <= 102:
        return letter - 87
    return -1


@inlined
def hex_byte(buffer: Bytes, at: int) -> int:
    """Return the value of the two hex digits at a place, or a negative number if they are none."""
    return (hex_digit(byte_at(buffer, at)) << 4) | hex_digit(byte_at(buffer, at + 1))
