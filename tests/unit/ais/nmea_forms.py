"""Ways to feed the NMEA decoder, and its tables in the forms that tests compare."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import polars as pl

from northwatch.ais import Decoded, NmeaDecoder
from northwatch.ais.columns import T_SOURCES, flag_names

DATA = Path(__file__).resolve().parents[2] / "data"
TABLES = ("reports", "statics", "bases", "aids", "others", "rejects", "stations")

_NAMES = {
    "ais_type": "type",
    "accuracy": "pos_acc",
    "heading_deg": "hdg_deg",
    "call_sign": "callsign",
    "bow_m": "dim_bow_m",
    "stern_m": "dim_stern_m",
    "port_m": "dim_port_m",
    "starboard_m": "dim_stbd_m",
}
_TENTHS = {"sog_i": "sog_kn", "cog_i": "cog_deg", "draught_i": "draught_m"}


def decode(
    blocks: Iterable[bytes],
    *,
    tag_checksum: Literal["use", "ignore"] = "use",
    threads: int = 1,
) -> Decoded:
    """Return what a stream of these blocks decodes to."""
    decoder = NmeaDecoder(tag_checksum, threads)
    return Decoded.join([*map(decoder.feed, blocks), decoder.close()])


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """Return the data cut at these places."""
    ends = sorted(places)
    return [data[start:end] for start, end in zip([0, *ends], [*ends, len(data)], strict=True)]


def differences(one: Decoded, other: Decoded) -> list[str]:
    """Return the names of the tables that differ, and `counters` if those do."""
    names = [name for name in TABLES if not getattr(one, name).equals(getattr(other, name))]
    return names + ["counters"] * (one.counters != other.counters)


@cache
def nasty_cases() -> list[dict[str, Any]]:
    """Return the shipped cases."""
    text = (DATA / "ais_nasty_cases.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def case_bytes(case: Mapping[str, Any]) -> bytes:
    """Return the input of a case."""
    text: str = case["eol"].join(case["lines"]) + case["eol"]
    return text.encode("latin-1")


def messages(decoded: Decoded) -> list[dict[str, Any]]:
    """Return reports in the form of the cases, in the order of their last lines.

    Types that are counted but not decoded are left out; type 19 is one message again.
    """
    stations = dict(decoded.stations.iter_rows())
    found: dict[int, dict[str, Any]] = {}
    for table in (decoded.reports, decoded.statics, decoded.bases, decoded.aids):
        for row in table.iter_rows(named=True):
            found.setdefault(row["offset"], {}).update(_in_case_form(row, stations))
    return [found[offset] for offset in sorted(found)]


def _in_case_form(row: Mapping[str, Any], stations: Mapping[int, str]) -> dict[str, Any]:
    message = {_NAMES.get(name, name): value for name, value in row.items()}
    for name, converted in _TENTHS.items():
        if name in row:
            message[converted] = None if row[name] is None else row[name] / 10
    for axis in ("lat", "lon"):
        if f"{axis}_i" in row:
            value = row[f"{axis}_i"]
            message[f"{axis}_deg"] = None if value is None else value / 600_000
            message.setdefault("pos_res_i", 1)
    message["channel"] = None if row["channel"] is None else chr(row["channel"])
    message["station"] = stations.get(row["station"])
    message["t_source"] = None if row["t_source"] is None else T_SOURCES[row["t_source"] - 1]
    message["flags"] = flag_names(row["flags"])
    if row.get("part") is not None:
        message["part"] = "AB"[row["part"]]
    return message


def rejects(decoded: Decoded) -> list[dict[str, Any]]:
    """Return the reject log in the form of the cases."""
    return [
        {"line": row["line"] - 1, "offset": row["offset"], "reason": row["reason"]}
        for row in decoded.rejects.iter_rows(named=True)
    ]


def everyone(decoded: Decoded) -> pl.DataFrame:
    """Return offset, MMSI, type, time and flags of every good message, in order."""
    tables = (decoded.reports, decoded.bases, decoded.aids, decoded.others)
    columns = ["offset", "mmsi", "ais_type", "t_ms", "flags"]
    statics = decoded.statics.filter(pl.col("ais_type") != 19)  # these are in `reports` too
    return pl.concat([table.select(columns) for table in (*tables, statics)]).sort("offset")


def sentence(payload: str, *, fill: int = 0, head: str = "AIVDM,1,1,,A") -> str:
    """Return a sentence with a right checksum."""
    text = f"{head},{payload},{fill}"
    return f"!{text}*{checksum(text):02X}"


def checksum(text: str) -> int:
    """Return the XOR of a text's characters."""
    total = 0
    for character in text:
        total ^= ord(character)
    return total


def tag(text: str) -> str:
    """Return a tag block with a right checksum."""
    return f"\\{text}*{checksum(text):02X}\\"


def lines(texts: Sequence[str]) -> bytes:
    """Return lines with line feeds."""
    return "".join(f"{text}\n" for text in texts).encode("latin-1")
