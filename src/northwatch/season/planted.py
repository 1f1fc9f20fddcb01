"""Ways, zones and gates, in; when the ships were truly inside, and when they truly crossed, out.

Nothing here uses the kernels of `geo` or `events`, so that a fault there cannot hide itself: the
sphere is plain numpy, the polar plane is pyproj's, polygons are shapely's, and instants are found
by halving on the plan's own way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Protocol

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from northwatch.season.charts import vectors
from northwatch.season.fleets import Fleet
from northwatch.season.paths import Floats, Ints, angles, degrees
from northwatch.units import SPHERE_RADIUS_M

_PIECE_RAD: Final = 5000.0 / SPHERE_RADIUS_M  # a chord of 5 km leaves its arc by half a metre
_HALVINGS: Final = 42
_SAME_S: Final = 1e-3  # two edges that meet at a vertex are crossed at one instant
_SHIPS_AT_ONCE: Final = 200
_TRUE_LAT_DEG: Final = 70.0


class ZoneLike(Protocol):
    """What the truth needs of a zone."""

    @property
    def id(self) -> str:
        """Short name."""

    @property
    def version(self) -> str:
        """Version of the boundary."""

    @property
    def polygon(self) -> Any:  # noqa: ANN401 - shapely publishes no types
        """Shapely polygon, EPSG:3413, metres."""


class GateLike(Protocol):
    """What the truth needs of a gate."""

    @property
    def id(self) -> str:
        """Short name."""

    @property
    def version(self) -> str:
        """Version of the line."""

    @property
    def lat_a(self) -> float:
        """End A, degrees."""

    @property
    def lon_a(self) -> float:
        """End A, degrees."""

    @property
    def lat_b(self) -> float:
        """End B, degrees."""

    @property
    def lon_b(self) -> float:
        """End B, degrees."""

    @property
    def left(self) -> str:
        """Waters left of A to B."""

    @property
    def right(self) -> str:
        """Waters right of A to B."""


@cache
def _plane() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(4326, 3413, always_xy=True)


def projected(xyz: Floats) -> tuple[Floats, Floats]:
    """Return EPSG:3413 coordinates, metres, of unit vectors of shape (n, 3)."""
    lat, lon = degrees(xyz)
    x, y = _plane().transform(lon, lat)
    return np.asarray(x), np.asarray(y)


def scale_of(xyz: Floats) -> Floats:
    """Return metres in EPSG:3413 for a metre on the ground, on the sphere, shape (n,)."""
    out: Floats = (1.0 + np.sin(np.radians(_TRUE_LAT_DEG))) / (1.0 + xyz[:, 2])
    return out


@dataclass(frozen=True, slots=True)
class Arcs:
    """Legs of all ships, cut to when their transmitters are in use; all of shape (n,) or (n, 3)."""

    ship: Ints
    t0_s: Floats
    t1_s: Floats
    begin: Floats
    end: Floats
    angle: Floats

    @classmethod
    def of(cls, fleet: Fleet) -> "Arcs":
        """Return the legs of a fleet."""
        paths = fleet.paths
        ship = np.repeat(np.arange(paths.starts.size - 1), np.diff(paths.starts))
        joined = np.flatnonzero(ship[1:] == ship[:-1])
        whole = cls._with(ship[joined], paths.t_s[joined], paths.t_s[joined + 1],
                          paths.xyz[joined], paths.xyz[joined + 1])  # fmt: skip
        on_s, off_s = (fleet.ships[name].cast(float).to_numpy() for name in ("on_s", "off_s"))
        t0_s = np.clip(whole.t0_s, on_s[whole.ship], off_s[whole.ship])
        t1_s = np.clip(whole.t1_s, on_s[whole.ship], off_s[whole.ship])
        kept = np.flatnonzero(t1_s > t0_s)
        begin, end = whole.place(kept, t0_s[kept]), whole.place(kept, t1_s[kept])
        return cls._with(whole.ship[kept], t0_s[kept], t1_s[kept], begin, end)

    @classmethod
    def _with(cls, ship: Ints, t0_s: Floats, t1_s: Floats, begin: Floats, end: Floats) -> "Arcs":
        return cls(ship, t0_s, t1_s, begin, end, angles(begin, end))

    def part(self, rows: Ints) -> "Arcs":
        """Return some of the legs."""
        return Arcs(
            *(self.ship[rows], self.t0_s[rows], self.t1_s[rows]),
            *(self.begin[rows], self.end[rows], self.angle[rows]),
        )

    def place(self, rows: Ints, t_s: Floats) -> Floats:
        """Return where the ship of leg rows[k] is at t_s[k], unit vectors, shape (k, 3)."""
        length_s = self.t1_s[rows] - self.t0_s[rows]
        share = np.clip((t_s - self.t0_s[rows]) / np.where(length_s > 0, length_s, 1.0), 0.0, 1.0)
        angle = self.angle[rows]
        sine = np.where(angle > 0.0, np.sin(angle), 1.0)
        first = np.where(angle > 0.0, np.sin((1.0 - share) * angle) / sine, 1.0)
        second = np.where(angle > 0.0, np.sin(share * angle) / sine, 0.0)
        out: Floats = first[:, None] * self.begin[rows] + second[:, None] * self.end[rows]
        return out


@dataclass(frozen=True, slots=True)
class Crossings:
    """Instants at which ships crossed gates, ordered by ship, gate and time; shape (n,) each."""

    ship: Ints
    gate: Ints
    t_s: Floats
    sign: Ints


def gate_crossings(arcs: Arcs, gates: Sequence[GateLike]) -> Crossings:
    """Return every crossing of every gate.

    A leg crosses a gate if its ends lie on different sides of the gate's plane and the point where
    it pierces that plane lies between the gate's ends. A place on the plane counts as left.
    """
    if not gates:
        none = np.empty(0, np.int64)
        return Crossings(none, none, np.empty(0), none)
    found = [_one_gate(arcs, number, gate) for number, gate in enumerate(gates)]
    ship, number, t_s, sign = (np.concatenate(field) for field in zip(*found, strict=True))
    order = np.lexsort((t_s, number, ship))
    return Crossings(ship[order], number[order], t_s[order], sign[order])


def _one_gate(arcs: Arcs, number: int, gate: GateLike) -> tuple[Ints, Ints, Floats, Ints]:
    a, b = vectors(np.array([gate.lat_a, gate.lat_b]), np.array([gate.lon_a, gate.lon_b]))
    normal = np.cross(a, b)
    side0, side1 = arcs.begin @ normal, arcs.end @ normal
    rows = np.flatnonzero((side0 >= 0.0) != (side1 >= 0.0))
    point = arcs.begin[rows] * side1[rows, None] - arcs.end[rows] * side0[rows, None]
    # Of the two points where leg and plane meet, the one on the leg's side of the earth.
    middle = arcs.begin[rows] + arcs.end[rows]
    point *= np.sign(np.einsum("ij,ij->i", point, middle))[:, None]
    point /= np.linalg.norm(point, axis=1)[:, None]
    between = (np.cross(a, point) @ normal >= 0.0) & (np.cross(point, b) @ normal >= 0.0)
    rows, point = rows[between], point[between]
    share = angles(arcs.begin[rows], point) / arcs.angle[rows]
    t_s = arcs.t0_s[rows] + share * (arcs.t1_s[rows] - arcs.t0_s[rows])
    sign = np.where(side0[rows] >= 0.0, 1, -1)
    return arcs.ship[rows], np.full(rows.size, number), t_s, sign


def distance_to_gate_km(xyz: Floats, gate: GateLike) -> Floats:
    """Return how far places are from a gate's arc, kilometres, shape (n,)."""
    a, b = vectors(np.array([gate.lat_a, gate.lat_b]), np.array([gate.lon_a, gate.lon_b]))
    normal = np.cross(a, b)
    normal /= np.linalg.norm(normal)
    abeam = (xyz @ np.cross(normal, a) >= 0.0) & (xyz @ np.cross(b, normal) >= 0.0)
    off = np.abs(np.arcsin(np.clip(xyz @ normal, -1.0, 1.0)))
    ends = np.minimum(
        angles(xyz, np.broadcast_to(a, xyz.shape)), angles(xyz, np.broadcast_to(b, xyz.shape))
    )
    out: Floats = np.where(abeam, off, ends) * SPHERE_RADIUS_M / 1000.0
    return out


