"""Chunks decoded side by side, in; the state and tables one pass would have given, out.

A chunk that is not the first is decoded as if no message were open before it, and logs its parts.
That guess is wrong only for keys of which a message was in fact open. Of these the parts are
decoded again, in order and with the true state, until both agree that nothing of the key is open;
from there on the guess was right. Then the chunk's open messages join the true ones.

Chunks begin behind a line whose last sentence is AIS, so that no `$PGHP` line is pending there.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from northwatch.ais.frames import Tables, concatenated, tables_of
from northwatch.ais.layout import (
    MAX_LINE,
    MAX_LOGICAL,
    MAX_OPEN,
    MAX_PARTS,
    PART_BYTES,
    L,
    M,
    Memory,
    Out,
    P,
    S,
    forget,
)
from northwatch.ais.lift import Lifted, is_nearly_full, lift
from northwatch.ais.parts import drop, hang
from northwatch.ais.scan import AIS, is_sentence, locate, scan
from northwatch.ais.stations import MAX_NAME_BYTES, MAX_STATIONS, NO_STATION, number_of, with_room
from northwatch.ais.wide import PAD, Bytes, Longs, find, kernel

_FEED: Final = 10
_NOBODY: Final = -1
_LONGEST_SEARCH: Final = 1 << 16
_SHORTEST_PART: Final = 16  # `!AIVDM,2,1,,,0,0` and more


Tie = tuple[int, int, int]
"""Key, group and station (`NO_STATION`: any) that tie parts to messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One stretch of lines to decode.

    Attributes:
        buffer: where it lies, with `wide.PAD` readable bytes behind it.
        start, stop: its bytes in the buffer; a line begins at `start`.
        base: offset in the stream of the buffer's first byte.
        is_last: the stream ends at `stop`.
    """

    buffer: Bytes
    start: int
    stop: int
    base: int
    is_last: bool = False


_NO_ROWS: Final = np.empty((0, len(L)), np.int64)
_NO_TIES: Final = np.empty(0, np.uint8)


def run(
    memory: Memory,
    out: Out,
    chunk: Chunk,
    use_bad_tags: bool,  # noqa: FBT001 - given on to a kernel
) -> tuple[Memory, int, list[Lifted]]:
    """Decode the whole lines of a chunk; the last rows are left in the work arrays.

    Returns:
        The state afterwards, where the first line that is not whole begins, and what had to be
        brought out of the work arrays meanwhile because they were full.
    """
    at = chunk.start
    brought: list[Lifted] = []
    while True:
        memory = with_room(memory, MAX_LOGICAL + 1, MAX_LINE + PAD)
        done = scan(
            chunk.buffer,
            at,
            chunk.stop,
            chunk.base,
            chunk.is_last,
            use_bad_tags,
            out,
            memory,
            _NO_ROWS,
            _NO_TIES,
        )
        if is_nearly_full(memory):
            brought.append(lift(out, memory))
        elif done == at:
            return memory, at, brought
        at = done


def run_alone(
    memory: Memory,
    out: Out,
    chunk: Chunk,
    use_bad_tags: bool,  # noqa: FBT001 - as above
) -> tuple[Memory, int, list[Lifted]]:
    """Do as `run`, and bring out all rows."""
    memory, at, brought = run(memory, out, chunk, use_bad_tags)
    return memory, at, [*brought, lift(out, memory)]


def memory_of_chunk(memory: Memory, chunk: Chunk, used: Memory) -> Memory:
    """Return the guess with which a later chunk begins: stations known, nothing open, a log.

    Takes over the arrays of a memory that is no longer used.
    """
    parts = (chunk.stop - chunk.start) // _SHORTEST_PART + 1
    forget(used)
    same = used.names.size == memory.names.size and used.name_end.size == memory.name_end.size
    guess = used._replace(
        names=used.names if same else memory.names.copy(),
        name_end=used.name_end if same else memory.name_end.copy(),
        name_slots=used.name_slots if same else memory.name_slots.copy(),
        log=used.log if len(used.log) >= parts else np.empty((parts, len(L)), np.int64),
    )
    if same:
        count = int(memory.s[S.n_stations])
        guess.names[: memory.name_end[count]] = memory.names[: memory.name_end[count]]
        guess.name_end[: count + 1] = memory.name_end[: count + 1]
        guess.name_slots[:] = memory.name_slots
    guess.s[S.n_stations] = memory.s[S.n_stations]
    guess.s[S.log_parts] = 1
    return guess


@kernel
def cut_behind(buffer: Bytes, start: int, stop: int) -> int:
    """Return the first place from `start` on where a chunk may begin; -1 if none is near.

    It lies behind the line feed of a line whose last sentence is AIS; `start` is within a line.
    """
    reach = min(stop, start + _LONGEST_SEARCH)
    at = find(buffer, start, reach, _FEED) + 1
    while at < reach:
        feed = find(buffer, at, reach, _FEED)
        if feed == reach:
            return -1
        last = 0
        while at < feed:
            _, sentence = locate(buffer, at, feed)
            if sentence < feed:
                last = is_sentence(buffer, sentence, feed)
            at = sentence + 1
        at = feed + 1
        if last == AIS:
            return at
    return -1


@kernel
def _adopt_names(memory: Memory, other: Memory, first: int, numbers: Longs) -> None:
    """Enter the other's stations from number `first` on; write their numbers here to `numbers`."""
    for station in range(first, other.s[S.n_stations]):
        begin, end = other.name_end[station], other.name_end[station + 1]
        numbers[station] = number_of(memory, other.names, begin, end)


