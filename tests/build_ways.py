"""Ways sailed at random about 71 N 15 E, and the zones and gates there, for the laws of events."""

import math

import numpy as np
import polars as pl

from northwatch.access.presence import presence
from northwatch.events import (
    GapRule,
    GateCrossingRule,
    Scene,
    ZoneVisitRule,
    find_gaps,
    find_gate_crossings,
    find_zone_visits,
)
from northwatch.geo import LandMask
from tests.build_scene import box, gate, land, scene
from tests.build_tracked import Way, ms

ZONES = (
    box("a", 71, 72, 12, 20),
    box("b", 71.2, 73, 15, 30),
    box("thin", 71.5, 71.6, 10, 22),
)
GATES = (
    gate("g", (71, 10), (71, 25)),
    gate("h", (71.3, 10), (71.3, 25)),
    gate("m", (70, 16), (73, 16)),
)
ISLAND = ((71.3, 15), (71.3, 17), (71.7, 17), (71.7, 15))


def random_ways(seed: int, vessels: int = 4) -> list[Way]:
    """Return some vessels' ways; about half are in two tracks, linked, unlinked or far apart."""
    rng = np.random.default_rng(seed)
    ways = []
    for k in range(vessels):
        points = _points(rng)
        sog = None if rng.random() < 0.3 else float(rng.choice([0.0, 8.0]))
        mmsi, ais_class = 257_000_000 + k, int(rng.integers(1, 3))
        cut = int(rng.integers(1, len(points)))
        if rng.random() < 0.5:
            ways.append(Way(points=points, mmsi=mmsi, sog_kn=sog, ais_class=ais_class))
            continue
        pause = float(rng.choice([0.0, 30.0, 80.0]))
        later = [(t + pause, lat, lon) for t, lat, lon in points[cut:]]
        ways += [
            Way(points=points[:cut], mmsi=mmsi, sog_kn=sog, ais_class=ais_class,
                end_reason="silence"),
            Way(points=later, mmsi=mmsi, sog_kn=sog, ais_class=ais_class,
                linked=bool(rng.random() < 0.7)),
        ]  # fmt: skip
    return ways


def _points(rng: np.random.Generator) -> list[tuple[float, float, float]]:
    t, lat, lon = rng.uniform(0, 5), rng.uniform(70.5, 72.5), rng.uniform(11, 23)
    course = rng.uniform(0, 360)
    points = []
    for _ in range(int(rng.integers(4, 50))):
        points.append((float(t), float(lat), float(lon)))
        hours = float(rng.choice([0.05, 0.2, 0.5, 1, 4, 20], p=[0.3, 0.3, 0.2, 0.1, 0.07, 0.03]))
        course += rng.normal(0, 60)
        degrees = rng.uniform(3, 15) * hours * 1.852 / 111.2
        t += hours
        lat += degrees * math.cos(math.radians(course))
        lon += degrees * math.sin(math.radians(course)) / math.cos(math.radians(lat))
    return points


def random_scene(seed: int, vessels: int = 4, on: LandMask | None = None) -> Scene:
    """Return the scene of random ways with the zones and gates above."""
    return scene(*random_ways(seed, vessels), zones=ZONES, gates=GATES, on=on)


def island() -> LandMask:
    """Return land in the middle of the zones."""
    return land(ISLAND)


def anchored_ways(seed: int, vessels: int = 12) -> list[Way]:
    """Return ships within two cells or three of each other, some of which fall silent often."""
    rng = np.random.default_rng(seed)
    ways = []
    for k in range(vessels):
        t, lat, lon = rng.uniform(0, 3), rng.uniform(71, 71.4), rng.uniform(10, 11)
        often = rng.random() < 0.3
        points = []
        while t < 70:
            points.append((float(t), float(lat), float(lon)))
            pauses = [0.3, 1.0, 3.0, 8.0, 15.0]
            t += rng.choice(pauses, p=[0.4, 0.4, 0.1, 0.06, 0.04] if often else [0.6, 0.4, 0, 0, 0])
            lat, lon = lat + rng.normal(0, 0.01), lon + rng.normal(0, 0.03)
        if not often and rng.random() < 0.5:
            del points[len(points) // 2 : len(points) // 2 + 20]
        sog = None if rng.random() < 0.2 else 0.0
        ways.append(Way(points=points, mmsi=257_000_000 + k, sog_kn=sog))
    return ways


def listened(begin_h: float = -1000.0, end_h: float = 10_000.0) -> pl.DataFrame:
    """Return one source that listened all the time."""
    return pl.DataFrame(
        {"source": [1], "t_from_ms": [ms(begin_h)], "t_to_ms": [ms(end_h)]},
        schema={"source": pl.Int32, "t_from_ms": pl.Int64, "t_to_ms": pl.Int64},
    )


def events(seen: Scene, held: pl.DataFrame | None = None) -> dict[str, pl.DataFrame]:
    """Return all that is found in a scene, by kind; gaps as candidates."""
    crossings = find_gate_crossings(seen, GateCrossingRule())
    return {
        "gate_crossing": crossings,
        "zone_visit": find_zone_visits(seen, ZoneVisitRule(), crossings),
        "gap": find_gaps(seen, listened() if held is None else held, GapRule()),
        "presence": presence(seen),
    }