@dataclass(frozen=True, slots=True)
class Stays:
    """Times inside zones, ordered by ship, zone and time; shape (n,) each."""

    ship: Ints
    zone: Ints
    t0_s: Floats
    t1_s: Floats


def zone_stays(arcs: Arcs, ships: int, zones: Sequence[ZoneLike]) -> Stays:
    """Return every stay of every ship inside every zone, to the millisecond.

    Edges are found by cutting the ways into pieces of 5 km, meeting them with the edges in the
    plane, and halving on the way; whether a ship is inside between two edges is asked of the
    polygon.
    """
    if not zones:
        return Stays(*(np.empty(0, np.int64),) * 2, *(np.empty(0),) * 2)
    edges, zone_of_edge = _edges(zones)
    tree = shapely.STRtree(shapely.linestrings(edges))
    parts = [
        _stays_of(arcs.part(rows), edges, zone_of_edge, tree, zones)
        for first in range(0, ships, _SHIPS_AT_ONCE)
        if (
            rows := np.flatnonzero((arcs.ship >= first) & (arcs.ship < first + _SHIPS_AT_ONCE))
        ).size
    ]
    return Stays(*(np.concatenate(field) for field in zip(*parts, strict=True)))


def _edges(zones: Sequence[ZoneLike]) -> tuple[Floats, Ints]:
    """Return all edges, shape (n, 2, 2), and the number of the zone of each."""
    all_edges, numbers = [], []
    for number, zone in enumerate(zones):
        for ring in shapely.get_rings(shapely.get_parts(zone.polygon)):
            points = shapely.get_coordinates(ring)
            all_edges.append(np.stack([points[:-1], points[1:]], axis=1))
            numbers.append(np.full(len(points) - 1, number))
    return np.concatenate(all_edges), np.concatenate(numbers)


