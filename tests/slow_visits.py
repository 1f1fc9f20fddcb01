"""Zone visits the slow way: a plain loop over positions, written from the specification alone.

Zones are tested with shapely in the plane of pyproj, arcs are looked at every 200 m, lengths come
from pyproj's geodesics. Compared with the kernels in tests/property/test_events_slow_is_fast.py.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

from northwatch.events import Scene, ZoneVisitRule
from northwatch.geo import Zone
from tests.slow_ways import Fix, Leg, Vector, angle, chains, place, share_point, vector

PLANE = Transformer.from_crs("EPSG:4326", "EPSG:3413", always_xy=True)
BACK = Transformer.from_crs("EPSG:3413", "EPSG:4326", always_xy=True)
RADIUS_M = 6_371_008.8
LOOK_M = 200.0


@dataclass
class Stay:
    """An unbroken stay of one vessel in one zone."""

    begins: str
    t_in: float
    before: Fix | None
    fixes: list[Fix] = field(default_factory=list)
    ends: str = ""
    t_out: float = math.nan
    after: Fix | None = None
    km: float = 0.0
    cut_lats: list[float] = field(default_factory=list)
    silences: list[float] = field(default_factory=list)
    over_land: bool = False
    # The arcs on which it begins and ends, if it does so over the edge.
    arc_in: Leg | None = None
    arc_out: Leg | None = None


def xy(v: Vector) -> tuple[float, float]:
    lat, lon = place(v)
    x, y = PLANE.transform(lon, lat)
    return float(x), float(y)


def inside(v: Vector, zone: Zone) -> bool:
    return bool(shapely.intersects_xy(zone.polygon, *xy(v)))


def edge_m(v: Vector, zone: Zone) -> float:
    """Return the distance on the sphere to the nearest point of the zone's edge."""
    edge = zone.polygon.boundary
    near = edge.interpolate(edge.project(shapely.Point(*xy(v))))
    lon, lat = BACK.transform(near.x, near.y)
    return RADIUS_M * angle(v, vector(lat, lon))


def cuts(leg: Leg, zone: Zone) -> list[tuple[float, bool]]:
    """Return (share, enters) of every cut of the arc with the edge, found by looking closely."""
    p, q = leg.p.v, leg.q.v
    n = max(1, math.ceil(RADIUS_M * angle(p, q) / LOOK_M))
    lats_lons = [place(share_point(p, q, k / n)) for k in range(n + 1)]
    x, y = PLANE.transform([b for _, b in lats_lons], [a for a, _ in lats_lons])
    within = shapely.intersects_xy(zone.polygon, x, y)
    found = []
    for k in np.flatnonzero(within[1:] != within[:-1]).tolist():
        low, high = k / n, (k + 1) / n
        for _ in range(60):
            middle = (low + high) / 2
            if inside(share_point(p, q, middle), zone) == within[k + 1]:
                high = middle
            else:
                low = middle
        found.append(((low + high) / 2, bool(within[k + 1])))
    return found


def stays_of(legs: list[Leg | Fix], zone: Zone, rule: ZoneVisitRule) -> list[Stay]:  # noqa: C901, PLR0912, PLR0915 - a plain loop, as the rule reads
    """Return the stays along one chain: its first fix, then its legs."""
    first = legs[0]
    assert isinstance(first, Fix)
    found: list[Stay] = []
    now: Stay | None = None
    if inside(first.v, zone):
        now = Stay("first_seen_inside", first.t, None, [first])
    for leg in legs[1:]:
        assert isinstance(leg, Leg)
        too_long = leg.ms > rule.max_silence.total_seconds() * 1000
        is_in = inside(leg.q.v, zone)
        if too_long or leg.over_land or not rule.arcs:
            if now is not None and (too_long or not is_in):
                now.ends, now.t_out, now.after = "unknown", leg.p.t, leg.q
                found.append(now)
                now = None
            elif now is not None:
                now.km += leg.km
                now.silences.append(leg.ms)
                now.over_land |= leg.over_land
            if now is None and is_in:
                now = Stay("unknown", leg.q.t, leg.p)
        else:
            since = 0.0
            for share, enters in cuts(leg, zone):
                t = leg.p.t + share * leg.ms
                lat = place(share_point(leg.p.v, leg.q.v, share))[0]
                if enters:
                    now = Stay("edge", t, leg.p, arc_in=leg, cut_lats=[lat], silences=[leg.ms])
                    since = share
                else:
                    assert now is not None
                    now.km += (share - since) * leg.km
                    now.cut_lats.append(lat)
                    now.silences.append(leg.ms)
                    now.ends, now.t_out, now.after, now.arc_out = "edge", t, leg.q, leg
                    found.append(now)
                    now = None
            if now is not None:
                now.km += (1.0 - since) * leg.km
                now.silences.append(leg.ms)
        if now is not None and is_in:
            now.fixes.append(leg.q)
    if now is not None:
        now.ends, now.t_out = "last_seen_inside", now.fixes[-1].t
        found.append(now)
    return found


