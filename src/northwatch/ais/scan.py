# ruff: noqa: PLR2004 - the numbers are characters, and places in a sentence
"""Lines of AIS sentences, in; columns, rejects and counters in the work arrays, out: one pass.

How a line is cut up (ais.md, 2): its *logical lines* each hold one sentence, with the tag blocks
before it. A sentence begins at `!` or `$` and an address: two talker characters and `VDM` or
`VDO`; or, for any other sentence, five capitals, digits or dashes, or a `P` and three to nine of
them, and then a comma or a star. Tag blocks are texts between backslashes that stand directly
before a sentence; other text before the first sentence is its prefix, text behind a sentence its
suffix.
"""

from typing import Final

from northwatch.ais.armour import checksum, unarmour, unsigned
from northwatch.ais.instants import (
    EARLIEST_BARE_MS,
    epoch_ms,
    hex_byte,
    pghp_time,
    prefix_ms,
)
from northwatch.ais.layout import (
    AID,
    BAD_ARMOUR,
    BAD_BYTE,
    BAD_CHECKSUM,
    BAD_FIELDS,
    BAD_FILL,
    BAD_FRAGMENT,
    BASE,
    BLANK,
    DUPLICATE_PART,
    EMPTY_PAYLOAD,
    F_EXTRA_FIELD,
    F_OWN_SHIP,
    F_PGHP_MISMATCH,
    F_TAG_BAD,
    F_UTC_ASSUMED,
    MAX_LINE,
    MAX_LOGICAL,
    NO_CHECKSUM,
    NO_SENTENCE,
    NULL_8,
    NULL_32,
    NULL_64,
    OPEN,
    OTHER_SENTENCE,
    OTHER_TYPE,
    PART_BYTES,
    POSITION,
    REJECTS,
    REJECTS_AT_ONCE,
    ROWS,
    SHORT,
    STATIC,
    T_PGHP,
    T_PREFIX,
    T_SUFFIX,
    T_TAG,
    TIME_LINE,
    UNKNOWN_TYPE,
    L,
    Memory,
    Out,
    S,
)
from northwatch.ais.parts import DUPLICATE, HELD, open_with, reject, take_part
from northwatch.ais.positions import put_position, put_reception
from northwatch.ais.statics import put_aid, put_base, put_other, put_rare_reception, put_static
from northwatch.ais.stations import NO_STATION, number_of, text_hash
from northwatch.ais.tagblock import NO_GROUP, tag_block
from northwatch.ais.wide import (
    LANES,
    Bytes,
    Longs,
    byte_at,
    find,
    find_far,
    inlined,
    kernel,
    load8,
    match64,
    trailing_zeros,
)

_FEED: Final = 10
_RETURN: Final = 13
_TAB: Final = 9
_BLANK: Final = 32
_BANG: Final = 33
_DOLLAR: Final = 36
_STAR: Final = 42
_COMMA: Final = 44
_DASH: Final = 45
_BACKSLASH: Final = 92

_TAGS_IN_A_ROW: Final = 8

_NOTHING: Final = 0
AIS: Final = 1
_OTHER: Final = 2

# Words as `load8` gives them, the first byte lowest.
_VD_MASK: Final = 0x0000FFFF00000000 >> 8  # bytes 3 and 4
_VD: Final = (ord("V") << 24) | (ord("D") << 32)
_PGHP: Final = int.from_bytes(b"$PGHP,", "little")
_SIX_BYTES: Final = (1 << 48) - 1
_HEAD_MASK: Final = 0x000000FF00FF00FF  # three commas with one character between them
_HEAD: Final = 0x0000002C002C002C


@inlined
def _is_talker(character: int) -> bool:
    """Say whether a character may stand in a talker: printable, no blank, comma, star or mark."""
    return (
        _BANG < character < 127
        and character not in (_DOLLAR, _STAR, _COMMA, _BACKSLASH)
    )  # fmt: skip