@kernel
def _drop_tie(memory: Memory, numbers: Longs, key: int, group: int, station: int) -> None:
    """Drop the open messages of a tie; they are known better elsewhere."""
    slot = memory.s[S.oldest]
    while slot != _NOBODY:
        message = memory.messages[slot]
        newer = message[M.newer]
        if message[M.key] == key and message[M.group] == group:
            known = message[M.station]
            if station == NO_STATION or (known != NO_STATION and numbers[known] == station):
                drop(memory, slot)
        slot = newer


@kernel
def _list_open(memory: Memory, slots: Longs) -> int:
    """Write the places of the open messages, oldest first; return how many there are."""
    count = 0
    slot = memory.s[S.oldest]
    while slot != _NOBODY:
        slots[count] = slot
        count += 1
        slot = memory.messages[slot, M.newer]
    return count


@kernel
def _copy_message(
    memory: Memory, other: Memory, slot: int, numbers: Longs, line: int, logical: int
) -> int:
    """Copy an open message of the other to a free place, which is returned; it is not yet hung."""
    memory.s[S.n_free] -= 1
    place = memory.free[memory.s[S.n_free]]
    for column in range(memory.messages.shape[1]):
        memory.messages[place, column] = other.messages[slot, column]
    memory.messages[place, M.first_line] += logical
    station = other.messages[slot, M.station]
    if station != NO_STATION:
        memory.messages[place, M.station] = numbers[station]
    for number in range(MAX_PARTS):
        if other.messages[slot, M.have] >> number & 1:
            to, of = place * MAX_PARTS + number, slot * MAX_PARTS + number
            for column in range(memory.parts.shape[1]):
                memory.parts[to, column] = other.parts[of, column]
            memory.parts[to, P.line] += line
            memory.parts[to, P.log] = _NOBODY
            for at in range(PART_BYTES):
                memory.payloads[to * PART_BYTES + at] = other.payloads[of * PART_BYTES + at]
    return int(place)


@kernel
def _hang_in_order(memory: Memory, slots: Longs) -> None:
    """Hang the open messages anew, in this order."""
    for bucket in range(memory.heads.size):
        memory.heads[bucket] = _NOBODY
    memory.s[S.oldest] = memory.s[S.newest] = _NOBODY
    memory.s[S.n_open] = 0
    for slot in slots:
        hang(memory, slot)


def _absorb(memory: Memory, other: Memory, numbers: Longs, line: int, logical: int) -> None:
    """Add the other's open messages; its lines are counted from `line` and `logical` on."""
    slots = np.empty(MAX_OPEN, np.int64)
    theirs = slots[: _list_open(other, slots)].copy()
    if not theirs.size:
        return
    ours = slots[: _list_open(memory, slots)].tolist()
    ours += [_copy_message(memory, other, slot, numbers, line, logical) for slot in theirs]
    by_age = np.argsort(memory.messages[ours, M.first_line])
    _hang_in_order(memory, np.array(ours, np.int64)[by_age])


def _suspects(memory: Memory, log: Longs, numbers: Longs) -> tuple[Longs, list[Tie]]:
    """Return the parts that a message open before may concern, and what ties them to it.

    Parts are tied by key and group, and by station too where every part and message of the key has
    one. The parts are copies of rows of the log, stations in true numbers, with `L.tie` and, for
    the tie, `L.n_left` set; `L.offset` tells them apart.
    """
    slots = np.empty(MAX_OPEN, np.int64)
    held = memory.messages[slots[: _list_open(memory, slots)]][:, [M.key, M.group, M.station]]
    stations_by_key: dict[tuple[int, int], set[int]] = {}
    for key, group, station in held.tolist():
        stations_by_key.setdefault((key, group), set()).add(station)
    rows = log[np.isin(log[:, L.key], held[:, 0])]
    rows[:, L.redone] = 0
    named = rows[:, L.station] != NO_STATION
    rows[named, L.station] = numbers[rows[named, L.station]]
    if not len(rows):
        return rows, []
    keys = list(map(tuple, rows[:, [L.key, L.group]].tolist()))
    for key, station in zip(keys, rows[:, L.station].tolist(), strict=True):
        if station == NO_STATION and key in stations_by_key:
            stations_by_key[key].add(NO_STATION)
    ties: dict[Tie, int] = {}
    kept = np.zeros(len(rows), bool)
    for place, (key, station) in enumerate(zip(keys, rows[:, L.station].tolist(), strict=True)):
        stations = stations_by_key.get(key, set())
        by_station = NO_STATION not in stations
        if stations and (not by_station or station in stations):
            tie = (*key, station if by_station else NO_STATION)
            kept[place] = True
            rows[place, L.tie] = ties.setdefault(tie, len(ties))
            rows[place, L.station] = tie[2]
            if by_station:
                rows[place, L.n_left] = rows[place, L.n_left_here]
    return rows[kept], list(ties)


