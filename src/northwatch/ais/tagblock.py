# ruff: noqa: PLR2004 - the numbers are characters and the widths of fields
"""The text of one tag block, in; its time, station and group, out (ais.md, 3)."""

from typing import Final

from northwatch.ais.armour import checksum
from northwatch.ais.instants import epoch_ms, hex_byte
from northwatch.ais.layout import F_TAG_BAD, F_TAG_NONE, NULL_64
from northwatch.ais.stations import text_hash
from northwatch.ais.wide import (
    Bytes,
    byte_at,
    find,
    inlined,
    kernel,
)

NO_GROUP: Final = 0

_STAR: Final = 42
_COMMA: Final = 44
_DASH: Final = 45
_COLON: Final = 58
_TIME: Final = 99  # c
_STATION: Final = 115  # s
_GROUP: Final = 103  # g


@kernel
def _group(buffer: Bytes, start: int, stop: int, colon: int) -> int:
    """Return the hash of the group's id in the field [start, stop), or `NO_GROUP` if it is none.

    `g:1-2-77` and, in the form of IEC 61162-450, `1G2:77`.
    """
    if colon == start + 1:
        if byte_at(buffer, start) != _GROUP:
            return NO_GROUP
        dash = find(buffer, colon + 1, stop, _DASH)
        dash = find(buffer, dash + 1, stop, _DASH)
        first = dash + 1
    else:
        letter = 0
        for at in range(start, colon):
            character = byte_at(buffer, at)
            if character == 71 and letter == 0 and at > start:
                letter = at
            elif not 48 <= character <= 57:
                return NO_GROUP
        if letter == 0 or letter == colon - 1:
            return NO_GROUP
        first = colon + 1
    if first >= stop:
        return NO_GROUP
    return text_hash(buffer, first, stop) | 1


@inlined
def tag_block(  # noqa: C901, PLR0912, PLR0915 - one flat kernel
    buffer: Bytes,
    start: int,
    stop: int,
    use_bad: bool,  # noqa: FBT001 - kernels take no keywords
) -> tuple[int, int, int, int, int]:
    """Read the tag block whose text, between its backslashes, is [start, stop).

    Args:
        buffer: bytes with room behind them (`wide.PAD`).
        start: first byte of the text.
        stop: place of the closing backslash.
        use_bad: use the values even if the checksum is wrong; the flag stays.

    Returns:
        flags (`F_TAG_BAD` or `F_TAG_NONE` or 0), instant (`NULL_64` if none), start and stop of
        the station's name (0, 0 if none), and the group (`NO_GROUP` if none).
    """
    flags = 0
    end = stop - 3
    if end >= start and byte_at(buffer, end) == _STAR:
        if checksum(buffer, start, end)[0] != hex_byte(buffer, end + 1):
            flags = F_TAG_BAD
    else:
        end = find(buffer, start, stop, _STAR)
        flags = F_TAG_BAD if end < stop else F_TAG_NONE
    t = NULL_64
    name = 0
    name_stop = 0
    group = NO_GROUP
    if flags == F_TAG_BAD and not use_bad:
        return flags, t, name, name_stop, group
    at = start
    while at < end:
        comma = find(buffer, at, end, _COMMA)
        if comma - at > 2:
            key = byte_at(buffer, at)
            if byte_at(buffer, at + 1) == _COLON:
                if key == _TIME:
                    given = epoch_ms(buffer, at + 2, comma)
                    if given != NULL_64:
                        t = given
                elif key == _STATION:
                    name = at + 2
                    name_stop = comma
                elif key == _GROUP:
                    group = _group(buffer, at, comma, at + 1)
            elif 48 <= key <= 57:
                given = _group(buffer, at, comma, find(buffer, at, comma, _COLON))
                if given != NO_GROUP:
                    group = given
        at = comma + 1
    return flags, t, name, name_stop, group
