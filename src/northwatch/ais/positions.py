# ruff: noqa: PLR2004 - the numbers are bit places and codes of ITU-R M.1371-5, as in ais.md, 7
"""Bits of position reports (types 1, 2, 3, 9, 18, 19, 27), in; a row of columns, out.

A field is null if it is not available or cut, that is, if the message ends before its last bit.
"""

from typing import Final

from northwatch.ais.armour import signed, unsigned
from northwatch.ais.layout import (
    F_ALT_SATURATED,
    F_COG_RANGE,
    F_HDG_RANGE,
    F_LENGTH,
    F_MMSI_RANGE,
    F_POS_RANGE,
    F_ROT_SATURATED,
    F_SHORT,
    F_SOG_SATURATED,
    I32,
    I64,
    NULL_8,
    NULL_16,
    NULL_32,
    NULL_ROT,
    U8,
    U16,
    Out,
)
from northwatch.ais.wide import (
    Longs,
    inlined,
    kernel,
)
from northwatch.schema import CLASS_A, CLASS_B, CLASS_OTHER
from northwatch.units import AIS_TENTHS

MAX_LAT_I: Final = 54_000_000  # 90 degrees
MAX_LON_I: Final = 108_000_000  # 180 degrees
NO_LAT_I: Final = 54_600_000  # 91 degrees: not available
NO_LON_I: Final = 108_600_000  # 181 degrees
LONG_RANGE_I: Final = 1_000  # type 27 sends 1/600 degree


@inlined
def length_flags(n_bits: int, standard: int, data_end: int) -> int:
    """Return the flag of a length: none if standard, `short` if data is cut, else `length`."""
    if n_bits == standard:
        return 0
    return F_LENGTH if n_bits >= data_end else F_SHORT


@inlined
def mmsi_flags(mmsi: int) -> int:
    """Return the flag of an MMSI that is 0 or has more than nine digits."""
    return F_MMSI_RANGE if mmsi == 0 or mmsi > 999_999_999 else 0


@inlined
def place(lat_i: int, lon_i: int, is_whole: bool) -> tuple[int, int, int]:  # noqa: FBT001 - kernels take no keywords
    """Return latitude, longitude and flags: both null if one is, flagged if one is impossible.

    A half that is cut comes as 0, with `is_whole` False.
    """
    flags = 0
    is_known = is_whole
    if lat_i > MAX_LAT_I or lat_i < -MAX_LAT_I:
        is_known = False
        if lat_i != NO_LAT_I:
            flags = F_POS_RANGE
    if lon_i > MAX_LON_I or lon_i < -MAX_LON_I:
        is_known = False
        if lon_i != NO_LON_I:
            flags = F_POS_RANGE
    if is_known:
        return lat_i, lon_i, flags
    return NULL_32, NULL_32, flags


@inlined
def _put_motion(out: Out, row: int, sog: int, cog: int, heading: int) -> int:
    """Write speed, course and heading as sent (tenths, tenths, degrees); return the flags."""
    flags = 0
    if sog >= 1022:
        flags = F_SOG_SATURATED if sog == 1022 else 0
        sog = sog if sog == 1022 else NULL_16
    if cog >= 3600:
        flags |= F_COG_RANGE if cog != 3600 else 0
        cog = NULL_16
    if heading >= 360:
        flags |= F_HDG_RANGE if heading != 511 else 0
        heading = NULL_16
    out.u16[U16.r_sog_i, row] = sog
    out.u16[U16.r_cog_i, row] = cog
    out.u16[U16.r_heading_deg, row] = heading
    return flags


@inlined
def _put_place(out: Out, row: int, lat_i: int, lon_i: int, is_whole: bool) -> int:  # noqa: FBT001 - as above
    """Write a place; return the flags."""
    lat, lon, flags = place(lat_i, lon_i, is_whole)
    out.i32[I32.r_lat_i, row] = lat
    out.i32[I32.r_lon_i, row] = lon
    return flags


@inlined
def _second(raw: int) -> int:
    return NULL_8 if raw == 60 else raw


