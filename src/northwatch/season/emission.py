"""A fleet and a span of time, in; one row of integers per message heard in it, in time order, out.

The rows are what both written forms are made from. A ship sends at beats of her own; the k-th
beat, what it holds and who hears it follow from (seed, ship, k) alone, so any span may be made on
its own.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.season.chance import bits, seeds
from northwatch.season.fleets import CLASS_B, Fleet, columns
from northwatch.season.paths import Floats, Ints
from northwatch.season.plan import SeasonPlan
from northwatch.season.reception import Ears, Point, ears, hears, in_hole, in_space, shore_count
from northwatch.season.voyages import AT_ANCHOR, MOORED
from northwatch.units import AIS_TENTHS, AIS_UNITS_PER_DEGREE, KNOT_MPS, MS_PER_S, SPHERE_RADIUS_M

Rows = NDArray[np.int32]
Pair = tuple[int, int]

# columns of a row
ARRIVAL, STATED, SHIP, WHAT, LAT, LON, SOG, COG, HEADING, TURN, STATUS, STATION = range(12)
WIDTH: Final = 12
# WHAT: kind of message in the low byte, marks above it
POSITION, STATIC, LONG_RANGE = 0, 1, 2
KIND_MASK: Final = 0xFF
COPY, SPIKE, SENTINEL, WRONG_CLOCK, BAD_CHECKSUM, CUT, SILENT = (1 << bit for bit in range(8, 15))
# STATUS holds the second above its low byte, STATION the destination above its low 16 bits.
LAT_NONE: Final = 91 * AIS_UNITS_PER_DEGREE
LON_NONE: Final = 181 * AIS_UNITS_PER_DEGREE
SOG_NONE: Final = 1023
COG_NONE: Final = 3600
HEADING_NONE: Final = 511
TURN_NONE: Final = -128
STATUS_NONE: Final = 15

_HALF_TURN_I: Final = 180 * AIS_UNITS_PER_DEGREE
_POLE_I: Final = 90 * AIS_UNITS_PER_DEGREE
_UNITS_PER_RAD: Final = AIS_UNITS_PER_DEGREE * 180.0 / np.pi
_LONG_RANGE_S: Final = 180.0
_STATIC_JITTER_SHARE: Final = 0.2
_LEAST_COSINE: Final = 1e-6
# Sets that send no course at rest (three in eight), no speed at all (one in 128).
_M3, _M7, _NO_COURSE_OF_8 = np.uint64(7), np.uint64(127), np.uint64(3)
_SLOW_TURN: Final = 4  # raw; drawn numbers beyond it become 0, as most ships send

_M16: Final = np.uint64(0xFFFF)
_M32: Final = np.uint64(0xFFFFFFFF)
_16, _32, _48, _8, _40, _24 = (np.uint64(k) for k in (16, 32, 48, 8, 40, 24))
_SALTS: Final = np.array([0x11, 0x22, 0x33], np.uint64) << np.uint64(40)
_SALT_WHAT, _SALT_DIRT, _SALT_MORE, _SALT_COPY = (
    np.uint64(k) for k in (0xA1 << 48, 0xA2 << 48, 0xA3 << 48, 0xA4 << 48)
)
_HAS_HEADING, _HAS_TURN, _HAS_STATUS, _KEEPS_STATUS, _SPARED = 1, 2, 4, 8, 16


class Sets(NamedTuple):
    """The transmitters, as arrays over them, and the ways they sail.

    Attributes:
        seed: of each.
        on_s, off_s: in use [on, off).
        beat_ms: time between beats, by kind of message, (n, 3); 0: never sent.
        phase_ms: of the first beat, (n, 3).
        late_ms: greatest lateness on the beat, (n, 3).
        every: at rest, one position beat in so many is kept.
        is_b: 1 for class B.
        has: bits of what is sent.
        starts, t_s, xyz, status, destination: `Paths`.
        silence_starts, silence_off_s, silence_on_s: `Fleet`.
    """

    seed: NDArray[np.uint64]
    on_s: Ints
    off_s: Ints
    beat_ms: Ints
    phase_ms: Ints
    late_ms: Ints
    every: Ints
    is_b: Ints
    has: Ints
    starts: Ints
    t_s: Floats
    xyz: Floats
    status: NDArray[np.uint8]
    destination: NDArray[np.int32]
    silence_starts: Ints
    silence_off_s: Ints
    silence_on_s: Ints


class Chances(NamedTuple):
    """Shares of dirt as thresholds of 32 random bits.

    `spikes`, `sentinels` and `clocks` are cumulative; so are `bad_checksums` and `cuts`.
    """

    spikes: np.uint64
    sentinels: np.uint64
    clocks: np.uint64
    copies: np.uint64
    bad_checksums: np.uint64
    cuts: np.uint64
    copy_delay_s: int
    noise_i: float
    shore: int


def sets_of(plan: SeasonPlan, fleet: Fleet, interval_s: float) -> Sets:
    """Return the transmitters of a fleet that send at a mean interval."""
    n = fleet.ships.height
    seed = seeds(plan.seed, n)
    rng = np.random.default_rng([plan.seed, 2**34])
    factor = np.exp(plan.spread * rng.standard_normal(n)) if plan.spread else np.ones(n)
    phase = rng.random((n, 3))
    ais_class, on_s, off_s = columns(fleet.ships, "ais_class", "on_s", "off_s")
    heading, turn, status, keeps = columns(
        fleet.ships, "has_heading", "has_turn", "has_status", "keeps_status"
    )
    silent = np.diff(fleet.silence_starts) > 0
    beat_s = np.column_stack(
        [
            interval_s * factor,
            np.full(n, plan.static_interval_s),
            np.where(ais_class == CLASS_B, 0.0, _LONG_RANGE_S * plan.reception.long_range),
        ]
    )
    beat_ms = np.round(beat_s * MS_PER_S).astype(np.int64)
    late = np.array([plan.jitter_share, _STATIC_JITTER_SHARE, _STATIC_JITTER_SHARE])
    return Sets(
        seed,
        on_s,
        off_s,
        beat_ms,
        (phase * beat_ms).astype(np.int64),
        (late * beat_ms).astype(np.int64),
        np.maximum(1, np.round(plan.rest_interval_s / beat_s[:, 0])).astype(np.int64),
        (ais_class == CLASS_B).astype(np.int64),
        heading * _HAS_HEADING
        + turn * _HAS_TURN
        + status * _HAS_STATUS
        + keeps * _KEEPS_STATUS
        + silent * _SPARED,
        *(fleet.paths.starts, fleet.paths.t_s, fleet.paths.xyz),
        *(fleet.paths.status, fleet.paths.destination),
        *(fleet.silence_starts, fleet.silence_off_s, fleet.silence_on_s),
    )


def chances_of(plan: SeasonPlan) -> Chances:
    """Return the dirt of a plan as thresholds."""
    dirt = plan.dirt
    sentinels = dirt.spikes_share + dirt.sentinels_share
    return Chances(
        spikes=_threshold(dirt.spikes_share),
        sentinels=_threshold(sentinels),
        clocks=_threshold(sentinels + dirt.wrong_clocks_share),
        copies=_threshold(dirt.copies_share),
        bad_checksums=_threshold(dirt.bad_checksums_share),
        cuts=_threshold(dirt.bad_checksums_share + dirt.cut_lines_share),
        copy_delay_s=dirt.copy_delay_s,
        noise_i=plan.noise_m / SPHERE_RADIUS_M * _UNITS_PER_RAD,
        shore=shore_count(plan.reception),
    )


def _threshold(share: float) -> np.uint64:
    return np.uint64(round(share * 2**32))


class Emitter:
    """Makes the rows of any ships and any span of one season.

    Attributes:
        sets: the transmitters.
        plan: the season's plan.
        shore: how many station numbers are shore stations; those from there on are satellites.
    """

    def __init__(self, plan: SeasonPlan, fleet: Fleet, interval_s: float) -> None:
        """Bring the plan into the form the kernel takes."""
        self.plan = plan
        self.sets = sets_of(plan, fleet, interval_s)
        self._chances = chances_of(plan)
        self.shore = self._chances.shore
        self._seed = seeds(plan.seed, 1)[0]
        self._season_ear: Ears | None = None

    @property
    def ships(self) -> int:
        """How many transmitters there are."""
        return int(self.sets.seed.size)

    @property
    def beats_per_s(self) -> float:
        """Messages a second, at most, copies included."""
        beat = self.sets.beat_ms
        rates = np.where(beat > 0, MS_PER_S / np.maximum(beat, 1), 0.0)
        return float(rates.sum()) * (1.0 + self.plan.dirt.copies_share)

    def rows(self, from_s: int, to_s: int, ships: tuple[int, int] | None = None) -> Rows:
        """Return the rows that arrive in [from_s, to_s), in order of arrival.

        Rows of one second stand in the order of ships, then of kinds, then of beats.

        Args:
            from_s: seconds from the beginning.
            to_s: the same.
            ships: first and one past the last transmitter; all by default.
        """
        rows = self._made((from_s, to_s), ships or (0, self.ships), 0, self._ear(from_s, to_s))
        out: Rows = rows[in_order(rows, from_s, to_s)]
        return out

    def sent(self, ship: int) -> Rows:
        """Return all rows of one ship by kind and beat; those lost to a silence are `SILENT`."""
        span = (0, self.plan.seconds)
        if self._season_ear is None:
            self._season_ear = self._ear(*span)
        return self._made(span, (ship, ship + 1), SILENT, self._season_ear)

    def _ear(self, from_s: int, to_s: int) -> Ears:
        early_s = from_s - self.plan.dirt.copy_delay_s - 1
        return ears(self.plan.reception, self._seed, early_s, to_s)

    def _made(self, span: tuple[int, int], ships: tuple[int, int], mark: int, ear: Ears) -> Rows:
        seconds = span[1] - span[0]
        beat = self.sets.beat_ms[ships[0] : ships[1]]
        beats = np.where(beat > 0, seconds * MS_PER_S / np.maximum(beat, 1) + 2.0, 0.0)
        room = int(beats.sum() * (1.0 + 1.2 * self.plan.dirt.copies_share)) + 64
        while True:
            rows = np.empty((room, WIDTH), np.int32)
            n = _emit(span, ships, self.sets, ear, self._chances, mark, rows)
            if n >= 0:
                return rows[:n]
            room *= 2


@njit(cache=True, nogil=True)
def in_order(rows: Rows, from_s: int, to_s: int) -> NDArray[np.int64]:
    """Return the order of the rows by arrival; equal seconds keep theirs (a counting sort)."""
    counts = np.zeros(to_s - from_s + 1, np.int64)
    for k in range(rows.shape[0]):
        counts[rows[k, ARRIVAL] - from_s + 1] += 1
    for k in range(1, counts.size):
        counts[k] += counts[k - 1]
    order = np.empty(rows.shape[0], np.int64)
    for k in range(rows.shape[0]):
        second = rows[k, ARRIVAL] - from_s
        order[counts[second]] = k
        counts[second] += 1
    return order


@njit(cache=True, nogil=True)
def _other_station(place: Point, station: int, shore: int, draw: np.uint64, ear: Ears) -> int:
    """Return who else heard it: the next nearest station, or another satellite."""
    if ear.everywhere:
        return 0
    if station >= shore:
        count = ear.satellites.shape[1]
        step = 1 + int(draw % np.uint64(max(count - 1, 1)))
        return int(shore + (station - shore + step) % count)
    best, least = station, 9.0
    for k in range(ear.stations.shape[0]):
        dx, dy = ear.stations[k, 0] - place[0], ear.stations[k, 1] - place[1]
        dz = ear.stations[k, 2] - place[2]
        away = dx * dx + dy * dy + dz * dz
        if k != station and away < least:
            best, least = k, away
    return int(best)


@njit(cache=True, nogil=True)
def _spiked(place: Point, draw: np.uint64) -> Point:
    """Return a place 20 to 4,000 km off (log-uniform), in any direction."""
    off = 20_000.0 / SPHERE_RADIUS_M * np.exp(5.298 * float(draw & _M32) / 4294967296.0)
    way = 2.0 * np.pi * float(draw >> _32) / 4294967296.0
    x, y, z = place
    flat = np.sqrt(x * x + y * y) + 1e-15
    ex, ey = -y / flat, x / flat
    nx, ny, nz = -z * ey, z * ex, x * ey - y * ex
    s, c = np.sin(way), np.cos(way)
    so, co = np.sin(off), np.cos(off)
    return (
        co * x + so * (s * ex + c * nx),
        co * y + so * (s * ey + c * ny),
        co * z + so * c * nz,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _emit(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one flat kernel
    span: Pair, ships: Pair, sets: Sets, ear: Ears, chances: Chances, mark: int, rows: Rows
) -> int:
    """Write the rows of ships that arrive in a span, ship by ship; return how many, -1 if no room.

    With `mark` set to `SILENT` the reports lost to planted silences are written too, so marked.
    """
    from_s, to_s = span
    delay = chances.copy_delay_s if chances.copies > 0 else 0
    n = 0
    for ship in range(ships[0], ships[1]):
        first_node, stop_node = sets.starts[ship], sets.starts[ship + 1]
        seed = sets.seed[ship]
        has, is_b = sets.has[ship], sets.is_b[ship]
        begin_s = max(from_s - delay, sets.on_s[ship])
        end_s = min(to_s, sets.off_s[ship])
        for kind in range(3):
            beat = sets.beat_ms[ship, kind]
            if beat == 0 or begin_s >= end_s:
                continue
            phase, late = sets.phase_ms[ship, kind], sets.late_ms[ship, kind]
            beat_seed = seed ^ _SALTS[kind]
            low = (begin_s * 1000 - phase - late) // beat - 1
            high = (end_s * 1000 - phase) // beat + 1
            # the leg of the first beat, by halving; later ones follow on
            leg, over = first_node, stop_node - 1
            while over - leg > 1:
                half = (leg + over) // 2
                if sets.t_s[half] <= begin_s:
                    leg = half
                else:
                    over = half
            leg -= 1
            leg_end_s = -1e18
            silence, silence_stop = sets.silence_starts[ship], sets.silence_starts[ship + 1]
            for k in range(low, high + 1):
                draw = bits(beat_seed, k)
                t = (phase + k * beat + ((int(draw & _M16) * late) >> 16)) // 1000
                if t < begin_s or t >= end_s:
                    continue
                while t >= leg_end_s and leg < stop_node - 2:
                    leg += 1
                    leg_begin_s, leg_end_s = sets.t_s[leg], sets.t_s[leg + 1]
                    ax, ay, az = sets.xyz[leg, 0], sets.xyz[leg, 1], sets.xyz[leg, 2]
                    bx, by, bz = sets.xyz[leg + 1, 0], sets.xyz[leg + 1, 1], sets.xyz[leg + 1, 2]
                    cx, cy, cz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
                    sine = np.sqrt(cx * cx + cy * cy + cz * cz)
                    cosine = ax * bx + ay * by + az * bz
                    angle = np.arctan2(sine, cosine)
                    ox, oy, oz = 0.0, 0.0, 0.0
                    if sine > 0.0:
                        ox, oy, oz = (
                            (bx - ax * cosine) / sine,
                            (by - ay * cosine) / sine,
                            (bz - az * cosine) / sine,
                        )
                    rate = angle / (leg_end_s - leg_begin_s) if leg_end_s > leg_begin_s else 0.0
                    speed_i = rate * SPHERE_RADIUS_M / KNOT_MPS * AIS_TENTHS
                    leg_status = sets.status[leg]
                    rests = leg_status == AT_ANCHOR or leg_status == MOORED  # noqa: PLR1714 - a kernel
                if kind == POSITION and rests and k % sets.every[ship] != 0:
                    continue
                while silence < silence_stop and sets.silence_on_s[silence] <= t:
                    silence += 1
                what = kind
                if silence < silence_stop and sets.silence_off_s[silence] <= t:
                    if mark == 0:
                        continue
                    what |= SILENT
                turn = rate * (min(max(float(t), leg_begin_s), leg_end_s) - leg_begin_s)
                s, c = np.sin(turn), np.cos(turn)
                x, y, z = c * ax + s * ox, c * ay + s * oy, c * az + s * oz
                if kind == LONG_RANGE:
                    if ear.everywhere or t < ear.satellites_from_s or in_hole(t, ear.holes):
                        continue
                    station = in_space((x, y, z), t, is_b, draw, ear)
                else:
                    station = hears((x, y, z), t, is_b, draw, ear)
                if station < 0:
                    continue
                if n + 2 > rows.shape[0]:
                    return -1
                more = bits(beat_seed ^ _SALT_WHAT, k)
                dirt = bits(beat_seed ^ _SALT_DIRT, k)
                harm = bits(beat_seed ^ _SALT_MORE, k)
                stated = t
                lat_i, lon_i = LAT_NONE, LON_NONE
                sog, cog, heading, turning, status = (
                    SOG_NONE, COG_NONE, HEADING_NONE, TURN_NONE, STATUS_NONE,
                )  # fmt: skip
                if kind != STATIC:
                    chance = dirt >> _32
                    if chance < chances.spikes:
                        what |= SPIKE
                        px, py, pz = _spiked((x, y, z), harm)
                    else:
                        px, py, pz = x, y, z
                        if chance < chances.sentinels:
                            what |= SENTINEL
                        elif chance < chances.clocks and not has & _SPARED:
                            what |= WRONG_CLOCK
                            wrong = 300 + int(harm % np.uint64(6300))
                            stated = t + wrong if harm >> _40 & np.uint64(1) else t - wrong
                    if not what & SENTINEL:
                        flat = np.sqrt(px * px + py * py)
                        north = (float(more & _M16) / 32768.0 - 1.0) * chances.noise_i
                        east = (float(more >> _16 & _M16) / 32768.0 - 1.0) * chances.noise_i
                        lat_i = int(np.rint(np.arctan2(pz, flat) * _UNITS_PER_RAD + north))
                        lat_i = min(lat_i, _POLE_I)
                        lon_i = int(
                            np.rint(
                                np.arctan2(py, px) * _UNITS_PER_RAD
                                + east / max(flat, _LEAST_COSINE)
                            )
                        )
                        if lon_i > _HALF_TURN_I:
                            lon_i -= 2 * _HALF_TURN_I
                        elif lon_i < -_HALF_TURN_I:
                            lon_i += 2 * _HALF_TURN_I
                        wobble = float(more >> _32 & _M16) / 32768.0 - 1.0
                        if rests or angle == 0.0:
                            sog = int((more >> _48) % np.uint64(8)) // 7
                            cog = int(more >> _40) % COG_NONE
                            if seed & _M3 < _NO_COURSE_OF_8 and sog == 0:
                                cog = COG_NONE
                            head = int(seed >> _8) % 360
                        else:
                            # the way the ship moves: minus the sine on a, the cosine on o
                            mx, my, mz = c * ox - s * ax, c * oy - s * ay, c * oz - s * az
                            level = np.sqrt(x * x + y * y) + 1e-15
                            to_east = (mx * -y + my * x) / level
                            to_north = mz * level - z * (mx * x + my * y) / level
                            course = np.degrees(np.arctan2(to_east, to_north)) + 0.4 * wobble
                            cog = int(np.rint(course * AIS_TENTHS)) % COG_NONE
                            head = int(np.rint(course + 3.0 * wobble)) % 360
                            sog = min(max(int(np.rint(speed_i + wobble)), 0), 1022)
                        if seed >> _16 & _M7 == np.uint64(0):
                            sog, cog = SOG_NONE, COG_NONE
                        if has & _HAS_HEADING:
                            heading = head
                        if has & _HAS_TURN:
                            turning = int((more >> _24) % np.uint64(24)) - 12
                            if abs(turning) > _SLOW_TURN or rests:
                                turning = 0
                        if has & _HAS_STATUS:
                            status = leg_status if not rests or has & _KEEPS_STATUS else 0
                    if (harm & _M32) < chances.bad_checksums:
                        what |= BAD_CHECKSUM
                    elif (harm & _M32) < chances.cuts:
                        what |= CUT
                second = t % 60
                if t >= from_s:
                    rows[n, ARRIVAL], rows[n, STATED], rows[n, SHIP] = t, stated, ship
                    rows[n, WHAT], rows[n, LAT], rows[n, LON] = what, lat_i, lon_i
                    rows[n, SOG], rows[n, COG], rows[n, HEADING] = sog, cog, heading
                    rows[n, TURN], rows[n, STATUS] = turning, status | (second << 8)
                    rows[n, STATION] = station | (sets.destination[leg] << 16)
                    n += 1
                if (dirt & _M32) < chances.copies and not what & SILENT:
                    again = bits(beat_seed ^ _SALT_COPY, k)
                    arrival = t + int(again % np.uint64(delay + 1))
                    if arrival < from_s or arrival >= to_s or in_hole(arrival, ear.holes):
                        continue
                    station = _other_station((x, y, z), station, chances.shore, again, ear)
                    what &= ~(WRONG_CLOCK | BAD_CHECKSUM | CUT)
                    rows[n, ARRIVAL], rows[n, STATED], rows[n, SHIP] = arrival, arrival, ship
                    rows[n, WHAT], rows[n, LAT], rows[n, LON] = what | COPY, lat_i, lon_i
                    rows[n, SOG], rows[n, COG], rows[n, HEADING] = sog, cog, heading
                    rows[n, TURN], rows[n, STATUS] = turning, status | (second << 8)
                    rows[n, STATION] = station | (sets.destination[leg] << 16)
                    n += 1
    return n
