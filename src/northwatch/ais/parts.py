"""Parts of messages in any order, in; whole messages and rejected parts, out (ais.md, 5).

An open message is a row of `memory.messages`, its parts nine rows of `memory.parts`. Messages with
one key (talker and VDM or VDO, total, sequence id, channel) and group hang in one chain, the newest
first; all hang in one list by age.
"""

from typing import Final

from northwatch.ais.layout import (
    F_PGHP_MISMATCH,
    MAX_APART_EVER,
    MAX_APART_LINES,
    MAX_APART_MS,
    MAX_OPEN,
    MAX_PARTS,
    NULL_64,
    OPEN,
    ORPHAN_PART,
    PART,
    PART_BYTES,
    T_PGHP,
    L,
    M,
    Memory,
    Out,
    P,
    S,
)
from northwatch.ais.stations import NO_STATION, text_hash
from northwatch.ais.wide import (
    Bytes,
    inlined,
    kernel,
    shift_right,
)

HELD: Final = 0
DUPLICATE: Final = 1
COMPLETE: Final = 2

_NOBODY: Final = -1
_PRIME: Final = 0x9E3779B97F4A7C15 - (1 << 64)
_OTHER_PRIME: Final = 0xC2B2AE3D27D4EB4F - (1 << 64)


@kernel
def bucket_of_key(key: int, group: int, buckets: int) -> int:
    """Return the bucket of a key, 0 to `buckets` - 1."""
    mixed = (key * _PRIME) ^ (group * _OTHER_PRIME)
    return shift_right(mixed ^ shift_right(mixed, 29), 7) & (buckets - 1)


@kernel
def reject(out: Out, memory: Memory, code: int, offset: int, line: int, length: int) -> None:
    """Write one line into the reject log."""
    row = memory.s[S.n_x]
    out.x64[0, row] = offset
    out.x64[1, row] = line
    out.x32[0, row] = length
    out.x32[1, row] = code
    memory.s[S.n_x] = row + 1


@kernel
def hang(memory: Memory, slot: int) -> None:
    """Hang an open message, the newest of all, into its chain and the list by age."""
    s, messages = memory.s, memory.messages
    bucket = bucket_of_key(messages[slot, M.key], messages[slot, M.group], memory.heads.size)
    messages[slot, M.next] = memory.heads[bucket]
    memory.heads[bucket] = slot
    messages[slot, M.older] = s[S.newest]
    messages[slot, M.newer] = _NOBODY
    if s[S.newest] == _NOBODY:
        s[S.oldest] = slot
    else:
        messages[s[S.newest], M.newer] = slot
    s[S.newest] = slot
    s[S.n_open] += 1
    s[S.most_open] = max(s[S.most_open], s[S.n_open])


@kernel
def drop(memory: Memory, slot: int) -> None:
    """Take an open message out of its chain and the list, and free its place."""
    s, messages = memory.s, memory.messages
    bucket = bucket_of_key(messages[slot, M.key], messages[slot, M.group], memory.heads.size)
    if memory.heads[bucket] == slot:
        memory.heads[bucket] = messages[slot, M.next]
    else:
        before = memory.heads[bucket]
        while messages[before, M.next] != slot:
            before = messages[before, M.next]
        messages[before, M.next] = messages[slot, M.next]
    older, newer = messages[slot, M.older], messages[slot, M.newer]
    if older == _NOBODY:
        s[S.oldest] = newer
    else:
        messages[older, M.newer] = newer
    if newer == _NOBODY:
        s[S.newest] = older
    else:
        messages[newer, M.older] = older
    memory.free[s[S.n_free]] = slot
    s[S.n_free] += 1
    s[S.n_open] -= 1


@kernel
def _settle(memory: Memory, place: int, outcome: int) -> None:
    """Move one held part from `open` to the counter where it ends."""
    memory.counts[OPEN] -= 1
    memory.counts[outcome] += 1
    log = memory.parts[place, P.log]
    if log >= 0:
        memory.log[log, L.outcome] = outcome


@kernel
def orphan(out: Out, memory: Memory, slot: int) -> None:
    """Refuse all parts of an open message and drop it."""
    for number in range(MAX_PARTS):
        if memory.messages[slot, M.have] >> number & 1:
            place = slot * MAX_PARTS + number
            part = memory.parts[place]
            reject(out, memory, ORPHAN_PART, part[P.offset], part[P.line], part[P.bytes])
            _settle(memory, place, ORPHAN_PART)
    drop(memory, slot)