def _pieces(arcs: Arcs) -> tuple[Ints, Floats, Floats]:
    """Return pieces of at most 5 km: the leg of each, and the shares of it that it spans."""
    count = np.maximum(1, np.ceil(arcs.angle / _PIECE_RAD)).astype(np.int64)
    leg = np.repeat(np.arange(count.size), count)
    nth = np.arange(leg.size) - np.repeat(np.cumsum(count) - count, count)
    return leg, nth / count[leg], (nth + 1) / count[leg]


def _stays_of(
    arcs: Arcs, edges: Floats, zone_of_edge: Ints, tree: shapely.STRtree, zones: Sequence[ZoneLike]
) -> tuple[Ints, Ints, Floats, Floats]:
    leg, low, high = _pieces(arcs)
    length_s = arcs.t1_s[leg] - arcs.t0_s[leg]
    t0_s, t1_s = arcs.t0_s[leg] + low * length_s, arcs.t0_s[leg] + high * length_s
    ends = [np.column_stack(projected(arcs.place(leg, t))) for t in (t0_s, t1_s)]
    moves = np.flatnonzero((ends[0] != ends[1]).any(axis=1))
    lines = shapely.linestrings(np.stack([ends[0][moves], ends[1][moves]], axis=1))
    piece, edge = tree.query(lines, predicate="intersects")
    piece = moves[piece]
    t_s = _met(arcs, leg[piece], t0_s[piece], t1_s[piece], edges[edge])
    return _between_edges(arcs, arcs.ship[leg[piece]], zone_of_edge[edge], t_s, zones)