@kernel
def _other_start(buffer: Bytes, at: int, stop: int) -> int:
    """Return `_OTHER` if the address of another sentence stands behind `at`, else `_NOTHING`."""
    end = at + 1
    while end < stop and end - at <= 11:
        character = byte_at(buffer, end)
        if not (65 <= character <= 90 or 48 <= character <= 57 or character == _DASH):
            break
        end += 1
    if end >= stop or byte_at(buffer, end) not in (_COMMA, _STAR):
        return _NOTHING
    length = end - at - 1
    if length == 5 or (byte_at(buffer, at + 1) == 80 and 4 <= length <= 10):
        return _OTHER
    return _NOTHING


@inlined
def is_sentence(buffer: Bytes, at: int, stop: int) -> int:
    """Say which sentence begins at a place: `AIS`, `_OTHER` or `_NOTHING`."""
    first = byte_at(buffer, at)
    if first == _BANG and at + 6 <= stop:
        word = load8(buffer, at)
        last = (word >> 40) & 0xFF
        if (
            (word & _VD_MASK) == _VD
            and (last in (77, 79))
            and _is_talker((word >> 8) & 0xFF)
            and _is_talker((word >> 16) & 0xFF)
        ):
            return AIS
    elif first not in (_DOLLAR, _BANG):
        return _NOTHING
    return _other_start(buffer, at, stop)


@inlined
def _marks(buffer: Bytes, at: int) -> int:
    """Return which of 64 bytes are `!`, `$` or a backslash."""
    marks = match64(buffer, at, _BANG) | match64(buffer, at, _DOLLAR)
    return marks | match64(buffer, at, _BACKSLASH)


@inlined
def _find_mark(buffer: Bytes, start: int, stop: int) -> int:
    """Return the first `!`, `$` or backslash in [start, stop), or `stop`."""
    at = start
    while at < stop:
        near = _marks(buffer, at)
        far = _marks(buffer, at + LANES)
        if near | far != 0:
            place = trailing_zeros(near) if near != 0 else LANES + trailing_zeros(far)
            return min(at + place, stop)
        at += 2 * LANES
    return stop


@kernel
def _behind_tags(buffer: Bytes, at: int, stop: int) -> int:
    """Return where the sentence begins behind the tag blocks at `at`; -1 if these are none."""
    for _ in range(_TAGS_IN_A_ROW):
        close = find(buffer, at + 1, stop, _BACKSLASH)
        if close == stop:
            return -1
        bang = find(buffer, at + 1, close, _BANG)
        while bang < close:
            if is_sentence(buffer, bang, close) == AIS:
                return -1
            bang = find(buffer, bang + 1, close, _BANG)
        at = close + 1
        sentence = at
        while sentence < stop and byte_at(buffer, sentence) in (_BLANK, _TAB):
            sentence += 1
        if sentence < stop and is_sentence(buffer, sentence, stop) != _NOTHING:
            return sentence
        if at >= stop or byte_at(buffer, at) != _BACKSLASH:
            return -1
    return -1


@kernel
def locate(buffer: Bytes, at: int, stop: int) -> tuple[int, int]:
    """Return where the next sentence's tag blocks begin (or it does), and where it begins.

    Both are `stop` if there is none in [at, stop).
    """
    while True:
        at = _find_mark(buffer, at, stop)
        if at >= stop:
            return stop, stop
        if byte_at(buffer, at) == _BACKSLASH:
            sentence = _behind_tags(buffer, at, stop)
            if sentence >= 0:
                return at, sentence
        elif is_sentence(buffer, at, stop) != _NOTHING:
            return at, at
        at += 1


@inlined
def _first(buffer: Bytes, at: int, stop: int) -> tuple[int, int, int]:
    """Do as `locate` for a line that begins at `at`, and tell the kind of sentence.

    Quick where the line has no prefix and at most one tag block.
    """
    sentence = at
    if byte_at(buffer, at) == _BACKSLASH:
        hits = match64(buffer, at + 1, _BACKSLASH)
        inside = (hits - 1) & ~hits  # the bits below the lowest hit
        marks = match64(buffer, at + 1, _BANG) | match64(buffer, at + 1, _DOLLAR)
        sentence = at + 2 + trailing_zeros(hits)
        if hits == 0 or sentence >= stop or (marks & inside) != 0:
            sentence = stop
    if sentence < stop:
        kind = is_sentence(buffer, sentence, stop)
        if kind != _NOTHING:
            return at, sentence, kind
    at, sentence = locate(buffer, at, stop)
    if sentence < stop:
        return at, sentence, is_sentence(buffer, sentence, stop)
    return stop, stop, _NOTHING


