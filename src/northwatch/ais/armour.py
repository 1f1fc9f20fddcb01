# ruff: noqa: PLR2004 - the numbers are those of the alphabet and of words of 64 bits
"""Armoured payloads, in; words of bits, numbers and texts, out (ais.md, 6).

Eight characters are worked on at once, in one 64-bit word. All functions take a payload whose
bytes are known to be printable (0x20 to 0x7E): the checksum pass has seen to that.
"""

from typing import Final

from northwatch.ais.layout import N_WORDS
from northwatch.ais.wide import (
    Bytes,
    Longs,
    inlined,
    kernel,
    load8,
    low_bytes,
    shift_right,
    store8,
    swap_bytes,
    trailing_zeros,
)


def _each(byte: int) -> int:
    """Return a word that holds this byte eight times, as a signed number."""
    word = int.from_bytes(bytes([byte]) * 8, "little")
    return word - (1 << 64) if word >> 63 else word


_HIGH: Final = _each(0x80)
_ONES: Final = _each(0x01)
_BLANKS: Final = _each(0x20)
_ZEROS: Final = _each(0x30)
_TO_HIGH_FROM_0: Final = _each(0x80 - 0x30)  # added, lifts "0" and all above to the high bit
_TO_HIGH_FROM_X: Final = _each(0x80 - 0x58)  # "X", the first after "W"
_TO_HIGH_FROM_TICK: Final = _each(0x80 - 0x60)  # "`"
_TO_HIGH_FROM_PIPE: Final = _each(0x80 - 0x78)  # "x", the first after "w"


@inlined
def checksum(buffer: Bytes, start: int, stop: int) -> int:
    """Return the XOR of the bytes in [start, stop)."""
    total = 0
    at = start
    while at + 8 <= stop:
        total ^= load8(buffer, at)
        at += 8
    total ^= load8(buffer, at) & low_bytes(stop - at)
    total ^= total >> 32
    total ^= total >> 16
    total ^= total >> 8
    return total & 0xFF


@inlined
def checksum_printable(buffer: Bytes, start: int, stop: int) -> tuple[int, bool]:
    """Return the XOR of the bytes in [start, stop), and whether all are in 0x20 to 0x7E.

    A byte is not if its high bit is set, or if taking 0x20 off or adding 1 sets it; what is
    borrowed or carried comes only from a byte that is itself bad.
    """
    total = 0
    seen = 0
    at = start
    while at + 8 <= stop:
        word = load8(buffer, at)
        total ^= word
        seen |= (word - _BLANKS) | (word + _ONES) | word
        at += 8
    mask = low_bytes(stop - at)
    word = load8(buffer, at) & mask
    total ^= word
    word |= _BLANKS & ~mask
    seen |= (word - _BLANKS) | (word + _ONES) | word
    total ^= total >> 32
    total ^= total >> 16
    total ^= total >> 8
    return total & 0xFF, (seen & _HIGH) == 0


@inlined
def _eight(buffer: Bytes, at: int, left: int) -> tuple[int, int]:
    """Return 48 bits of up to eight characters, and a word that is not 0 if one is illegal."""
    if left <= 0:
        return 0, 0
    word = load8(buffer, at)
    if left < 8:
        mask = low_bytes(left)
        word = (word & mask) | (_ZEROS & ~mask)
    upper = (word + _TO_HIGH_FROM_TICK) & _HIGH
    illegal = ~(word + _TO_HIGH_FROM_0) | (word + _TO_HIGH_FROM_PIPE)
    illegal |= (word + _TO_HIGH_FROM_X) & ~upper
    # "0" to "W" are 0 to 39, "`" to "w" 40 to 63: eight characters between them are left out.
    values = swap_bytes(word - _ZEROS - shift_right(upper, 4))
    # Eight values of 6 bits become four of 12, two of 24, one of 48.
    values = (values & 0x003F003F003F003F) | (shift_right(values, 2) & 0x0FC00FC00FC00FC0)
    values = (values & 0x00000FFF00000FFF) | (shift_right(values, 4) & 0x00FFF00000FFF000)
    values = (values & 0x0000000000FFFFFF) | (shift_right(values, 8) & 0x0000FFFFFF000000)
    return values, illegal & _HIGH


@inlined
def unarmour(buffer: Bytes, start: int, count: int, words: Longs) -> bool:
    """Put the bits of `count` characters into `words`, first bit highest; False if one is illegal.

    Words are filled in threes (32 characters); what lies behind the payload is 0 within the last
    three and unknown beyond. Only as much as `words` holds is kept; all characters are checked.
    """
    illegal = 0
    at = start
    left = count
    word = 0
    while left > 0:
        first, bad_first = _eight(buffer, at, left)
        second, bad_second = _eight(buffer, at + 8, left - 8)
        third, bad_third = _eight(buffer, at + 16, left - 16)
        fourth, bad_fourth = _eight(buffer, at + 24, left - 24)
        illegal |= bad_first | bad_second | bad_third | bad_fourth
        if word + 3 <= N_WORDS:
            words[word] = (first << 16) | (second >> 32)
            words[word + 1] = (second << 32) | (third >> 16)
            words[word + 2] = (third << 48) | fourth
        word += 3
        at += 32
        left -= 32
    return illegal == 0


@inlined
def unsigned(words: Longs, start: int, width: int) -> int:
    """Return the number in the bits from `start` on, at most 57 wide."""
    word = start >> 6
    offset = start & 63
    if offset + width <= 64:
        return shift_right(words[word] << offset, 64 - width)
    high = words[word] << offset
    return shift_right(high | shift_right(words[word + 1], 64 - offset), 64 - width)


@inlined
def signed(words: Longs, start: int, width: int) -> int:
    """Return the two's complement number in the bits from `start` on, at most 57 wide."""
    word = start >> 6
    offset = start & 63
    if offset + width <= 64:
        return int(words[word] << offset) >> (64 - width)
    high = words[word] << offset
    return int(high | shift_right(words[word + 1], 64 - offset)) >> (64 - width)


@kernel
def put_text(text: Bytes, at: int, words: Longs, start: int, characters: int) -> tuple[int, bool]:
    """Write a text of 6-bit characters as ASCII; return its length and whether an `@` ended it.

    Up to seven bytes behind the text are written over. Trailing blanks are not yet dropped.
    """
    done = 0
    while done < characters:
        values = unsigned(words, start + done * 6, 48)
        # 48 bits become two values of 24, four of 12, eight of 6.
        values = (values & 0x0000000000FFFFFF) | ((values & 0x0000FFFFFF000000) << 8)
        values = (values & 0x00000FFF00000FFF) | ((values & 0x00FFF00000FFF000) << 4)
        values = (values & 0x003F003F003F003F) | ((values & 0x0FC00FC00FC00FC0) << 2)
        values = swap_bytes(values)
        store8(text, at + done, values | ((~values & _BLANKS) << 1))
        ends = (values - _ONES) & ~values & _HIGH  # the lowest set bit marks the first `@`
        if ends != 0:
            length = done + (trailing_zeros(ends) >> 3)
            if length < characters:
                return length, True
        done += 8
    return characters, False


@inlined
def without_trailing_blanks(text: Bytes, at: int, length: int) -> int:
    """Return the length of the text at a place without the blanks at its end."""
    while length > 0 and text[at + length - 1] == 0x20:
        length -= 1
    return length
