"""Small scenes for tests: zones as rings of places, gates as pairs, land as rings."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypedDict

import numpy as np
import polars as pl
import shapely

from northwatch.events import Scene, make_scene
from northwatch.geo import Gate, LandMask, Zone, ZoneIndex, to_polar
from tests.build_tracked import Way, tracked

Place = tuple[float, float]
Ring = tuple[Place, ...]


@cache
def zone(name: str, *rings: Ring, version: str = "1") -> Zone:
    """Return a zone of rings of (latitude, longitude), straight on the polar map; holes follow."""
    points = [np.column_stack(to_polar(*np.array(ring, float).T)) for ring in rings]
    shape = shapely.Polygon(points[0], points[1:])
    return Zone(name, name, version, "test", "", "user", shape)


def box(name: str, south: float, north: float, west: float, east: float) -> Zone:
    """Return a zone between two parallels and two meridians, with a vertex each tenth of a degree.

    `west` < `east`, beyond 180 if need be.
    """
    lons = np.linspace(west, east, max(2, round((east - west) * 10) + 1))
    ring = [(south, lon) for lon in lons] + [(north, lon) for lon in lons[::-1]]
    return zone(name, tuple((float(lat), float(lon)) for lat, lon in ring))


def gate(name: str, a: Place, b: Place, *, water_km: float = 50.0, on_land: bool = True) -> Gate:
    """Return a gate from a to b."""
    return Gate(
        id=name, name=name, version="1", lat_a=a[0], lon_a=a[1], lat_b=b[0], lon_b=b[1],
        left=f"left of {name}", right=f"right of {name}", note="", place_a="", place_b="",
        water_km=water_km, ends_on_land=on_land, source="test",
    )  # fmt: skip


@cache
def land(*rings: Ring) -> LandMask:
    """Return land of rings of (latitude, longitude); none is a sea without land."""
    shapes = [shapely.Polygon(np.column_stack(to_polar(*np.array(r, float).T))) for r in rings]
    shape = shapely.MultiPolygon(shapes)
    mask = Zone("land", "Land", "1", "test", "", "user", shape)
    return LandMask("1", shape, ZoneIndex.build([mask]).arrays)


@cache
def index_of(zones: tuple[Zone, ...]) -> ZoneIndex:
    """Return the index of zones; kept, for it costs more than most tests."""
    return ZoneIndex.build(zones)


class SceneParts(TypedDict, total=False):
    """Parts of a scene that tests pass on."""

    on: LandMask
    as_of_ms: int


def scene(
    *ways: Way,
    zones: Sequence[Zone] = (),
    gates: Sequence[Gate] = (),
    on: LandMask | None = None,
    as_of_ms: int | None = None,
) -> Scene:
    """Return the scene of some ways."""
    mask = land() if on is None else on
    return make_scene(tracked(*ways), index_of(tuple(zones)), tuple(gates), mask, as_of_ms=as_of_ms)


def only(frame: pl.DataFrame) -> dict[str, Any]:
    """Return the one row of a table."""
    assert frame.height == 1, frame
    return frame.row(0, named=True)