@kernel
def _suffix(buffer: Bytes, start: int, stop: int) -> tuple[int, int, int]:
    """Return the instant behind a checksum (`NULL_64` if none), and start and stop of a station.

    The station is the first field that begins with `r` or `b`; the instant is the last field.
    """
    name = 0
    name_stop = 0
    t = NULL_64
    at = start
    while at < stop and byte_at(buffer, at) == _COMMA:
        comma = find(buffer, at + 1, stop, _COMMA)
        if comma == stop:
            t = epoch_ms(buffer, at + 1, stop)
        if name == name_stop and comma - at > 2 and byte_at(buffer, at + 1) in (98, 114):
            name = at + 1
            name_stop = comma
        at = comma
    if t != NULL_64 and t < EARLIEST_BARE_MS:
        t = NULL_64
    return t, name, name_stop


@kernel
def _fields(buffer: Bytes, start: int, star: int) -> tuple[int, int, int]:
    """Return the places of the fourth, fifth and sixth comma of a sentence; `star` if missing.

    The first three are where they stand in a usual head, at 6, 8 and 10, else all are `star`.
    """
    at = start
    for _ in range(3):
        at = find(buffer, at + 1, star, _COMMA)
    fourth = find(buffer, at + 1, star, _COMMA)
    fifth = find(buffer, fourth + 1, star, _COMMA)
    return fourth, fifth, find(buffer, fifth + 1, star, _COMMA)


@kernel
def _key(buffer: Bytes, sentence: int, fourth: int, fifth: int) -> int:
    """Pack talker, VDM or VDO, total, sequence id and channel; longer fields are hashed in."""
    key = (load8(buffer, sentence + 1) & 0xFFFFFFFFFF) | (byte_at(buffer, sentence + 7) & 15) << 40
    if fourth - sentence <= 12 and fifth - fourth <= 2:
        if fourth - sentence == 12:
            key |= byte_at(buffer, sentence + 11) << 44
        if fifth - fourth == 2:
            key |= byte_at(buffer, fourth + 1) << 52
        return key
    return key ^ (text_hash(buffer, sentence + 11, fifth) | (1 << 61))


