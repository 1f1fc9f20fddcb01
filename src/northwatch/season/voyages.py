"""A ship's employment and a random stream, in; her way through the season, out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from northwatch.season.charts import OFFING, Chart, Places, Trip, moved, shipped_chart
from northwatch.season.paths import Floats, Way, angles
from northwatch.units import KNOT_MPS, SPHERE_RADIUS_M

UNDER_WAY, AT_ANCHOR, RESTRICTED, MOORED, FISHING = 0, 1, 3, 5, 7
RESTING: Final = (AT_ANCHOR, MOORED)

S_PER_H: Final = 3600.0
_RAD_PER_KM: Final = 1000.0 / SPHERE_RADIUS_M
_ENTRY_SHARE: Final = 0.3  # a ground is entered within this share of its radius
_ICE_Z: Final = np.sin(np.radians(76.0))  # further north ships go slower
_ICE_FACTOR: Final = 0.75
_SMALL_GROUND_KM: Final = 20.0  # local waters: out for hours, not days
_SPOT_KM: Final = 18.0  # a trawler works a spot of this radius for a day
_STEAM_KM: Final = 40.0  # longer legs on a ground are sailed, not trawled
_LINE_KM: Final = 45.0
_SPACING_KM: Final = 3.0


@dataclass(frozen=True, slots=True)
class Employment:
    """What a ship does all season.

    Attributes:
        lanes: names of lanes, or
        trips: names of trips with `work` on their grounds: fish, survey or potter.
        work: what is done on the ground.
        stay_h: shortest and longest stay in port.
        calls_share: share of the places on a lane where she stops for some hours.
        speed_kn: at sea.
        status: AIS status under way.
    """

    lanes: tuple[str, ...]
    trips: tuple[str, ...]
    work: str
    stay_h: tuple[float, float]
    calls_share: float
    speed_kn: float
    status: int


class Legs(NamedTuple):
    """Legs in a row: where each begins, how long it takes, status, number of the destination."""

    xyz: Floats
    seconds: Floats
    status: NDArray[np.uint8]
    destination: NDArray[np.int32]


@cache
def destinations() -> tuple[str, ...]:
    """Return every destination that ships tell, as typed on board (at most 20 characters)."""
    chart = shipped_chart()
    ends = {lane.names[k] for lane in chart.lanes.values() for k in (0, -1)}
    ends |= {trip.way.names[0] for trip in chart.trips.values()}
    ends |= {trip.ground.names[0] for trip in chart.trips.values()}
    return tuple(sorted({_typed(name) for name in ends}))


@cache
def _numbers() -> dict[str, int]:
    return {name: k for k, name in enumerate(destinations())}


def _typed(place: str) -> str:
    return place.removesuffix(OFFING).replace("-", " ").upper()[:20].rstrip()


def way_of(job: Employment, rng: np.random.Generator, seconds: float) -> Way:
    """Return a ship's way from before the season's beginning to after its end.

    The season finds her somewhere in a voyage, evenly drawn.

    Args:
        job: her employment.
        rng: her own random stream.
        seconds: length of the season.
    """
    voyages = _on_lanes(job, rng) if job.lanes else _on_trips(job, rng)
    first = next(voyages)
    t_s = -rng.random() * float(first.seconds.sum())
    parts, end_s = [first], t_s + float(first.seconds.sum())
    while end_s <= seconds:
        parts.append(next(voyages))
        end_s += float(parts[-1].seconds.sum())
    # The last leg is a stay: it ends where it begins, at a node of its own.
    end = parts[-1]
    closing = Legs(end.xyz[-1:], end.seconds[-1:], end.status[-1:], end.destination[-1:])
    legs = _joined([*parts, closing])
    times = t_s + np.concatenate([[0.0], np.cumsum(legs.seconds)])[:-1]
    return Way(times, legs.xyz, legs.status, legs.destination).between(0.0, seconds)


def _on_lanes(job: Employment, rng: np.random.Generator) -> Iterator[Legs]:
    """Yield voyage and stay, for ever; the next lane is drawn among those that begin here."""
    lanes = [shipped_chart().lanes[name] for name in job.lanes]
    both = [*lanes, *(lane.reversed() for lane in lanes)]
    lane, here = both[int(rng.random() * len(both))], None
    while True:
        nodes = lane.within(rng.random((len(lane.names), 2)))
        if here is not None:
            nodes[0] = here
        here = nodes[-1]
        number = _numbers()[_typed(lane.names[-1])]
        sailed = _called(_sailed(nodes, job, number, rng), job, rng)
        yield _joined([sailed, _stay(here, lane.names[-1], job, number, rng)])
        onward = [other for other in both if other.names[0] == lane.names[-1]]
        lane = onward[int(rng.random() * len(onward))]


def _on_trips(job: Employment, rng: np.random.Generator) -> Iterator[Legs]:
    """Yield trip and stay, for ever; all her trips are from one port."""
    chart: Chart = shipped_chart()
    trips = [chart.trips[name] for name in job.trips]
    home = trips[int(rng.random() * len(trips))].way.names[0]
    trips = [trip for trip in trips if trip.way.names[0] == home]
    berth = trips[0].way.within(rng.random((len(trips[0].way.names), 2)))[0]
    while True:
        trip = trips[int(rng.random() * len(trips))]
        yield _joined([_trip(trip, berth, job, rng), _stay(berth, home, job, _at(home), rng)])


def _at(place: str) -> int:
    return _numbers()[_typed(place)]


def _trip(trip: Trip, berth: Floats, job: Employment, rng: np.random.Generator) -> Legs:
    """Return the legs out, on the ground and home to the same berth."""
    out, home = (trip.way.within(rng.random((len(trip.way.names), 2))) for _ in range(2))
    out[0], home[0] = berth, berth
    work = _WORKS[job.work](trip.ground, job, rng)
    begin, end = _entry(trip.ground, rng), _entry(trip.ground, rng)
    there = _sailed(np.vstack([out, begin]), job, _at(trip.ground.names[0]), rng)
    nodes = np.vstack([begin, work.xyz, end])
    status = np.concatenate([[job.status], work.status[:-1], [job.status]])
    speed_kn = np.concatenate([[job.speed_kn], work.speed_kn[:-1], [job.speed_kn]])
    worked = _legs(nodes, speed_kn, status, _at(trip.ground.names[0]))
    back = _sailed(np.vstack([end, home[::-1]]), job, _at(trip.way.names[0]), rng)
    return _joined([there, worked, back])


def _entry(ground: Places, rng: np.random.Generator) -> Floats:
    random = rng.random(2)
    off = _ENTRY_SHARE * ground.free_rad * np.sqrt(random[0])
    way = 2.0 * np.pi * random[1]
    return moved(ground, off * np.sin(way), off * np.cos(way))


class _Work(NamedTuple):
    """Nodes on a ground; speed and status from each on."""

    xyz: Floats
    speed_kn: Floats
    status: NDArray[np.uint8]


def _disc(rng: np.random.Generator, n: int, radius_rad: float) -> tuple[Floats, Floats]:
    """Return east and north offsets evenly drawn from a disc, radians, both shape (n,)."""
    off, way = radius_rad * np.sqrt(rng.random(n)), 2.0 * np.pi * rng.random(n)
    return off * np.sin(way), off * np.cos(way)


def _fish(ground: Places, job: Employment, rng: np.random.Generator) -> _Work:
    """Trawl about a spot for a day, then about another, for some days."""
    radius = float(ground.free_rad[0])
    small = radius < _SMALL_GROUND_KM * _RAD_PER_KM
    days, each = (1, 4 + int(6 * rng.random())) if small else (3 + int(8 * rng.random()), 10)
    spot = min(0.4 * radius, _SPOT_KM * _RAD_PER_KM)
    spots = np.repeat(np.column_stack(_disc(rng, days, radius - spot)), each, axis=0)
    hauls = np.column_stack(_disc(rng, days * each, spot))
    xyz = moved(ground, *(spots + hauls).T)
    far = angles(xyz[:-1], xyz[1:]) > _STEAM_KM * _RAD_PER_KM
    far = np.append(far, True)
    tow_kn = np.minimum(3.0 + 1.8 * rng.random(len(xyz)), 0.6 * job.speed_kn)
    return _Work(
        xyz,
        np.where(far, job.speed_kn, tow_kn),
        np.where(far, job.status, FISHING).astype(np.uint8),
    )


def _survey(ground: Places, job: Employment, rng: np.random.Generator) -> _Work:
    """Sail parallel lines, there and back, in one or more boxes."""
    radius = float(ground.free_rad[0])
    blocks = [_lines(radius, rng) for _ in range(1 + int(3 * rng.random()))]
    xyz = moved(ground, *np.vstack(blocks).T)
    return _Work(
        xyz,
        0.55 * job.speed_kn * (0.8 + 0.3 * rng.random(len(xyz))),
        np.full(len(xyz), RESTRICTED, np.uint8),
    )


def _lines(radius: float, rng: np.random.Generator) -> Floats:
    """Return the ends of survey lines as east and north offsets, shape (n, 2), radians."""
    length = min(0.8 * radius, _LINE_KM * _RAD_PER_KM)
    spacing = min(_SPACING_KM * _RAD_PER_KM, 0.1 * radius)
    count = min(int(0.8 * radius / spacing), 8 + int(16 * rng.random()))
    along = np.tile([-0.5, 0.5, 0.5, -0.5], count)[: 2 * count] * length
    across = (np.repeat(np.arange(count), 2) - 0.5 * (count - 1)) * spacing
    east, north = _disc(rng, 1, _ENTRY_SHARE * radius)
    turn = 2.0 * np.pi * rng.random()
    return np.column_stack(
        [
            east + along * np.cos(turn) - across * np.sin(turn),
            north + along * np.sin(turn) + across * np.cos(turn),
        ]
    )


def _potter(ground: Places, job: Employment, rng: np.random.Generator) -> _Work:
    """Go about local waters for some hours."""
    count = 3 + int(7 * rng.random())
    xyz = moved(ground, *_disc(rng, count, float(ground.free_rad[0])))
    speed_kn = job.speed_kn * (0.35 + 0.65 * rng.random(count))
    return _Work(xyz, speed_kn, np.full(count, job.status, np.uint8))


_WORKS: Final[dict[str, Callable[[Places, Employment, np.random.Generator], _Work]]] = {
    "fish": _fish,
    "survey": _survey,
    "potter": _potter,
}


def _sailed(nodes: Floats, job: Employment, number: int, rng: np.random.Generator) -> Legs:
    """Return the legs between nodes at sea speed, which changes a little at each."""
    speed_kn = job.speed_kn * (0.85 + 0.2 * rng.random(len(nodes) - 1))
    speed_kn = np.where(nodes[:-1, 2] > _ICE_Z, _ICE_FACTOR * speed_kn, speed_kn)
    return _legs(nodes, speed_kn, np.full(len(nodes) - 1, job.status), number)


def _legs(nodes: Floats, speed_kn: Floats, status: NDArray[np.integer], number: int) -> Legs:
    metres = angles(nodes[:-1], nodes[1:]) * SPHERE_RADIUS_M
    seconds = np.maximum(metres / (speed_kn * KNOT_MPS), 1.0)
    number_of = np.full(len(seconds), number, np.int32)
    return Legs(nodes[:-1], seconds, status.astype(np.uint8), number_of)


def _called(legs: Legs, job: Employment, rng: np.random.Generator) -> Legs:
    """Put stops of three to nine hours at some of the places between the ends."""
    if not job.calls_share:
        return legs
    inner = np.arange(1, len(legs.seconds))
    stops = inner[rng.random(inner.size) < job.calls_share]
    hours = 3.0 + 6.0 * rng.random(stops.size)
    return Legs(
        np.insert(legs.xyz, stops, legs.xyz[stops], axis=0),
        np.insert(legs.seconds, stops, hours * S_PER_H),
        np.insert(legs.status, stops, np.uint8(AT_ANCHOR)),
        np.insert(legs.destination, stops, legs.destination[stops]),
    )


def _stay(here: Floats, port: str, job: Employment, number: int, rng: np.random.Generator) -> Legs:
    """Return a stay in port, its length log-uniform in `stay_h`."""
    low, high = np.log(job.stay_h)
    hours = np.exp(low + (high - low) * rng.random())
    status = AT_ANCHOR if port.endswith(OFFING) else MOORED
    return Legs(
        here[None, :],
        np.array([hours * S_PER_H]),
        np.array([status], np.uint8),
        np.array([number], np.int32),
    )


def _joined(parts: list[Legs]) -> Legs:
    return Legs(*(np.concatenate(field) for field in zip(*parts, strict=True)))
