"""What a supplier's file looks like: which column holds what, in which unit, and what means null.

Dialects are data (`data/dialects/*.toml`); a user's mapping file has the same form.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Field:
    """How one column of ours is found in a row of theirs.

    Attributes:
        column: the header's words for it (first match wins), or its place in a headless file.
        scale: theirs times this is ours, before rounding; 600000 for degrees to `lat_i`.
        nulls: texts that mean "not available", besides empty and blank.
        codes: text to number, where theirs writes words for AIS codes.
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
