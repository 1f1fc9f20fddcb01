"""Zone look-up: positions a second on one core, and its ratio to shapely's prepared polygons.

    python bench/zones.py [positions]

CPU time, projection included on both sides; medians of five runs each, taken in turn. Positions
are made: vessels that sail great circles north of 50N at up to 15 knots and report each minute,
in the order of the lake (by vessel, then time), and the same in random order.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from northwatch.geo import ZoneIndex, shipped_zones

Ints = NDArray[np.int32]
RUNS = 5
PER_VESSEL = 5_000
FERRYING_SHARE = 0.5
SHAPELY_SHARE = 20  # shapely gets every twentieth position: it is that much slower


def positions(count: int, seed: int = 1) -> tuple[Ints, Ints]:
    """Return latitudes and longitudes in AIS units, vessel by vessel."""
    random = np.random.default_rng(seed)
    vessels = max(1, count // PER_VESSEL)
    start = np.degrees(np.arcsin(random.uniform(np.sin(np.radians(52)), 1.0, vessels)))
    a = _vectors(start, random.uniform(-180.0, 180.0, vessels))
    side = random.normal(size=(vessels, 3))
    side -= (side * a).sum(axis=1, keepdims=True) * a
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    # Some sail on, some go to and fro, as fishing and coastal vessels do.
    minutes = np.arange(PER_VESSEL)
    reach = random.uniform(0.0, 463.0, (vessels, 1)) * np.where(
        random.random((vessels, 1)) < FERRYING_SHARE, np.abs(minutes % 600 - 300), minutes
    )
    angle = reach[..., None] / 6_371_008.8
    v = (np.cos(angle) * a[:, None] + np.sin(angle) * side[:, None]).reshape(-1, 3)
    lat = np.degrees(np.arctan2(v[:, 2], np.hypot(v[:, 0], v[:, 1])))
    lon = np.degrees(np.arctan2(v[:, 1], v[:, 0]))
    return (lat * 600_000).round().astype(np.int32), (lon * 600_000).round().astype(np.int32)


def _vectors(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    phi, lam = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def cpu_s(work: Callable[[], Any]) -> float:
    """Return the CPU seconds of one run."""
    began = time.process_time()
    work()
    return time.process_time() - began


def by_shapely(index: ZoneIndex, lat_i: Ints, lon_i: Ints) -> NDArray[np.uint64]:
    """Return the words as shapely and PROJ find them: a box filter, then prepared polygons."""
    to_plane = Transformer.from_crs(4326, 3413, always_xy=True)
    x, y = to_plane.transform(lon_i / 600_000, lat_i / 600_000)
    words = np.zeros(lat_i.size, np.uint64)
    for bit, zone in enumerate(index.zones):
        x0, y0, x1, y1 = zone.polygon.bounds
        near = np.flatnonzero((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1))
        hit = near[shapely.contains_xy(zone.polygon, x[near], y[near])]
        words[hit] |= np.uint64(1 << bit)
    return words


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    zones = shipped_zones()
    ZoneIndex.build(zones)
    build_s = statistics.median(cpu_s(lambda: ZoneIndex.build(zones)) for _ in range(RUNS))
    index = ZoneIndex.build(zones)
    for zone in zones:
        shapely.prepare(zone.polygon)
    lat_i, lon_i = positions(count)
    shuffled = np.random.default_rng(2).permutation(lat_i.size)
    few = slice(None, None, SHAPELY_SHARE)
    index.lookup(lat_i[:10], lon_i[:10])
    ours, mixed, theirs = [], [], []
    for _ in range(RUNS):
        ours.append(cpu_s(lambda: index.lookup(lat_i, lon_i)))
        mixed.append(cpu_s(lambda: index.lookup(lat_i[shuffled], lon_i[shuffled])))
        theirs.append(cpu_s(lambda: by_shapely(index, lat_i[few], lon_i[few])))
    rate = lat_i.size / statistics.median(ours)
    shapely_rate = lat_i[few].size / statistics.median(theirs)
    words = index.lookup(lat_i, lon_i)[few, 0]
    wrong = int((words != by_shapely(index, lat_i[few], lon_i[few])).sum())
    print(f"zones {len(zones)}, index {build_s:.2f} s, {lat_i.size:,} positions")  # noqa: T201
    print(f"lake order     {rate / 1e6:6.2f} M positions/s")  # noqa: T201
    print(f"random order   {lat_i.size / statistics.median(mixed) / 1e6:6.2f} M positions/s")  # noqa: T201
    print(f"shapely        {shapely_rate / 1e6:6.2f} M positions/s")  # noqa: T201
    print(f"ratio          {rate / shapely_rate:6.1f}")  # noqa: T201
    print(f"answers differ {wrong:6d} of {words.size:,}")  # noqa: T201


if __name__ == "__main__":
    main()