class Seam:
    """Joins chunks to the true state, one after the other."""

    def __init__(self, out: Out, memory: Memory, *, use_bad_tags: bool) -> None:
        """Prepare to join chunks begun with the stations known to `memory`, as it is now."""
        self._out = out
        self._use_bad_tags = use_bad_tags
        self._n_stations = int(memory.s[S.n_stations])

    def join(
        self, memory: Memory, chunk: Chunk, other: Memory, tables: Tables
    ) -> tuple[Memory, Tables] | None:
        """Join the next chunk; None if it has to be decoded again in full.

        Args:
            memory: the true state at the chunk's beginning; changed in place.
            chunk: the stretch of lines.
            other: the state at its end, as guessed.
            tables: what it brought, as guessed.

        Returns:
            The true state at the chunk's end, and what the chunk truly brought.
        """
        log = other.log[: int(other.s[S.n_log])]
        if not self._can_join(memory, other):
            return None
        memory, numbers = self._with_stations(memory, other)
        suspects, ties = _suspects(memory, log, numbers)
        if int(memory.s[S.n_open] + other.s[S.most_open]) + len(suspects) > MAX_OPEN:
            return None
        changed = None if np.array_equal(numbers, np.arange(numbers.size)) else numbers
        tables = _renumbered(tables, int(memory.s[S.line]), changed)
        if len(suspects):
            settled = np.zeros(len(ties), np.uint8)
            truth = self._decode_again(memory, chunk, suspects, settled)
            for place in np.flatnonzero(settled == 0):
                _drop_tie(other, numbers, *ties[place])
            offsets = suspects[suspects[:, L.redone] == 1, L.offset]
            guessed = log[np.isin(log[:, L.offset], offsets), L.outcome]
            np.subtract.at(other.counts, guessed, 1)
            tables = _replaced(tables, offsets, truth)
        line, logical = int(memory.s[S.line]), int(memory.s[S.logical])
        _absorb(memory, other, numbers, line, logical)
        memory.counts[:] += other.counts
        for name in (S.line, S.logical):
            memory.s[name] += other.s[name]
        for name in (S.pghp, S.pghp_t, S.pghp_cc):
            memory.s[name] = other.s[name]
        return memory, tables

    @staticmethod
    def _can_join(memory: Memory, other: Memory) -> bool:
        """Say whether no time is pending and there is surely room for all stations."""
        stations = int(memory.s[S.n_stations] + other.s[S.n_stations])
        named = int(memory.name_end[memory.s[S.n_stations]] + other.name_end[other.s[S.n_stations]])
        return bool(memory.s[S.pghp] == 0 and stations <= MAX_STATIONS and named <= MAX_NAME_BYTES)

    def _with_stations(self, memory: Memory, other: Memory) -> tuple[Memory, Longs]:
        """Return the state with the chunk's new stations, and the true number of each of its."""
        count = int(other.s[S.n_stations])
        used = int(other.name_end[count])
        numbers = np.arange(max(count, 1), dtype=np.int64)
        memory = with_room(memory, count + 1, used + 1)
        _adopt_names(memory, other, self._n_stations, numbers)
        return memory, numbers

    def _decode_again(
        self, memory: Memory, chunk: Chunk, suspects: Longs, settled: Bytes
    ) -> Tables:
        """Decode suspect parts with the true state; return what they truly bring."""
        brought: list[Tables] = []
        turn = 0
        while not brought or turn < len(suspects):
            turn = scan(
                chunk.buffer,
                turn,
                chunk.stop,
                chunk.base,
                True,  # noqa: FBT003 - kernels take no keywords
                self._use_bad_tags,
                self._out,
                memory,
                suspects,
                settled,
            )
            brought.append(tables_of(lift(self._out, memory)))
        return concatenated(brought)


def _renumbered(tables: Tables, line: int, numbers: Longs | None) -> Tables:
    """Return a chunk's tables with lines of rejects and stations counted as in the stream."""
    *reports, rejects = tables
    if numbers is not None:
        true = pl.Series(numbers, dtype=pl.Int32)
        reports = [
            table.with_columns(true.gather(table["station"]).alias("station")) for table in reports
        ]
    if rejects.height:
        rejects = rejects.with_columns(pl.col("line") + line)
    return (*reports, rejects)  # type: ignore[return-value]


def _replaced(tables: Tables, offsets: Longs, again: Tables) -> Tables:
    """Return tables without the rows of these offsets, with those decoded again in their places."""
    wrong = pl.Series(offsets)
    return tuple(  # type: ignore[return-value]
        pl.concat([guess.filter(~pl.col("offset").is_in(wrong.implode())), truth]).sort(
            "offset", maintain_order=True
        )
        for guess, truth in zip(tables, again, strict=True)
    )