def _met(arcs: Arcs, leg: Ints, t0_s: Floats, t1_s: Floats, edges: Floats) -> Floats:
    """Return when each way meets an edge's line, by halving."""

    def side(t_s: Floats) -> NDArray[np.bool_]:
        x, y = projected(arcs.place(leg, t_s))
        along = edges[:, 1] - edges[:, 0]
        left: NDArray[np.bool_] = (
            along[:, 0] * (y - edges[:, 0, 1]) - along[:, 1] * (x - edges[:, 0, 0]) >= 0.0
        )
        return left

    low, high = t0_s.copy(), t1_s.copy()
    before = side(low)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        same = side(middle) == before
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return 0.5 * (low + high)


def _between_edges(
    arcs: Arcs, ship: Ints, zone: Ints, t_s: Floats, zones: Sequence[ZoneLike]
) -> tuple[Ints, Ints, Floats, Floats]:
    """Return the spans between instants, per ship and zone, whose middle is inside the zone."""
    ships, first = np.unique(arcs.ship, return_index=True)
    last = np.append(first[1:], arcs.ship.size) - 1
    pairs = np.array(np.meshgrid(np.arange(ships.size), np.arange(len(zones)))).reshape(2, -1)
    # every ship and zone: the season's beginning and end, and the edges met in between
    all_ship = np.concatenate([ship, *(ships[pairs[0]],) * 2])
    all_zone = np.concatenate([zone, *(pairs[1],) * 2])
    all_t = np.concatenate([t_s, arcs.t0_s[first][pairs[0]], arcs.t1_s[last][pairs[0]]])
    order = np.lexsort((all_t, all_zone, all_ship))
    all_ship, all_zone, all_t = all_ship[order], all_zone[order], all_t[order]
    span = np.flatnonzero(
        (all_ship[1:] == all_ship[:-1])
        & (all_zone[1:] == all_zone[:-1])
        & (all_t[1:] - all_t[:-1] > _SAME_S)
    )
    middle = 0.5 * (all_t[span] + all_t[span + 1])
    inside = np.zeros(span.size, np.bool_)
    xy = projected(arcs.place(_legs_at(arcs, all_ship[span], middle), middle))
    for number, polygon in enumerate(zone.polygon for zone in zones):
        shapely.prepare(polygon)
        mine = np.flatnonzero(all_zone[span] == number)
        inside[mine] = shapely.intersects_xy(polygon, xy[0][mine], xy[1][mine])
    span = span[inside]
    return _merged(all_ship[span], all_zone[span], all_t[span], all_t[span + 1])


def _legs_at(arcs: Arcs, ship: Ints, t_s: Floats) -> Ints:
    """Return the leg each ship is on at an instant."""
    # Legs are in the order of ships and time, so one number orders them: time after all of the
    # ships before.
    most = float(arcs.t1_s.max()) + 1.0
    out: Ints = np.searchsorted(arcs.ship * most + arcs.t0_s, ship * most + t_s, side="right") - 1
    return np.maximum(out, 0)


def _merged(
    ship: Ints, zone: Ints, t0_s: Floats, t1_s: Floats
) -> tuple[Ints, Ints, Floats, Floats]:
    """Join spans that touch: an edge was met but not crossed."""
    new = np.ones(ship.size, np.bool_)
    new[1:] = (ship[1:] != ship[:-1]) | (zone[1:] != zone[:-1]) | (t0_s[1:] - t1_s[:-1] > _SAME_S)
    begin = np.flatnonzero(new)
    end = np.append(begin[1:], ship.size) - 1 if begin.size else begin
    return ship[begin], zone[begin], t0_s[begin], t1_s[end]
