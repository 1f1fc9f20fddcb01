"""Rows of the picture, in; the fixed, neutral words of the pages, out. UTC, units, no verdict."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from io import StringIO
from typing import Any, Final

import polars as pl

from northwatch.data import read_text
from northwatch.units import AIS_TENTHS, AIS_UNITS_PER_DEGREE, MS_PER_S

NOT_KNOWN: Final = "not known"
VERDICTS: Final = {
    "seen": "seen by another sensor meanwhile",
    "silent": "silent where it would have been heard",
    "could_not_have_been_heard": "could not have been heard",
}
REASONS: Final = {
    "too_few_reference_days": "too few ships were heard here to tell",
    "between": "such silences are neither rare nor common here",
    "no_reception": "no ship was heard here to compare with",
    "unlistened": "our sources delivered nothing for part of it",
    "not_judged": "not judged",
}
KINDS: Final = {"zone_visit": "zone visit", "gate_crossing": "gate crossing", "gap": "gap"}
_HOW: Final = {
    "edge": "over its edge",
    "first_seen_inside": "first heard inside",
    "last_seen_inside": "last heard inside",
    "open": "still inside when the data end",
    "unknown": "not knowable how",
}
FLAG_NAMES: Final = {
    "BHS": "Bahamas", "BEL": "Belgium", "CAN": "Canada", "CHN": "China", "CYP": "Cyprus",
    "DEU": "Germany", "DNK": "Denmark", "ESP": "Spain", "EST": "Estonia", "FIN": "Finland",
    "FRA": "France", "FRO": "Faroe Islands", "GBR": "United Kingdom", "GRC": "Greece",
    "GRL": "Greenland", "HKG": "Hong Kong", "ISL": "Iceland", "ITA": "Italy", "JPN": "Japan",
    "KOR": "South Korea", "LBR": "Liberia", "LTU": "Lithuania", "LVA": "Latvia", "MHL":
    "Marshall Islands", "MLT": "Malta", "NLD": "Netherlands", "NOR": "Norway", "PAN": "Panama",
    "POL": "Poland", "PRT": "Portugal", "RUS": "Russia", "SGP": "Singapore", "SWE": "Sweden",
    "UNK": "unknown", "USA": "United States", "all": "all flags", "other": "other flags",
}  # fmt: skip


@cache
def _allocated() -> dict[str, str]:
    """Return the names of states in the shipped table of MMSI prefixes, without brackets."""
    table = pl.read_csv(StringIO(read_text("flags/mid.csv")))
    return {flag: name.partition(" (")[0] for flag, name in table["flag", "allocated_to"].rows()}


def flag_name(code: str) -> str:
    """Return a state's English name; the code itself if it is in no list."""
    return FLAG_NAMES.get(code) or _allocated().get(code, code)


def class_name(name: str) -> str:
    """Return a vessel class in words."""
    return name.replace("_", " ")


def utc(value: datetime | date | int | None, *, seconds: bool = False) -> str:
    """Return an instant as `2024-08-31 06:00 UTC`, a day as `2024-08-31`; ms are taken as such."""
    if value is None:
        return NOT_KNOWN
    if isinstance(value, int):
        value = datetime.fromtimestamp(value / MS_PER_S, UTC)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC" if seconds else f"{value:%Y-%m-%d %H:%M} UTC"
    return value.isoformat()


def number(value: float | None, digits: int = 0) -> str:
    """Return a number with thin spaces between thousands; an en dash where it is null."""
    return "\u2013" if value is None else f"{value:,.{digits}f}".replace(",", "\u202f")


def place(lat_deg: float | None, lon_deg: float | None) -> str:
    """Return a place as `74.213° N, 019.036° E`."""
    if lat_deg is None or lon_deg is None:
        return NOT_KNOWN
    north, east = "N" if lat_deg >= 0 else "S", "E" if lon_deg >= 0 else "W"
    return f"{abs(lat_deg):.3f}° {north}, {abs(lon_deg):07.3f}° {east}"


def place_i(lat_i: int | None, lon_i: int | None) -> str:
    """Return a place in AIS units as `place` does."""
    if lat_i is None or lon_i is None:
        return NOT_KNOWN
    return place(lat_i / AIS_UNITS_PER_DEGREE, lon_i / AIS_UNITS_PER_DEGREE)


def speed_i(sog_i: int | None) -> str:
    """Return a speed in AIS units as `12.3 kn`."""
    return NOT_KNOWN if sog_i is None else f"{sog_i / AIS_TENTHS:.1f} kn"


def course_i(cog_i: int | None) -> str:
    """Return a course in AIS units as `047°`."""
    return NOT_KNOWN if cog_i is None else f"{round(cog_i / AIS_TENTHS) % 360:03d}°"


def verdict(row: Mapping[str, Any]) -> str:
    """Return a gap's verdict in words; not knowable with its reason where it has none."""
    if row["verdict"] is None:
        reason = row["verdict_reason"] or "no reason given"
        return f"not knowable: {REASONS.get(reason, reason)}"
    return VERDICTS.get(row["verdict"], str(row["verdict"]))


def told(kind: str, row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return what happened in an event, in one phrase.

    Args:
        kind: zone_visit, gate_crossing or gap.
        row: a row of the kind's table.
        names: zone or gate id to its name.
    """
    return {"zone_visit": _visit, "gate_crossing": _crossing, "gap": _gap}[kind](row, names)


def _visit(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    zone = names.get(row["zone_id"], row["zone_id"])
    entered = _HOW.get(row["entered_how"], row["entered_how"])
    left = _HOW.get(row["left_how"], row["left_how"])
    return f"In {zone} for {row['hours_in']:.1f} h (in: {entered}; out: {left})"


def _crossing(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    back = ", turned back" if row["turned_back"] else ""
    if row["gate_id"] is None:
        possible = ", ".join(names.get(gate, gate) for gate in row["candidates"])
        return f"Crossed one of {possible}: not knowable which{back}"
    gate = names.get(row["gate_id"], row["gate_id"])
    return f"Crossed {gate} from {row['from_side']} to {row['to_side']}{back}"


def _gap(row: Mapping[str, Any], names: Mapping[str, str]) -> str:  # noqa: ARG001 - one signature
    still = " so far" if row["open_to"] else ""
    return f"Silent for {row['silence_h']:.1f} h{still}: {verdict(row)}"
