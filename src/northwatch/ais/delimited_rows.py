"""Rows of a delimited file, in; position reports, changes of static values and rejects, out."""

from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.ais.delimited_bytes import (
    LINE_FEED,
    QUOTE,
    RETURN,
    byte_at,
    hashed,
    hashed_span,
    index_marks,
    split_quoted,
    trimmed,
    word_at,
)
from northwatch.ais.delimited_plan import (
    AIS_CLASS,
    AIS_TYPE,
    COG,
    EMPTY,
    FIELDS,
    GIVEN,
    HEADING,
    IS_NULL,
    LAT,
    LON,
    MILLISECOND,
    MMSI,
    MMSI_POWER,
    NAV_STATUS,
    NO_WORDS,
    ODD,
    RECEIVER,
    SOG,
    T_MS,
    Plan,
    number_of,
    word_code,
)
from northwatch.ais.delimited_values import (
    ISO,
    NO_TIME,
    instant_ms,
)
from northwatch.schema import CLASS_A, CLASS_B, CLASS_OTHER, CLASS_UNKNOWN
from northwatch.units import AIS_UNITS_PER_DEGREE, MS_PER_DAY

# A row longer than this is not one: it is refused, and memory stays bounded.
LONGEST_ROW: Final = 32_768

# Bytes indexed at a time: what is found in them stays in the fastest cache.
_WINDOW: Final = 8192

# Where each row ends up; the first six are outcomes, the rest reasons to refuse it.
OUTCOMES: Final = (
    "position", "static", "base", "aid", "other_type", "blank",
    "bad_columns", "bad_time", "bad_number", "bad_mmsi",
)  # fmt: skip
(
    POSITION,
    STATIC,
    BASE,
    AID,
    OTHER_TYPE,
    BLANK_ROW,
    BAD_COLUMNS,
    BAD_TIME,
    BAD_NUMBER,
    BAD_MMSI,
) = range(len(OUTCOMES))
# Beside the outcomes in `Rows.totals`.
LINES: Final = len(OUTCOMES)
N_REJECTS: Final = LINES + 1
N_STATICS: Final = LINES + 2

_CLASS_BASE: Final = 4
_CLASS_AID: Final = 5
_LONG_RANGE: Final = 27
_LONG_RANGE_RES: Final = 1000
_LONG_RANGE_NO_SOG: Final = 630
_LAT_MAX: Final = 90 * AIS_UNITS_PER_DEGREE
_LON_MAX: Final = 180 * AIS_UNITS_PER_DEGREE
_NO_LAT: Final = 91 * AIS_UNITS_PER_DEGREE
_NO_LON: Final = 181 * AIS_UNITS_PER_DEGREE
_NO_SOG: Final = 1023
_SOG_MAX: Final = 10_220  # aircraft send whole knots up to 1022
_NO_COG: Final = 3600
_NO_HEADING: Final = 511
_HEADING_MAX: Final = 359
_NO_STATUS: Final = 15
_MMSI_LIMIT: Final = 1 << 30  # what a radio can send
_MMSI_PARTS: Final = 10**MMSI_POWER
_SEEN: Final = 16_384  # vessels whose last static values are at hand; a power of two
_KNUTH: Final = 2_654_435_761
_MIX: Final = np.uint64(0x94D049BB133111EB)
_SHIFT: Final = np.uint64(31)


