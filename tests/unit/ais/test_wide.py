"""The functions written in LLVM's words do what plain Python says."""

import random

import numpy as np
import pytest

from northwatch.ais.armour import checksum, put_text, signed, unarmour, unsigned
from northwatch.ais.layout import N_WORDS
from northwatch.ais.wide import PAD, Bytes, find, find_far, kernel, match64, move64, sum64
from tests.unit.ais.slow_bits import ARMOUR, TEXT

RANDOM = random.Random(5)  # noqa: S311 - seeded, for tests


def padded(data: bytes) -> Bytes:
    return np.frombuffer(data + bytes(RANDOM.randrange(256) for _ in range(PAD)), np.uint8)


@kernel
def _match(buffer: Bytes, at: int, byte: int) -> int:
    return match64(buffer, at, byte)


@kernel
def _sum(buffer: Bytes, at: int, count: int) -> int:
    return sum64(buffer, at, count)


@kernel
def _move(values: Bytes, start: int, to: Bytes, at: int, null: int) -> int:
    return move64(values, start, to, at, null)


def test_match_tells_the_places_of_a_byte() -> None:
    data = bytes(RANDOM.choice(b",*ab") for _ in range(200))
    for at in range(0, 130, 7):
        bits = _match(padded(data), at, ord(",")) & ((1 << 64) - 1)
        assert [bits >> place & 1 for place in range(64)] == [
            byte == ord(",") for byte in data[at : at + 64]
        ]


@pytest.mark.parametrize("search", [find, find_far])
def test_find_tells_the_first_place_or_the_end(search: object) -> None:
    assert callable(search)
    for length in range(300):
        data = b"." * length + b"!" + b"."
        assert search(padded(data), 0, length + 2, ord("!")) == length
        assert search(padded(data), 0, length, ord("!")) == length
        assert search(padded(data), min(length, 3), length + 1, ord("!")) == length


def test_sum_is_the_exclusive_or_and_tells_what_is_not_printable() -> None:
    for count in range(65):
        data = bytes(RANDOM.randrange(0x20, 0x7F) for _ in range(count))
        expected = 0
        for byte in data:
            expected ^= byte
        assert _sum(padded(data), 0, count) == expected
        for byte in (0, 0x1F, 0x7F, 0x80, 0xFF):
            place = RANDOM.randrange(count) if count else 0
            hurt = data[:place] + bytes([byte]) + data[place + 1 :]
            assert (_sum(padded(hurt), 0, count) >= 256) == (count > 0)


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 127, 128, 129, 1000])
def test_checksum_is_that_of_any_length(length: int) -> None:
    data = bytes(RANDOM.randrange(0x20, 0x7F) for _ in range(length))
    expected = 0
    for byte in data:
        expected ^= byte
    assert checksum(padded(data), 0, length) == (expected, True)
    if length:
        assert not checksum(padded(data[:-1] + b"\x00"), 0, length)[1]


def test_every_byte_is_in_the_alphabet_or_refused() -> None:
    words = np.zeros(N_WORDS, np.int64)
    for byte in range(256):
        is_legal = unarmour(padded(bytes([byte])), 0, 1, words)
        assert is_legal == (chr(byte) in ARMOUR)
        if is_legal:
            assert unsigned(words, 0, 6) == ARMOUR.index(chr(byte))


@pytest.mark.parametrize("length", [1, 8, 28, 31, 32, 33, 63, 64, 71, 80])
def test_bits_come_out_in_order(length: int) -> None:
    text = "".join(RANDOM.choice(ARMOUR) for _ in range(length))
    bits = "".join(f"{ARMOUR.index(character):06b}" for character in text)
    words = np.zeros(N_WORDS, np.int64)
    assert unarmour(padded(text.encode()), 0, length, words)
    for _ in range(100):
        first = RANDOM.randrange(len(bits))
        width = min(RANDOM.randrange(1, 57), len(bits) - first)
        value = int(bits[first : first + width], 2)
        assert unsigned(words, first, width) == value
        assert signed(words, first, width) == value - (int(bits[first]) << width)


def test_an_illegal_character_is_seen_wherever_it_stands() -> None:
    words = np.zeros(N_WORDS, np.int64)
    for length in (1, 32, 33, 64, 96, 200, 1_000):
        for place in {0, length // 2, length - 1}:
            text = b"0" * place + b"X" + b"0" * (length - place - 1)
            assert not unarmour(padded(text), 0, length, words)


def test_what_lies_behind_the_payload_is_no_part_of_it() -> None:
    words = np.zeros(N_WORDS, np.int64)
    assert unarmour(padded(b"wwwwXX\xff"), 0, 4, words)
    assert unsigned(words, 0, 57) == 0xFFFFFF << 33


def test_text_is_read_as_the_table_says() -> None:
    text = np.zeros(64, np.uint8)
    for start in range(0, 60, 7):
        values = [RANDOM.randrange(1, 64) for _ in range(20)]
        bits = "0" * start + "".join(f"{value:06b}" for value in values)
        bits = bits.ljust(64 * N_WORDS, "0")
        numbers = [int(bits[at : at + 64], 2) for at in range(0, len(bits), 64)]
        words = np.array(numbers, np.uint64).view(np.int64)
        assert put_text(text, 0, words, start, 20) == (20, False)
        assert text[:20].tobytes().decode() == "".join(TEXT[value] for value in values)
        assert put_text(text, 0, words, start, 21) == (20, True)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int32, np.int64])
def test_move_copies_and_tells_what_is_not_null(kind: type) -> None:
    values: Bytes = np.arange(200).astype(kind)
    null = int(np.iinfo(kind).max) if kind in (np.uint8, np.uint16) else int(np.iinfo(kind).min)
    values[[70, 100]] = null
    slab = np.zeros(2000, np.uint8)
    bits = _move(values, 64, slab, 16, null)
    size = values.itemsize
    assert np.array_equal(slab[16 : 16 + 64 * size].view(kind), values[64:128])
    assert bits & ((1 << 64) - 1) == ((1 << 64) - 1) ^ (1 << 6) ^ (1 << 36)
