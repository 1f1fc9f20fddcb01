"""What a supplier's file looks like: which column holds what, in which unit, and what means null.

Dialects are data (`data/dialects/*.toml`); a user's mapping file has the same form.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from northwatch.errors import SchemaError

# What a mapping may name, with the factor from the usual unit (degrees, knots, metres) to ours.
# Beside the columns of `schema`: `millisecond` is added to the time; `msg_type` is the AIS message
# type; `bow_m` ... `starboard_m` give length and width where these are not sent themselves;
# `cargo` is the hazard category (1 to 4) that completes a ship type given in tens.
FIELD_SCALES: Final = {
    "mmsi": 1.0,
    "t_ms": 1.0,
    "millisecond": 1.0,
    "lat_i": 600_000.0,
    "lon_i": 600_000.0,
    "sog_i": 10.0,
    "cog_i": 10.0,
    "heading_deg": 1.0,
    "nav_status": 1.0,
    "ais_class": 1.0,
    "receiver": 1.0,
    "msg_type": 1.0,
    "imo": 1.0,
    "name": 1.0,
    "call_sign": 1.0,
    "ship_type": 1.0,
    "cargo": 1.0,
    "length_m": 1.0,
    "width_m": 1.0,
    "bow_m": 1.0,
    "stern_m": 1.0,
    "port_m": 1.0,
    "starboard_m": 1.0,
    "draught_i": 10.0,
    "destination": 1.0,
}
# Without these columns a file of the dialect is not one, and is refused. A dialect that maps no
# place holds static reports only; one that maps no time has each of its rows refused.
NEEDED: Final = ("mmsi", "t_ms", "lat_i", "lon_i")


@dataclass(frozen=True, slots=True)
class Field:
    """How one column of ours is found in a row of theirs.

    Attributes:
        column: the header's words for it (first match wins), or its place in a headless file.
        scale: theirs times this is ours, before rounding; 600000 for degrees to `lat_i`.
        nulls: texts that mean "not available", besides empty and blank.
        codes: text to number, where theirs writes words for AIS codes; capitals do not matter.
            `ais_class` has two numbers more than the schema: 4 base station, 5 aid to
            navigation; such rows are counted and give no report, as in NMEA.
        prefix: letters in front of a number to drop ("IMO").
    """

    column: tuple[str, ...] | int
    scale: float = 1.0
    nulls: tuple[str, ...] = ()
    codes: dict[str, int] = field(default_factory=dict)
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One form of file.

    Attributes:
        id: name and version, as shown in the output: `dma-csv/2023`.
        form: `nmea`, `delimited`, `json` or `parquet`.
        title: the supplier and era, in words.
        licence: of the data, if one is known; else empty.
        separator, decimal: of a delimited file.
        headless: True if the first line is a row.
        time_format: `dmy` (dd/mm/yyyy HH:MM:SS), `iso` (yyyy-mm-dd, T or blank), `epoch_s`,
            `epoch_ms` or `compact` (yyyymmdd_HHMMSS).
        receiver: 0 unknown, 1 shore, 2 satellite: where all of a file is of one kind.
        tag_checksum: `use` or `ignore`, for NMEA tag blocks.
        fields: our column to theirs.
        pos_res_i: resolution of the places, 1/600000 degree.
        columns: numbers of columns a headless file may have.
        rows: of a JSON document, the path to its list of rows, `a.b`; empty if it is that list.
        signs: texts that all stand near the beginning of a JSON or NMEA file of this dialect.
        success: of a JSON document, the path to a value that must be true.
        note: what a reader of such a file should know; shown where it gives nothing.
    """

    id: str
    form: str
    title: str
    licence: str = ""
    separator: str = ","
    decimal: str = "."
    headless: bool = False
    time_format: str = "iso"
    receiver: int = 0
    tag_checksum: str = "use"
    fields: dict[str, Field] = field(default_factory=dict)
    pos_res_i: int = 1
    columns: tuple[int, ...] = ()
    rows: str = ""
    signs: tuple[str, ...] = ()
    success: str = ""
    note: str = ""


def plain(name: str) -> str:
    """Return a header's word as it is compared: no quotes, blanks or byte order mark, small."""
    return name.strip('\ufeff \t\r\n"').lower()


def find_columns(dialect: Dialect, header: Sequence[str]) -> dict[str, int]:
    """Return the place of each of our columns in a row, by the header's words.

    JSON and Parquet are read as delimited text whose header is our own column names; of a
    headless file only the length of `header` counts.

    Args:
        dialect: the form of file.
        header: the first line's cells.

    Returns:
        Our column to its place, from 0; columns that the file lacks are left out.

    Raises:
        SchemaError: a column of `NEEDED` that the dialect maps is not there.
    """
    words = [plain(word) for word in header]
    places: dict[str, int] = {}
    for ours, theirs in dialect.fields.items():
        for column in _names(dialect, ours, theirs):
            place = column if isinstance(column, int) else _place(words, column)
            if 0 <= place < len(words):
                places[ours] = place
                break
    missing = [ours for ours in NEEDED if ours in dialect.fields and ours not in places]
    if missing:
        said = [
            " or ".join(map(str, _names(dialect, ours, dialect.fields[ours]))) for ours in missing
        ]
        raise SchemaError(table=dialect.id, missing=said, present=header)
    return places


def _names(dialect: Dialect, ours: str, theirs: Field) -> tuple[str | int, ...]:
    if dialect.form in {"json", "parquet"}:
        return (ours,)
    return (theirs.column,) if isinstance(theirs.column, int) else theirs.column


def _place(words: Sequence[str], column: str) -> int:
    return words.index(plain(column)) if plain(column) in words else -1
