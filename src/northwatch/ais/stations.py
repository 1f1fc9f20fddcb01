"""Names of stations, in; small numbers in order of first appearance, out."""

from typing import Final

import numpy as np

from northwatch.ais.layout import Memory, S
from northwatch.ais.wide import (
    PAD,
    Bytes,
    Ints,
    inlined,
    kernel,
    load8,
    low_bytes,
    shift_right,
)

MAX_STATIONS: Final = 1 << 20
MAX_NAME_BYTES: Final = 1 << 26
"""Names, and bytes of them, kept of one stream; later ones get no number: memory is bounded."""

NO_STATION: Final = -1

_WORD: Final = 8
_PRIME: Final = 0x9E3779B97F4A7C15 - (1 << 64)  # 2^64 divided by the golden ratio


@inlined
def text_hash(buffer: Bytes, start: int, stop: int) -> int:
    """Return a 64-bit hash of the bytes in [start, stop)."""
    total = (stop - start) * _PRIME
    at = start
    while at < stop:
        total = (total ^ (load8(buffer, at) & low_bytes(stop - at))) * _PRIME
        total ^= shift_right(total, 32)
        at += _WORD
    return total


@inlined
def same_text(one: Bytes, start: int, other: Bytes, other_start: int, length: int) -> bool:
    """Say whether two stretches of `length` bytes are equal."""
    done = 0
    while done < length:
        difference = load8(one, start + done) ^ load8(other, other_start + done)
        if difference & low_bytes(length - done) != 0:
            return False
        done += _WORD
    return True


@kernel
def _new_number(memory: Memory, buffer: Bytes, start: int, stop: int, slot: int) -> int:
    """Enter a new name at an empty slot of the hash table; return its number."""
    count = memory.s[S.n_stations]
    begin = memory.name_end[count]
    end = begin + stop - start
    if count >= MAX_STATIONS or end > MAX_NAME_BYTES:
        return NO_STATION
    for place in range(start, stop):
        memory.names[begin + place - start] = buffer[place]
    memory.name_end[count + 1] = end
    memory.name_slots[slot] = count
    memory.s[S.n_stations] = count + 1
    return int(count)


@inlined
def number_of(memory: Memory, buffer: Bytes, start: int, stop: int) -> int:
    """Return the number of the station named in [start, stop), a new one if the name is new."""
    length = stop - start
    slots, ends, names = memory.name_slots, memory.name_end, memory.names
    mask = slots.size - 1
    slot = text_hash(buffer, start, stop) & mask
    while slots[slot] >= 0:
        station = slots[slot]
        begin = ends[station]
        if ends[station + 1] - begin == length and same_text(buffer, start, names, begin, length):
            return int(station)
        slot = (slot + 1) & mask
    return _new_number(memory, buffer, start, stop, slot)


@kernel
def _fill_slots(names: Bytes, ends: Ints, slots: Ints, count: int) -> None:
    """Enter the first `count` names into an empty hash table."""
    mask = slots.size - 1
    for station in range(count):
        slot = text_hash(names, ends[station], ends[station + 1]) & mask
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = station


def with_room(memory: Memory, names: int, name_bytes: int) -> Memory:
    """Return the memory with room for so many more stations and bytes of their names."""
    count = int(memory.s[S.n_stations])
    used = int(memory.name_end[count])
    room, room_bytes = memory.name_end.size - 1, memory.names.size - PAD
    if count + names <= room and used + name_bytes <= room_bytes:
        return memory
    while room < count + names:
        room *= 2
    while room_bytes < used + name_bytes:
        room_bytes *= 2
    grown = memory._replace(
        names=np.zeros(room_bytes + PAD, np.uint8),
        name_end=np.zeros(room + 1, np.int32),
        name_slots=np.full(2 * room, -1, np.int32),
    )
    grown.names[:used] = memory.names[:used]
    grown.name_end[: count + 1] = memory.name_end[: count + 1]
    _fill_slots(grown.names, grown.name_end, grown.name_slots, count)
    return grown


def station_names(memory: Memory, first: int = 0) -> list[str]:
    """Return the names from number `first` on; bytes that are not UTF-8 are written as escapes."""
    count = int(memory.s[S.n_stations])
    ends = memory.name_end[: count + 1].tolist()
    raw = memory.names[: ends[-1]].tobytes()
    return [
        raw[ends[station] : ends[station + 1]].decode("utf-8", "backslashreplace")
        for station in range(first, count)
    ]
