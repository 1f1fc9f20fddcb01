# ruff: noqa: PLR2004 - the numbers are bit places and codes of ITU-R M.1371-5, as in ais.md, 7
"""Bits of static reports (5, 19, 24), base stations (4, 11), aids (21), in; rows of columns, out.

A field is null if it is not available or cut, that is, if the message ends before its last bit; of
a cut text the whole characters are kept.
"""

from typing import Final

from northwatch.ais.armour import put_text, signed, unsigned, without_trailing_blanks
from northwatch.ais.layout import (
    F_DRAUGHT_SATURATED,
    F_LENGTH,
    F_SHORT,
    I32,
    I64,
    NULL_8,
    NULL_16,
    NULL_32,
    ROWS,
    TEXT,
    TEXT_BYTES,
    U8,
    U16,
    Out,
)
from northwatch.ais.positions import length_flags, mmsi_flags, place
from northwatch.ais.wide import (
    Longs,
    inlined,
    kernel,
)
from northwatch.schema import CLASS_A, CLASS_B

NAME_CHARACTERS: Final = 20
EXTENSION_CHARACTERS: Final = 14


@kernel
def _put_text(  # noqa: PLR0913, PLR0917 - where from, where to
    out: Out, column: int, row: int, words: Longs, start: int, characters: int, n_bits: int
) -> None:
    """Write one text, as many of its characters as are whole; none is an empty text."""
    end = out.text_end[column, row]
    at = column * (ROWS * TEXT_BYTES) + end
    whole = max(0, min(characters, (n_bits - start) // 6))
    length, _ = put_text(out.text, at, words, start, whole)
    out.text_end[column, row + 1] = end + without_trailing_blanks(out.text, at, length)


@inlined
def _put_no_text(out: Out, column: int, row: int) -> None:
    out.text_end[column, row + 1] = out.text_end[column, row]


@inlined
def _whole_8(words: Longs, start: int, width: int, n_bits: int) -> int:
    """Return a field of at most 7 bits, or null if it is cut."""
    return unsigned(words, start, width) if n_bits >= start + width else NULL_8


@inlined
def _within(words: Longs, start: int, width: int, n_bits: int, low: int, high: int) -> int:
    """Return a field of at most 7 bits, or null if it is cut or not in [low, high]."""
    value = _whole_8(words, start, width, n_bits)
    return value if low <= value <= high else NULL_8


@kernel
def _dimensions(words: Longs, start: int, n_bits: int) -> tuple[int, int, int, int]:
    """Return metres from the antenna to bow, stern, port and starboard; all 0 is all null."""
    bow = unsigned(words, start, 9) if n_bits >= start + 9 else NULL_16
    stern = unsigned(words, start + 9, 9) if n_bits >= start + 18 else NULL_16
    port = unsigned(words, start + 18, 6) if n_bits >= start + 24 else NULL_16
    starboard = unsigned(words, start + 24, 6) if n_bits >= start + 30 else NULL_16
    if bow | stern | port | starboard == 0:
        return NULL_16, NULL_16, NULL_16, NULL_16
    return bow, stern, port, starboard


@inlined
def _sum(one: int, other: int) -> int:
    """Return the sum of two dimensions; null if one is, or if nothing is left."""
    if NULL_16 in (one, other) or one + other == 0:
        return NULL_16
    return one + other


@kernel
def _put_dimensions(out: Out, row: int, words: Longs, start: int, n_bits: int) -> None:
    bow, stern, port, starboard = _dimensions(words, start, n_bits)
    out.u16[U16.s_bow_m, row] = bow
    out.u16[U16.s_stern_m, row] = stern
    out.u16[U16.s_port_m, row] = port
    out.u16[U16.s_starboard_m, row] = starboard
    out.u16[U16.s_length_m, row] = _sum(bow, stern)
    out.u16[U16.s_width_m, row] = _sum(port, starboard)


@kernel
def _put_nothing(out: Out, row: int) -> None:
    """Write a static report that says nothing yet."""
    out.i32[I32.s_imo, row] = NULL_32
    out.i32[I32.s_serial, row] = NULL_32
    out.i32[I32.s_mothership_mmsi, row] = NULL_32
    for column in range(U16.s_ship_type, U16.s_starboard_m + 1):
        out.u16[column, row] = NULL_16
    for column in range(U8.s_part, U8.s_unit_model + 1):
        out.u8[column, row] = NULL_8


@kernel
def _ship_type(words: Longs, start: int, n_bits: int) -> int:
    value = unsigned(words, start, 8) if n_bits >= start + 8 else 0
    return NULL_16 if value == 0 else value


@kernel
def _put_class_a(out: Out, row: int, words: Longs, n_bits: int) -> int:
    """Write type 5; return its flags."""
    out.u8[U8.s_ais_version, row] = _whole_8(words, 38, 2, n_bits)
    imo = unsigned(words, 40, 30) if n_bits >= 70 else 0
    out.i32[I32.s_imo, row] = NULL_32 if imo == 0 else imo
    _put_text(out, TEXT.s_call_sign, row, words, 70, 7, n_bits)
    _put_text(out, TEXT.s_name, row, words, 112, NAME_CHARACTERS, n_bits)
    out.u16[U16.s_ship_type, row] = _ship_type(words, 232, n_bits)
    _put_dimensions(out, row, words, 240, n_bits)
    out.u8[U8.s_epfd, row] = _whole_8(words, 270, 4, n_bits)
    out.u8[U8.s_eta_month, row] = _within(words, 274, 4, n_bits, 1, 12)
    out.u8[U8.s_eta_day, row] = _within(words, 278, 5, n_bits, 1, 31)
    out.u8[U8.s_eta_hour, row] = _within(words, 283, 5, n_bits, 0, 23)
    out.u8[U8.s_eta_minute, row] = _within(words, 288, 6, n_bits, 0, 59)
    draught = unsigned(words, 294, 8) if n_bits >= 302 else 0
    out.u16[U16.s_draught_i, row] = NULL_16 if draught == 0 else draught
    _put_text(out, TEXT.s_destination, row, words, 302, 20, n_bits)
    flags = F_DRAUGHT_SATURATED if draught == 255 else 0
    return flags | length_flags(n_bits, 424, 422)


@kernel
def _put_class_b(out: Out, row: int, words: Longs, n_bits: int) -> None:
    """Write the static half of type 19."""
    _put_text(out, TEXT.s_name, row, words, 143, NAME_CHARACTERS, n_bits)
    out.u16[U16.s_ship_type, row] = _ship_type(words, 263, n_bits)
    _put_dimensions(out, row, words, 271, n_bits)
    out.u8[U8.s_epfd, row] = _whole_8(words, 301, 4, n_bits)


@kernel
def _put_part_b(out: Out, row: int, words: Longs, n_bits: int, mmsi: int) -> None:
    """Write type 24 part B; a craft of a mother ship names her instead of its dimensions."""
    out.u16[U16.s_ship_type, row] = _ship_type(words, 40, n_bits)
    _put_text(out, TEXT.s_vendor_id, row, words, 48, 3, n_bits)
    out.u8[U8.s_unit_model, row] = _whole_8(words, 66, 4, n_bits)
    out.i32[I32.s_serial, row] = unsigned(words, 70, 20) if n_bits >= 90 else NULL_32
    _put_text(out, TEXT.s_call_sign, row, words, 90, 7, n_bits)
    if mmsi // 10_000_000 == 98:
        ship = unsigned(words, 132, 30) if n_bits >= 162 else 0
        out.i32[I32.s_mothership_mmsi, row] = NULL_32 if ship == 0 else ship
    else:
        _put_dimensions(out, row, words, 132, n_bits)
    out.u8[U8.s_epfd, row] = _whole_8(words, 162, 4, n_bits)


@kernel
def put_static(out: Out, row: int, words: Longs, n_bits: int) -> int:
    """Write what a static report (types 5, 19, 24) says; return its flags.

    Args:
        out: work arrays.
        row: place of the report in them.
        words: the message's bits, at least 40 of them.
        n_bits: how many there are.
    """
    kind = unsigned(words, 0, 6)
    mmsi = unsigned(words, 8, 30)
    _put_nothing(out, row)
    out.u8[U8.s_ais_type, row] = kind
    out.u8[U8.s_ais_class, row] = CLASS_A if kind == 5 else CLASS_B
    out.i32[I32.s_mmsi, row] = mmsi
    flags = mmsi_flags(mmsi)
    if kind == 5:
        _put_no_text(out, TEXT.s_vendor_id, row)
        return flags | _put_class_a(out, row, words, n_bits)
    _put_no_text(out, TEXT.s_destination, row)
    if kind == 19:
        _put_no_text(out, TEXT.s_vendor_id, row)
        _put_no_text(out, TEXT.s_call_sign, row)
        _put_class_b(out, row, words, n_bits)
        return flags
    part = unsigned(words, 38, 2)
    out.u8[U8.s_part, row] = part
    if part == 0:
        _put_no_text(out, TEXT.s_vendor_id, row)
        _put_no_text(out, TEXT.s_call_sign, row)
        _put_text(out, TEXT.s_name, row, words, 40, NAME_CHARACTERS, n_bits)
        if n_bits in (160, 168):
            return flags
        return flags | (F_LENGTH if n_bits > 160 else F_SHORT)
    _put_no_text(out, TEXT.s_name, row)
    _put_part_b(out, row, words, n_bits, mmsi)
    return flags | length_flags(n_bits, 168, 166)


@kernel
def put_base(out: Out, row: int, words: Longs, n_bits: int) -> int:
    """Write a base station's report (types 4, 11); return its flags."""
    mmsi = unsigned(words, 8, 30)
    out.u8[U8.b_ais_type, row] = unsigned(words, 0, 6)
    out.i32[I32.b_mmsi, row] = mmsi
    year = unsigned(words, 38, 14) if n_bits >= 52 else 0
    out.u16[U16.b_year, row] = year if 1 <= year <= 9999 else NULL_16
    out.u8[U8.b_month, row] = _within(words, 52, 4, n_bits, 1, 12)
    out.u8[U8.b_day, row] = _within(words, 56, 5, n_bits, 1, 31)
    out.u8[U8.b_hour, row] = _within(words, 61, 5, n_bits, 0, 23)
    out.u8[U8.b_minute, row] = _within(words, 66, 6, n_bits, 0, 59)
    out.u8[U8.b_second, row] = _within(words, 72, 6, n_bits, 0, 59)
    out.u8[U8.b_accuracy, row] = _whole_8(words, 78, 1, n_bits)
    lat, lon, flags = place(
        signed(words, 107, 27) if n_bits >= 134 else 0,
        signed(words, 79, 28) if n_bits >= 107 else 0,
        n_bits >= 134,
    )
    out.i32[I32.b_lat_i, row] = lat
    out.i32[I32.b_lon_i, row] = lon
    out.u8[U8.b_epfd, row] = _whole_8(words, 134, 4, n_bits)
    out.u8[U8.b_raim, row] = _whole_8(words, 148, 1, n_bits)
    return flags | mmsi_flags(mmsi) | length_flags(n_bits, 168, 149)


@kernel
def _put_aid_name(out: Out, row: int, words: Longs, n_bits: int) -> None:
    """Write an aid's name; its extension follows only where the name fills all its places."""
    end = out.text_end[TEXT.a_name, row]
    at = TEXT.a_name * (ROWS * TEXT_BYTES) + end
    whole = max(0, min(NAME_CHARACTERS, (n_bits - 43) // 6))
    length, ended = put_text(out.text, at, words, 43, whole)
    if length == NAME_CHARACTERS and not ended:
        more = max(0, min(EXTENSION_CHARACTERS, (n_bits - 272) // 6))
        extension, _ = put_text(out.text, at + length, words, 272, more)
        length += extension
    out.text_end[TEXT.a_name, row + 1] = end + without_trailing_blanks(out.text, at, length)


@kernel
def put_aid(out: Out, row: int, words: Longs, n_bits: int) -> int:
    """Write an aid to navigation's report (type 21); return its flags."""
    mmsi = unsigned(words, 8, 30)
    out.u8[U8.a_ais_type, row] = unsigned(words, 0, 6)
    out.i32[I32.a_mmsi, row] = mmsi
    out.u8[U8.a_aid_type, row] = _within(words, 38, 5, n_bits, 1, 31)
    _put_aid_name(out, row, words, n_bits)
    out.u8[U8.a_accuracy, row] = _whole_8(words, 163, 1, n_bits)
    lat, lon, flags = place(
        signed(words, 192, 27) if n_bits >= 219 else 0,
        signed(words, 164, 28) if n_bits >= 192 else 0,
        n_bits >= 219,
    )
    out.i32[I32.a_lat_i, row] = lat
    out.i32[I32.a_lon_i, row] = lon
    bow, stern, port, starboard = _dimensions(words, 219, n_bits)
    out.u16[U16.a_bow_m, row] = bow
    out.u16[U16.a_stern_m, row] = stern
    out.u16[U16.a_port_m, row] = port
    out.u16[U16.a_starboard_m, row] = starboard
    out.u8[U8.a_epfd, row] = _whole_8(words, 249, 4, n_bits)
    second = _whole_8(words, 253, 6, n_bits)
    out.u8[U8.a_second, row] = NULL_8 if second == 60 else second
    out.u8[U8.a_off_position, row] = _whole_8(words, 259, 1, n_bits)
    out.u16[U16.a_aid_status, row] = unsigned(words, 260, 8) if n_bits >= 268 else NULL_16
    out.u8[U8.a_raim, row] = _whole_8(words, 268, 1, n_bits)
    out.u8[U8.a_virtual, row] = _whole_8(words, 269, 1, n_bits)
    flags |= mmsi_flags(mmsi)
    if 272 <= n_bits <= 360:
        return flags
    return flags | (F_LENGTH if n_bits >= 271 else F_SHORT)


@kernel
def put_other(out: Out, row: int, words: Longs) -> int:
    """Write the type and sender of a message that is not decoded; return its flags."""
    mmsi = unsigned(words, 8, 30)
    out.u8[U8.o_ais_type, row] = unsigned(words, 0, 6)
    out.i32[I32.o_mmsi, row] = mmsi
    return mmsi_flags(mmsi)


@kernel
def put_rare_reception(  # noqa: PLR0913, PLR0917 - what the station added, field by field
    out: Out,
    table: int,
    row: int,
    offset: int,
    first: int,
    t: int,
    source: int,
    station: int,
    channel: int,
    flags: int,
) -> None:
    """Write what the station added to a report of another table: 0 "s", 1 "b", 2 "a", 3 "o"."""
    if table == 0:
        out.i64[I64.s_offset, row] = offset
        out.i64[I64.s_t_ms, row] = t
        out.i64[I64.s_offset_first, row] = first
        out.u8[U8.s_t_source, row] = source
        out.i32[I32.s_station, row] = station
        out.u8[U8.s_channel, row] = channel
        out.i32[I32.s_flags, row] = flags
    elif table == 1:
        out.i64[I64.b_offset, row] = offset
        out.i64[I64.b_t_ms, row] = t
        out.u8[U8.b_t_source, row] = source
        out.i32[I32.b_station, row] = station
        out.u8[U8.b_channel, row] = channel
        out.i32[I32.b_flags, row] = flags
    elif table == 2:
        out.i64[I64.a_offset, row] = offset
        out.i64[I64.a_t_ms, row] = t
        out.u8[U8.a_t_source, row] = source
        out.i32[I32.a_station, row] = station
        out.u8[U8.a_channel, row] = channel
        out.i32[I32.a_flags, row] = flags
    else:
        out.i64[I64.o_offset, row] = offset
        out.i64[I64.o_t_ms, row] = t
        out.u8[U8.o_t_source, row] = source
        out.i32[I32.o_station, row] = station
        out.u8[U8.o_channel, row] = channel
        out.i32[I32.o_flags, row] = flags
