"""Law: turning the whole scene rigidly on the sphere changes nothing but the coordinates.

Positions, zones and gates near 71 N 15 E are turned about the earth's axis across the 180th
meridian, over the pole, and elsewhere. Lengths in tables are on WGS 84 and may differ by what the
ellipsoid differs from the sphere; positions are rounded to AIS units anew, which may move an edge
instant by some seconds of slow sailing.
"""

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest

from northwatch.events import Scene, make_scene
from northwatch.geo import Gate
from tests.build_scene import Place, gate, index_of, land, zone
from tests.build_tracked import Way, tracked
from tests.build_ways import GATES, events, random_ways
from tests.slow_ways import Vector, place, vector

Turn = Callable[[float, float], Place]

TURNS = {
    "across 180": ((0.0, 0.0, 1.0), 163.0),
    "the pole inside a zone": (vector(0, 106), -18.0),
    "over the pole and beyond": (vector(0, 106), -34.0),
    "somewhere": (vector(35, -20), 77.0),
}


def turned(axis: Vector, degrees: float, lat: float, lon: float) -> Place:
    """Return a place turned about an axis (Rodrigues)."""
    k, v, angle = np.array(axis), np.array(vector(lat, lon)), math.radians(degrees)
    out = (
        v * math.cos(angle)
        + np.cross(k, v) * math.sin(angle)
        + k * np.dot(k, v) * (1 - math.cos(angle))
    )
    return place(tuple(out))


def ring(south: float, north: float, west: float, east: float, step: float = 0.02) -> list[Place]:
    """Return a dense ring, so that what is straight on the map is as good as what is turned."""
    lons = np.arange(west, east + step / 2, step * 3)
    lats = np.arange(south, north + step / 2, step)
    return [
        *((south, x) for x in lons),
        *((y, east) for y in lats),
        *((north, x) for x in lons[::-1]),
        *((y, west) for y in lats[::-1]),
    ]


RINGS = {"a": ring(71, 72, 12, 20), "b": ring(71.2, 73, 15, 30), "thin": ring(71.5, 71.6, 10, 22)}


def made(ways: list[Way], turn: Turn) -> Scene:
    """Return the scene of ways with everything turned."""
    held = tracked(*ways)
    places = [
        turn(lat / 600_000, lon / 600_000) for lat, lon in zip(held.lat_i, held.lon_i, strict=True)
    ]
    held = dataclasses.replace(
        held,
        lat_i=np.array([round(lat * 600_000) for lat, _ in places], np.int32),
        lon_i=np.array([round(lon * 600_000) for _, lon in places], np.int32),
    )
    zones = tuple(
        zone(name, tuple(turn(lat, lon) for lat, lon in points)) for name, points in RINGS.items()
    )
    gates = [turned_gate(g, turn) for g in GATES]
    return make_scene(held, index_of(zones), gates, land())


def turned_gate(line: Gate, turn: Turn) -> Gate:
    return gate(line.id, turn(line.lat_a, line.lon_a), turn(line.lat_b, line.lon_b))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", TURNS)
def test_turn(seed: int, name: str) -> None:
    axis, degrees = TURNS[name]
    ways = random_ways(seed, vessels=6)
    one = events(made(ways, lambda lat, lon: (lat, lon)))
    two = events(made(ways, lambda lat, lon: turned(axis, degrees, lat, lon)))
    exact = {
        "gate_crossing": ["gate_id", "sign", "n_raw", "settled", "turned_back", "from_side"],
        "zone_visit": ["zone_id", "entered_how", "left_how", "n_positions", "n_edge_crossings",
                       "inferred", "gate_from", "gate_to"],
        "gap": ["open_to", "n_positions", "n_before_12h", "mmsi_heard_elsewhere"],
    }  # fmt: skip
    for kind, names in exact.items():
        first, second = (found[kind].sort("mmsi", *names[:1], "t_from_ms") for found in (one, two))
        assert first.height == second.height, kind
        assert first.select("mmsi", *names).equals(second.select("mmsi", *names)), kind
        for column in ("t_from_ms", "t_to_ms", "t_from_lo_ms", "t_from_hi_ms"):
            assert all((first[column] - second[column]).drop_nulls().abs() < 10_000), (kind, column)
    km = one["zone_visit"]["distance_in_km"] / two["zone_visit"]["distance_in_km"]
    assert all(km.fill_nan(1.0).is_between(0.99, 1.01))  # a visit of one position has no length
    assert one["zone_visit"].height > 5
