"""Where the kernels put things: work arrays by name, codes of counters and flags, fresh arrays.

A column of a table under way is one row of a work array of its type: `i32[I32.r_lat_i, row]`. The
letter in front names the table: `r` position reports, `s` static reports, `b` base stations, `a`
aids to navigation, `o` messages not decoded, `x` rejects. Not available is the type's null code
(`NULL_...`); only `lift.py` reads these arrays, and it turns the codes into nulls.
"""

from collections import namedtuple
from typing import Final, NamedTuple

import numpy as np

from northwatch.ais.columns import COUNTERS, FLAGS
from northwatch.ais.wide import PAD, Bytes, Ints, Longs, Shorts

NULL_8: Final = 255
NULL_16: Final = 65_535
NULL_32: Final = -(1 << 31)
NULL_64: Final = -(1 << 63)
NULL_ROT: Final = 128  # as a byte; the radio's own code, -128

MAX_LINE: Final = 65_536
"""A line feed is supposed after so many bytes without one, so that memory is bounded."""

_SHORTEST_SENTENCE: Final = 6  # `!AIVDM`
MAX_LOGICAL: Final = MAX_LINE // _SHORTEST_SENTENCE + 1
"""Logical lines on one line at most."""

MAX_OPEN: Final = 4_096
"""Messages open at once; one more evicts the oldest (the specification's starting value)."""

MAX_PARTS: Final = 9
PART_BYTES: Final = 80
"""Payload characters kept of each part: the longest decoded message (type 5) has 71."""

MAX_APART_MS: Final = 60_000
MAX_APART_LINES: Final = 1_000
MAX_APART_EVER: Final = 100_000
"""Parts further apart than this many lines do not join, whatever their times (our own rule: it
keeps messages that never end from filling the table; a minute of the densest feed is far less)."""

# Rows of the work arrays. The stride between columns is odd in cache lines: equal places of twenty
# columns would otherwise fall on the same few lines of the cache.
ROWS: Final = 3 * (1 << 17) + 192
REJECTS: Final = (1 << 17) + 192
REJECTS_AT_ONCE: Final = MAX_OPEN * MAX_PARTS + MAX_LOGICAL
TEXT_BYTES: Final = 40
"""Room for the longest text, 34 characters, and for the last store of eight bytes."""

TEXT_ENDS: Final = ROWS + 64
"""Places for the ends of texts: one before the first, and whole steps of 64 to copy."""


def _code(name: str) -> int:
    return COUNTERS.index(name)


POSITION: Final = _code("position")
STATIC: Final = _code("static")
BASE: Final = _code("base")
AID: Final = _code("aid")
OTHER_TYPE: Final = _code("other_type")
PART: Final = _code("part")
TIME_LINE: Final = _code("time_line")
OTHER_SENTENCE: Final = _code("other_sentence")
NO_SENTENCE: Final = _code("no_sentence")
BLANK: Final = _code("blank")
OPEN: Final = _code("open")
BAD_BYTE: Final = _code("bad_byte")
NO_CHECKSUM: Final = _code("no_checksum")
BAD_CHECKSUM: Final = _code("bad_checksum")
BAD_FIELDS: Final = _code("bad_fields")
BAD_FRAGMENT: Final = _code("bad_fragment")
BAD_FILL: Final = _code("bad_fill")
EMPTY_PAYLOAD: Final = _code("empty_payload")
BAD_ARMOUR: Final = _code("bad_armour")
DUPLICATE_PART: Final = _code("duplicate_part")
ORPHAN_PART: Final = _code("orphan_part")
SHORT: Final = _code("short")
UNKNOWN_TYPE: Final = _code("unknown_type")


def _bit(name: str) -> int:
    return 1 << FLAGS.index(name)


F_SHORT: Final = _bit("short")
F_LENGTH: Final = _bit("length")
F_POS_RANGE: Final = _bit("pos_range")
F_COG_RANGE: Final = _bit("cog_range")
F_HDG_RANGE: Final = _bit("hdg_range")
F_SOG_SATURATED: Final = _bit("sog_saturated")
F_ROT_SATURATED: Final = _bit("rot_saturated")
F_ALT_SATURATED: Final = _bit("alt_saturated")
F_DRAUGHT_SATURATED: Final = _bit("draught_saturated")
F_MMSI_RANGE: Final = _bit("mmsi_range")
F_OWN_SHIP: Final = _bit("own_ship")
F_EXTRA_FIELD: Final = _bit("extra_field")
F_TAG_BAD: Final = _bit("tag_bad_checksum")
F_TAG_NONE: Final = _bit("tag_no_checksum")
F_PGHP_MISMATCH: Final = _bit("pghp_mismatch")
F_UTC_ASSUMED: Final = _bit("t_utc_assumed")

