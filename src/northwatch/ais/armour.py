# ruff: noqa: PLR2004 - the numbers are those of the alphabet and of words of 64 bits
"""Armoured payloads, in; words of bits, numbers and texts, out (ais.md, 6)."""

from typing import Final

from northwatch.ais.layout import N_WORDS
from northwatch.ais.wide import (
    Bytes,
    Longs,
    inlined,
    kernel,
    shift_right,
    store8,
    sum64,
    swap_bytes,
    trailing_zeros,
    unarmour32,
)


def _each(byte: int) -> int:
    """Return a word that holds this byte eight times, as a signed number."""
    word = int.from_bytes(bytes([byte]) * 8, "little")
    return word - (1 << 64) if word >> 63 else word


_HIGH: Final = _each(0x80)
_ONES: Final = _each(0x01)
_BLANKS: Final = _each(0x20)


@inlined
def checksum(buffer: Bytes, start: int, stop: int) -> tuple[int, bool]:
    """Return the XOR of the bytes in [start, stop), and whether all are printable, 0x20 to 0x7E."""
    total = sum64(buffer, start, max(0, min(64, stop - start)))
    start += 64
    while start < stop:
        more = sum64(buffer, start, min(64, stop - start))
        total = (total ^ (more & 0xFF)) | (more & 0x100)
        start += 64
    return total & 0xFF, total < 0x100


@inlined
def unarmour(buffer: Bytes, start: int, count: int, words: Longs) -> bool:
    """Put the bits of `count` characters into `words`, first bit highest; False if one is illegal.

    Words are filled in threes (32 characters); what lies behind the payload is 0 within the last
    three and unknown beyond. Only as much as `words` holds is kept; all characters are checked.
    """
    illegal = unarmour32(buffer, start, min(32, count), words, 0)
    done = 32
    word = 3
    while done < count:
        illegal |= unarmour32(buffer, start + done, min(32, count - done), words, word)
        done += 32
        word = min(word + 3, N_WORDS - 4)
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