@kernel
def orphan_all(out: Out, memory: Memory) -> None:
    """Refuse the parts of all open messages: the input has ended."""
    while memory.s[S.oldest] != _NOBODY:
        orphan(out, memory, memory.s[S.oldest])


@kernel
def orphan_old(out: Out, memory: Memory) -> None:
    """Refuse the parts of messages so old that no part could join them any more."""
    while memory.s[S.oldest] != _NOBODY:
        slot = memory.s[S.oldest]
        if memory.s[S.logical] - memory.messages[slot, M.first_line] <= MAX_APART_EVER:
            break
        orphan(out, memory, slot)


@kernel
def is_apart(memory: Memory, slot: int, t: int, line: int) -> bool:
    """Say whether a part is too far from an open message to belong to it."""
    message = memory.messages[slot]
    lines = line - message[M.first_line]
    if lines > MAX_APART_EVER:
        return True
    if t == NULL_64 or message[M.t_min] == NULL_64:
        return bool(lines > MAX_APART_LINES)
    return bool(t - message[M.t_min] > MAX_APART_MS or message[M.t_max] - t > MAX_APART_MS)


@kernel
def _fitting(memory: Memory, key: int, group: int, station: int) -> int:
    """Return the open message a part joins by its key, or -1.

    A part without a station joins the newest; one with a station joins the newest of the same
    station, else the newest whose station is still unknown.
    """
    messages = memory.messages
    unknown = _NOBODY
    slot = memory.heads[bucket_of_key(key, group, memory.heads.size)]
    while slot != _NOBODY:
        if messages[slot, M.key] == key and messages[slot, M.group] == group:
            known = messages[slot, M.station]
            if known in (station, NO_STATION) or station == NO_STATION:
                if station in (known, NO_STATION):
                    return int(slot)
                if unknown == _NOBODY:
                    unknown = slot
        slot = messages[slot, M.next]
    return int(unknown)


@kernel
def open_with(memory: Memory, key: int, group: int, station: int) -> int:
    """Return how many messages are open with this key and group.

    With a station given only those of that station, or of none yet, are counted.
    """
    count = 0
    slot = memory.heads[bucket_of_key(key, group, memory.heads.size)]
    while slot != _NOBODY:
        if memory.messages[slot, M.key] == key and memory.messages[slot, M.group] == group:
            known = memory.messages[slot, M.station]
            count += station == NO_STATION or known in (station, NO_STATION)
        slot = memory.messages[slot, M.next]
    return count


@kernel
def _begin(  # noqa: PLR0913, PLR0917 - what is known of a new message
    out: Out, memory: Memory, key: int, group: int, station: int, total: int, line: int
) -> int:
    """Open a message without parts; evict the oldest if too many are open."""
    if memory.s[S.n_open] >= MAX_OPEN:
        orphan(out, memory, memory.s[S.oldest])
    memory.s[S.n_free] -= 1
    slot = memory.free[memory.s[S.n_free]]
    message = memory.messages[slot]
    message[M.key] = key
    message[M.group] = group
    message[M.station] = station
    message[M.first_line] = line
    message[M.t_min] = NULL_64
    message[M.t_max] = NULL_64
    message[M.flags] = 0
    message[M.have] = 0
    message[M.n_have] = 0
    message[M.total] = total
    hang(memory, slot)
    return int(slot)


@kernel
def _complete(  # noqa: PLR0915 - one flat kernel
    memory: Memory, slot: int, last: int
) -> None:
    """Join the parts of a message into `memory.joined` and `s[S.done_...]`, and drop it.

    Of the joined payload the first `PART_BYTES` characters are kept: no decoded field lies behind.
    """
    s, message = memory.s, memory.messages[slot]
    characters = 0
    check = 0
    timed = _NOBODY
    first = memory.parts[last, P.offset]
    for number in range(message[M.total]):
        place = slot * MAX_PARTS + number
        part = memory.parts[place]
        keep = min(part[P.length], PART_BYTES)
        for at in range(keep):
            if characters + at < PART_BYTES:
                memory.joined[characters + at] = memory.payloads[place * PART_BYTES + at]
        characters += part[P.length]
        check ^= part[P.check]
        first = min(first, part[P.offset])
        if timed == _NOBODY and part[P.source] != 0:
            timed = place
        if place != last:
            _settle(memory, place, PART)
    s[S.done_bits] = characters * 6 - memory.parts[slot * MAX_PARTS + message[M.total] - 1, P.fill]
    s[S.done_t] = NULL_64
    s[S.done_source] = 0
    s[S.done_station] = message[M.station]
    s[S.done_flags] = message[M.flags]
    s[S.done_first] = first
    if timed != _NOBODY:
        part = memory.parts[timed]
        if part[P.source] == T_PGHP and part[P.cc] != 0 and part[P.cc] != check:
            s[S.done_flags] |= F_PGHP_MISMATCH
        else:
            s[S.done_t] = part[P.t]
            s[S.done_source] = part[P.source]
            s[S.done_flags] |= part[P.flags]
    drop(memory, slot)


