"""Rows of a season, in; NMEA sentences with tag blocks, out.

Source:
    Message layouts: ITU-R M.1371-5, as in ais.md 7; tag blocks: IEC 62320-1, as in ais.md 3.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.season.emission import (
    BAD_CHECKSUM,
    COG_NONE,
    CUT,
    HEADING_NONE,
    KIND_MASK,
    LAT_NONE,
    POSITION,
    SOG_NONE,
    STATIC,
    Rows,
)
from northwatch.season.fleets import CLASS_A, CLASS_B, Fleet
from northwatch.season.letters import COMMA, Bytes, Texts, put_number, put_text, texts
from northwatch.season.plan import SeasonPlan
from northwatch.season.reception import shore_count, station_names
from northwatch.season.told import arrivals, fixes, sides
from northwatch.season.voyages import destinations

_CALL_SIGN, _NAME, _DESTINATION = 7, 20, 20
_DESTINATION_BIT: Final = 302  # of type 5: two bits into the 51st group of six
_DESTINATION_GROUP: Final = 50
_FIVE: Final = 71
_FIRST_PART: Final = 60
_A_PART, _B_PART = 27, 28
_ROOM: Final = 260  # two lines of a static report
_DIM_LONG, _DIM_WIDE = 511, 63

_BACKSLASH, _STAR, _BANG, _DASH, _CR, _LF = (np.uint8(ord(c)) for c in "\\*!-\r\n")
_CUT_FROM, _CUT_MORE = 4, 20
_TYPE_3_PERCENT: Final = 15
_TEN: Final = 10
_LOW_CODES: Final = 40  # of six bits; the others stand eight letters further on


class Signals(NamedTuple):
    """All that the kernel packs or copies.

    Attributes:
        mmsi: by ship.
        is_b: 1 for class B, by ship.
        static: groups of six bits by ship: type 5, or the parts A and B of type 24 one after the
            other, (n, 71).
        destinations: six-bit characters by number of destination, (m, 20).
        stations: names.
        shore: how many of them stand on shore.
        epoch_s: the season's beginning, seconds since 1970.
        talkers: "!AIVDM," and "!BSVDM,".
    """

    mmsi: NDArray[np.int64]
    is_b: NDArray[np.int64]
    static: Bytes
    destinations: Bytes
    stations: Texts
    shore: int
    epoch_s: int
    talkers: Texts


def six_bit(text: str, width: int) -> list[int]:
    """Return a text as AIS characters, cut or padded with 0 to `width`."""
    codes = [ord(letter) % 64 for letter in text.upper()[:width]]
    return codes + [0] * (width - len(codes))


def groups(fields: Sequence[tuple[int, int]]) -> list[int]:
    """Return (value, width in bits) fields, most significant first, as groups of six bits."""
    total, size = 0, 0
    for value, width in fields:
        total = (total << width) | (value & ((1 << width) - 1))
        size += width
    fill = -size % 6
    total <<= fill
    return [(total >> shift) & 63 for shift in range(size + fill - 6, -1, -6)]


def _text_fields(text: str, width: int) -> list[tuple[int, int]]:
    return [(code, 6) for code in six_bit(text, width)]


def signals_of(plan: SeasonPlan, fleet: Fleet) -> Signals:
    """Return the signals of a fleet."""
    ships = fleet.ships
    side, fix, arrival = sides(fleet), fixes(plan, fleet), arrivals(plan, fleet)
    static = np.zeros((ships.height, _FIVE), np.uint8)
    for k, ship in enumerate(ships.iter_rows(named=True)):
        size = (
            *((min(int(side.bow[k]), _DIM_LONG), 9), (min(int(side.stern[k]), _DIM_LONG), 9)),
            *((min(int(side.port[k]), _DIM_WIDE), 6), (min(int(side.starboard[k]), _DIM_WIDE), 6)),
        )
        head = [(24 if ship["ais_class"] == CLASS_B else 5, 6), (0, 2), (ship["mmsi"], 30)]
        if ship["ais_class"] == CLASS_A:
            _, month, day, hour, minute = arrival[k]
            told = groups([
                *head, (0, 2), (ship["imo"] or 0, 30),
                *_text_fields(ship["call_sign"], _CALL_SIGN), *_text_fields(ship["name"], _NAME),
                (ship["ship_type"], 8), *size, (int(fix[k]), 4),
                (month, 4), (day, 5), (hour, 5), (minute, 6), (ship["draught_i"], 8),
                (0, 6 * _DESTINATION), (0, 2),
            ])  # fmt: skip
        else:
            told = groups([*head, (0, 2), *_text_fields(ship["name"], _NAME)]) + groups([
                *head, (1, 2), (ship["ship_type"], 8), *_text_fields("NWS", 3), (1, 4), (k, 20),
                *_text_fields(ship["call_sign"], _CALL_SIGN), *size, (int(fix[k]), 4), (0, 2),
            ])  # fmt: skip
        static[k, : len(told)] = told
    return Signals(
        ships["mmsi"].cast(int).to_numpy(),
        (ships["ais_class"] == CLASS_B).cast(int).to_numpy(),
        static,
        np.array([six_bit(name, _DESTINATION) for name in destinations()], np.uint8),
        texts([f"s:{name},c:" for name in station_names(plan.reception)]),
        shore_count(plan.reception),
        plan.t_from_s,
        texts(["!AIVDM,", "!BSVDM,"]),
    )


def nmea_lines(rows: Rows, signals: Signals) -> tuple[Bytes, int]:
    """Return the lines of rows in order, and how many there are: two for each static report."""
    out = np.empty(max(1, rows.shape[0] * _ROOM), np.uint8)
    size, lines = _write(rows, signals, out)
    return out[:size], int(lines)


@njit(cache=True, nogil=True, error_model="numpy")
def _write(rows: Rows, signals: Signals, out: Bytes) -> tuple[int, int]:
    at, lines = 0, 0
    six = np.zeros(_FIVE, np.uint8)
    for k in range(rows.shape[0]):
        row = rows[k]
        ship, what = row[2], row[3]
        kind = what & KIND_MASK
        if kind == STATIC:
            six[:] = signals.static[ship]
            lines += 2
            if signals.is_b[ship]:
                at = _put_line(out, at, row, signals, six, 0, _A_PART, 2, what)
                at = _put_line(out, at, row, signals, six, _A_PART, _A_PART + _B_PART, 0, 0)
            else:
                _put_destination(six, signals.destinations, row[11] >> 16)
                at = _put_line(out, at, row, signals, six, 0, _FIRST_PART, 0, what)
                at = _put_line(out, at, row, signals, six, _FIRST_PART, _FIVE, 2, 0)
            continue
        lines += 1
        if kind == POSITION:
            if signals.is_b[ship]:
                _pack_b(six, row, signals.mmsi[ship])
            else:
                _pack_a(six, row, signals.mmsi[ship])
            at = _put_line(out, at, row, signals, six, 0, 28, 0, what)
        else:
            _pack_long_range(six, row, signals.mmsi[ship])
            at = _put_line(out, at, row, signals, six, 0, 16, 0, what)
    return at, lines


@njit(cache=True, nogil=True, error_model="numpy")
def _spread(six: Bytes, at: int, bits: int, count: int) -> None:
    """Put the low 6 x count bits into `count` groups."""
    for i in range(count - 1, -1, -1):
        six[at + i] = bits & 63
        bits >>= 6


@njit(cache=True, nogil=True, error_model="numpy")
def _pack_a(six: Bytes, row: Rows, mmsi: int) -> None:
    """Pack types 1 and 3: 60, 60 and 48 bits."""
    number = 3 if (row[1] * 7 + row[2] * 13) % 100 < _TYPE_3_PERCENT else 1
    status, second = row[10] & 15, row[10] >> 8
    lon, lat = row[5] & 0xFFFFFFF, row[4] & 0x7FFFFFF
    _spread(
        six, 0, (number << 54) | (mmsi << 22) | (status << 18) | (row[9] & 255) << 10 | row[6], 10
    )
    _spread(six, 10, (1 << 59) | (lon << 31) | (lat << 4) | (row[7] >> 8), 10)
    _spread(six, 20, (row[7] & 255) << 40 | (row[8] << 31) | (second << 25), 8)


@njit(cache=True, nogil=True, error_model="numpy")
def _pack_b(six: Bytes, row: Rows, mmsi: int) -> None:
    """Pack type 18: a carrier-sense unit."""
    lon, lat = row[5] & 0xFFFFFFF, row[4] & 0x7FFFFFF
    second = row[10] >> 8
    _spread(six, 0, (18 << 54) | (mmsi << 22) | (row[6] << 4) | (1 << 3) | (lon >> 25), 10)
    _spread(six, 10, (lon & 0x1FFFFFF) << 35 | (lat << 8) | (row[7] >> 4), 10)
    unit = (1 << 26) | (1 << 24) | (1 << 23) | (1 << 22) | 0xE0006
    _spread(six, 20, (row[7] & 15) << 44 | (row[8] << 35) | (second << 29) | unit, 8)


@njit(cache=True, nogil=True, error_model="numpy")
def _pack_long_range(six: Bytes, row: Rows, mmsi: int) -> None:
    """Pack type 27: 60 and 36 bits; a tenth of a minute, whole knots and degrees."""
    lon = int(np.rint(row[5] / 1000.0)) & 0x3FFFF
    lat = int(np.rint(row[4] / 1000.0)) & 0x1FFFF
    sog = 63 if row[6] == SOG_NONE else min(62, (row[6] + 5) // 10)
    cog = HEADING_NONE if row[4] == LAT_NONE or row[7] == COG_NONE else (row[7] + 5) // 10 % 360
    head = (27 << 54) | (mmsi << 22) | (1 << 21) | (row[10] & 15) << 16
    _spread(six, 0, head | (lon >> 2), 10)
    _spread(six, 10, (lon & 3) << 34 | (lat << 17) | (sog << 11) | (cog << 2), 6)


@njit(cache=True, nogil=True, error_model="numpy")
def _put_destination(six: Bytes, table: Bytes, number: int) -> None:
    """Put twenty characters into type 5, two bits into a group."""
    six[_DESTINATION_GROUP] |= table[number, 0] >> 2
    for i in range(1, _DESTINATION):
        six[_DESTINATION_GROUP + i] = (table[number, i - 1] & 3) << 4 | table[number, i] >> 2
    six[_DESTINATION_GROUP + _DESTINATION] = (table[number, _DESTINATION - 1] & 3) << 4


@njit(cache=True, nogil=True, error_model="numpy")
def _put_sum(out: Bytes, begin: int, at: int) -> int:
    """Write `*hh`, the XOR of all bytes from `begin`; return the place after it."""
    total = np.uint8(0)
    for i in range(np.uint64(begin), np.uint64(at)):
        total ^= out[i]
    out[at] = _STAR
    high, low = total >> 4, total & 15
    out[at + 1] = high + (48 if high < _TEN else 55)
    out[at + 2] = low + (48 if low < _TEN else 55)
    return at + 3


@njit(cache=True, nogil=True, error_model="numpy")
def _put_line(  # noqa: PLR0913, PLR0915, PLR0917 - one line's facts, one flat kernel
    out: Bytes, at: int, row: Rows, signals: Signals, six: Bytes, first: int, stop: int, fill: int,
    what: int,
) -> int:  # fmt: skip
    """Write one sentence with its tag block; return the place after the line."""
    stated, ship, station = row[1], row[2], row[11] & 0xFFFF
    two = (row[3] & KIND_MASK) == STATIC and not signals.is_b[ship]
    last = two and first > 0
    group = (ship * 31 + stated) % 9999 + 1
    begin = at
    out[at] = _BACKSLASH
    at += 1
    if two:
        out[at], out[at + 1], out[at + 2] = ord("g"), ord(":"), 49 + last
        out[at + 3], out[at + 4], out[at + 5] = _DASH, ord("2"), _DASH
        at = put_number(out, at + 6, group)
    if not last:
        if two:
            out[at] = COMMA
            at += 1
        at = put_text(out, at, signals.stations, station)
        at = put_number(out, at, signals.epoch_s + stated)
    at = _put_sum(out, begin + 1, at)
    out[at] = _BACKSLASH
    sentence = at + 1
    at = put_text(out, sentence, signals.talkers, 1 if station < signals.shore else 0)
    out[at], out[at + 1], out[at + 2], out[at + 3] = 49 + two, COMMA, 49 + last, COMMA
    at += 4
    if two:
        out[at] = 48 + group % 10
        at += 1
    out[at], out[at + 1], out[at + 2] = COMMA, 65 + ((stated + ship) & 1), COMMA
    at += 3
    source, target = np.uint64(first), np.uint64(at)
    for i in range(np.uint64(stop - first)):
        code = six[source + i]
        out[target + i] = code + (48 if code < _LOW_CODES else 56)
    at += stop - first
    out[at], out[at + 1] = COMMA, 48 + fill
    at = _put_sum(out, sentence + 1, at + 2)
    if what & BAD_CHECKSUM:
        out[at - 1] = 48 if out[at - 1] != ord("0") else 49
    elif what & CUT:
        at -= _CUT_FROM + (stated + ship) % _CUT_MORE
    out[at] = _CR
    out[at + 1] = _LF
    return at + 2
