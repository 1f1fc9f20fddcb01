"""Rows of a season, in; lines of the Danish Maritime Authority's form of 2023 and later, out.

Source:
    The columns and words of web.ais.dk/aisdata as ais.md 9 gives them.
"""

from datetime import timedelta
from typing import Final, NamedTuple

import numpy as np
from numba import njit

from northwatch.season.emission import (
    BAD_CHECKSUM,
    COG_NONE,
    CUT,
    HEADING_NONE,
    KIND_MASK,
    LAT_NONE,
    LONG_RANGE,
    SOG_NONE,
    STATIC,
    TURN_NONE,
    Rows,
)
from northwatch.season.fleets import CLASS_A, Fleet
from northwatch.season.letters import (
    COMMA,
    Bytes,
    Texts,
    longest,
    put_clock,
    put_degrees,
    put_number,
    put_tenths,
    put_text,
    texts,
)
from northwatch.season.paths import Ints
from northwatch.season.plan import S_PER_DAY, SeasonPlan
from northwatch.season.told import arrivals, fixes, sides
from northwatch.season.voyages import destinations

HEADER: Final = (
    b"# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,"
    b"IMO,Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,"
    b"Destination,ETA,Data source type,A,B,C,D\r\n"
)
STATUSES: Final = (
    "Under way using engine",
    "At anchor",
    "Not under command",
    "Restricted maneuverability",
    "Constrained by her draught",
    "Moored",
    "Aground",
    "Engaged in fishing",
    "Under way sailing",
    "Reserved for future amendment [HSC]",
    "Reserved for future amendment [WIG]",
    "Reserved for future use [11]",
    "Reserved for future use [12]",
    "Reserved for future use [13]",
    "AIS-SART, MOB-AIS, EPIRB-AIS",
    "Unknown value",
)
_SHIP_TYPES: Final = {
    30: "Fishing",
    31: "Towing",
    35: "Military",
    36: "Sailing",
    37: "Pleasure",
    50: "Pilot",
    51: "SAR",
    52: "Tug",
    53: "Port tender",
    55: "Law enforcement",
}
_TENS: Final = {4: "HSC", 6: "Passenger", 7: "Cargo", 8: "Tanker", 9: "Other"}
_CARGOES: Final = {
    0: "",
    1: "Category X",
    2: "Category Y",
    3: "Category Z",
    4: "Category OS",
    9: "No additional information",
}
_FIXES: Final = {0: "Undefined", 1: "GPS", 3: "Combined GPS/GLONASS"}
_UNKNOWN: Final = ",Unknown,Unknown,,Undefined,,,,Undefined,,Unknown,,AIS,,,,\r\n"
_NO_PLACE: Final = "91.000000,181.000000,Unknown value,,,,"
_ROW_ROOM: Final = 64  # time and numbers
# A static report of a ship not yet placed that day makes a row of its own.
_EARLY_S: Final = 60


class Words(NamedTuple):
    """All that the kernel copies.

    Attributes:
        dates: "dd/mm/yyyy " by day, the day before the season's first being number 0.
        fronts: ",Class A,219000000," by ship.
        statuses: by AIS code.
        turns: rate of turn in degrees a minute, by the raw number plus 128.
        identities: what is told from IMO to draught, by ship.
        destinations: by number.
        ends: what is told after it, by ship.
        unknown: text 0: the same columns while nothing is known; text 1: no place.
        static_beat_ms, static_phase_ms: when each ship tells it.
    """

    dates: Texts
    fronts: Texts
    statuses: Texts
    turns: Texts
    identities: Texts
    destinations: Texts
    ends: Texts
    unknown: Texts
    static_beat_ms: Ints
    static_phase_ms: Ints


