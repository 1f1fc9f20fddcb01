"""An independent reader of message bits, one at a time, from the tables of M.1371-5.

It shares nothing with the decoder but the names of columns.
"""

from collections.abc import Callable, Sequence
from typing import Any

Row = dict[str, Any]

ARMOUR = "0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw"
TEXT = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"

POSITION_TYPES = (1, 2, 3, 9, 18, 19, 27)
STATIC_TYPES = (5, 19, 24)
OTHER_TYPES = (6, 7, 8, 10, 12, 13, 14, 15, 16, 17, 20, 22, 23, 25, 26, 28)

# Standard length or lengths, and where the last field that is data ends.
LENGTHS = {
    **dict.fromkeys((1, 2, 3, 4, 11), ((168,), 149)),
    9: ((168,), 148),
    18: ((168,), 148),
    19: ((312,), 308),
    27: ((96,), 95),
    5: ((424,), 422),
    21: (range(272, 361), 271),
}


class Bits:
    """The bits of one message, with the flags found so far."""

    def __init__(self, payload: str, fill: int) -> None:
        bits = "".join(f"{ARMOUR.index(character):06b}" for character in payload)
        self.bits = bits[: len(bits) - fill]
        self.flags: set[str] = set()

    def number(self, first: int, last: int) -> int | None:
        """Return bits first to last, both included; None if one is missing."""
        return int(self.bits[first : last + 1], 2) if last < len(self.bits) else None

    def signed(self, first: int, last: int) -> int | None:
        value = self.number(first, last)
        if value is not None and self.bits[first] == "1":
            value -= 1 << (last - first + 1)
        return value

    def text(self, first: int, characters: int) -> str | None:
        return self.raw_text(first, characters).split("@", 1)[0].rstrip(" ") or None

    def raw_text(self, first: int, characters: int) -> str:
        text = ""
        for place in range(first, first + 6 * characters, 6):
            value = self.number(place, place + 5)
            if value is None:
                break
            text += TEXT[value]
        return text

    def unless(self, first: int, last: int, *none: int) -> int | None:
        value = self.number(first, last)
        return None if value in none else value

    def ranged(self, first: int, last: int, low: int, high: int) -> int | None:
        value = self.number(first, last)
        return value if value is not None and low <= value <= high else None

    def speed(self, first: int, scale: int = 1) -> int | None:
        value = self.unless(first, first + 9, 1023)
        if value == 1022:
            self.flags.add("sog_saturated")
        return None if value is None else value * scale

    def angle(self, first: int, last: int, null: int, limit: int, flag: str) -> int | None:
        value = self.unless(first, last, null)
        if value is not None and value >= limit:
            self.flags.add(flag)
            return None
        return value

    def place(self, lon: tuple[int, int], lat: tuple[int, int], scale: int = 1) -> Row:
        values = []
        for (first, last), degrees in ((lon, 180), (lat, 90)):
            value = self.signed(first, last)
            value = None if value is None else value * scale
            if value == (degrees + 1) * 600_000:
                value = None
            elif value is not None and abs(value) > degrees * 600_000:
                self.flags.add("pos_range")
                value = None
            values.append(value)
        if None in values:
            values = [None, None]
        return {"lon_i": values[0], "lat_i": values[1]}

    def dimensions(self, first: int) -> Row:
        bow, stern = self.number(first, first + 8), self.number(first + 9, first + 17)
        port, starboard = self.number(first + 18, first + 23), self.number(first + 24, first + 29)
        if bow == stern == port == starboard == 0:
            bow = stern = port = starboard = None
        return {"bow_m": bow, "stern_m": stern, "port_m": port, "starboard_m": starboard}


def overall(sizes: Row) -> Row:
    """Return length and width from the four dimensions."""
    pairs = {"length_m": ("bow_m", "stern_m"), "width_m": ("port_m", "starboard_m")}
    found: Row = {}
    for name, (one, other) in pairs.items():
        known = sizes[one] is not None and sizes[other] is not None
        found[name] = (sizes[one] + sizes[other] or None) if known else None
    return found