class Rows(NamedTuple):
    """Arrays that `read_rows` fills; `place_ok` and the like hold one bit a row, lowest first.

    Attributes:
        offset, mmsi, t_ms, lat, lon, sog, cog, heading, status, ais_class, pos_res, receiver: one
            value for each position report.
        place_ok, sog_ok, cog_ok, heading_ok, status_ok: bits, 0 where the value is null.
        refused_offset, refused_line, refused_length, refused_reason: one for each reject.
        static_first, static_stop: bytes, in the data read, of each row that may bring new static
            values; static_offset, static_mmsi, static_t_ms, static_class: of that row;
            static_hash: of its static cells and its day.
        totals: rows by outcome, then lines, rejects and such static rows written so far.
        unused: cells that say something that is no value of theirs, by column.
    """

    offset: NDArray[np.int64]
    mmsi: NDArray[np.int32]
    t_ms: NDArray[np.int64]
    lat: NDArray[np.int32]
    lon: NDArray[np.int32]
    sog: NDArray[np.uint16]
    cog: NDArray[np.uint16]
    heading: NDArray[np.uint16]
    status: NDArray[np.uint8]
    ais_class: NDArray[np.uint8]
    pos_res: NDArray[np.uint16]
    receiver: NDArray[np.uint8]
    place_ok: NDArray[np.uint8]
    sog_ok: NDArray[np.uint8]
    cog_ok: NDArray[np.uint8]
    heading_ok: NDArray[np.uint8]
    status_ok: NDArray[np.uint8]
    refused_offset: NDArray[np.int64]
    refused_line: NDArray[np.int64]
    refused_length: NDArray[np.int32]
    refused_reason: NDArray[np.uint8]
    static_first: NDArray[np.int64]
    static_stop: NDArray[np.int64]
    static_offset: NDArray[np.int64]
    static_mmsi: NDArray[np.int32]
    static_t_ms: NDArray[np.int64]
    static_class: NDArray[np.uint8]
    static_hash: NDArray[np.uint64]
    totals: NDArray[np.int64]
    unused: NDArray[np.int64]


