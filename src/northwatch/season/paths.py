"""Nodes of the ships' ways, in; where each ship is at any instant, out.

A way is a row of legs. A leg begins at a node and ends at the next; the ship sails the great circle
between them at even speed. So the place at an instant is a pure function of the plan: the rows of
a season and its truth are both read from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from northwatch.units import KNOT_MPS, SPHERE_RADIUS_M

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Way:
    """The way of one ship.

    Attributes:
        t_s: when she is at each node, seconds from the beginning of the season, rising, (n,).
        xyz: the nodes, unit vectors, (n, 3).
        status: AIS navigational status on the leg that begins at the node, (n,).
        destination: number of the destination she tells on that leg, (n,).
    """

    t_s: Floats
    xyz: Floats
    status: NDArray[np.uint8]
    destination: NDArray[np.int32]

    def between(self, t_from_s: float, t_to_s: float) -> "Way":
        """Return the way cut to the legs that touch [t_from_s, t_to_s]."""
        first = max(0, int(np.searchsorted(self.t_s, t_from_s, side="right")) - 1)
        stop = min(self.t_s.size, int(np.searchsorted(self.t_s, t_to_s, side="left")) + 1)
        part = slice(first, max(stop, first + 2))
        return Way(self.t_s[part], self.xyz[part], self.status[part], self.destination[part])


@dataclass(frozen=True, slots=True)
class Paths:
    """The ways of many ships, one after the other; `starts[k]:starts[k + 1]` are ship k's nodes."""

    starts: Ints
    t_s: Floats
    xyz: Floats
    status: NDArray[np.uint8]
    destination: NDArray[np.int32]

    @classmethod
    def of(cls, ways: Sequence[Way]) -> "Paths":
        """Return the ways joined."""
        sizes = [way.t_s.size for way in ways]
        return cls(
            np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            np.concatenate([way.t_s for way in ways]),
            np.concatenate([way.xyz for way in ways]),
            np.concatenate([way.status for way in ways]),
            np.concatenate([way.destination for way in ways]),
        )

    def way(self, ship: int) -> Way:
        """Return one ship's way."""
        part = slice(self.starts[ship], self.starts[ship + 1])
        return Way(self.t_s[part], self.xyz[part], self.status[part], self.destination[part])


def place(way: Way, t_s: Floats) -> Floats:
    """Return unit vectors of where a ship is, shape (n, 3); at an end of her way if beyond it.

    Plain numpy, apart from the kernel that makes the rows, so that each can be held against the
    other.

    Args:
        way: the ship's.
        t_s: instants, shape (n,), any order.
    """
    leg = np.clip(np.searchsorted(way.t_s, t_s, side="right") - 1, 0, way.t_s.size - 2)
    begin, end = way.xyz[leg], way.xyz[leg + 1]
    length_s = way.t_s[leg + 1] - way.t_s[leg]
    share = np.clip((t_s - way.t_s[leg]) / np.where(length_s > 0.0, length_s, 1.0), 0.0, 1.0)
    angle = angles(begin, end)
    sine = np.where(angle > 0.0, np.sin(angle), 1.0)
    first = np.where(angle > 0.0, np.sin((1.0 - share) * angle) / sine, 1.0)
    second = np.where(angle > 0.0, np.sin(share * angle) / sine, 0.0)
    out: Floats = first[:, None] * begin + second[:, None] * end
    return out


def angles(begin: Floats, end: Floats) -> Floats:
    """Return the angle between unit vectors, radians, shape (n,); exact for small ones too."""
    cross = np.cross(begin, end)
    dot = np.einsum("ij,ij->i", begin, end)
    out: Floats = np.arctan2(np.sqrt(np.einsum("ij,ij->i", cross, cross)), dot)
    return out


def degrees(xyz: Floats) -> tuple[Floats, Floats]:
    """Return latitude and longitude, degrees, of unit vectors."""
    lat = np.degrees(np.arctan2(xyz[:, 2], np.hypot(xyz[:, 0], xyz[:, 1])))
    return lat, np.degrees(np.arctan2(xyz[:, 1], xyz[:, 0]))


def leg_speeds_kn(way: Way) -> Floats:
    """Return the speed on each leg, knots, shape (n - 1,); 0 where a leg takes no time."""
    metres = angles(way.xyz[:-1], way.xyz[1:]) * SPHERE_RADIUS_M
    length_s = np.diff(way.t_s)
    out: Floats = np.where(length_s > 0.0, metres / np.where(length_s > 0.0, length_s, 1.0), 0.0)
    return out / KNOT_MPS