@inlined
def _put_class_a_whole(out: Out, row: int, words: Longs, n_bits: int) -> int:
    """Write types 1, 2, 3 of full length; return the flags."""
    first, second, third = words[0], words[1], words[2]
    status = (first >> 22) & 15
    rot = (first >> 14) & 0xFF
    flags = F_ROT_SATURATED if rot in (127, 129) else 0
    out.u8[U8.r_nav_status, row] = NULL_8 if status == 15 else status
    out.u8[U8.r_rot_raw, row] = rot
    out.u8[U8.r_accuracy, row] = (first >> 3) & 1
    flags |= _put_place(
        out,
        row,
        ((second >> 12) << 37) >> 37,
        (((first << 25) | ((second >> 39) & 0x1FFFFFF)) << 36) >> 36,
        n_bits >= 116,
    )
    flags |= _put_motion(out, row, (first >> 4) & 1023, second & 0xFFF, (third >> 55) & 511)
    out.u8[U8.r_second, row] = _second((third >> 49) & 63)
    manoeuvre = (third >> 47) & 3
    out.u8[U8.r_manoeuvre, row] = NULL_8 if manoeuvre == 0 else manoeuvre
    out.u8[U8.r_raim, row] = (third >> 43) & 1
    return flags


@kernel
def _put_class_a_cut(out: Out, row: int, words: Longs, n_bits: int) -> int:
    """Write types 1, 2, 3 that end early; return the flags."""
    status = unsigned(words, 38, 4) if n_bits >= 42 else 15
    rot = unsigned(words, 42, 8) if n_bits >= 50 else NULL_ROT
    flags = F_ROT_SATURATED if rot in (127, 129) else 0
    out.u8[U8.r_nav_status, row] = NULL_8 if status == 15 else status
    out.u8[U8.r_rot_raw, row] = rot
    out.u8[U8.r_accuracy, row] = unsigned(words, 60, 1) if n_bits >= 61 else NULL_8
    flags |= _put_place(
        out,
        row,
        signed(words, 89, 27) if n_bits >= 116 else 0,
        signed(words, 61, 28) if n_bits >= 89 else 0,
        n_bits >= 116,
    )
    flags |= _put_motion(
        out,
        row,
        unsigned(words, 50, 10) if n_bits >= 60 else 1023,
        unsigned(words, 116, 12) if n_bits >= 128 else 3600,
        unsigned(words, 128, 9) if n_bits >= 137 else 511,
    )
    out.u8[U8.r_second, row] = _second(unsigned(words, 137, 6) if n_bits >= 143 else 60)
    manoeuvre = unsigned(words, 143, 2) if n_bits >= 145 else 0
    out.u8[U8.r_manoeuvre, row] = NULL_8 if manoeuvre == 0 else manoeuvre
    out.u8[U8.r_raim, row] = NULL_8
    return flags


@inlined
def _put_class_b(out: Out, row: int, words: Longs, n_bits: int) -> int:
    """Write what types 18 and 19 have in common; return the flags."""
    out.u8[U8.r_nav_status, row] = NULL_8
    out.u8[U8.r_rot_raw, row] = NULL_ROT
    out.u8[U8.r_manoeuvre, row] = NULL_8
    out.u8[U8.r_accuracy, row] = unsigned(words, 56, 1) if n_bits >= 57 else NULL_8
    flags = _put_place(
        out,
        row,
        signed(words, 85, 27) if n_bits >= 112 else 0,
        signed(words, 57, 28) if n_bits >= 85 else 0,
        n_bits >= 112,
    )
    flags |= _put_motion(
        out,
        row,
        unsigned(words, 46, 10) if n_bits >= 56 else 1023,
        unsigned(words, 112, 12) if n_bits >= 124 else 3600,
        unsigned(words, 124, 9) if n_bits >= 133 else 511,
    )
    out.u8[U8.r_second, row] = _second(unsigned(words, 133, 6) if n_bits >= 139 else 60)
    return flags


@kernel
def _put_aircraft(out: Out, row: int, words: Longs, n_bits: int) -> int:
    """Write type 9; speed comes in whole knots; return the flags."""
    flags = length_flags(n_bits, 168, 148)
    altitude = unsigned(words, 38, 12) if n_bits >= 50 else 4095
    flags |= F_ALT_SATURATED if altitude == 4094 else 0
    out.u16[U16.r_alt_m, row] = NULL_16 if altitude == 4095 else altitude
    out.u8[U8.r_nav_status, row] = NULL_8
    out.u8[U8.r_rot_raw, row] = NULL_ROT
    out.u8[U8.r_manoeuvre, row] = NULL_8
    out.u8[U8.r_accuracy, row] = unsigned(words, 60, 1) if n_bits >= 61 else NULL_8
    flags |= _put_place(
        out,
        row,
        signed(words, 89, 27) if n_bits >= 116 else 0,
        signed(words, 61, 28) if n_bits >= 89 else 0,
        n_bits >= 116,
    )
    sog = unsigned(words, 50, 10) if n_bits >= 60 else 1023
    cog = unsigned(words, 116, 12) if n_bits >= 128 else 3600
    flags |= _put_motion(out, row, sog, cog, 511)
    out.u16[U16.r_sog_i, row] = NULL_16 if sog == 1023 else sog * AIS_TENTHS
    out.u8[U8.r_second, row] = _second(unsigned(words, 128, 6) if n_bits >= 134 else 60)
    out.u8[U8.r_raim, row] = unsigned(words, 147, 1) if n_bits >= 148 else NULL_8
    return flags


