"""What the ships truly did and when they were heard, in; events as a rule would tell them, out.

The rules are those of events.md 3, 4 and 6, written once more from that document and apart from the
detectors. Each event says whether the reports that its rule needs were heard.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, Final

import numpy as np
import shapely

from northwatch.geo import shipped_land
from northwatch.season.fleets import Fleet
from northwatch.season.heard import Heard
from northwatch.season.paths import Floats, Ints, Way, angles, place
from northwatch.season.plan import S_PER_DAY, SeasonPlan
from northwatch.season.planted import (
    Crossings,
    GateLike,
    Stays,
    ZoneLike,
    distance_to_gate_km,
    projected,
    scale_of,
)
from northwatch.season.voyages import S_PER_H
from northwatch.units import MS_PER_S, SPHERE_RADIUS_M

WHO: Final = ("transmitter", "hull", "mmsi")
_OVERLAP: Final = 0.5  # of the union: what a pairing needs (events.md 15.2)
_SAMPLES: Final = 24
_LONG_S: Final = 1800.0
_CLEAR_STEP_S: Final = 60.0
_CLEAR_LONGEST_S: Final = 12 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthRule:
    """By which parameters the truth is told; the defaults are those of the `arctic` profile.

    Attributes:
        bridge_h, bridge_km: a stay outside a zone that is shorter, and never further from it,
            does not end a visit.
        clear_km: a crossing counts when the ship has been that far from the line.
        max_silence_h: longer silences neither enter, leave nor cross.
        land_check_km, land_tol_km: arcs longer than the first with more than the second on land
            cross nothing.
        least_gap_h: shortest gap told.
        sure_gap_h: from this length on every profile tells a gap; shorter ones are not asked for
            in recall.
    """

    bridge_h: float = 1.0
    bridge_km: float = 2.0
    clear_km: float = 2.0
    max_silence_h: float = 72.0
    land_check_km: float = 5.0
    land_tol_km: float = 2.0
    least_gap_h: float = 2.0
    sure_gap_h: float = 6.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A season's plan, fleet and what was heard of each ship.

    Attributes:
        plan: the season's.
        fleet: its ships.
        heard: of each ship.
        rule: by which events are told.
        whose: transmitter, hull and MMSI of each ship.
    """

    plan: SeasonPlan
    fleet: Fleet
    heard: list[Heard]
    rule: TruthRule
    whose: list[dict[str, Any]]

    @classmethod
    def of(cls, plan: SeasonPlan, fleet: Fleet, heard: list[Heard], rule: TruthRule) -> "Scene":
        """Return the scene."""
        return cls(plan, fleet, heard, rule, fleet.ships.select(WHO).to_dicts())

    def ms(self, t_s: float) -> int:
        """Return an instant as ms since 1970."""
        return self.plan.t_from_s * MS_PER_S + round(t_s * MS_PER_S)

    def who(self, ship: int) -> dict[str, Any]:
        """Return the columns that tell whose event it is."""
        return self.whose[ship]

    def way(self, ship: int) -> Way:
        """Return a ship's way."""
        return self.fleet.paths.way(ship)


# --- zone visits --------------------------------------------------------------------------------


def visit_rows(scene: Scene, stays: Stays, zones: Sequence[ZoneLike]) -> Iterator[dict[str, Any]]:
    """Yield a row for each visit."""
    keys = zip(stays.ship.tolist(), stays.zone.tolist(), strict=True)
    spans = zip(keys, stays.t0_s.tolist(), stays.t1_s.tolist(), strict=True)
    for (ship, zone), group in groupby(spans, key=lambda span: span[0]):
        visits = _bridged(scene, ship, zones[zone], [(t0, t1) for _, t0, t1 in group])
        for k, (t0_s, t1_s) in enumerate(visits):
            others = (visits[k - 1][1] if k else None,
                      visits[k + 1][0] if k + 1 < len(visits) else None)  # fmt: skip
            yield scene.who(ship) | {
                "zone_id": zones[zone].id,
                "zone_version": zones[zone].version,
            } | _visit(scene, ship, zones[zone], (t0_s, t1_s), others)  # fmt: skip