def class_a(b: Bits) -> Row:
    rot = b.signed(42, 49)
    if rot is not None and abs(rot) == 127:
        b.flags.add("rot_saturated")
    return {
        "nav_status": b.unless(38, 41, 15),
        "rot_raw": None if rot == -128 else rot,
        "sog_i": b.speed(50),
        "accuracy": b.number(60, 60),
        **b.place((61, 88), (89, 115)),
        "cog_i": b.angle(116, 127, 3600, 3600, "cog_range"),
        "heading_deg": b.angle(128, 136, 511, 360, "hdg_range"),
        "second": b.unless(137, 142, 60),
        "manoeuvre": b.unless(143, 144, 0),
        "raim": b.number(148, 148),
    }


def aircraft(b: Bits) -> Row:
    altitude = b.unless(38, 49, 4095)
    if altitude == 4094:
        b.flags.add("alt_saturated")
    return {
        "alt_m": altitude,
        "sog_i": b.speed(50, 10),
        "accuracy": b.number(60, 60),
        **b.place((61, 88), (89, 115)),
        "cog_i": b.angle(116, 127, 3600, 3600, "cog_range"),
        "second": b.unless(128, 133, 60),
        "raim": b.number(147, 147),
    }


def class_b(b: Bits) -> Row:
    return {
        "sog_i": b.speed(46),
        "accuracy": b.number(56, 56),
        **b.place((57, 84), (85, 111)),
        "cog_i": b.angle(112, 123, 3600, 3600, "cog_range"),
        "heading_deg": b.angle(124, 132, 511, 360, "hdg_range"),
        "second": b.unless(133, 138, 60),
    }


def class_b_short(b: Bits) -> Row:
    return {**class_b(b), "class_b_cs": b.number(141, 141), "raim": b.number(147, 147)}


def class_b_long(b: Bits) -> Row:
    return {**class_b(b), "raim": b.number(305, 305)}


def long_range(b: Bits) -> Row:
    sog = b.unless(79, 84, 63)
    cog = b.angle(85, 93, 511, 360, "cog_range")
    return {
        "accuracy": b.number(38, 38),
        "raim": b.number(39, 39),
        "nav_status": b.unless(40, 43, 15),
        **b.place((44, 61), (62, 78), 1000),
        "sog_i": None if sog is None else sog * 10,
        "cog_i": None if cog is None else cog * 10,
        "latency": b.number(94, 94),
        "pos_res_i": 1000,
    }


def voyage(b: Bits) -> Row:
    draught = b.unless(294, 301, 0)
    if draught == 255:
        b.flags.add("draught_saturated")
    sizes = b.dimensions(240)
    return {
        "ais_version": b.number(38, 39),
        "imo": b.unless(40, 69, 0),
        "call_sign": b.text(70, 7),
        "name": b.text(112, 20),
        "ship_type": b.unless(232, 239, 0),
        **sizes,
        **overall(sizes),
        "epfd": b.number(270, 273),
        "eta_month": b.ranged(274, 277, 1, 12),
        "eta_day": b.ranged(278, 282, 1, 31),
        "eta_hour": b.ranged(283, 287, 0, 23),
        "eta_minute": b.ranged(288, 293, 0, 59),
        "draught_i": draught,
        "destination": b.text(302, 20),
    }


def class_b_static(b: Bits) -> Row:
    sizes = b.dimensions(271)
    return {
        "name": b.text(143, 20),
        "ship_type": b.unless(263, 270, 0),
        **sizes,
        **overall(sizes),
        "epfd": b.number(301, 304),
    }


def part_a(b: Bits) -> Row:
    return {"part": 0, "name": b.text(40, 20)}