@kernel
def scan(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one flat kernel
    buffer: Bytes,
    start: int,
    stop: int,
    base: int,
    is_last: bool,  # noqa: FBT001 - kernels take no keywords
    use_bad_tags: bool,  # noqa: FBT001 - as above
    out: Out,
    memory: Memory,
    again: Longs,
    settled: Bytes,
) -> int:
    """Decode the whole lines of a stretch of bytes; return where the next call must begin.

    Stops at an unfinished line, or when the work arrays are nearly full; in the last case the
    caller empties them and calls again.

    With rows in `again` it does not go from line to line but decodes just the logical lines that
    these rows of a log (`L`) name, from row `start` on, and returns the row where the next call
    must begin. Rows whose tie is settled are passed over; a tie is settled when a part leaves
    nothing open, here as in the log. Numbers of lines are counted from the memory's.

    Args:
        buffer: the bytes, `wide.PAD` of them readable from `stop` on.
        start: first byte; a line begins there.
        stop: end of the valid bytes.
        base: offset in the stream of the buffer's first byte.
        is_last: the stream ends at `stop`; a line without a line feed is whole.
        use_bad_tags: use values of tag blocks whose checksum is wrong.
        out: work arrays to fill.
        memory: state, changed in place.
        again: rows of a log, or none.
        settled: one byte for each tie named in `again`.
    """
    s, counts, words = memory.s, memory.counts, memory.words
    at = start
    line = s[S.line]
    logical = s[S.logical]
    n_again = again.shape[0]
    turn = start
    first_line = line
    first_logical = logical
    # Rows and stations that one line may bring must still have room.
    room = ROWS - MAX_LOGICAL
    names_room = memory.name_end.size - 1 - MAX_LOGICAL
    bytes_room = memory.names.size - MAX_LINE - 256
    while True:
        if n_again > 0:
            while turn < n_again and settled[again[turn, L.tie]]:
                turn += 1
            if turn >= n_again:
                break
            at = again[turn, L.start]
            stop = again[turn, L.stop]
            line = first_line + again[turn, L.line]
            logical = first_logical + again[turn, L.logical]
            s[S.pghp] = again[turn, L.pghp]
            s[S.pghp_t] = again[turn, L.pghp_t]
            s[S.pghp_cc] = again[turn, L.pghp_cc]
        elif at >= stop:
            break
        if (
            s[S.n_r] > room
            or s[S.n_s] > room
            or s[S.n_b] > room
            or s[S.n_a] > room
            or s[S.n_o] > room
        ):
            break
        if s[S.n_x] > REJECTS - REJECTS_AT_ONCE or s[S.n_stations] > names_room:
            break
        if memory.name_end[s[S.n_stations]] > bytes_room:
            break
        reach = min(stop, at + MAX_LINE)
        feed = find_far(buffer, at, reach, _FEED)
        following = feed + 1
        if feed == reach:
            if feed - at < MAX_LINE and not is_last:
                break
            following = feed
        end = feed
        while end > at and byte_at(buffer, end - 1) == _RETURN:
            end -= 1

        begin = at
        # ------------------------------------------------------ one logical line in each turn
        while True:
            tags = sentence = end
            kind_of_sentence = _NOTHING
            if begin < end:
                tags, sentence, kind_of_sentence = _first(buffer, begin, end)
            if sentence >= end:
                code = BLANK
                for place in range(begin, end):
                    if byte_at(buffer, place) not in (_BLANK, _TAB, _RETURN):
                        code = NO_SENTENCE
                        break
                counts[code] += 1
                logical += 1
                break
            nearest = _find_mark(buffer, sentence + 1, end)
            following_begin = end
            if nearest < end:
                following_begin, _ = locate(buffer, nearest, end)
            close = following_begin
            while byte_at(buffer, close - 1) in (_BLANK, _TAB, _RETURN):
                close -= 1
            star = find_far(buffer, sentence + 1, close, _STAR)

            offset = base + begin
            n_bytes = following_begin - begin
            logical += 1

            if kind_of_sentence == _OTHER:
                code = OTHER_SENTENCE
                if (
                    (load8(buffer, sentence) & _SIX_BYTES) == _PGHP
                    and star + 3 <= close
                    and hex_byte(buffer, star + 1) == checksum(buffer, sentence + 1, star)[0]
                ):
                    code = TIME_LINE
                    t, cc = pghp_time(buffer, sentence, star)
                    s[S.pghp] = 1
                    s[S.pghp_t] = t
                    s[S.pghp_cc] = cc
                counts[code] += 1
                begin = following_begin
                if begin >= end or n_again > 0:
                    break
                continue

            # ------------------------------------------------------------ an AIS sentence
            pghp_t = s[S.pghp_t] if s[S.pghp] else NULL_64
            pghp_cc = s[S.pghp_cc]
            s[S.pghp] = 0

            flags = 0
            t = NULL_64
            source = 0
            timed_flags = 0
            station = NO_STATION
            group = NO_GROUP
            tag = tags
            while tag < sentence and byte_at(buffer, tag) == _BACKSLASH:
                tag_close = find(buffer, tag + 1, sentence, _BACKSLASH)
                tag_flags, tag_t, name, name_stop, tag_group = tag_block(
                    buffer, tag + 1, tag_close, use_bad_tags
                )
                flags |= tag_flags
                if tag_t != NULL_64:
                    t = tag_t
                    source = T_TAG
                if name_stop > name:
                    station = number_of(memory, buffer, name, name_stop)
                if tag_group != NO_GROUP:
                    group = tag_group
                tag = tag_close + 1
            if tags > begin and find(buffer, begin, tags, _BACKSLASH) < tags:
                flags |= F_TAG_BAD  # a backslash without its twin

            code = -1
            check, printable = checksum(buffer, sentence + 1, star)
            fourth = fifth = sixth = 0
            if not printable:
                code = BAD_BYTE
            elif star + 3 > close:
                code = NO_CHECKSUM
            elif hex_byte(buffer, star + 1) != check:
                code = BAD_CHECKSUM
            else:
                usual = (load8(buffer, sentence + 6) & _HEAD_MASK) == _HEAD
                fourth = sentence + 11
                if byte_at(buffer, fourth) != _COMMA:
                    fourth += 1
                fifth = fourth + 1
                if byte_at(buffer, fifth) != _COMMA:
                    fifth += 1
                if (
                    not usual
                    or byte_at(buffer, fourth) != _COMMA
                    or byte_at(buffer, fifth) != _COMMA
                ):
                    fourth, fifth, sixth = _fields(buffer, sentence, star)
                else:
                    sixth = find(buffer, fifth + 1, star, _COMMA)
                total = byte_at(buffer, sentence + 7) - 48
                number = byte_at(buffer, sentence + 9) - 48
                fill = byte_at(buffer, sixth + 1) - 48
                if sixth >= star or byte_at(buffer, sentence + 6) != _COMMA:
                    code = BAD_FIELDS
                elif not usual or total < 1 or total > 9 or number < 1 or number > total:
                    code = BAD_FRAGMENT
                elif (
                    fill < 0
                    or fill > 5
                    or (sixth + 2 != star and byte_at(buffer, sixth + 2) != _COMMA)
                ):
                    code = BAD_FILL
                elif sixth == fifth + 1:
                    code = EMPTY_PAYLOAD
                elif not unarmour(buffer, fifth + 1, sixth - fifth - 1, words):
                    code = BAD_ARMOUR
            if code < 0:
                if sixth + 2 != star:
                    flags |= F_EXTRA_FIELD
                if byte_at(buffer, sentence + 5) == 79:
                    flags |= F_OWN_SHIP
                suffix_t = NULL_64
                if close > star + 3:
                    suffix_t, name, name_stop = _suffix(buffer, star + 3, close)
                    if station == NO_STATION and name_stop > name:
                        station = number_of(memory, buffer, name, name_stop)
                if source == 0 and pghp_t != NULL_64:
                    t = pghp_t
                    source = T_PGHP
                if source == 0 and tags > begin:
                    t, is_assumed = prefix_ms(buffer, begin, tags)
                    if t != NULL_64:
                        source = T_PREFIX
                        timed_flags = F_UTC_ASSUMED if is_assumed else 0
                if source == 0 and suffix_t != NULL_64:
                    t = suffix_t
                    source = T_SUFFIX

                n_bits = (sixth - fifth - 1) * 6 - fill
                first = offset
                if total > 1:
                    key = _key(buffer, sentence, fourth, fifth)
                    if s[S.log_parts]:
                        log = memory.log[s[S.n_log]]
                        log[L.start] = begin
                        log[L.stop] = feed
                        log[L.line] = line
                        log[L.logical] = logical - 1
                        log[L.key] = key
                        log[L.group] = group
                        log[L.station] = station
                        log[L.pghp] = pghp_t != NULL_64
                        log[L.pghp_t] = pghp_t
                        log[L.pghp_cc] = pghp_cc
                        log[L.offset] = offset
                        log[L.outcome] = OPEN
                        s[S.n_log] += 1
                    taken = take_part(
                        out,
                        memory,
                        buffer,
                        fifth + 1,
                        sixth - fifth - 1,
                        fill,
                        check,
                        number,
                        total,
                        key,
                        group,
                        station,
                        t,
                        source,
                        pghp_cc,
                        flags,
                        timed_flags,
                        offset,
                        line + 1,
                        logical - 1,
                        n_bytes,
                    )
                    if s[S.log_parts]:
                        log = memory.log[s[S.n_log] - 1]
                        log[L.n_left] = open_with(memory, key, group, NO_STATION)
                        log[L.n_left_here] = open_with(memory, key, group, station)
                    if taken == HELD:
                        begin = following_begin
                        if begin >= end or n_again > 0:
                            break
                        continue
                    if taken == DUPLICATE:
                        code = DUPLICATE_PART
                    else:
                        n_bits = s[S.done_bits]
                        t = s[S.done_t]
                        source = s[S.done_source]
                        station = s[S.done_station]
                        flags = s[S.done_flags]
                        first = s[S.done_first]
                        unarmour(memory.joined, 0, min(PART_BYTES, (n_bits + 5) // 6), words)
                else:
                    flags |= timed_flags
                    if source == T_PGHP and pghp_cc not in (0, check):
                        t = NULL_64
                        source = 0
                        flags |= F_PGHP_MISMATCH

                # ---------------------------------------------------------- a whole message
                if code < 0:
                    kind = unsigned(words, 0, 6)
                    if n_bits < 38 or (kind == 24 and n_bits < 40):
                        code = SHORT
                    else:
                        if source == 0:
                            source = NULL_8
                        if station == NO_STATION:
                            station = NULL_32
                        channel = NULL_8
                        if fifth - fourth > 1:
                            channel = byte_at(buffer, fourth + 1)
                        if kind in (1, 2, 3, 18, 27, 9, 19):
                            code = POSITION
                            row = s[S.n_r]
                            flags |= put_position(out, row, words, n_bits)
                            put_reception(out, row, offset, t, source, station, channel, flags)
                            s[S.n_r] = row + 1
                            if kind == 19:
                                row = s[S.n_s]
                                put_static(out, row, words, n_bits)
                                put_rare_reception(
                                    out, 0, row, offset, first, t, source, station, channel, flags
                                )
                                s[S.n_s] = row + 1
                        elif kind == 5 or (kind == 24 and unsigned(words, 38, 2) <= 1):
                            code = STATIC
                            row = s[S.n_s]
                            flags |= put_static(out, row, words, n_bits)
                            put_rare_reception(
                                out, 0, row, offset, first, t, source, station, channel, flags
                            )
                            s[S.n_s] = row + 1
                        elif kind in (4, 11):
                            code = BASE
                            row = s[S.n_b]
                            flags |= put_base(out, row, words, n_bits)
                            put_rare_reception(
                                out, 1, row, offset, first, t, source, station, channel, flags
                            )
                            s[S.n_b] = row + 1
                        elif kind == 21:
                            code = AID
                            row = s[S.n_a]
                            flags |= put_aid(out, row, words, n_bits)
                            put_rare_reception(
                                out, 2, row, offset, first, t, source, station, channel, flags
                            )
                            s[S.n_a] = row + 1
                        elif 1 <= kind <= 28:
                            code = OTHER_TYPE
                            row = s[S.n_o]
                            flags |= put_other(out, row, words)
                            put_rare_reception(
                                out, 3, row, offset, first, t, source, station, channel, flags
                            )
                            s[S.n_o] = row + 1
                        else:
                            code = UNKNOWN_TYPE
                if total > 1 and s[S.log_parts]:
                    memory.log[s[S.n_log] - 1, L.outcome] = code
            counts[code] += 1
            if code > OPEN:
                reject(out, memory, code, offset, line + 1, n_bytes)
            begin = following_begin
            if begin >= end or n_again > 0:
                break
        if n_again > 0:
            part = again[turn]
            part[L.redone] = 1
            if part[L.n_left] == 0:
                left = open_with(memory, part[L.key], part[L.group], part[L.station])
                settled[part[L.tie]] = left == 0
            turn += 1
            continue
        if following > feed or (is_last and following == stop):
            line += 1
        at = following
    if n_again > 0:
        s[S.pghp] = 0
        return turn
    s[S.line] = line
    s[S.logical] = logical
    return at
