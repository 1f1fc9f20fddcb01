"""Every table of the picture, column by column: name, type, unit, meaning. Pages are made from it.

Suffix `_i` means "the integer as AIS sends it": `lat_i`, `lon_i` in 1/600000 degree, `sog_i` in
0.1 knot, `cog_i` in 0.1 degree, `draught_i` in 0.1 metre. Not available is null, never a code.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from northwatch.errors import SchemaError

BUCKETS: Final = 8
_KNUTH: Final = np.uint32(2_654_435_761)
_BUCKET_SHIFT: Final = np.uint32(29)  # the top three bits: 8 buckets


def bucket_of(mmsi: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the vessel bucket, 0 to 7, of each MMSI; fixed for good, the same in every engine.

    A multiplicative hash and not `mmsi % 8`: most ships' numbers end in 000, and 1000 is a
    multiple of 8, so the remainder would put nearly all large ships in one bucket.

    Args:
        mmsi: shape (n,).

    Returns:
        Shape (n,).

    Source:
        Knuth, The Art of Computer Programming 3, 6.4 (multiplicative hashing).
    """
    hashed: NDArray[np.uint32] = mmsi.astype(np.uint32) * _KNUTH
    return (hashed >> _BUCKET_SHIFT).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: name, Polars type, meaning, unit (empty if none), whether it may be null."""

    name: str
    dtype: pl.DataType
    meaning: str
    unit: str = ""
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, what a row is, its columns, the total order of its rows.

    `partitioned` tables lie by (day, bucket); the others are rewritten whole by each build.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    order: tuple[str, ...]
    partitioned: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def polars(self) -> pl.Schema:
        """The Polars schema."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def empty(self) -> pl.DataFrame:
        """Return the table with no rows."""
        return pl.DataFrame(schema=self.polars)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` with just these columns, in this order and of these types.

        Raises:
            SchemaError: a column is missing.
        """
        missing = [name for name in self.names if name not in frame.columns]
        if missing:
            raise SchemaError(table=self.name, missing=missing, present=frame.columns)
        return frame.select(pl.col(c.name).cast(c.dtype) for c in self.columns)


_I32: Final = pl.Int32()
_I64: Final = pl.Int64()
_U8: Final = pl.UInt8()
_U16: Final = pl.UInt16()
_U32: Final = pl.UInt32()
_F64: Final = pl.Float64()
_STR: Final = pl.String()
_BOOL: Final = pl.Boolean()
_DATE: Final = pl.Date()

# ais_class
CLASS_UNKNOWN: Final = 0
CLASS_A: Final = 1
CLASS_B: Final = 2
CLASS_OTHER: Final = 3  # search-and-rescue aircraft, base stations, aids to navigation

# receiver
RECEIVER_UNKNOWN: Final = 0
RECEIVER_SHORE: Final = 1
RECEIVER_SATELLITE: Final = 2

_MMSI = Column("mmsi", _I32, "number of the radio, nine digits")
_T = Column("t_ms", _I64, "receive time, UTC, since 1970", "ms")
_LAT = Column("lat_i", _I32, "latitude, WGS 84, north positive", "1/600000 deg")
_LON = Column("lon_i", _I32, "longitude, WGS 84, east positive", "1/600000 deg")
_SOG = Column("sog_i", _U16, "speed over ground; 1022 is 102.2 kn or more", "0.1 kn", nullable=True)
_COG = Column("cog_i", _U16, "course over ground, true", "0.1 deg", nullable=True)
_HEADING = Column("heading_deg", _U16, "true heading", "deg", nullable=True)
_STATUS = Column("nav_status", _U8, "navigational status, AIS code 0 to 14", nullable=True)
_CLASS = Column("ais_class", _U8, "0 unknown, 1 class A, 2 class B, 3 not a ship's transponder")
_RESOLUTION = Column(
    "pos_res_i",
    _U16,
    "resolution of the place: 1, 6 (five decimals) or 1000 (type 27)",
    "1/600000 deg",
)
_RECEIVER = Column("receiver", _U8, "0 unknown, 1 shore station, 2 satellite")
# From the content, not counted: so the order in which files come changes no row.
_SOURCE = Column("source", _I32, "source file: first 31 bits of its SHA-256; key of `ingests`")
_OFFSET = Column("offset", _I64, "first byte of the line in the source file, decompressed", "byte")
_DAY = Column("day", _DATE, "UTC day of t_ms")
_BUCKET = Column("bucket", _I32, "vessel bucket, `bucket_of(mmsi)`")

_STATIC_FIELDS = (
    Column("imo", _I32, "IMO number of the hull as sent", nullable=True),
    Column("name", _STR, "name as sent", nullable=True),
    Column("call_sign", _STR, "call sign as sent", nullable=True),
    Column("ship_type", _U8, "AIS ship type code 1 to 255", nullable=True),
    Column("length_m", _U16, "length: bow plus stern", "m", nullable=True),
    Column("width_m", _U16, "width: port plus starboard", "m", nullable=True),
    Column("draught_i", _U8, "draught as sent", "0.1 m", nullable=True),
    Column("destination", _STR, "destination as typed on board", nullable=True),
)

REPORTS: Final = Table(
    "reports",
    "one position report as received, after decoding; in memory only, in input order",
    (
        _OFFSET,
        _MMSI,
        Column("t_ms", _I64, "receive time, UTC, since 1970", "ms", nullable=True),
        Column("lat_i", _I32, "latitude", "1/600000 deg", nullable=True),
        Column("lon_i", _I32, "longitude", "1/600000 deg", nullable=True),
        _SOG,
        _COG,
        _HEADING,
        _STATUS,
        _CLASS,
        _RESOLUTION,
        _RECEIVER,
    ),
    ("offset",),
)

STATIC_REPORTS: Final = Table(
    "static_reports",
    "one static report as received, after decoding; in memory only, in input order",
    (
        _OFFSET,
        _MMSI,
        Column("t_ms", _I64, "receive time, UTC, since 1970", "ms", nullable=True),
        _CLASS,
        *_STATIC_FIELDS,
    ),
    ("offset",),
)

REJECTS: Final = Table(
    "rejects",
    "one line or row refused, with its reason and where it stands",
    (
        _SOURCE,
        _OFFSET,
        Column("line", _I64, "line number in the source file, from 1"),
        Column("length", _I32, "bytes of the line", "byte"),
        Column("reason", _STR, "why it was refused"),
    ),
    ("source", "offset"),
)

INGESTS: Final = Table(
    "ingests",
    "one source file that the lake holds",
    (
        _SOURCE,
        Column("sha256", _STR, "content hash of the file as found"),
        Column("file", _STR, "file name, without folder"),
        Column("bytes", _I64, "size as found", "byte"),
        Column("dialect", _STR, "how it was read, with the dialect's version"),
        Column("licence", _STR, "licence of the supplier, if the dialect knows one", nullable=True),
        Column("lines", _I64, "logical lines or rows read"),
        Column("counters", _STR, "JSON object: counter to lines; they sum to `lines`"),
        Column("n_positions", _I64, "positions kept"),
        Column("n_statics", _I64, "static reports kept"),
        Column("t_from_ms", _I64, "first receive time", "ms", nullable=True),
        Column("t_to_ms", _I64, "last receive time", "ms", nullable=True),
        Column("heard", _STR, "JSON list of [first, last] report, ms, of spans without a pause"),
    ),
    ("source",),
)

POSITIONS: Final = Table(
    "positions",
    "where a ship was at an instant",
    (
        _DAY,
        _BUCKET,
        _MMSI,
        _T,
        _LAT,
        _LON,
        _SOG,
        _COG,
        _HEADING,
        _STATUS,
        _CLASS,
        _RESOLUTION,
        _RECEIVER,
        _SOURCE,
        _OFFSET,
    ),
    ("mmsi", "t_ms", "lat_i", "lon_i", "source", "offset"),
    partitioned=True,
)

STATICS: Final = Table(
    "statics",
    "one set of values a ship sent on itself on one day",
    (
        _DAY,
        _BUCKET,
        _MMSI,
        Column("t_ms", _I64, "first receive time of these values that day", "ms"),
        Column("t_last_ms", _I64, "last receive time of these values that day", "ms"),
        Column("n_reports", _I32, "reports with just these values"),
        _CLASS,
        *_STATIC_FIELDS,
        _SOURCE,
        _OFFSET,
    ),
    ("mmsi", "t_ms", "source", "offset"),
    partitioned=True,
)

# --- derived: functions of positions, statics and rules; rewritten by each build -----------------

_TRACK_ID = Column("track_id", _STR, "MMSI, first t_ms and a counter: `257123456-1700000000000-0`")
_VESSEL_ID = Column("vessel_id", _STR, "hull: `imo-9781085`, or `mmsi-257123456` if none is known")

TRACKS: Final = Table(
    "tracks",
    "positions believed to come from one transmitter, in order, without a break",
    (
        _BUCKET,
        _TRACK_ID,
        _MMSI,
        Column("t_from_ms", _I64, "first position", "ms"),
        Column("t_to_ms", _I64, "last position", "ms"),
        Column("n_positions", _I32, "positions on it"),
        Column("n_strays", _I32, "positions that left it on looking back"),
        Column("end_reason", _STR, "silence, ambiguous, evicted or open"),
        Column("overlap_share", _F64, "share of its time under a longer track of the same MMSI"),
        Column("is_short", _BOOL, "fewer than ten positions"),
        Column("is_overlapped", _BOOL, "overlap_share at least one half"),
        Column("max_implied_speed_kn", _F64, "greatest speed between neighbours", "kn"),
        Column("distance_km", _F64, "length on the sphere", "km"),
        Column("link_next", _STR, "track that continues it after a silence", nullable=True),
        Column("link_reason", _STR, "why there is no link", nullable=True),
    ),
    ("mmsi", "t_from_ms", "track_id"),
)

TRACK_POINTS: Final = Table(
    "track_points",
    "a position kept for drawing: ends of tracks, and one in each ten minutes at most",
    (
        _BUCKET,
        _TRACK_ID,
        _MMSI,
        _T,
        _LAT,
        _LON,
        _SOG,
        _COG,
        Column("x_m", pl.Float32(), "EPSG:3995 easting", "m"),
        Column("y_m", pl.Float32(), "EPSG:3995 northing", "m"),
        _SOURCE,
        _OFFSET,
    ),
    ("mmsi", "track_id", "t_ms"),
)

IDENTITIES: Final = Table(
    "identities",
    "what one MMSI said of its ship, from when to when",
    (
        _BUCKET,
        _VESSEL_ID,
        _MMSI,
        *_STATIC_FIELDS,
        Column("flag", _STR, "ISO 3166 alpha-3 of the state in the MMSI's first digits; UNK"),
        Column("vessel_class", _STR, "class by the shipped class table"),
        Column("t_from_ms", _I64, "first report with these values", "ms"),
        Column("t_to_ms", _I64, "last report with these values", "ms"),
        Column("n_reports", _I32, "reports with just these values"),
        _SOURCE,
        _OFFSET,
    ),
    ("mmsi", "t_from_ms"),
)

VESSELS: Final = Table(
    "vessels",
    "one MMSI seen in the picture, with the values it sent most; the row that figures join",
    (
        _BUCKET,
        _MMSI,
        _VESSEL_ID,
        Column("imo", _I32, "IMO number sent most, if its check digit holds", nullable=True),
        Column("name", _STR, "name sent most", nullable=True),
        Column("call_sign", _STR, "call sign sent most", nullable=True),
        Column("flag", _STR, "ISO 3166 alpha-3 by the MMSI's first digits; UNK"),
        Column("ship_type", _U8, "ship type sent most", nullable=True),
        Column("vessel_class", _STR, "class by the shipped class table; `unknown` if none sent"),
        Column("length_m", _U16, "length sent most", "m", nullable=True),
        Column("ais_class", _U8, "0 unknown, 1 class A, 2 class B, 3 other"),
        Column("is_small_craft", _BOOL, "fishing under 15 m or leisure under 45 m"),
        Column("n_positions", _I64, "positions in the lake"),
        Column("n_tracks", _I32, "tracks of at least ten positions"),
        Column("t_first_ms", _I64, "first position", "ms"),
        Column("t_last_ms", _I64, "last position", "ms"),
    ),
    ("mmsi",),
)

_EVENT_FIELDS = (
    _BUCKET,
    Column("event_id", _STR, "16 hex digits of SHA-256 over kind, rule, MMSI, object and t_from"),
    Column("kind", _STR, "zone_visit, gate_crossing or gap"),
    Column("rule", _STR, "rule with its version, e.g. `gap/arctic-1`"),
    _VESSEL_ID,
    _MMSI,
    Column("track_id", _STR, "track it happened on (for a link: the track before)"),
    Column("t_from_ms", _I64, "best estimate of the beginning", "ms"),
    Column("t_to_ms", _I64, "best estimate of the end; null while open", "ms", nullable=True),
    Column("t_from_lo_ms", _I64, "earliest beginning the data allow", "ms", nullable=True),
    Column("t_from_hi_ms", _I64, "latest beginning the data allow", "ms"),
    Column("t_to_lo_ms", _I64, "earliest end the data allow", "ms", nullable=True),
    Column("t_to_hi_ms", _I64, "latest end the data allow", "ms", nullable=True),
    Column("open_from", _BOOL, "had begun before the first position"),
    Column("open_to", _BOOL, "had not ended at the last"),
    Column("lat_deg", _F64, "representative place", "deg"),
    Column("lon_deg", _F64, "representative place", "deg"),
    Column("n_positions", _I32, "positions it rests on"),
    Column("longest_silence_h", _F64, "longest silence within", "h"),
    Column("over_land", _BOOL, "an arc it rests on lies on land for more than 2 km"),
    Column("evidence", pl.List(_STR), "deciding rows as `source:offset`"),
    Column("as_of_ms", _I64, "end of the data it was made from", "ms"),
)

ZONE_VISITS: Final = Table(
    "zone_visits",
    "a vessel's stay in a zone",
    (
        *_EVENT_FIELDS,
        Column("zone_id", _STR, "zone"),
        Column("zone_version", _STR, "version of its boundary"),
        Column("entered_how", _STR, "edge, first_seen_inside or unknown"),
        Column("left_how", _STR, "edge, last_seen_inside, open or unknown"),
        Column("gate_from", _STR, "gate crossed on entering", nullable=True),
        Column("gate_to", _STR, "gate crossed on leaving", nullable=True),
        Column("n_edge_crossings", _I32, "crossings of the edge, bridged ones included"),
        Column("inferred", _BOOL, "an arc cut the zone and neither end was inside"),
        Column("distance_in_km", _F64, "length sailed inside, WGS 84", "km"),
        Column("max_lat_deg", _F64, "highest latitude inside", "deg"),
        Column("hours_in", _F64, "time inside", "h"),
    ),
    ("mmsi", "zone_id", "t_from_ms", "event_id"),
)

GATE_CROSSINGS: Final = Table(
    "gate_crossings",
    "a vessel crossed a named line",
    (
        *_EVENT_FIELDS,
        Column("gate_id", _STR, "gate; null if an arc over land leaves it open", nullable=True),
        Column("gate_version", _STR, "version of the gate file", nullable=True),
        Column("from_side", _STR, "waters it came from", nullable=True),
        Column("to_side", _STR, "waters it went to", nullable=True),
        Column("sign", pl.Int8(), "+1 from left of A to B to its right, -1 back, 0 if not known"),
        Column("share_along_gate", _F64, "0 at A, 1 at B", nullable=True),
        Column("speed_kn", _F64, "speed over the arc", "kn"),
        Column("silence_h", _F64, "silence the crossing lies in", "h"),
        Column("n_raw", _I32, "arc crossings collapsed into this one"),
        Column("settled", _BOOL, "was at least clear_km from the line on the far side"),
        Column("turned_back", _BOOL, "recrossed within turn_back and no other gate"),
        Column("assigned", _STR, "arc, by_elimination or candidates"),
        Column("candidates", pl.List(_STR), "gates that a sea path allows"),
    ),
    ("mmsi", "t_from_ms", "gate_id", "event_id"),
)

GAPS: Final = Table(
    "gaps",
    "a vessel's silence that the rule keeps",
    (
        *_EVENT_FIELDS,
        Column("silence_h", _F64, "listening time within", "h"),
        Column("lat_on_deg", _F64, "where it was heard again", "deg", nullable=True),
        Column("lon_on_deg", _F64, "where it was heard again", "deg", nullable=True),
        Column("distance_km", _F64, "from off to on; a lower bound", "km", nullable=True),
        Column("implied_speed_kn", _F64, "over that distance", "kn", nullable=True),
        Column("n_before_12h", _I32, "positions in the 12 h before"),
        Column("verdict", _STR, "seen, silent or could_not_have_been_heard", nullable=True),
        Column("verdict_reason", _STR, "why there is no verdict", nullable=True),
        Column(
            "natural_rate_per_d",
            _F64,
            "silences this long per vessel-day here",
            "1/d",
            nullable=True,
        ),
        Column("natural_rate_hi", _F64, "its 95 % upper bound", "1/d", nullable=True),
        Column("reference_days", _F64, "vessel-days the rate rests on", "d", nullable=True),
        Column("mmsi_heard_elsewhere", _BOOL, "the number was heard meanwhile on another track"),
        Column("unlistened_h", _F64, "part of it in which no source delivered", "h"),
    ),
    ("mmsi", "t_from_ms", "event_id"),
)

PRESENCE: Final = Table(
    "presence",
    "one vessel in one zone on one UTC day; the cube that figures come from",
    (
        _BUCKET,
        _MMSI,
        _VESSEL_ID,
        Column("zone_id", _STR, "zone"),
        Column("zone_version", _STR, "version of its boundary"),
        Column("day", _DATE, "UTC day"),
        Column("n_positions", _I32, "positions in the zone that day"),
        Column("distance_km", _F64, "length sailed in the zone that day, WGS 84", "km"),
        Column("hours", _F64, "time in the zone that day, between positions up to 72 h apart", "h"),
        Column("max_lat_deg", _F64, "highest latitude that day in the zone", "deg"),
    ),
    ("zone_id", "day", "mmsi"),
)

BUILD_FACTS: Final = Table(
    "build_facts",
    "one thing to know of the build that made the derived tables",
    (
        Column("name", _STR, "as_of_ms, code_version, rules, exclusions, counts, heard_days ..."),
        Column("value", _STR, "JSON"),
    ),
    ("name",),
)

STORED: Final = (POSITIONS, STATICS, REJECTS, INGESTS)
DERIVED: Final = (
    TRACKS,
    TRACK_POINTS,
    IDENTITIES,
    VESSELS,
    ZONE_VISITS,
    GATE_CROSSINGS,
    GAPS,
    PRESENCE,
    BUILD_FACTS,
)
TABLES: Final = {table.name: table for table in (*STORED, *DERIVED)}
