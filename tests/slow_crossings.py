"""Gate crossings the slow way: a plain loop over arcs, written from the specification alone.

Arcs over land are left out: what they prove is tested by examples.
"""

import math
from dataclasses import dataclass
from typing import Any

from northwatch.events import GateCrossingRule, Scene
from northwatch.geo import Gate
from tests.slow_ways import Fix, Leg, Vector, angle, chains, cross, dot, share_point, vector

RADIUS_M = 6_371_008.8
KNOT_M_PER_MS = 1852.0 / 3_600_000
ON_LINE = 1e-10


@dataclass
class Raw:
    """One cut of the line."""

    leg: Leg
    sign: int
    share: float
    gate_share: float

    @property
    def t(self) -> float:
        return self.leg.p.t + self.share * self.leg.ms


def ends(gate: Gate) -> tuple[Vector, Vector]:
    return vector(gate.lat_a, gate.lon_a), vector(gate.lat_b, gate.lon_b)


def height(gate: Gate, v: Vector) -> float:
    """Return the sine of the angle over the gate's plane; positive is left of A to B."""
    n = cross(*ends(gate))
    return dot(n, v) / math.dist((0, 0, 0), n)


def far_m(gate: Gate, v: Vector) -> float:
    """Return the distance to the nearest point of the gate, found by halving thirds along it."""
    a, b = ends(gate)
    low, high = 0.0, 1.0
    for _ in range(200):
        one, two = low + (high - low) / 3, high - (high - low) / 3
        if angle(v, share_point(a, b, one)) < angle(v, share_point(a, b, two)):
            high = two
        else:
            low = one
    return RADIUS_M * angle(v, share_point(a, b, (low + high) / 2))


def raw_crossings(fixes: list[Fix], gate: Gate) -> list[Raw]:
    """Return the cuts of a run of positions, each joined to the next by an arc that counts."""
    a, b = ends(gate)
    sides: list[int] = []
    for fix in fixes:
        h = height(gate, fix.v)
        side = 0 if abs(h) <= ON_LINE else (1 if h > 0 else -1)
        # On the line: the side of the one before.
        sides.append(side or (sides[-1] if sides else 0))
    for k in range(len(sides) - 2, -1, -1):
        sides[k] = sides[k] or sides[k + 1]  # the first: of the one after
    found = []
    for k in range(len(fixes) - 1):
        if sides[k] * sides[k + 1] >= 0:
            continue
        leg = Leg(fixes[k], fixes[k + 1], over_land=False, is_link=False)
        p, q = leg.p.v, leg.q.v
        n, m = cross(a, b), cross(p, q)
        x = cross(n, m)
        size = math.dist((0, 0, 0), x)
        for way in (1, -1):
            point = (way * x[0] / size, way * x[1] / size, way * x[2] / size)
            along, across = angle(p, point), angle(a, point)
            on_arc = abs(along + angle(point, q) - angle(p, q)) < 1e-9
            on_gate = abs(across + angle(point, b) - angle(a, b)) < 1e-9
            if on_arc and on_gate:
                found.append(Raw(leg, sides[k], along / angle(p, q), across / angle(a, b)))
                break
    return found


def runs(legs: list[Leg | Fix], limit_ms: float) -> list[list[Fix]]:
    """Return a chain's positions cut where a silence is too long or an arc leads over land."""
    first = legs[0]
    assert isinstance(first, Fix)
    found = [[first]]
    for leg in legs[1:]:
        assert isinstance(leg, Leg)
        if leg.ms > limit_ms:
            found.append([])
        assert not leg.over_land
        found[-1].append(leg.q)
    return found


def crossings(scene: Scene, rule: GateCrossingRule) -> list[dict[str, Any]]:
    """Return the crossings as rows, ordered by chain, time and gate."""
    rows = []
    for chain in chains(scene):
        mine = []
        for fixes in runs(chain.legs, rule.max_silence.total_seconds() * 1000):
            for g, gate in enumerate(scene.gates):
                mine += [(raw, g) for raw in settled(fixes, gate, rule)]
        mine.sort(key=lambda pair: (pair[0]["t_from_ms"], pair[1]))
        turn_back([row for row, _ in mine], rule)
        rows += [{**row, "mmsi": chain.mmsi} for row, _ in mine]
    return rows


def settled(fixes: list[Fix], gate: Gate, rule: GateCrossingRule) -> list[dict[str, Any]]:
    raw = raw_crossings(fixes, gate)
    clear = [far_m(gate, fix.v) >= rule.clear_km * 1000 for fix in fixes]
    rows, pending = [], []
    for k, fix in enumerate(fixes):
        pending += [r for r in raw if r.leg.q is fix]
        if pending and (clear[k] or k == len(fixes) - 1):
            net = sum(r.sign for r in pending)
            if net:
                rows.append(row_of(gate, pending[-1], net, len(pending), rule, is_clear=clear[k]))
            pending = []
    return rows


def row_of(
    gate: Gate,
    raw: Raw,
    net: int,
    n_raw: int,
    rule: GateCrossingRule,
    *,
    is_clear: bool,
) -> dict[str, Any]:
    speed = rule.max_speed_kn * KNOT_M_PER_MS
    low = raw.leg.p.t + far_m(gate, raw.leg.p.v) / speed
    high = raw.leg.q.t - far_m(gate, raw.leg.q.v) / speed
    if low > high:
        low = high = raw.t
    went_right = net > 0
    return {
        "gate_id": gate.id,
        "t_from_ms": raw.t,
        "t_from_lo_ms": low,
        "t_from_hi_ms": high,
        "sign": 1 if went_right else -1,
        "from_side": gate.left if went_right else gate.right,
        "to_side": gate.right if went_right else gate.left,
        "share_along_gate": raw.gate_share,
        "silence_h": raw.leg.ms / 3_600_000,
        "speed_kn": raw.leg.km / 1.852 / (raw.leg.ms / 3_600_000),
        "n_raw": n_raw,
        "settled": is_clear,
        "turned_back": False,
        "evidence": [raw.leg.p.ref, raw.leg.q.ref],
    }


def turn_back(rows: list[dict[str, Any]], rule: GateCrossingRule) -> None:
    """Mark pairs of settled crossings of one gate, there and back, nothing between."""
    kept = [row for row in rows if row["settled"]]
    k = 0
    while k + 1 < len(kept):
        one, two = kept[k], kept[k + 1]
        near = two["t_from_ms"] - one["t_from_ms"] <= rule.turn_back.total_seconds() * 1000
        if one["gate_id"] == two["gate_id"] and one["sign"] == -two["sign"] and near:
            one["turned_back"] = two["turned_back"] = True
            k += 2
        else:
            k += 1