def stayed_near(legs: list[Leg | Fix], one: Stay, two: Stay, zone: Zone, km: float) -> bool:
    """Return whether the vessel was never further than `km` from the zone between two stays."""
    for leg in legs[1:]:
        assert isinstance(leg, Leg)
        if leg.q.t < one.t_out or leg.p.t > two.t_in:
            continue
        n = max(1, math.ceil(RADIUS_M * angle(leg.p.v, leg.q.v) / LOOK_M))
        for k in range(n + 1):
            t = leg.p.t + k / n * leg.ms
            if one.t_out <= t <= two.t_in:
                v = share_point(leg.p.v, leg.q.v, k / n)
                if edge_m(v, zone) > km * 1000.0:
                    return False
    return True


def visits(scene: Scene, rule: ZoneVisitRule) -> list[dict[str, Any]]:
    """Return the visits as rows, in the order of chains, zones and time."""
    rows = []
    for chain in chains(scene):
        for zone in scene.index.zones:
            groups: list[list[Stay]] = []
            for stay in stays_of(chain.legs, zone, rule):
                last = groups[-1][-1] if groups else None
                if (
                    last is not None
                    and last.ends == stay.begins == "edge"
                    and stay.t_in - last.t_out < rule.bridge.total_seconds() * 1000
                    and stayed_near(chain.legs, last, stay, zone, rule.bridge_km)
                ):
                    groups[-1].append(stay)
                else:
                    groups.append([stay])
            for group in groups:
                row = visit(scene, group, zone, rule, may_go_on=chain.may_go_on)
                if row["n_positions"] or max(s.km for s in group) >= rule.min_chord_km:
                    rows.append({**row, "mmsi": chain.mmsi})
    return rows


def visit(
    scene: Scene, group: list[Stay], zone: Zone, rule: ZoneVisitRule, *, may_go_on: bool
) -> dict[str, Any]:
    first, last = group[0], group[-1]
    fixes = [fix for stay in group for fix in stay.fixes]
    ends = last.ends
    limit = rule.max_silence.total_seconds() * 1000
    if ends == "last_seen_inside" and may_go_on and scene.as_of_ms - last.t_out <= limit:
        ends = "open"
    came = bounds(first.arc_in, first.t_in, zone, rule)
    went = bounds(last.arc_out, last.t_out, zone, rule)
    deciding = [first.before, first.arc_in and first.arc_in.q, *fixes[:1], *fixes[-1:],
                last.arc_out and last.arc_out.p, last.after]  # fmt: skip
    return {
        "zone_id": zone.id,
        "entered_how": first.begins,
        "left_how": ends,
        "t_from_ms": first.t_in,
        "t_to_ms": None if ends == "open" else last.t_out,
        "t_from_lo_ms": came[0] if first.arc_in else first.before and first.before.t,
        "t_from_hi_ms": came[1] if first.arc_in else first.t_in,
        "t_to_lo_ms": went[0] if last.arc_out else last.t_out,
        "t_to_hi_ms": went[1] if last.arc_out else last.after and last.after.t,
        "open_from": first.begins == "first_seen_inside",
        "open_to": ends == "open",
        "n_positions": len(fixes),
        "n_edge_crossings": sum((s.begins == "edge") + (s.ends == "edge") for s in group),
        "inferred": not fixes,
        "distance_in_km": sum(s.km for s in group),
        "hours_in": sum(s.t_out - s.t_in for s in group) / 3_600_000,
        "max_lat_deg": max([f.lat for f in fixes] + [lat for s in group for lat in s.cut_lats]),
        "longest_silence_h": max([0.0, *(ms for s in group for ms in s.silences)]) / 3_600_000,
        "over_land": any(s.over_land for s in group),
        "evidence": list(dict.fromkeys(
            f.ref for f in sorted((f for f in deciding if f), key=lambda f: f.row)
        )),
    }  # fmt: skip


def bounds(leg: Leg | None, t: float, zone: Zone, rule: ZoneVisitRule) -> tuple[float, float]:
    if leg is None:
        return t, t
    m_per_ms = rule.max_speed_kn * 1852.0 / 3_600_000
    low = leg.p.t + edge_m(leg.p.v, zone) / m_per_ms
    high = leg.q.t - edge_m(leg.q.v, zone) / m_per_ms
    return (low, high) if low <= high else (t, t)
