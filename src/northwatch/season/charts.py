"""The shipped chart of lanes, grounds and stations, in; places as unit vectors, out."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from northwatch import data
from northwatch.units import SPHERE_RADIUS_M

Floats = NDArray[np.float64]
_FOLDER: Final = "season"
OFFING: Final = "-offing"  # places where ships come from and go to beyond the map


def vectors(lat_deg: Floats, lon_deg: Floats) -> Floats:
    """Return unit vectors, shape (n, 3), of places on the sphere."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def frame(xyz: Floats) -> tuple[Floats, Floats]:
    """Return unit vectors to the east and to the north of each place, both shape (n, 3).

    At a pole every way is south; there any two ways at right angles serve.
    """
    flat = np.hypot(xyz[:, 0], xyz[:, 1])
    at_pole = flat < 1e-12  # noqa: PLR2004 - six micrometres
    ratio = np.where(at_pole, 1.0, flat)
    east = np.column_stack([-xyz[:, 1] / ratio, xyz[:, 0] / ratio, np.zeros(len(xyz))])
    east[at_pole] = (0.0, 1.0, 0.0)
    return east, np.cross(xyz, east)


@dataclass(frozen=True, slots=True)
class Places:
    """A row of places with the room that ships may take around each.

    Attributes:
        names: of each place.
        xyz: unit vectors, shape (n, 3).
        free_rad: room, radians on the sphere, shape (n,).
        east: unit vectors to the east, shape (n, 3).
        north: unit vectors to the north, shape (n, 3).
    """

    names: tuple[str, ...]
    xyz: Floats
    free_rad: Floats
    east: Floats
    north: Floats

    @classmethod
    def of(cls, names: Iterable[str], chart: dict[str, Any]) -> "Places":
        """Return the named places of a chart's table of [lat, lon, km]."""
        told = tuple(names)
        rows = np.array([chart[name] for name in told], dtype=np.float64).reshape(-1, 3)
        xyz = vectors(rows[:, 0], rows[:, 1])
        return cls(told, xyz, rows[:, 2] * 1000.0 / SPHERE_RADIUS_M, *frame(xyz))

    def reversed(self) -> "Places":
        """Return the same places the other way round."""
        return Places(
            self.names[::-1], self.xyz[::-1], self.free_rad[::-1], self.east[::-1], self.north[::-1]
        )

    def within(self, random: Floats) -> Floats:
        """Return a place near each, evenly drawn from its free room, shape (n, 3).

        Args:
            random: even in [0, 1), shape (n, 2).
        """
        off = self.free_rad * np.sqrt(random[:, 0])
        way = 2.0 * np.pi * random[:, 1]
        return moved(self, off * np.sin(way), off * np.cos(way))


def moved(places: Places, east_rad: Floats, north_rad: Floats) -> Floats:
    """Return the places moved east and north along the great circle of the sum, shape (n, 3).

    Places of one row may be moved by many offsets: the row is repeated.
    """
    off = np.hypot(east_rad, north_rad)
    ratio = np.where(off > 0.0, off, 1.0)
    way = (east_rad / ratio)[:, None] * places.east + (north_rad / ratio)[:, None] * places.north
    out: Floats = np.cos(off)[:, None] * places.xyz + np.sin(off)[:, None] * way
    return out


@dataclass(frozen=True, slots=True)
class Trip:
    """Out to a ground and home: the way, the ground, and whose port it is."""

    way: Places
    ground: Places
    flag: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Lanes and trips by name."""

    lanes: dict[str, Places]
    trips: dict[str, Trip]


def _expanded(items: Iterable[str], chains: dict[str, list[str]]) -> list[str]:
    """Return the places of a list in which `+name` and `-name` stand for chains."""
    out: list[str] = []
    for item in items:
        names = [item]
        if item[0] in "+-":
            names = _expanded(chains[item[1:]], chains)
            names = names if item[0] == "+" else names[::-1]
        out.extend(name for k, name in enumerate(names) if k or not out or out[-1] != name)
    return out


@cache
def shipped_chart() -> Chart:
    """Return the chart that comes with the product."""
    told = tomllib.loads(data.read_text(f"{_FOLDER}/lanes.toml"))
    places, grounds = told["places"], told["grounds"]
    return Chart(
        lanes={
            name: Places.of(_expanded(items, told["chains"]), places)
            for name, items in told["lanes"].items()
        },
        trips={
            name: Trip(
                Places.of(trip["way"], places),
                Places.of([trip["ground"]], grounds),
                trip["flag"],
            )
            for name, trip in told["trips"].items()
        },
    )


@dataclass(frozen=True, slots=True)
class Stations:
    """Shore stations in the order of their z, so that a latitude band is one run of them.

    Attributes:
        names: of each.
        xyz: unit vectors, shape (n, 3).
        range_rad: how far a class A ship is heard, radians, shape (n,).
    """

    names: tuple[str, ...]
    xyz: Floats
    range_rad: Floats


@cache
def shipped_stations() -> Stations:
    """Return the stations that come with the product."""
    told: dict[str, Any] = tomllib.loads(data.read_text(f"{_FOLDER}/stations.toml"))["stations"]
    row = Places.of(told, told)
    order = np.argsort(row.xyz[:, 2], kind="stable")
    names = tuple(row.names[k] for k in order)
    return Stations(names, np.ascontiguousarray(row.xyz[order]), row.free_rad[order])
