"""Small made voyages, in plain Python: rows that a test can read, in; tables, out."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from northwatch.schema import POSITIONS
from northwatch.tracks import Tracked

H = 3_600_000
MINUTE = 60_000
T0 = 1_700_000_000_000
SHIP = 257_123_456
# Nautical miles in a radian of the sphere.
R_NM = 6_371_008.8 / 1852.0

Row = dict[str, Any]
Vector = tuple[float, float, float]
DTYPES = POSITIONS.polars


def vector(lat_deg: float, lon_deg: float) -> Vector:
    lat, lon = math.radians(lat_deg), math.radians(lon_deg)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def place_deg(v: Vector) -> tuple[float, float]:
    return math.degrees(math.atan2(v[2], math.hypot(v[0], v[1]))), math.degrees(
        math.atan2(v[1], v[0])
    )


def tangent(lat_deg: float, lon_deg: float, course_deg: float) -> Vector:
    lat, lon, course = (math.radians(a) for a in (lat_deg, lon_deg, course_deg))
    north = (-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat))
    east = (-math.sin(lon), math.cos(lon), 0.0)
    x, y, z = (
        math.cos(course) * n + math.sin(course) * e for n, e in zip(north, east, strict=True)
    )
    return x, y, z


def turned(v: Sequence[float], towards: Sequence[float], angle: float) -> Vector:
    """Return v moved by an angle along the great circle towards a vector square to it."""
    x, y, z = (math.cos(angle) * a + math.sin(angle) * b for a, b in zip(v, towards, strict=True))
    return x, y, z


def course_of(v: Vector, along: Vector) -> float:
    lat_deg, lon_deg = place_deg(v)
    north, east = tangent(lat_deg, lon_deg, 0.0), tangent(lat_deg, lon_deg, 90.0)
    towards = [sum(a * b for a, b in zip(along, axis, strict=True)) for axis in (east, north)]
    return math.degrees(math.atan2(*towards)) % 360.0


def row(
    t_ms: int,
    lat_deg: float,
    lon_deg: float,
    speed_kn: float | None = 12.0,
    course_deg: float | None = 0.0,
    **other: Any,  # noqa: ANN401 - any column
) -> Row:
    """Return one position; `other` overrides columns."""
    return {
        "mmsi": SHIP,
        "t_ms": t_ms,
        "lat_i": round(lat_deg * 600_000),
        "lon_i": round(((lon_deg + 180) % 360 - 180) * 600_000),
        "sog_i": None if speed_kn is None else round(speed_kn * 10),
        "cog_i": None if course_deg is None else round(course_deg * 10) % 3600,
        "ais_class": 1,
        "receiver": 0,
        "pos_res_i": 1,
        "source": 1,
        "offset": 0,
    } | other


def sail(  # noqa: PLR0913 - a voyage in words
    n: int,
    *,
    lat_deg: float = 70.0,
    lon_deg: float = 10.0,
    course_deg: float = 30.0,
    speed_kn: float = 12.0,
    t_ms: int = T0,
    every_ms: int = 6 * MINUTE,
    **other: Any,  # noqa: ANN401 - any column
) -> list[Row]:
    """Return n reports of a ship on a great circle at even speed."""
    v, along = vector(lat_deg, lon_deg), tangent(lat_deg, lon_deg, course_deg)
    rows = []
    for k in range(n):
        a = speed_kn * k * every_ms / H / R_NM
        here = turned(v, along, a)
        ahead = turned(along, tuple(-x for x in v), a)
        lat, lon = place_deg(here)
        rows.append(row(t_ms + k * every_ms, lat, lon, speed_kn, course_of(here, ahead), **other))
    return rows


def table(rows: Iterable[Row]) -> pl.DataFrame:
    """Return the columns of POSITIONS that tracks read, in the total order."""
    names = ("mmsi", "t_ms", "lat_i", "lon_i", "source", "offset")
    frame = pl.DataFrame(list(rows), schema={name: DTYPES[name] for name in row(0, 0, 0)})
    return frame.sort(names, maintain_order=True)


def rows_of(tracked: Tracked) -> list[list[int]]:
    """Return, track by track, which positions lie on it: their times in order, from 0."""
    times = sorted(set(tracked.t_ms.tolist()))
    return [
        [times.index(t) for t in tracked.t_ms[start:stop].tolist()]
        for start, stop in zip(tracked.starts, tracked.stops, strict=True)
    ]


def offsets_of(tracked: Tracked) -> list[list[int]]:
    """Return, track by track, the offsets of the positions on it."""
    return [
        tracked.offset[start:stop].tolist()
        for start, stop in zip(tracked.starts, tracked.stops, strict=True)
    ]


def numbered(rows: Sequence[Row]) -> list[Row]:
    """Give each row its place as its offset."""
    return [one | {"offset": k} for k, one in enumerate(rows)]
