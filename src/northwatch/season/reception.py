"""A place and an instant, in; the station or satellite that hears a report sent there, out."""

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from northwatch.season.chance import bits
from northwatch.season.charts import shipped_stations
from northwatch.season.paths import Floats, Ints
from northwatch.season.plan import S_PER_DAY, Reception

EVERYWHERE: Final = 0  # the station of a season in which everything is heard
_UNHEARD: Final = -1
Point = tuple[float, float, float]

SATELLITE_STEP_S: Final = 10
_PERIOD_S: Final = 5_760.0  # about 600 km up
_PERIOD_SPREAD_S: Final = 37.0  # so that passes drift against each other
_INCLINATION: Final = np.radians(97.6)
_SIDEREAL_DAY_S: Final = 86_164.0905
_GOLDEN_TURN: Final = 2.3999632297286533
# A satellite 600 km up sees 24 degrees around; the rim is weak, weaker still for class B.
_FOOTPRINT_A: Final = np.cos(np.radians(20.0))
_FOOTPRINT_B: Final = np.cos(np.radians(14.0))

# Heard well up to the first share of the range, not at all from the second on.
_NEAR: Final = 0.85
_FAR: Final = 1.15
_NEAR_HEARD: Final = 0.97
_CLASS_B_RANGE: Final = 0.5
_WATCH_S: Final = 21_600
_BANDS: Final = 400  # of z, 0.005 each

_SALT_OUTAGE: Final = np.uint64(0x5AFE0001)
_SALT_SATELLITE: Final = np.uint64(0x5AFE0002)
_U11: Final = np.uint64(11)
_UNIT: Final = 1.0 / 9007199254740992.0


class Ears(NamedTuple):
    """What the kernel needs to know of the receivers.

    Attributes:
        everywhere: 1 if all is heard.
        stations: unit vectors, (n, 3), z rising.
        ranges: class A range, radians, (n,).
        first_in_band: first station that can be heard from a band of z, (`_BANDS` + 1,).
        last_range: greatest range, radians, times the far share.
        satellites: places of each satellite at each step, earth-fixed, (steps, satellites, 3).
        step_from: number of the first step, seconds / `SATELLITE_STEP_S`.
        satellites_from_s: when their data begin.
        heard_a: share of class A reports heard in view.
        heard_b: the same for class B.
        outages: share of watches missed.
        seed: of outages and satellite chance.
        holes: [from, to) in seconds, (n, 2).
    """

    everywhere: int
    stations: Floats
    ranges: Floats
    first_in_band: Ints
    last_range: float
    satellites: Floats
    step_from: int
    satellites_from_s: float
    heard_a: float
    heard_b: float
    outages: float
    seed: np.uint64
    holes: Floats


def station_names(reception: Reception) -> tuple[str, ...]:
    """Return the names behind the numbers: shore stations, then satellites."""
    if reception.everywhere:
        return ("MADE",)
    return shipped_stations().names + tuple(f"MADESAT{k + 1}" for k in range(reception.satellites))


def shore_count(reception: Reception) -> int:
    """Return how many of the numbers are shore stations."""
    return 1 if reception.everywhere else len(shipped_stations().names)