def part_b(b: Bits) -> Row:
    row: Row = {
        "part": 1,
        "ship_type": b.unless(40, 47, 0),
        "vendor_id": b.text(48, 3),
        "unit_model": b.number(66, 69),
        "serial": b.number(70, 89),
        "call_sign": b.text(90, 7),
        "epfd": b.number(162, 165),
    }
    if (b.number(8, 37) or 0) // 10_000_000 == 98:
        return {**row, "mothership_mmsi": b.unless(132, 161, 0)}
    sizes = b.dimensions(132)
    return {**row, **sizes, **overall(sizes)}


def base_station(b: Bits) -> Row:
    return {
        "year": b.ranged(38, 51, 1, 9999),
        "month": b.ranged(52, 55, 1, 12),
        "day": b.ranged(56, 60, 1, 31),
        "hour": b.ranged(61, 65, 0, 23),
        "minute": b.ranged(66, 71, 0, 59),
        "second": b.ranged(72, 77, 0, 59),
        "accuracy": b.number(78, 78),
        **b.place((79, 106), (107, 133)),
        "epfd": b.number(134, 137),
        "raim": b.number(148, 148),
    }


def aid(b: Bits) -> Row:
    name = b.raw_text(43, 20)
    if len(name) == 20 and "@" not in name:
        name += b.raw_text(272, 14)
    return {
        "aid_type": b.unless(38, 42, 0),
        "name": name.split("@", 1)[0].rstrip(" ") or None,
        "accuracy": b.number(163, 163),
        **b.place((164, 191), (192, 218)),
        **b.dimensions(219),
        "epfd": b.number(249, 252),
        "second": b.unless(253, 258, 60),
        "off_position": b.number(259, 259),
        "aid_status": b.number(260, 267),
        "raim": b.number(268, 268),
        "virtual": b.number(269, 269),
    }


Reader = Callable[[Bits], Row]
POSITIONS: dict[int, Reader] = {
    1: class_a,
    2: class_a,
    3: class_a,
    9: aircraft,
    18: class_b_short,
    19: class_b_long,
    27: long_range,
}


def read(payload: str, fill: int) -> tuple[str, dict[str, Row]]:
    """Return the counter of a single-part message, and its row by table; flags as a sorted list."""
    b = Bits(payload, fill)
    kind = int(b.bits[:6].ljust(6, "0"), 2)
    if len(b.bits) < 38 or (kind == 24 and len(b.bits) < 40):
        return "short", {}
    mmsi = b.number(8, 37) or 0
    if mmsi == 0 or mmsi > 999_999_999:
        b.flags.add("mmsi_range")
    counter, rows = _rows(kind, b)
    if kind in LENGTHS or counter == "static":
        _check_length(kind, b)
    for row in rows.values():
        row.update(ais_type=kind, mmsi=mmsi, flags=sorted(b.flags))
    return counter, rows


def _rows(  # noqa: PLR0911 - one for each counter
    kind: int, b: Bits
) -> tuple[str, dict[str, Row]]:
    if kind in POSITIONS:
        rows = {"reports": POSITIONS[kind](b)}
        if kind == 19:
            rows["statics"] = class_b_static(b)
        return "position", rows
    if kind == 5:
        return "static", {"statics": voyage(b)}
    if kind == 24 and b.bits[38] == "0":
        return "static", {"statics": (part_b if b.bits[39] == "1" else part_a)(b)}
    if kind in (4, 11):
        return "base", {"bases": base_station(b)}
    if kind == 21:
        return "aid", {"aids": aid(b)}
    if kind in (*OTHER_TYPES, 24):
        return "other_type", {"others": {}}
    return "unknown_type", {}


def _check_length(kind: int, b: Bits) -> None:
    standard: Sequence[int]
    if kind == 24:
        standard, data_end = ((160, 168), 160) if b.bits[39] == "0" else ((168,), 166)
    else:
        standard, data_end = LENGTHS[kind]
    if len(b.bits) not in standard:
        b.flags.add("short" if len(b.bits) < data_end else "length")
