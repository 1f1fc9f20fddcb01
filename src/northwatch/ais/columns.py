"""The decoder's tables beyond the schema's: further columns, flags, carriers of time, reasons."""

from typing import Final

import polars as pl

from northwatch.schema import REJECTS, REPORTS, STATIC_REPORTS, Column, Table

_I32: Final = pl.Int32()
_I64: Final = pl.Int64()
_U8: Final = pl.UInt8()
_U16: Final = pl.UInt16()
_U32: Final = pl.UInt32()
_STR: Final = pl.String()

# Where the receive time came from, in order of precedence; `t_source` holds the place from 1.
T_SOURCES: Final = ("tag", "pghp", "prefix", "suffix")

# Bit k of `flags` is FLAGS[k].
FLAGS: Final = (
    "short",
    "length",
    "pos_range",
    "cog_range",
    "hdg_range",
    "sog_saturated",
    "rot_saturated",
    "alt_saturated",
    "draught_saturated",
    "mmsi_range",
    "own_ship",
    "extra_field",
    "tag_bad_checksum",
    "tag_no_checksum",
    "pghp_mismatch",
    "t_utc_assumed",
)

# Why a line was refused, in the order in which it is checked.
REASONS: Final = (
    "bad_byte",
    "no_checksum",
    "bad_checksum",
    "bad_fields",
    "bad_fragment",
    "bad_fill",
    "empty_payload",
    "bad_armour",
    "duplicate_part",
    "orphan_part",
    "short",
    "unknown_type",
)

# Every logical line is in exactly one of these; `open` is empty once the stream has ended.
COUNTERS: Final = (
    "position",
    "static",
    "base",
    "aid",
    "other_type",
    "part",
    "time_line",
    "other_sentence",
    "no_sentence",
    "blank",
    "open",
    *REASONS,
)


def flag_names(flags: int) -> list[str]:
    """Return the names of the set bits of one `flags` value, sorted."""
    return sorted(name for bit, name in enumerate(FLAGS) if flags >> bit & 1)


_OFFSET: Final = Column("offset", _I64, "first byte of the line that completed it", "byte")
_MMSI: Final = Column("mmsi", _I32, "number of the radio, nine digits")
_T: Final = Column("t_ms", _I64, "receive time, UTC, since 1970", "ms", nullable=True)
_LAT: Final = Column("lat_i", _I32, "latitude, north positive", "1/600000 deg", nullable=True)
_LON: Final = Column("lon_i", _I32, "longitude, east positive", "1/600000 deg", nullable=True)
_TYPE: Final = Column("ais_type", _U8, "message type, 1 to 27")
_ACCURACY: Final = Column("accuracy", _U8, "1: fix good to 10 m", nullable=True)
_SECOND: Final = Column(
    "second",
    _U8,
    "second of the ship's clock; 61 manual, 62 dead reckoning, 63 inoperative",
    "s",
    nullable=True,
)
_EPFD: Final = Column("epfd", _U8, "kind of fix device, code; 1 is GPS", nullable=True)
_RAIM: Final = Column("raim", _U8, "1: the receiver checks its own fix", nullable=True)

# What the station added to the message.
_RECEPTION: Final = (
    Column("station", _I32, "who heard it, row of `stations`", nullable=True),
    Column("channel", _U8, "radio channel as found, character code: 65 is A", nullable=True),
    Column("t_source", _U8, "carrier of t_ms: 1 tag, 2 pghp, 3 prefix, 4 suffix", nullable=True),
    Column("flags", _U32, "bit k is FLAGS[k]"),
)

_DIMENSIONS: Final = (
    Column("bow_m", _U16, "antenna to bow; 511 is that or more", "m", nullable=True),
    Column("stern_m", _U16, "antenna to stern; 511 is that or more", "m", nullable=True),
    Column("port_m", _U16, "antenna to port side; 63 is that or more", "m", nullable=True),
    Column("starboard_m", _U16, "antenna to starboard; 63 is that or more", "m", nullable=True),
)