@kernel
def _put_long_range(out: Out, row: int, words: Longs, n_bits: int) -> int:
    """Write type 27: places in 1/600 degree, whole knots, whole degrees; return the flags."""
    flags = length_flags(n_bits, 96, 95)
    status = unsigned(words, 40, 4) if n_bits >= 44 else 15
    out.u8[U8.r_nav_status, row] = NULL_8 if status == 15 else status
    out.u8[U8.r_rot_raw, row] = NULL_ROT
    out.u8[U8.r_manoeuvre, row] = NULL_8
    out.u8[U8.r_accuracy, row] = unsigned(words, 38, 1) if n_bits >= 39 else NULL_8
    out.u8[U8.r_raim, row] = unsigned(words, 39, 1) if n_bits >= 40 else NULL_8
    flags |= _put_place(
        out,
        row,
        signed(words, 62, 17) * LONG_RANGE_I if n_bits >= 79 else 0,
        signed(words, 44, 18) * LONG_RANGE_I if n_bits >= 62 else 0,
        n_bits >= 79,
    )
    sog = unsigned(words, 79, 6) if n_bits >= 85 else 63
    cog = unsigned(words, 85, 9) if n_bits >= 94 else 511
    flags |= F_COG_RANGE if 360 <= cog < 511 else 0
    out.u16[U16.r_sog_i, row] = NULL_16 if sog == 63 else sog * AIS_TENTHS
    out.u16[U16.r_cog_i, row] = NULL_16 if cog >= 360 else cog * AIS_TENTHS
    out.u16[U16.r_heading_deg, row] = NULL_16
    out.u8[U8.r_second, row] = NULL_8
    out.u8[U8.r_latency, row] = unsigned(words, 94, 1) if n_bits >= 95 else NULL_8
    return flags


@inlined
def put_position(out: Out, row: int, words: Longs, n_bits: int) -> int:
    """Write what a position report says of itself; return its flags.

    Args:
        out: work arrays.
        row: place of the report in them.
        words: the message's bits, at least 40 of them.
        n_bits: how many there are.
    """
    kind = unsigned(words, 0, 6)
    mmsi = unsigned(words, 8, 30)
    out.u8[U8.r_ais_type, row] = kind
    out.u8[U8.r_ais_class, row] = CLASS_A if kind <= 3 else CLASS_B
    out.u16[U16.r_pos_res_i, row] = 1
    out.i32[I32.r_mmsi, row] = mmsi
    flags = mmsi_flags(mmsi)
    if kind <= 3:
        if n_bits >= 149:
            flags |= F_LENGTH if n_bits != 168 else 0
            flags |= _put_class_a_whole(out, row, words, n_bits)
        else:
            flags |= F_SHORT | _put_class_a_cut(out, row, words, n_bits)
    elif kind == 18:
        flags |= length_flags(n_bits, 168, 148) | _put_class_b(out, row, words, n_bits)
        out.u8[U8.r_class_b_cs, row] = unsigned(words, 141, 1) if n_bits >= 142 else NULL_8
        out.u8[U8.r_raim, row] = unsigned(words, 147, 1) if n_bits >= 148 else NULL_8
    elif kind == 27:
        # Nearly always from class A; the bits do not tell.
        out.u8[U8.r_ais_class, row] = CLASS_A
        out.u16[U16.r_pos_res_i, row] = LONG_RANGE_I
        flags |= _put_long_range(out, row, words, n_bits)
    elif kind == 9:
        out.u8[U8.r_ais_class, row] = CLASS_OTHER
        flags |= _put_aircraft(out, row, words, n_bits)
    else:
        flags |= length_flags(n_bits, 312, 308) | _put_class_b(out, row, words, n_bits)
        out.u8[U8.r_raim, row] = unsigned(words, 305, 1) if n_bits >= 306 else NULL_8
    return flags


@inlined
def put_reception(  # noqa: PLR0913, PLR0917 - what the station added, field by field
    out: Out, row: int, offset: int, t: int, source: int, station: int, channel: int, flags: int
) -> None:
    """Write what the station added to a position report, and all its flags."""
    out.i64[I64.r_offset, row] = offset
    out.i64[I64.r_t_ms, row] = t
    out.u8[U8.r_t_source, row] = source
    out.i32[I32.r_station, row] = station
    out.u8[U8.r_channel, row] = channel
    out.i32[I32.r_flags, row] = flags