def ship_type_words(code: int) -> tuple[str, str]:
    """Return the words for an AIS ship type and for its cargo."""
    if code in _SHIP_TYPES:
        return _SHIP_TYPES[code], ""
    if code // 10 in _TENS:
        return _TENS[code // 10], _CARGOES.get(code % 10, "")
    return "Undefined", ""


def turn_words(raw: int) -> str:
    """Return the rate of turn, degrees a minute with one decimal; empty for not available."""
    rate = round(float(np.sign(raw)) * (raw / 4.733) ** 2, 1) + 0.0
    return "" if raw == TURN_NONE else f"{rate:.1f}"


def words_of(plan: SeasonPlan, fleet: Fleet, beat_ms: Ints, phase_ms: Ints) -> Words:
    """Return the words of a fleet.

    Args:
        plan: for the dates.
        fleet: the ships.
        beat_ms: time between static reports, by ship.
        phase_ms: of the first.
    """
    days = [plan.t_from + timedelta(days=k) for k in range(-1, plan.days + 2)]
    identities, ends = _identity_words(plan, fleet)
    classes = ["Class A" if told == CLASS_A else "Class B" for told in fleet.ships["ais_class"]]
    return Words(
        texts([day.strftime("%d/%m/%Y ") for day in days]),
        texts([f",{a},{b}," for a, b in zip(classes, fleet.ships["mmsi"], strict=True)]),
        texts([word + "," for word in STATUSES]),
        texts([turn_words(raw) + "," for raw in range(-128, 128)]),
        texts(identities),
        texts(destinations()),
        texts(ends),
        texts([_UNKNOWN, _NO_PLACE]),
        beat_ms,
        phase_ms,
    )


def _identity_words(plan: SeasonPlan, fleet: Fleet) -> tuple[list[str], list[str]]:
    identities, ends = [], []
    side = sides(fleet)
    fix, arrival = fixes(plan, fleet), arrivals(plan, fleet)
    for k, ship in enumerate(fleet.ships.iter_rows(named=True)):
        kind, cargo = ship_type_words(ship["ship_type"])
        is_a = ship["ais_class"] == CLASS_A
        draught = f"{ship['draught_i'] / 10:.1f}" if is_a else ""
        imo = ship["imo"] if is_a and ship["imo"] else "Unknown"
        year, month, day, hour, minute = arrival[k]
        eta = f"{day:02}/{month:02}/{year} {hour:02}:{minute:02}:00" if is_a else ""
        identities.append(
            f",{imo},{ship['call_sign']},{ship['name']},{kind},{cargo},"
            f"{ship['width_m']},{ship['length_m']},{_FIXES[int(fix[k])]},{draught},"
        )
        # DMA's README: C is starboard, D is port.
        ends.append(
            f",{eta},AIS,{side.bow[k]},{side.stern[k]},{side.starboard[k]},{side.port[k]}\r\n"
        )
    return identities, ends


def dma_lines(rows: Rows, words: Words) -> tuple[Bytes, int]:
    """Return the lines of rows in order, and how many there are.

    Lines that a receiver spoils (checksum, cut) never reach such a file and are left out, as are
    type 27 and, but for a ship's first minute of a day, static reports, which only fill columns.
    """
    room = _ROW_ROOM + sum(
        longest(told) for told in (words.dates, words.fronts, words.statuses, words.turns)
    )
    room += longest(words.identities) + longest(words.destinations) + longest(words.ends)
    out = np.empty(max(1, rows.shape[0] * room), np.uint8)
    size, lines = _write(rows, words, out)
    return out[:size], int(lines)


@njit(cache=True, nogil=True, error_model="numpy")
def _write(  # noqa: C901, PLR0912, PLR0915 - one flat kernel
    rows: Rows, words: Words, out: Bytes
) -> tuple[int, int]:
    at, lines = 0, 0
    for k in range(rows.shape[0]):
        row = rows[k]
        arrival, stated, ship, what = row[0], row[1], row[2], row[3]
        kind = what & KIND_MASK
        if kind == LONG_RANGE or what & (BAD_CHECKSUM | CUT):
            continue
        of_day = arrival % S_PER_DAY
        if kind == STATIC and of_day >= _EARLY_S:
            continue
        lines += 1
        at = put_text(out, at, words.dates, stated // S_PER_DAY + 1)
        at = put_clock(out, at, stated % S_PER_DAY)
        at = put_text(out, at, words.fronts, ship)
        if row[4] == LAT_NONE:
            at = put_text(out, at, words.unknown, 1)
        else:
            at = put_degrees(out, at, row[4])
            out[at] = COMMA
            at = put_degrees(out, at + 1, row[5])
            out[at] = COMMA
            at += 1
            at = put_text(out, at, words.statuses, row[10] & 15)
            at = put_text(out, at, words.turns, row[9] + 128)
            if row[6] != SOG_NONE:
                at = put_tenths(out, at, row[6])
            out[at] = COMMA
            at += 1
            if row[7] != COG_NONE:
                at = put_tenths(out, at, row[7])
            out[at] = COMMA
            at += 1
            if row[8] != HEADING_NONE:
                at = put_number(out, at, row[8])
        beat = words.static_beat_ms[ship]
        told = (words.static_phase_ms[ship] - (arrival - of_day) * 1000) % beat
        if kind == STATIC or of_day * 1000 >= told:
            at = put_text(out, at, words.identities, ship)
            at = put_text(out, at, words.destinations, row[11] >> 16)
            at = put_text(out, at, words.ends, ship)
        else:
            at = put_text(out, at, words.unknown, 0)
    return at, lines