@inlined
def take_part(  # noqa: C901, PLR0913, PLR0915, PLR0917 - one flat kernel
    out: Out,
    memory: Memory,
    buffer: Bytes,
    payload: int,
    length: int,
    fill: int,
    check: int,
    number: int,
    total: int,
    key: int,
    group: int,
    station: int,
    t: int,
    source: int,
    cc: int,
    flags: int,
    timed_flags: int,
    offset: int,
    line: int,
    logical: int,
    n_bytes: int,
) -> int:
    """Take one good part of a message; return `HELD`, `DUPLICATE` or `COMPLETE`.

    The caller counts the line that completes a message; this one counts held parts as `open`.

    Args:
        out: work arrays, for parts that are orphaned now.
        memory: open messages; on `COMPLETE` the message is in `joined` and `s[S.done_...]`.
        buffer: where the line lies.
        payload: place of the payload.
        length: its characters.
        fill: padding bits at its end.
        check: the sentence's checksum.
        number: of the part, from 1.
        total: parts of the message.
        key: talker, VDM or VDO, total, sequence id and channel, packed.
        group: hash of the tag group's id, 0 if none.
        station: number, or `NO_STATION`.
        t: receive time of the line, ms, or `NULL_64`.
        source: its carrier, 0 if none.
        cc: what `$PGHP` says the checksums add up to; 0 if it says nothing.
        flags: flags that hold for the message whichever part they come with.
        timed_flags: flags that hold if the message takes this part's time.
        offset: of the line in the stream.
        line: physical line number.
        logical: logical line number, for the distance between parts.
        n_bytes: length of the line.
    """
    digest = text_hash(buffer, payload, payload + length)
    slot = _fitting(memory, key, group, station)
    while slot != _NOBODY and is_apart(memory, slot, t, logical):
        orphan(out, memory, slot)
        slot = _fitting(memory, key, group, station)
    if slot != _NOBODY and memory.messages[slot, M.have] >> (number - 1) & 1:
        held = memory.parts[slot * MAX_PARTS + number - 1]
        if held[P.digest] == digest and held[P.length] == length and held[P.fill] == fill:
            return DUPLICATE
        orphan(out, memory, slot)
        slot = _NOBODY
    if slot == _NOBODY:
        slot = _begin(out, memory, key, group, station, total, logical)
    place = slot * MAX_PARTS + number - 1
    part = memory.parts[place]
    part[P.length] = length
    part[P.fill] = fill
    part[P.check] = check
    part[P.digest] = digest
    part[P.t] = t
    part[P.source] = source
    part[P.cc] = cc
    part[P.flags] = timed_flags
    part[P.offset] = offset
    part[P.line] = line
    part[P.bytes] = n_bytes
    part[P.log] = memory.s[S.n_log] - 1 if memory.s[S.log_parts] else _NOBODY
    for at in range(min(length, PART_BYTES)):
        memory.payloads[place * PART_BYTES + at] = buffer[payload + at]
    message = memory.messages[slot]
    message[M.have] |= 1 << (number - 1)
    message[M.n_have] += 1
    message[M.flags] |= flags
    if message[M.station] == NO_STATION:
        message[M.station] = station
    if t != NULL_64:
        message[M.t_max] = max(message[M.t_max], t)
        message[M.t_min] = t if message[M.t_min] == NULL_64 else min(message[M.t_min], t)
    if message[M.n_have] == total:
        _complete(memory, slot, place)
        return COMPLETE
    memory.counts[OPEN] += 1
    return HELD