def _bridged(
    scene: Scene, ship: int, zone: ZoneLike, spans: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Join stays between which the ship was outside only shortly and near."""
    out = [spans[0]]
    for (_, left_s), (entered_s, end_s) in pairwise(spans):
        near = entered_s - left_s < scene.rule.bridge_h * S_PER_H
        if near:
            xyz = place(scene.way(ship), np.linspace(left_s, entered_s, _SAMPLES))
            near = bool(_off_km(zone, xyz).max() <= scene.rule.bridge_km)
        out[-1:] = [(out[-1][0], end_s)] if near else [out[-1], (entered_s, end_s)]
    return out


def _visit(
    scene: Scene,
    ship: int,
    zone: ZoneLike,
    span: tuple[float, float],
    others: tuple[float | None, float | None],
) -> dict[str, Any]:
    """Return when the visit can have been seen to begin and end, and whether it could be known."""
    heard = scene.heard[ship].t_s
    first, stop = np.searchsorted(heard, span).tolist()
    open_from, open_to = first == 0, stop == heard.size
    t0_s = float(heard[0]) if open_from and heard.size else span[0]
    t1_s = float(heard[-1]) if open_to and heard.size else span[1]
    told = {
        "t_from_ms": scene.ms(min(t0_s, t1_s)),
        "t_to_ms": scene.ms(max(t0_s, t1_s)),
        "open_from": open_from,
        "open_to": open_to,
        "n_heard": stop - first,
    }
    reason = _visit_reason(scene, ship, zone, (t0_s, t1_s), others) if stop > first else (
        "no_report_inside"
    )  # fmt: skip
    return told | {"observable": reason is None, "reason": reason}


def _visit_reason(
    scene: Scene,
    ship: int,
    zone: ZoneLike,
    span: tuple[float, float],
    others: tuple[float | None, float | None],
) -> str | None:
    heard = scene.heard[ship].t_s
    first, stop = (
        int(np.searchsorted(heard, span[0])),
        int(np.searchsorted(heard, span[1], "right")),
    )
    inside = heard[first:stop]
    before = float(heard[first - 1]) if first else span[0]
    after = float(heard[stop]) if stop < heard.size else span[1]
    if (others[0] is not None and before <= others[0]) or (
        others[1] is not None and after >= others[1]
    ):
        return "not_heard_outside"
    if np.diff(inside, prepend=before, append=after).max() > scene.rule.max_silence_h * S_PER_H:
        return "silence_too_long"
    worst = min(
        _share(span, (t0_s, t1_s))
        for t0_s in (before, float(inside[0]))
        for t1_s in (float(inside[-1]), after)
    )
    if worst < _OVERLAP:
        return "edges_too_vague"
    return "arc_leaves_zone" if _leaves(scene, ship, zone, inside) else None


def _share(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the overlap of two spans as a share of their union; 1 for two equal instants."""
    union = max(one[1], other[1]) - min(one[0], other[0])
    overlap = min(one[1], other[1]) - max(one[0], other[0])
    return max(0.0, overlap) / union if union > 0.0 else 1.0


def _leaves(scene: Scene, ship: int, zone: ZoneLike, inside: Ints) -> bool:
    """Tell whether the straight arc over a long silence inside the zone goes well outside it."""
    long = np.flatnonzero(np.diff(inside) > _LONG_S)
    if not long.size:
        return False
    way = scene.way(ship)
    ends = place(way, inside[long].astype(float)), place(way, inside[long + 1].astype(float))
    xyz = arc_points(*ends, _SAMPLES).reshape(-1, 3)
    return bool(_off_km(zone, xyz).max() > scene.rule.bridge_km)


def _off_km(zone: ZoneLike, xyz: Floats) -> Floats:
    """Return how far places are from a zone, kilometres on the sphere; 0 inside."""
    x, y = projected(xyz)
    shapely.prepare(zone.polygon)
    outside = np.flatnonzero(~shapely.intersects_xy(zone.polygon, x, y))
    off = np.zeros(len(xyz))
    points = shapely.points(x[outside], y[outside])
    off[outside] = shapely.distance(zone.polygon, points) / scale_of(xyz[outside]) / 1000.0
    return off


def arc_points(begin: Floats, end: Floats, n: int) -> Floats:
    """Return n places along the great circle from each begin to its end, shape (k, n, 3).

    Args:
        begin: unit vectors, shape (k, 3).
        end: the same.
        n: places on each, ends included.
    """
    angle = angles(begin, end)
    sine = np.where(angle > 0.0, np.sin(angle), 1.0)
    share = np.linspace(0.0, 1.0, n)
    still = np.where(angle > 0.0, 0.0, 1.0)[:, None]  # no way: stay at the beginning
    first = np.sin((1.0 - share) * angle[:, None]) / sine[:, None] + still
    second = np.sin(share * angle[:, None]) / sine[:, None]
    return first[..., None] * begin[:, None] + second[..., None] * end[:, None]


# --- gate crossings -----------------------------------------------------------------------------


def crossing_rows(
    scene: Scene, crossings: Crossings, gates: Sequence[GateLike]
) -> Iterator[dict[str, Any]]:
    """Yield a row for each crossing that settles, or had not yet settled at the end."""
    keys = zip(crossings.ship.tolist(), crossings.gate.tolist(), strict=True)
    raw = zip(keys, crossings.t_s.tolist(), crossings.sign.tolist(), strict=True)
    for (ship, number), group in groupby(raw, key=lambda one: one[0]):
        gate, told = gates[number], [(t_s, sign) for _, t_s, sign in group]
        for t_s, sign, n_raw, next_s in _settled(scene, ship, gate, told):
            sides = (gate.left, gate.right) if sign > 0 else (gate.right, gate.left)
            yield scene.who(ship) | {
                "gate_id": gate.id,
                "gate_version": gate.version,
                "from_side": sides[0],
                "to_side": sides[1],
                "sign": sign,
                "t_ms": scene.ms(t_s),
                "n_raw": n_raw,
            } | _crossing(scene, ship, gate, t_s, next_s)  # fmt: skip


def _settled(
    scene: Scene, ship: int, gate: GateLike, told: list[tuple[float, int]]
) -> Iterator[tuple[float, int, int, float]]:
    """Yield (instant, sign, raw crossings, end of the time after it) of each net crossing.

    Crossings between which the ship was never clear of the line collapse: an odd number to one,
    at the last of them; an even number to none.
    """
    run = 0
    for k, (t_s, sign) in enumerate(told):
        run += 1
        next_s = told[k + 1][0] if k + 1 < len(told) else float(scene.plan.seconds)
        if k + 1 < len(told) and not _clear(scene, ship, gate, (t_s, next_s)):
            continue
        if run % 2:
            yield t_s, sign, run, next_s
        run = 0


def _clear(scene: Scene, ship: int, gate: GateLike, span: tuple[float, float]) -> bool:
    """Tell whether the ship was clear of the gate within a span (looked at for half a day)."""
    end_s = min(span[1], span[0] + _CLEAR_LONGEST_S)
    xyz = place(scene.way(ship), np.append(np.arange(span[0], end_s, _CLEAR_STEP_S), end_s))
    if distance_to_gate_km(xyz, gate).max() >= scene.rule.clear_km:
        return True
    xyz = place(scene.way(ship), np.linspace(*span, 1000))
    return bool(distance_to_gate_km(xyz, gate).max() >= scene.rule.clear_km)


def _crossing(scene: Scene, ship: int, gate: GateLike, t_s: float, next_s: float) -> dict[str, Any]:
    """Return the silence a crossing lies in, and whether it could be known."""
    heard = scene.heard[ship].t_s
    after = int(np.searchsorted(heard, t_s))
    settled = _clear(scene, ship, gate, (t_s, min(next_s, float(heard[-1])))) if (
        heard.size and heard[-1] > t_s
    ) else False  # fmt: skip
    told = {"silence_h": None, "settled": settled}
    if after == 0:
        return told | {"observable": False, "reason": "not_heard_before"}
    if after == heard.size:
        return told | {"observable": False, "reason": "not_heard_after"}
    silence_h = float(heard[after] - heard[after - 1]) / S_PER_H
    reason = None if settled else "not_settled"
    if silence_h > scene.rule.max_silence_h:
        reason = "silence_too_long"
    else:
        ends = place(scene.way(ship), heard[after - 1 : after + 1].astype(np.float64))
        reason = _arc_reason(scene.rule, gate, ends) or reason
    if heard[after] >= next_s and reason is None:
        reason = "not_heard_between_crossings"
    return told | {"silence_h": silence_h, "observable": reason is None, "reason": reason}


def _arc_reason(rule: TruthRule, gate: GateLike, ends: Floats) -> str | None:
    """Return why the arc between two reports would not show the crossing."""
    length_km = float(angles(ends[:1], ends[1:])[0]) * SPHERE_RADIUS_M / 1000.0
    xyz = arc_points(ends[:1], ends[1:], max(3, int(length_km / 0.5)))[0]
    if length_km > rule.land_check_km:
        land = shipped_land().polygon
        shapely.prepare(land)
        on_land = shapely.contains_xy(land, *projected(xyz))
        if on_land.mean() * length_km > rule.land_tol_km:
            return "arc_over_land"
    step_km = length_km / (len(xyz) - 1)
    near = distance_to_gate_km(xyz, gate).min() <= max(step_km, 0.01)
    return None if near else "arc_misses_gate"


# --- gaps ---------------------------------------------------------------------------------------


def gap_rows(scene: Scene) -> Iterator[dict[str, Any]]:
    """Yield a row for each silence long enough, planted or not."""
    holes = np.array(scene.plan.reception.holes, np.float64).reshape(-1, 2) * S_PER_DAY
    off_use = scene.fleet.ships["off_s"].to_list()
    for ship, heard in enumerate(scene.heard):
        if not heard.t_s.size:
            continue
        times = np.append(heard.t_s, scene.plan.seconds).astype(np.float64)
        deaf = np.minimum(times[1:, None], holes[:, 1]) - np.maximum(times[:-1, None], holes[:, 0])
        hours = (np.diff(times) - np.maximum(deaf, 0.0).sum(axis=1)) / S_PER_H
        for k in np.flatnonzero(hours > scene.rule.least_gap_h).tolist():
            is_open = k + 1 == heard.t_s.size
            lost = int(np.diff(np.searchsorted(heard.lost_s, times[k : k + 2]))[0])
            planted = _holds_planted(scene, ship, times[k], times[k + 1])
            reason = "under_sure_length" if hours[k] <= scene.rule.sure_gap_h else None
            if is_open and off_use[ship] < scene.plan.seconds:
                reason = "reflagged"
            yield scene.who(ship) | {
                "t_from_ms": scene.ms(times[k]),
                "t_to_ms": None if is_open else scene.ms(times[k + 1]),
                "silence_h": float(hours[k]),
                "planted": planted,
                "n_lost": lost,
                "observable": reason is None,
                "reason": reason,
            }


def _holds_planted(scene: Scene, ship: int, t0_s: float, t1_s: float) -> bool:
    part = slice(scene.fleet.silence_starts[ship], scene.fleet.silence_starts[ship + 1])
    off_s, on_s = scene.fleet.silence_off_s[part], scene.fleet.silence_on_s[part]
    return bool(((off_s >= t0_s) & (on_s <= t1_s)).any())