def empty_rows(n: int) -> Rows:
    """Return room for `n` rows, whatever becomes of each."""

    def room(dtype: type[np.generic]) -> NDArray[Any]:
        return np.empty(n, dtype)

    bits = [np.zeros((n + 7) // 8, np.uint8) for _ in range(5)]
    return Rows(
        offset=room(np.int64), mmsi=room(np.int32), t_ms=room(np.int64), lat=room(np.int32),
        lon=room(np.int32), sog=room(np.uint16), cog=room(np.uint16), heading=room(np.uint16),
        status=room(np.uint8), ais_class=room(np.uint8), pos_res=room(np.uint16),
        receiver=room(np.uint8),
        place_ok=bits[0], sog_ok=bits[1], cog_ok=bits[2], heading_ok=bits[3], status_ok=bits[4],
        refused_offset=room(np.int64), refused_line=room(np.int64), refused_length=room(np.int32),
        refused_reason=room(np.uint8),
        static_first=room(np.int64), static_stop=room(np.int64), static_offset=room(np.int64),
        static_mmsi=room(np.int32), static_t_ms=room(np.int64), static_class=room(np.uint8),
        static_hash=room(np.uint64),
        totals=np.zeros(N_STATICS + 1, np.int64), unused=np.zeros(len(FIELDS), np.int64),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _outcome_of_type(ais_type: int) -> int:
    """Return the outcome of a row of this message type."""
    if 1 <= ais_type <= 3 or ais_type == 9 or ais_type == 18 or ais_type == 19:  # noqa: PLR2004, PLR1714
        return POSITION
    if ais_type == 27:  # noqa: PLR2004
        return POSITION
    if ais_type == 5 or ais_type == 24:  # noqa: PLR2004, PLR1714
        return STATIC
    if ais_type == 4 or ais_type == 11:  # noqa: PLR2004, PLR1714
        return BASE
    return AID if ais_type == 21 else OTHER_TYPE  # noqa: PLR2004


@njit(cache=True, nogil=True)
def _class_of_type(ais_type: int) -> int:
    """Return the class of transponder that sends this message type."""
    if 1 <= ais_type <= 3 or ais_type == 5:  # noqa: PLR2004
        return CLASS_A
    if ais_type == 18 or ais_type == 19 or ais_type == 24:  # noqa: PLR2004, PLR1714
        return CLASS_B
    return CLASS_OTHER if ais_type == 9 else CLASS_UNKNOWN  # noqa: PLR2004


@njit(cache=True, nogil=True)
def _mix(word: Any, more: int) -> Any:  # noqa: ANN401 - words
    mixed = (word ^ np.uint64(more)) * _MIX
    return mixed ^ (mixed >> _SHIFT)


@njit(cache=True, nogil=True)
def read_rows(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one flat kernel
    plan: Plan,
    array: NDArray[np.uint8],
    first: int,
    stop: int,
    offset: int,
    line: int,
    rows: Rows,
) -> None:
    """Read whole rows and append what they say to `rows`.

    A row is a line: a line feed ends it even within quotes. So one stray quote costs one row, a
    file can be cut at any line feed, and the result does not depend on where it is cut. (AIS text
    has no line feeds; none is lost.)

    Args:
        plan: by which to read.
        array: shape (n,), the bytes.
        first: the first byte of a row.
        stop: past a line feed.
        offset: place in the file of `array[0]`.
        line: number, from 1, of the first row's line.
        rows: with room for all rows; appended to.
    """
    # Passing a tuple of arrays on to another kernel costs more than the work: unpack it here.
    separator, mark, n_columns = plan.separator, plan.mark, plan.n_columns
    places, words = plan.places, plan.words
    table, n_entries = plan.table.ctypes.data, plan.table.shape[0]
    data = array.ctypes.data
    digits, powers, factors = plan.digits, plan.powers, plan.factors
    number_fields, static_fields = plan.number_fields, plan.static_fields
    totals, unused = rows.totals, rows.unused
    out_refused_offset = rows.refused_offset
    out_refused_line = rows.refused_line
    out_refused_length = rows.refused_length
    out_refused_reason = rows.refused_reason
    out_static_first = rows.static_first
    out_static_stop = rows.static_stop
    out_static_offset = rows.static_offset
    out_static_mmsi = rows.static_mmsi
    out_static_t_ms = rows.static_t_ms
    out_static_class = rows.static_class
    out_static_hash = rows.static_hash
    out_lat = rows.lat
    out_lon = rows.lon
    out_place_ok = rows.place_ok
    out_sog = rows.sog
    out_sog_ok = rows.sog_ok
    out_cog = rows.cog
    out_cog_ok = rows.cog_ok
    out_heading = rows.heading
    out_heading_ok = rows.heading_ok
    out_status = rows.status
    out_status_ok = rows.status_ok
    out_offset = rows.offset
    out_mmsi = rows.mmsi
    out_t_ms = rows.t_ms
    out_ais_class = rows.ais_class
    out_pos_res = rows.pos_res
    out_receiver = rows.receiver
    # Marks of the rows at hand; behind them, room for those of one row with quotes.
    aside = LONGEST_ROW + 2
    marks = np.empty(aside + n_columns + 2, np.int64)
    form, dialect_receiver, pos_res = plan.form, plan.receiver, plan.pos_res
    ends = np.empty(LONGEST_ROW + 1, np.int64)
    last_1 = last_2 = last_3 = np.uint64(0)
    last_t = NO_TIME
    value = np.zeros(places.size, np.int64)
    state = np.zeros(places.size, np.uint8)
    seen_mmsi = np.full(_SEEN, -1, np.int32)
    seen_span = np.zeros(_SEEN, np.uint64)
    seen_hash = np.zeros(_SEEN, np.uint64)
    n_static, static_from, static_to = static_fields.size, places.max(), 0
    for j in range(n_static):
        static_from = min(static_from, places[static_fields[j]])
        static_to = max(static_to, places[static_fields[j]])
    n = totals[POSITION]
    n_rejects, n_statics = totals[N_REJECTS], totals[N_STATICS]
    has_place = places[LAT] >= 0 and places[LON] >= 0
    at, n_lines = first, 0
    while at < stop:
        n_ends, quoted = index_marks(data, at, min(at + LONGEST_ROW, stop), separator, marks, ends)
        if n_ends == 0:  # a row too long to be one
            end = at + LONGEST_ROW
            while byte_at(data, end) != LINE_FEED:
                end += 1
            out_refused_offset[n_rejects] = offset + at
            out_refused_line[n_rejects] = line + n_lines
            out_refused_length[n_rejects] = min(end - at, 2_147_483_647)
            out_refused_reason[n_rejects] = BAD_COLUMNS
            n_rejects += 1
            n_lines += 1
            totals[BAD_COLUMNS] += 1
            at = end + 1
            continue
        row_before = 0
        for k in range(n_ends):
            before, last = row_before, ends[k]  # marks[last] is this row's line feed
            row_before = last
            start, feed = marks[before] + 1, marks[last]
            end = feed - 1 if feed > start and byte_at(data, feed - 1) == RETURN else feed
            n_lines += 1
            cells = last - before
            base = before
            if quoted:
                for place in range(before + 1, last):
                    if byte_at(data, marks[place]) == QUOTE:
                        base = aside
                        cells = split_quoted(data, start, end, separator, marks, base)
                        break
            if cells != n_columns:
                s, e = trimmed(data, start, end)
                outcome = BLANK_ROW if s == e else BAD_COLUMNS
                totals[outcome] += 1
                if outcome == BAD_COLUMNS:
                    out_refused_offset[n_rejects] = offset + start
                    out_refused_line[n_rejects] = line + n_lines - 1
                    out_refused_length[n_rejects] = end - start
                    out_refused_reason[n_rejects] = outcome
                    n_rejects += 1
                continue
            marks[base + cells] = end
            is_odd = False  # some cell may say something that is no value
            for j in range(number_fields.size):
                field = number_fields[j]
                place = base + places[field]
                s, e = trimmed(data, marks[place] + 1, marks[place + 1])
                state[field], value[field] = number_of(
                    data, s, e, field, words[field], mark, digits[field], powers[field],
                    factors[field], table, n_entries,
                )  # fmt: skip
                is_odd |= state[field] == ODD
            outcome = POSITION if has_place else STATIC
            ais_type, ais_class = 0, CLASS_UNKNOWN
            if state[AIS_TYPE] == GIVEN:
                ais_type = value[AIS_TYPE]
                outcome = _outcome_of_type(ais_type)
                ais_class = _class_of_type(ais_type)
                if outcome == POSITION and not has_place:
                    outcome = STATIC
            if state[AIS_CLASS] == GIVEN and outcome <= STATIC:
                told_class = value[AIS_CLASS]
                if told_class == _CLASS_BASE:
                    outcome = BASE
                elif told_class == _CLASS_AID:
                    outcome = AID
                elif 0 <= told_class <= CLASS_OTHER:
                    ais_class = told_class
                else:
                    is_odd = True
                    state[AIS_CLASS] = ODD
            t_ms = NO_TIME
            if outcome <= STATIC:
                if places[T_MS] >= 0:
                    place = base + places[T_MS]
                    s, e = trimmed(data, marks[place] + 1, marks[place + 1])
                    if e - s == 19 and form <= ISO:  # noqa: PLR2004 - dd/mm/yyyy HH:MM:SS
                        # Rows mostly stand in order of time: many say the same as the last.
                        w1, w2, w3 = word_at(data, s), word_at(data, s + 8), word_at(data, s + 11)
                        if w1 != last_1 or w2 != last_2 or w3 != last_3:
                            last_t = instant_ms(data, s, e, form)
                            last_1, last_2, last_3 = w1, w2, w3
                        t_ms = last_t
                    else:
                        t_ms = instant_ms(data, s, e, form)
                    if state[MILLISECOND] == GIVEN and t_ms != NO_TIME:
                        if 0 <= value[MILLISECOND] <= 999:  # noqa: PLR2004
                            t_ms += value[MILLISECOND]
                        else:
                            is_odd = True
                            state[MILLISECOND] = ODD
                if t_ms == NO_TIME:
                    outcome = BAD_TIME
            if is_odd and outcome == POSITION:
                for field in range(LAT, HEADING + 1):
                    if state[field] == ODD:
                        outcome = BAD_NUMBER
            thousandths = value[MMSI]
            mmsi = thousandths // _MMSI_PARTS
            if outcome <= STATIC and (
                state[MMSI] != GIVEN
                or mmsi < 0
                or mmsi >= _MMSI_LIMIT
                or mmsi * _MMSI_PARTS != thousandths
            ):
                outcome = BAD_MMSI
            totals[outcome] += 1
            if outcome >= BAD_COLUMNS:
                out_refused_offset[n_rejects] = offset + start
                out_refused_line[n_rejects] = line + n_lines - 1
                out_refused_length[n_rejects] = end - start
                out_refused_reason[n_rejects] = outcome
                n_rejects += 1
            if outcome <= STATIC and n_static > 0:
                day = t_ms // MS_PER_DAY
                slot = ((mmsi * _KNUTH) >> 16) & (_SEEN - 1)
                span = np.uint64(
                    hashed_span(
                        data, marks[base + static_from] + 1, marks[base + static_to + 1], day
                    )
                )
                if seen_mmsi[slot] != mmsi or seen_span[slot] != span:
                    mixed = np.uint64(0)
                    for j in range(n_static):
                        field = static_fields[j]
                        place = base + places[field]
                        s, e = trimmed(data, marks[place] + 1, marks[place + 1])
                        if s < e and (
                            words[field] == NO_WORDS
                            or word_code(data, s, e, field, table, n_entries) != IS_NULL
                        ):
                            mixed += hashed(data, s, e, field + 1)
                    if mixed != 0:
                        mixed = _mix(mixed, day) | np.uint64(1)
                        if seen_mmsi[slot] != mmsi or seen_hash[slot] != mixed:
                            seen_hash[slot] = mixed
                            out_static_first[n_statics] = start
                            out_static_stop[n_statics] = end
                            out_static_offset[n_statics] = offset + start
                            out_static_mmsi[n_statics] = mmsi
                            out_static_t_ms[n_statics] = t_ms
                            out_static_class[n_statics] = ais_class
                            out_static_hash[n_statics] = mixed
                            n_statics += 1
                    elif seen_mmsi[slot] != mmsi:
                        seen_hash[slot] = mixed
                    seen_mmsi[slot], seen_span[slot] = mmsi, span
            if outcome == POSITION:
                byte, bit = n >> 3, np.uint8(1 << (n & 7))
                lat, lon = value[LAT], value[LON]
                if state[LAT] == GIVEN and abs(lat) > _LAT_MAX:
                    is_odd = True
                    state[LAT] = EMPTY if lat == _NO_LAT else ODD
                if state[LON] == GIVEN and abs(lon) > _LON_MAX:
                    is_odd = True
                    state[LON] = EMPTY if lon == _NO_LON else ODD
                has_lat_lon = state[LAT] == GIVEN and state[LON] == GIVEN
                out_lat[n] = lat if has_lat_lon else 0
                out_lon[n] = lon if has_lat_lon else 0
                out_place_ok[byte] |= bit if has_lat_lon else 0
                sog = value[SOG]
                if state[SOG] == GIVEN and (sog < 0 or sog > _SOG_MAX):
                    is_odd = True
                    state[SOG] = ODD
                if sog == _NO_SOG or (ais_type == _LONG_RANGE and sog == _LONG_RANGE_NO_SOG):
                    state[SOG] = EMPTY
                out_sog[n] = sog if state[SOG] == GIVEN else 0
                out_sog_ok[byte] |= bit if state[SOG] == GIVEN else 0
                cog = value[COG]
                if state[COG] == GIVEN and (cog < 0 or cog >= _NO_COG):
                    is_odd = True
                    state[COG] = EMPTY if cog == _NO_COG else ODD
                out_cog[n] = cog if state[COG] == GIVEN else 0
                out_cog_ok[byte] |= bit if state[COG] == GIVEN else 0
                heading = value[HEADING]
                if state[HEADING] == GIVEN and (heading < 0 or heading > _HEADING_MAX):
                    is_odd = True
                    state[HEADING] = EMPTY if heading == _NO_HEADING else ODD
                out_heading[n] = heading if state[HEADING] == GIVEN else 0
                out_heading_ok[byte] |= bit if state[HEADING] == GIVEN else 0
                status = value[NAV_STATUS]
                if state[NAV_STATUS] == GIVEN and (status < 0 or status >= _NO_STATUS):
                    is_odd = True
                    state[NAV_STATUS] = EMPTY if status == _NO_STATUS else ODD
                out_status[n] = status if state[NAV_STATUS] == GIVEN else 0
                out_status_ok[byte] |= bit if state[NAV_STATUS] == GIVEN else 0
                receiver = dialect_receiver
                if state[RECEIVER] == GIVEN:
                    if 0 <= value[RECEIVER] <= 2:  # noqa: PLR2004
                        receiver = value[RECEIVER]
                    else:
                        is_odd = True
                        state[RECEIVER] = ODD
                out_offset[n] = offset + start
                out_mmsi[n] = mmsi
                out_t_ms[n] = t_ms
                out_ais_class[n] = ais_class
                out_pos_res[n] = _LONG_RANGE_RES if ais_type == _LONG_RANGE else pos_res
                out_receiver[n] = receiver
                n += 1
            if is_odd and outcome < BAD_COLUMNS:
                for j in range(number_fields.size):
                    field = number_fields[j]
                    unused[field] += state[field] == ODD
            marks[base + cells] = feed
        at = marks[row_before] + 1
    totals[LINES] += n_lines
    totals[N_REJECTS], totals[N_STATICS] = n_rejects, n_statics