T_TAG: Final = 1
T_PGHP: Final = 2
T_PREFIX: Final = 3
T_SUFFIX: Final = 4


# Names of places: tuples of whole numbers, which a kernel sees as constants.
_I64 = namedtuple(
    "_I64",
    "r_offset r_t_ms s_offset s_t_ms s_offset_first b_offset b_t_ms"
    " a_offset a_t_ms o_offset o_t_ms",
)
I64: Final = _I64(*range(len(_I64._fields)))
_I32 = namedtuple(
    "_I32",
    "r_mmsi r_lat_i r_lon_i r_station r_flags"
    " s_mmsi s_station s_flags s_imo s_serial s_mothership_mmsi"
    " b_mmsi b_lat_i b_lon_i b_station b_flags"
    " a_mmsi a_lat_i a_lon_i a_station a_flags"
    " o_mmsi o_station o_flags",
)
I32: Final = _I32(*range(len(_I32._fields)))
_U16 = namedtuple(
    "_U16",
    "r_sog_i r_cog_i r_heading_deg r_alt_m r_pos_res_i"
    " s_ship_type s_length_m s_width_m s_draught_i s_bow_m s_stern_m s_port_m s_starboard_m"
    " b_year"
    " a_bow_m a_stern_m a_port_m a_starboard_m a_aid_status",
)
U16: Final = _U16(*range(len(_U16._fields)))
_U8 = namedtuple(
    "_U8",
    "r_ais_type r_channel r_t_source r_nav_status r_second r_accuracy r_rot_raw r_manoeuvre r_raim"
    " r_class_b_cs r_latency r_ais_class"
    " s_ais_class s_ais_type s_channel s_t_source s_part s_epfd s_ais_version s_eta_month s_eta_day"
    " s_eta_hour s_eta_minute s_unit_model"
    " b_ais_type b_channel b_t_source b_month b_day b_hour b_minute b_second b_accuracy b_epfd"
    " b_raim"
    " a_ais_type a_channel a_t_source a_aid_type a_accuracy a_epfd a_second a_off_position"
    " a_raim a_virtual"
    " o_ais_type o_channel o_t_source",
)
U8: Final = _U8(*range(len(_U8._fields)))
_TEXT = namedtuple("_TEXT", "s_name s_call_sign s_destination s_vendor_id a_name")
TEXT: Final = _TEXT(*range(len(_TEXT._fields)))

# The scanner's memory from line to line.
_S = namedtuple(
    "_S",
    "line logical n_r n_s n_b n_a n_o n_x pghp pghp_t pghp_cc n_stations"
    " n_open most_open oldest newest n_free log_parts n_log"
    # A completed message of several parts, handed from `parts.py` to the scanner.
    " done_bits done_t done_source done_station done_flags done_first",
)
S: Final = _S(*range(len(_S._fields)))
# An open message.
_M = namedtuple(
    "_M",
    "key group station first_line t_min t_max flags have n_have total next older newer",
)
M: Final = _M(*range(len(_M._fields)))
# A part of an open message.
_P = namedtuple(
    "_P",
    "length fill check digest t source cc flags offset line bytes log",
)
P: Final = _P(*range(len(_P._fields)))
# A part as the log of a thread keeps it, for the seam.
_L = namedtuple(
    "_L",
    "start stop line logical key group station pghp pghp_t pghp_cc offset outcome"
    " n_left n_left_here tie redone",
)
L: Final = _L(*range(len(_L._fields)))


class Out(NamedTuple):
    """Work arrays that the kernels fill and `lift.py` empties.

    Attributes:
        i64, i32, u16, u8: a row for each column, `ROWS` values each.
        text: a row of bytes for each text column, one value after the other.
        text_end: where the value before each row ends; (len(TEXT), TEXT_ENDS).
        x64: offset and line of rejects; (2, REJECTS).
        x32: length and counter of rejects; (2, REJECTS).
    """

    i64: Longs
    i32: Ints
    u16: Shorts
    u8: Bytes
    text: Bytes
    text_end: Ints
    x64: Longs
    x32: Ints


