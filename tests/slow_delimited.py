"""A slow reader of delimited text, written apart from the kernels: csv, Decimal, datetime."""

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from northwatch.dialect import Dialect, find_columns

NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)
STATIC = (
    "imo", "name", "call_sign", "ship_type", "cargo", "length_m", "width_m", "bow_m", "stern_m",
    "port_m", "starboard_m", "draught_i", "destination",
)  # fmt: skip
MOVING = ("lat_i", "lon_i", "sog_i", "cog_i", "heading_deg")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RefusedError(Exception):
    """A row is refused for a reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Read:
    """What the slow reader found."""

    reports: list[dict[str, Any]] = field(default_factory=list)
    statics: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    counters: Counter[str] = field(default_factory=Counter)


def read_slowly(dialect: Dialect, data: bytes) -> Read:
    """Return what rows of a dialect with a header say."""
    read, places, width, offset = Read(), None, 0, 0
    known: dict[int, object] = {}
    lines = data.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    for number, raw in enumerate(lines, start=1):
        line = raw.removesuffix(b"\r")
        cells = _cells(line, dialect)
        if places is None:
            places, width = find_columns(dialect, cells or []), len(cells or [])
            read.counters["header"] += 1
        elif not line.strip(b" "):
            read.counters["blank"] += 1
        else:
            try:
                _row(dialect, _named(cells, places, width), offset, read, known)
            except RefusedError as error:
                reason = error.reason
                read.counters[reason] += 1
                read.rejects.append(
                    {"offset": offset, "line": number, "length": len(line), "reason": reason}
                )
        offset += len(raw) + 1
    return read


def _named(cells: list[str] | None, places: dict[str, int], width: int) -> dict[str, str]:
    if cells is None or len(cells) != width:
        raise RefusedError(reason="bad_columns")
    return {name: cells[place].strip(" ") for name, place in places.items()}


def _cells(line: bytes, dialect: Dialect) -> list[str] | None:
    text = line.decode("latin-1")
    try:
        return next(csv.reader([text], delimiter=dialect.separator, strict=True), [""])
    except csv.Error:
        return None


def _row(
    dialect: Dialect, row: dict[str, str], offset: int, read: Read, known: dict[int, object]
) -> None:
    outcome, ais_class, ais_type = _kind(dialect, row)
    if outcome in {"base", "aid", "other_type"}:
        read.counters[outcome] += 1
        return
    t_ms = _time(dialect, row.get("t_ms", ""))
    more = _number(dialect, row, "millisecond")
    t_ms += more if more is not None and 0 <= more <= 999 else 0
    moving: dict[str, int | None] = {}
    if outcome == "position":
        moving = {name: _strict(dialect, row, name) for name in MOVING}
    mmsi = _number(dialect, row, "mmsi")
    whole = mmsi is not None and Decimal(_said(dialect, row, "mmsi")) == mmsi
    if mmsi is None or not whole or not 0 <= mmsi < 1 << 30:
        raise RefusedError(reason="bad_mmsi")
    read.counters[outcome] += 1
    row_of = {"offset": offset, "mmsi": mmsi, "t_ms": t_ms, "ais_class": ais_class}
    if outcome == "position":
        read.reports.append(row_of | _position(dialect, row, moving, ais_type))
    said = tuple(_said(dialect, row, name) for name in STATIC)
    if any(said):
        key = (said, t_ms // 86_400_000)
        if known.get(mmsi) != key:
            known[mmsi] = key
            values = _statics(dialect, row)
            if any(value is not None for value in values.values()):
                read.statics.append(row_of | values)


def _kind(dialect: Dialect, row: dict[str, str]) -> tuple[str, int, int]:
    outcome = "position" if "lat_i" in dialect.fields else "static"
    ais_class, ais_type = 0, 0
    told = _number(dialect, row, "msg_type")
    if told is not None:
        ais_type = told
        outcome = {
            1: "position", 2: "position", 3: "position", 9: "position", 18: "position",
            19: "position", 27: "position", 5: "static", 24: "static", 4: "base", 11: "base",
            21: "aid",
        }.get(told, "other_type")  # fmt: skip
        ais_class = {1: 1, 2: 1, 3: 1, 5: 1, 18: 2, 19: 2, 24: 2, 9: 3}.get(told, 0)
    told = _number(dialect, row, "ais_class")
    if told is not None and told <= 5 and outcome in {"position", "static"}:
        if told >= 4:
            outcome = "base" if told == 4 else "aid"
        else:
            ais_class = told
    return outcome, ais_class, ais_type


def _position(
    dialect: Dialect, row: dict[str, str], moving: dict[str, int | None], ais_type: int
) -> dict[str, Any]:
    lat, lon, sog, cog, heading = (moving[name] for name in MOVING)
    if lat is None or lon is None or abs(lat) > 54_000_000 or abs(lon) > 108_000_000:
        lat = lon = None
    if sog is not None and (not 0 <= sog <= 10_220 or sog == 1023 or (ais_type, sog) == (27, 630)):
        sog = None
    status = _number(dialect, row, "nav_status")
    receiver = _number(dialect, row, "receiver")
    return {
        "lat_i": lat, "lon_i": lon, "sog_i": sog,
        "cog_i": cog if cog is not None and 0 <= cog < 3600 else None,
        "heading_deg": heading if heading is not None and 0 <= heading < 360 else None,
        "nav_status": status if status is not None and 0 <= status < 15 else None,
        "pos_res_i": 1000 if ais_type == 27 else dialect.pos_res_i,
        "receiver": receiver if receiver in {0, 1, 2} else dialect.receiver,
    }  # fmt: skip


def _statics(dialect: Dialect, row: dict[str, str]) -> dict[str, Any]:
    def number(name: str) -> int:
        value = _number(dialect, row, name)
        return value if value is not None and value > 0 else 0

    ship_type = number("ship_type")
    if ship_type in {20, 40, 60, 70, 80, 90} and number("cargo") < 10:
        ship_type += number("cargo")
    numbers = {
        "imo": (number("imo"), 2**31 - 1),
        "ship_type": (ship_type, 255),
        "length_m": (number("length_m") or number("bow_m") + number("stern_m"), 65_535),
        "width_m": (number("width_m") or number("port_m") + number("starboard_m"), 65_535),
        "draught_i": (number("draught_i"), 255),
    }
    values: dict[str, Any] = {
        name: value if 0 < value <= most else None for name, (value, most) in numbers.items()
    }
    for name in ("name", "call_sign", "destination"):
        text = re.split(r"[@\x00-\x1f]", _said(dialect, row, name))[0].rstrip(" ")
        is_null = text.lower() in {word.lower() for word in _nulls(dialect, name)}
        values[name] = None if is_null or not text else _unicode(text)
    return values


def _unicode(text: str) -> str:
    raw = text.encode("latin-1")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return text


def _nulls(dialect: Dialect, name: str) -> tuple[str, ...]:
    return dialect.fields[name].nulls if name in dialect.fields else ()


def _said(dialect: Dialect, row: dict[str, str], name: str) -> str:
    text = row.get(name, "")
    return "" if text.lower() in {word.lower() for word in _nulls(dialect, name)} else text


def _strict(dialect: Dialect, row: dict[str, str], name: str) -> int | None:
    text = _said(dialect, row, name)
    value = _number(dialect, row, name)
    if text and value is None:
        raise RefusedError(reason="bad_number")
    return value


def _number(dialect: Dialect, row: dict[str, str], name: str) -> int | None:
    text = _said(dialect, row, name)
    if not text:
        return None
    theirs = dialect.fields[name]
    codes = {word.lower(): code for word, code in theirs.codes.items()}
    if text.lower() in codes:
        return codes[text.lower()]
    if theirs.prefix and text.lower().startswith(theirs.prefix.lower()):
        text = text[len(theirs.prefix) :]
    if not NUMBER.fullmatch(text) or ("," in text and dialect.decimal != ","):
        return None
    with localcontext(prec=100):
        exact = Decimal(text.replace(",", ".")) * Decimal(repr(theirs.scale))
    return int(exact.to_integral_value(rounding=ROUND_HALF_EVEN))


def _time(dialect: Dialect, text: str) -> int:
    forms = {
        "dmy": r"(?P<d>\d\d)/(?P<m>\d\d)/(?P<y>\d{4})[ T]" + CLOCK,
        "iso": r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)[ T]" + CLOCK,
        "compact": r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)_(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)"
        r"(?P<f>)(?P<z>)",
    }
    found = re.fullmatch(forms[dialect.time_format], text)
    if not found:
        raise RefusedError(reason="bad_time")
    part = {key: found[key] or "" for key in "ymdHMSfz"}
    try:
        year, month, day, hour, minute, second = (int(part[key] or 0) for key in "ymdHMS")
        instant = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise RefusedError(reason="bad_time") from error
    zone = timedelta()
    if part["z"] not in {"", "Z"}:
        hours, minutes = int(part["z"][1:3]), int(part["z"][3:].strip(":") or 0)
        zone = timedelta(hours=hours, minutes=minutes) * (-1 if part["z"][0] == "-" else 1)
    since = instant - zone - EPOCH
    return since // timedelta(milliseconds=1) + int(part["f"][:3].ljust(3, "0"))


CLOCK = r"(?P<H>\d\d):(?P<M>\d\d)(:(?P<S>\d\d)([.,](?P<f>\d*))?)?(?P<z>Z|[+-][01]\d(:?[0-5]\d)?)?"
