"""Vectors, positions and legs in plain Python, for the slow references."""

import math
from dataclasses import dataclass

from pyproj import Geod

from northwatch.events import Scene

Vector = tuple[float, float, float]
GEOD = Geod(ellps="WGS84")


def vector(lat_deg: float, lon_deg: float) -> Vector:
    lat, lon = math.radians(lat_deg), math.radians(lon_deg)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def place(v: Vector) -> tuple[float, float]:
    x, y, z = v
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )


def angle(a: Vector, b: Vector) -> float:
    return math.atan2(math.dist((0, 0, 0), cross(a, b)), dot(a, b))


def share_point(a: Vector, b: Vector, share: float) -> Vector:
    """Return the point at a share of the shorter arc (the usual sine formula)."""
    whole = angle(a, b)
    if whole < 1e-12:
        return a
    u = math.sin((1 - share) * whole) / math.sin(whole)
    w = math.sin(share * whole) / math.sin(whole)
    return (u * a[0] + w * b[0], u * a[1] + w * b[1], u * a[2] + w * b[2])


@dataclass(frozen=True)
class Fix:
    """One position of a track."""

    row: int
    t: int
    lat: float
    lon: float
    ref: str
    sog_kn: float | None
    ais_class: int

    @property
    def v(self) -> Vector:
        return vector(self.lat, self.lon)


@dataclass(frozen=True)
class Leg:
    """The arc between two positions, one after the other on a track or over a link."""

    p: Fix
    q: Fix
    over_land: bool
    is_link: bool

    @property
    def ms(self) -> float:
        return float(self.q.t - self.p.t)

    @property
    def km(self) -> float:
        return float(GEOD.inv(self.p.lon, self.p.lat, self.q.lon, self.q.lat)[2]) / 1000.0


@dataclass(frozen=True)
class Chain:
    """Tracks that continue each other: the first position, then legs."""

    mmsi: int
    tracks: list[int]
    legs: list[Fix | Leg]
    may_go_on: bool

    @property
    def fixes(self) -> list[Fix]:
        return [leg if isinstance(leg, Fix) else leg.q for leg in self.legs]


def fix(scene: Scene, row: int) -> Fix:
    t = scene.tracked
    sog = int(t.sog_i[row])
    return Fix(
        row,
        int(t.t_ms[row]),
        int(t.lat_i[row]) / 600_000,
        int(t.lon_i[row]) / 600_000,
        f"{t.source[row]}:{t.offset[row]}",
        None if sog == 65535 else sog / 10,
        int(t.ais_class[row]),
    )


def chains(scene: Scene) -> list[Chain]:
    """Return the chains of a scene, in the order of their first tracks."""
    rows = scene.tracked.tracks.to_dicts()
    number = {row["track_id"]: k for k, row in enumerate(rows)}
    following = {k: number[row["link_next"]] for k, row in enumerate(rows) if row["link_next"]}
    out = []
    for head in range(len(rows)):
        if head in following.values():
            continue
        tracks = [head]
        while tracks[-1] in following:
            tracks.append(following[tracks[-1]])
        legs: list[Fix | Leg] = []
        last: Fix | None = None
        for track in tracks:
            for row in range(scene.tracked.starts[track], scene.tracked.stops[track]):
                now = fix(scene, row)
                if last is None:
                    legs.append(now)
                else:
                    is_link = row == scene.tracked.starts[track]
                    land = scene.link_over_land[track] if is_link else scene.over_land[row]
                    legs.append(Leg(last, now, bool(land), is_link))
                last = now
        may_go_on = rows[tracks[-1]]["end_reason"] not in ("ambiguous", "evicted")
        out.append(Chain(rows[head]["mmsi"], tracks, legs, may_go_on))
    return out