class Memory(NamedTuple):
    """What the kernels remember from line to line and from block to block.

    Attributes:
        s: numbers by name (`S`).
        counts: lines by counter, in the order of `COUNTERS`.
        messages, parts: open messages (`M`) and their parts (`P`), nine places to a message.
        payloads: `PART_BYTES` payload characters of each part.
        heads: newest open message of each bucket of keys, or -1; a power of two of them.
        free: stack of free places, `s[S.n_free]` deep.
        log: parts seen (`L`), for the seam between threads.
        names, name_end, name_slots: stations: their bytes, where each ends, and a hash table.
        words: payload bits under way, the first bit highest.
        joined: payload characters of a completed message.
    """

    s: Longs
    counts: Longs
    messages: Longs
    parts: Longs
    payloads: Bytes
    heads: Ints
    free: Ints
    log: Longs
    names: Bytes
    name_end: Ints
    name_slots: Ints
    words: Longs
    joined: Bytes


_N_HEADS: Final = 8_192
_NAME_BYTES: Final = 16  # of a station's name, on average; one more than that makes room grow
N_WORDS: Final = 16


_OUTS: Final[list[Out]] = []
_MEMORIES: Final[list[Memory]] = []


def take_out() -> Out:
    """Return empty work arrays, used ones if there are any: new pages cost as much as decoding."""
    return _OUTS.pop() if _OUTS else _fresh_out()


def take_memory() -> Memory:
    """Return a memory for a further thread, to be forgotten first; a used one if there is any."""
    return _MEMORIES.pop() if _MEMORIES else fresh_memory()


def give_back(outs: list[Out], memories: list[Memory]) -> None:
    """Keep emptied work arrays and memories no longer used for the next decoder."""
    _OUTS.extend(outs)
    _MEMORIES.extend(memories)


def _fresh_out() -> Out:
    """Return new work arrays; pages are touched, and so cost memory, only when used."""
    out = Out(
        i64=np.empty((len(I64), ROWS), np.int64),
        i32=np.empty((len(I32), ROWS), np.int32),
        u16=np.empty((len(U16), ROWS), np.uint16),
        u8=np.empty((len(U8), ROWS), np.uint8),
        text=np.empty(len(TEXT) * ROWS * TEXT_BYTES, np.uint8),
        text_end=np.zeros((len(TEXT), TEXT_ENDS), np.int32),
        x64=np.empty((2, REJECTS), np.int64),
        x32=np.empty((2, REJECTS), np.int32),
    )
    forget_rare(out, ROWS)
    return out


def forget_rare(out: Out, rows: int) -> None:
    """Set the columns that only rare types fill back to null, in the first `rows` rows."""
    out.u16[U16.r_alt_m, :rows] = NULL_16
    out.u8[U8.r_class_b_cs, :rows] = NULL_8
    out.u8[U8.r_latency, :rows] = NULL_8


def fresh_memory(stations: int = 1 << 14) -> Memory:
    """Return the memory of a stream that has not begun, with room for so many stations."""
    places = MAX_OPEN * MAX_PARTS
    memory = Memory(
        s=np.empty(len(S), np.int64),
        counts=np.empty(len(COUNTERS), np.int64),
        messages=np.empty((MAX_OPEN, len(M)), np.int64),
        parts=np.empty((places, len(P)), np.int64),
        payloads=np.empty(places * PART_BYTES + PAD, np.uint8),
        heads=np.empty(_N_HEADS, np.int32),
        free=np.empty(MAX_OPEN, np.int32),
        log=np.empty((0, len(L)), np.int64),
        names=np.zeros(stations * _NAME_BYTES + PAD, np.uint8),
        name_end=np.zeros(stations + 1, np.int32),
        name_slots=np.full(2 * stations, -1, np.int32),
        words=np.zeros(N_WORDS, np.int64),
        joined=np.zeros(MAX_PARTS * PART_BYTES + PAD, np.uint8),
    )
    forget(memory)
    return memory


def forget(memory: Memory) -> None:
    """Bring a memory back to where no line has been read; only the stations' names stay."""
    memory.s[:] = 0
    memory.s[S.oldest] = memory.s[S.newest] = -1
    memory.s[S.n_free] = MAX_OPEN
    memory.counts[:] = 0
    memory.heads[:] = -1
    memory.free[:] = np.arange(MAX_OPEN - 1, -1, -1)
