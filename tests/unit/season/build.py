"""Small seasons and hand-made ships for the tests of `season/`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely

from northwatch.season import Dirt, Reception, Season, SeasonPlan, make_season
from northwatch.season.charts import vectors
from northwatch.season.fleets import Fleet, fleet_of
from northwatch.season.paths import Way
from northwatch.season.planted import projected

ALL_HEARD = Reception(everywhere=True)
DAY = 86_400.0


def ship(number: int = 0, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of any type
    """Return a row of `SHIPS`: a Norwegian cargo ship unless told otherwise."""
    row = {
        "transmitter": number,
        "hull": number,
        "mmsi": 257_000_000 + number,
        "imo": 2_000_003,
        "name": "PLAIN OAK",
        "call_sign": "LAAB1",
        "flag": "NOR",
        "kind": "cargo",
        "fleet": "by hand",
        "ais_class": 1,
        "ship_type": 70,
        "length_m": 120,
        "width_m": 20,
        "bow_m": 90,
        "port_m": 8,
        "draught_i": 65,
        "on_s": 0,
        "off_s": 86_400,
        "has_heading": True,
        "has_turn": True,
        "has_status": True,
        "keeps_status": True,
    }
    return row | changes


def way(*nodes: tuple[float, float, float], status: Sequence[int] = ()) -> Way:
    """Return a way through (seconds, latitude, longitude)."""
    t_s, lat, lon = np.array(nodes, dtype=np.float64).T
    told = list(status) + [0] * (len(nodes) - len(status))
    return Way(t_s, vectors(lat, lon), np.array(told, np.uint8), np.zeros(len(nodes), np.int32))


def by_hand(*pairs: tuple[dict[str, Any], Way], silences: Sequence[Any] = ()) -> Fleet:
    """Return a fleet of ships and their ways."""
    quiet = [list(times) for times in silences] or [[] for _ in pairs]
    return fleet_of([row for row, _ in pairs], [one for _, one in pairs], quiet)


def hand_season(fleet: Fleet, **changes: Any) -> Season:  # noqa: ANN401 - fields of any type
    """Return a clean season of one day, everything heard each minute, of a hand-made fleet."""
    told: dict[str, Any] = {
        "days": 1,
        "dirt": Dirt.none(),
        "reception": ALL_HEARD,
        "jitter_share": 0.0,
        "spread": 0.0,
        "noise_m": 0.0,
    } | changes
    return make_season(SeasonPlan(**told), fleet)


@cache
def small_season() -> Season:
    """Return a dirty season of three days and forty ships, everything heard."""
    dirt = Dirt(
        spikes_share=0.004,
        sentinels_share=0.003,
        wrong_clocks_share=0.002,
        bad_checksums_share=0.004,
        cut_lines_share=0.003,
    )
    plan = SeasonPlan(
        seed=7, days=3, vessels=60, interval_s=120.0, reception=ALL_HEARD, dirt=dirt,
        silences_per_vessel=6.0, silence_h=(3.0, 9.0),
    )  # fmt: skip
    return make_season(plan)


@cache
def heard_season() -> Season:
    """Return a season of four days heard by shore stations and satellites."""
    return make_season(SeasonPlan(seed=3, days=4, vessels=60, interval_s=180.0))


def text_of(blocks: Any) -> dict[str, bytes]:  # noqa: ANN401 - an iterator of blocks
    """Return the files that blocks make up, by name."""
    files: dict[str, bytes] = {}
    for block in blocks:
        files[block.name] = files.get(block.name, b"") + block.data
    return files


@dataclass(frozen=True)
class Box:
    """A zone between parallels and meridians, its edges drawn finely."""

    id: str
    polygon: Any
    version: str = "1"


@dataclass(frozen=True)
class Line:
    """A gate."""

    id: str
    lat_a: float
    lon_a: float
    lat_b: float
    lon_b: float
    left: str = "north"
    right: str = "south"
    version: str = "1"


def box(name: str, south: float, north: float, west: float, east: float) -> Box:
    """Return the zone south..north, west..east (degrees; east may pass 180)."""
    lon = np.linspace(west, east, 4000)
    lat = np.linspace(south, north, 200)
    ring_lat = np.concatenate([np.full(4000, south), lat, np.full(4000, north), lat[::-1]])
    ring_lon = np.concatenate([lon, np.full(200, east), lon[::-1], np.full(200, west)])
    x, y = projected(vectors(ring_lat, ring_lon))
    return Box(name, shapely.Polygon(np.column_stack([x, y])))