NMEA_REPORTS: Final = Table(
    "nmea_reports",
    "one position report (types 1, 2, 3, 9, 18, 19, 27) as received",
    (
        *REPORTS.columns,
        _TYPE,
        *_RECEPTION,
        _SECOND,
        _ACCURACY,
        Column("rot_raw", pl.Int8(), "rate of turn; (raw/4.733)^2 deg/min", nullable=True),
        Column("manoeuvre", _U8, "1 none special, 2 special (types 1-3)", nullable=True),
        _RAIM,
        Column("alt_m", _U16, "altitude (type 9); 4094 is that or more", "m", nullable=True),
        Column("class_b_cs", _U8, "1: carrier-sense unit (type 18)", nullable=True),
        Column("latency", _U8, "1: place older than 5 s (type 27)", nullable=True),
    ),
    ("offset",),
)

NMEA_STATICS: Final = Table(
    "nmea_statics",
    "one static report (types 5, 19, 24) as received",
    (
        *STATIC_REPORTS.columns,
        _TYPE,
        *_RECEPTION,
        Column("offset_first", _I64, "first byte of the earliest of its lines", "byte"),
        Column("part", _U8, "type 24: 0 part A, 1 part B", nullable=True),
        *_DIMENSIONS,
        _EPFD,
        Column("ais_version", _U8, "edition of the standard, code (type 5)", nullable=True),
        Column("eta_month", _U8, "month of arrival, 1 to 12", nullable=True),
        Column("eta_day", _U8, "day of arrival", nullable=True),
        Column("eta_hour", _U8, "hour of arrival, UTC", nullable=True),
        Column("eta_minute", _U8, "minute of arrival", nullable=True),
        Column("vendor_id", _STR, "maker of the unit (type 24 B)", nullable=True),
        Column("unit_model", _U8, "maker's model number (type 24 B)", nullable=True),
        Column("serial", _I32, "maker's serial number (type 24 B)", nullable=True),
        Column("mothership_mmsi", _I32, "ship this craft belongs to (MMSI 98...)", nullable=True),
    ),
    ("offset",),
)

BASE_REPORTS: Final = Table(
    "base_reports",
    "one base station's report of time and place (types 4, 11) as received",
    (
        _OFFSET,
        _MMSI,
        _T,
        _LAT,
        _LON,
        _TYPE,
        *_RECEPTION,
        Column("year", _U16, "year of the station's clock, UTC", nullable=True),
        Column("month", _U8, "month of the station's clock", nullable=True),
        Column("day", _U8, "day of the station's clock", nullable=True),
        Column("hour", _U8, "hour of the station's clock", nullable=True),
        Column("minute", _U8, "minute of the station's clock", nullable=True),
        Column("second", _U8, "second of the station's clock", nullable=True),
        _ACCURACY,
        _EPFD,
        _RAIM,
    ),
    ("offset",),
)

AID_REPORTS: Final = Table(
    "aid_reports",
    "one aid to navigation's report (type 21) as received",
    (
        _OFFSET,
        _MMSI,
        _T,
        _LAT,
        _LON,
        _TYPE,
        *_RECEPTION,
        Column("aid_type", _U8, "kind of aid, code 1 to 31", nullable=True),
        Column("name", _STR, "name as sent, extension included", nullable=True),
        _ACCURACY,
        *_DIMENSIONS,
        _EPFD,
        _SECOND,
        Column("off_position", _U8, "1: adrift; means little unless second < 60", nullable=True),
        Column("aid_status", _U8, "status bits of the aid, as sent", nullable=True),
        _RAIM,
        Column("virtual", _U8, "1: broadcast only, nothing stands there", nullable=True),
    ),
    ("offset",),
)

OTHER_REPORTS: Final = Table(
    "other_reports",
    "one good message of a type that is counted but not decoded: who sent it, when",
    (_OFFSET, _MMSI, _T, _TYPE, *_RECEPTION),
    ("offset",),
)

STATIONS: Final = Table(
    "stations",
    "one receiver named in the stream, in order of first appearance",
    (
        Column("station", _I32, "number used in the other tables, from 0"),
        Column("name", _STR, "name as sent"),
    ),
    ("station",),
)

STREAM_REJECTS: Final = Table(
    "stream_rejects",
    "one line or row of this stream refused",
    tuple(column for column in REJECTS.columns if column.name != "source"),
    ("offset",),
)