def ears(reception: Reception, seed: np.uint64, from_s: int, to_s: int) -> Ears:
    """Return the receivers for the seconds [from_s, to_s)."""
    stations = shipped_stations()
    reach = float(stations.range_rad.max()) * _FAR
    band_z = np.arange(_BANDS + 1) / (_BANDS / 2) - 1.0
    step_from = from_s // SATELLITE_STEP_S
    count = 0 if reception.everywhere else reception.satellites
    steps = np.arange(step_from, to_s // SATELLITE_STEP_S + 1)
    return Ears(
        int(reception.everywhere),
        stations.xyz,
        stations.range_rad,
        np.searchsorted(stations.xyz[:, 2], band_z - reach).astype(np.int64),
        reach,
        satellite_places(count, (steps * SATELLITE_STEP_S).astype(np.float64)),
        int(step_from),
        reception.satellites_from_day * S_PER_DAY,
        reception.class_a_heard_share,
        reception.class_b_heard_share,
        reception.outages_share,
        seed,
        np.array(reception.holes, np.float64).reshape(-1, 2) * S_PER_DAY,
    )


def satellite_places(satellites: int, t_s: Floats) -> Floats:
    """Return where satellites in circular polar orbits stand, earth-fixed unit vectors.

    Args:
        satellites: how many; their planes are spread over half a turn.
        t_s: instants, shape (n,).

    Returns:
        Shape (n, satellites, 3).
    """
    number = np.arange(satellites, dtype=np.float64)
    period = _PERIOD_S + _PERIOD_SPREAD_S * number
    along = 2.0 * np.pi * t_s[:, None] / period + _GOLDEN_TURN * number
    node = np.pi * number / max(satellites, 1) - 2.0 * np.pi * t_s[:, None] / _SIDEREAL_DAY_S
    x, y = np.cos(along), np.sin(along) * np.cos(_INCLINATION)
    return np.stack(
        [
            x * np.cos(node) - y * np.sin(node),
            x * np.sin(node) + y * np.cos(node),
            np.sin(along) * np.sin(_INCLINATION),
        ],
        axis=-1,
    )


@njit(cache=True, nogil=True)
def in_hole(t_s: int, holes: Floats) -> bool:
    """Tell whether nothing was recorded at an instant."""
    for k in range(holes.shape[0]):  # noqa: SIM110 - a kernel
        if holes[k, 0] <= t_s < holes[k, 1]:
            return True
    return False


@njit(cache=True, nogil=True)
def _shore(place: Point, t_s: int, is_b: int, chance: float, ear: Ears) -> int:
    """Return the nearest shore station that hears a report, or -1."""
    x, y, z = place
    band = min(max(int((z + 1.0) * (_BANDS / 2)), 0), _BANDS)
    best, best_share = _UNHEARD, _FAR
    factor = _CLASS_B_RANGE if is_b else 1.0
    for k in range(ear.first_in_band[band], ear.stations.shape[0]):
        if ear.stations[k, 2] > z + ear.last_range:
            break
        dx, dy, dz = ear.stations[k, 0] - x, ear.stations[k, 1] - y, ear.stations[k, 2] - z
        share = np.sqrt(dx * dx + dy * dy + dz * dz) / (factor * ear.ranges[k])
        if share < best_share:
            watch = bits(ear.seed ^ _SALT_OUTAGE, (t_s // _WATCH_S) * 1024 + k)
            if (watch >> _U11) * _UNIT >= ear.outages:
                best, best_share = k, share
    if best == _UNHEARD:
        return _UNHEARD
    heard = _NEAR_HEARD
    if best_share > _NEAR:
        heard *= (_FAR - best_share) / (_FAR - _NEAR)
    return best if chance < heard else _UNHEARD


@njit(cache=True, nogil=True)
def hears(place: Point, t_s: int, is_b: int, draw: np.uint64, ear: Ears) -> int:
    """Return the number of the receiver that hears a report, or -1 if none does.

    Args:
        place: unit vector of where it is sent, three numbers.
        t_s: when, seconds from the beginning.
        is_b: 1 for class B.
        draw: 64 random bits of the report.
        ear: the receivers.
    """
    if ear.holes.shape[0] and in_hole(t_s, ear.holes):
        return _UNHEARD
    if ear.everywhere:
        return EVERYWHERE
    chance = (draw >> _U11) * _UNIT
    station = _shore(place, t_s, is_b, chance, ear)
    if station >= 0 or t_s < ear.satellites_from_s:
        return station
    return in_space(place, t_s, is_b, draw, ear)


@njit(cache=True, nogil=True)
def in_space(place: Point, t_s: int, is_b: int, draw: np.uint64, ear: Ears) -> int:
    """Return the number of the satellite that hears a report, or -1."""
    step = t_s // SATELLITE_STEP_S - ear.step_from
    x, y, z = place
    edge = _FOOTPRINT_B if is_b else _FOOTPRINT_A
    heard = ear.heard_b if is_b else ear.heard_a
    for k in range(ear.satellites.shape[1]):
        up = x * ear.satellites[step, k, 0]
        up += y * ear.satellites[step, k, 1] + z * ear.satellites[step, k, 2]
        if up > edge and (bits(draw ^ _SALT_SATELLITE, k) >> _U11) * _UNIT < heard:
            return int(ear.stations.shape[0] + k)
    return _UNHEARD
