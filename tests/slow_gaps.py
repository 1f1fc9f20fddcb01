"""Gaps and their verdicts the slow way: plain loops, written from the specification alone."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from northwatch.events import GapRule, ReceptionRule, Scene
from tests.slow_ways import Chain, Fix, Leg, chains, vector

RADIUS_KM = 6_371.0088
H = 3_600_000
Spans = list[tuple[int, int]]
Place = tuple[object, int, bool, int, int]  # period, class, moving, cell


@dataclass(frozen=True)
class Silence:
    """One silence: the position before, the one after if any, and until when it is measured."""

    mmsi: int
    chain: Chain
    off: Fix
    on: Fix | None
    end: int
    leg: Leg | None
    lost: bool = False


def union(intervals: Iterable[tuple[int, int]]) -> Spans:
    out: Spans = []
    for low, high in sorted(intervals):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return out


def listened(spans: Spans, begin: int, end: int) -> int:
    return sum(max(0, min(end, high) - max(begin, low)) for low, high in spans)


def silences(scene: Scene, rule: GapRule) -> list[Silence]:
    """Return all silences by elapsed time."""
    least = rule.min_silence.total_seconds() * 1000
    max_link = round(rule.max_link.total_seconds() * 1000)
    all_chains = chains(scene)
    long_enough = {
        id(c)
        for c in all_chains
        if len(c.legs) >= 10
        or all(len(other.legs) < 10 for other in all_chains if other.mmsi == c.mmsi)
    }
    found = []
    for chain in all_chains:
        for leg in chain.legs[1:]:
            assert isinstance(leg, Leg)
            if leg.ms > least:
                found.append(Silence(chain.mmsi, chain, leg.p, leg.q, leg.q.t, leg))
        if id(chain) not in long_enough:
            continue
        off = chain.fixes[-1]
        begins = [
            other.fixes[0].t
            for other in all_chains
            if other.mmsi == chain.mmsi and id(other) in long_enough and other.fixes[0].t > off.t
        ]
        if begins and min(begins) - off.t <= max_link:
            continue
        lost = scene.as_of_ms - off.t > max_link
        end = off.t + max_link if lost else scene.as_of_ms
        if end - off.t > least:
            found.append(Silence(chain.mmsi, chain, off, None, end, None, lost))
    return found


def cell(fix: Fix, rule: ReceptionRule) -> tuple[int, int]:
    x, y, z = vector(fix.lat, fix.lon)
    k = math.sqrt(2.0 / (1.0 + z)) * RADIUS_KM / rule.cell_km
    return math.floor(k * x), math.floor(k * y)


def period(t: int, intervals: Iterable[tuple[int, int, int]]) -> tuple[object, ...]:
    """Return the month, and which sources have begun and not yet ended for good."""
    spans: dict[int, tuple[int, int]] = {}
    for source, low, high in intervals:
        old = spans.get(source, (low, high))
        spans[source] = (min(low, old[0]), max(high, old[1]))
    when = datetime.fromtimestamp(t / 1000, UTC)
    began = tuple(s for s, (low, _) in sorted(spans.items()) if low <= t)
    ended = tuple(s for s, (_, high) in sorted(spans.items()) if high <= t)
    return when.year, when.month, began, ended


def moving(chain: Chain, fix: Fix, rule: ReceptionRule) -> bool:
    if fix.sog_kn is not None:
        return fix.sog_kn > rule.rest_kn
    legs = [leg for leg in chain.legs[1:] if isinstance(leg, Leg) and not leg.is_link]
    near = [leg for leg in legs if leg.q is fix] or [leg for leg in legs if leg.p is fix]
    return bool(near) and near[0].km / 1.852 > rule.rest_kn * near[0].ms / H


class Judge:
    """Natural rates from all silences and vessel-days of one scene."""

    def __init__(self, scene: Scene, intervals: list[tuple[int, int, int]], rule: GapRule) -> None:
        assert rule.reception is not None
        self.rule, self.how, self.intervals = rule, rule.reception, intervals
        self.spans = union((low, high) for _, low, high in intervals)
        self.days: dict[tuple[int, Place], float] = defaultdict(float)
        self.positions: Counter[tuple[int, Place]] = Counter()
        for chain in chains(scene):
            self._count(chain)
        self.silences = [
            s for s in silences(scene, rule)
            if listened(self.spans, s.off.t, s.end) > rule.min_silence.total_seconds() * 1000
        ]  # fmt: skip

    def place(self, chain: Chain, fix: Fix) -> Place:
        when = period(fix.t, self.intervals)
        x, y = cell(fix, self.how)
        return when, fix.ais_class, moving(chain, fix, self.how), x, y

    def _count(self, chain: Chain) -> None:
        for fix in chain.fixes:
            self.positions[chain.mmsi, self.place(chain, fix)] += 1
        for leg in chain.legs[1:]:
            assert isinstance(leg, Leg)
            if leg.is_link:
                continue
            ms = leg.ms
            if ms > self.rule.min_silence.total_seconds() * 1000:
                ms = listened(self.spans, leg.p.t, leg.q.t)
            for fix in (leg.p, leg.q):
                self.days[chain.mmsi, self.place(chain, fix)] += ms / 2 / 86_400_000

    def rate(  # noqa: C901, PLR0912 - a plain loop, as the rule reads
        self, place: Place, length_ms: float, own: int, without: set[int], *, ends: bool
    ) -> tuple[float, float]:
        """Return silences of at least a length, and days, about a place; see the rule's words."""
        how = self.how
        group, (x, y) = place[:3], place[3:]
        near: list[Place] = []
        interval: float | None = None
        total_days, count = 0.0, 0.0
        for ring in range(how.pool_rings + 1):
            for (_, there), n in self.positions.items():
                dx, dy = there[3] - x, there[4] - y
                if there[:3] != group or max(abs(dx), abs(dy)) != ring or there in near:
                    continue
                if abs(lat_of(there, how) - lat_of(place, how)) > how.pool_lat_deg or n == 0:
                    continue
                days, heard = self.totals(there, own, without)
                if heard == 0:
                    continue
                if interval is not None and not (
                    interval <= how.pool_ratio * days / heard
                    and days / heard <= how.pool_ratio * interval
                ):
                    continue
                near.append(there)
            if interval is None:
                told = [self.totals(there, own, without) for there in near]
                heard_all = sum(heard for _, heard in told)
                interval = sum(days for days, _ in told) / heard_all if heard_all else None
            count, total_days = 0.0, 0.0
            for there in near:
                part, days = self.weighted(there, length_ms, own, without, ends=ends)
                count, total_days = count + part, total_days + days
            needed = -math.log(1 - how.confidence) / how.silent_max_rate
            if total_days >= needed or (
                count >= 5
                and total_days >= how.min_reference_days
                and count >= how.deaf_min_rate * total_days
            ):
                break
        return count, total_days

    def weighted(
        self, place: Place, length_ms: float, own: int, without: set[int], *, ends: bool
    ) -> tuple[float, float]:
        """Return silences and days in one cell; a vessel that gives too many counts in part."""
        lengths: dict[int, list[float]] = defaultdict(list)
        for s in self.silences:
            fix = s.on if ends else s.off
            if s.mmsi not in without and fix is not None and self.place(s.chain, fix) == place:
                lengths[s.mmsi].append(listened(self.spans, s.off.t, s.end))
        total = sum(len(mine) for mine in lengths.values())
        share = max(1, int(self.how.max_vessel_share * total))
        count, days = 0.0, 0.0
        for mmsi, there in self.positions:
            if there == place and mmsi != own and mmsi not in without:
                weight = min(1.0, share / max(1, len(lengths[mmsi])))
                count += weight * sum(ms >= length_ms for ms in lengths[mmsi])
                days += weight * self.days[mmsi, place]
        return count, days

    def totals(self, place: Place, own: int, without: set[int]) -> tuple[float, int]:
        mine = [m for m, there in self.positions if there == place and m != own]
        mine = [m for m in mine if m not in without]
        return (
            sum(self.days[m, place] for m in mine),
            sum(self.positions[m, place] for m in mine),
        )

    def judged(self) -> list[dict[str, Any]]:
        first = self.round(set())
        return self.round({row["mmsi"] for row in first if row["verdict"] == "silent"})

    def round(self, without: set[int]) -> list[dict[str, Any]]:
        rows = []
        for s in self.silences:
            row = self.row(s, without)
            if row is not None:
                rows.append(row)
        return rows

    def row(self, s: Silence, without: set[int]) -> dict[str, Any] | None:
        rule, how = self.rule, self.how
        length = listened(self.spans, s.off.t, s.end)
        off = self.place(s.chain, s.off)
        least = rule.min_silence.total_seconds() * 1000
        if length <= rule.min_silence_deaf.total_seconds() * 1000:
            few, known = self.rate(off, least, s.mmsi, without, ends=False)
            if known < how.min_reference_days or few > how.deaf_min_rate * known:
                return None
        n, days = self.rate(off, length, s.mmsi, without, ends=False)
        sides = [(n, days)]
        if s.on is not None:
            on = self.place(s.chain, s.on)
            sides.append(self.rate(on, length, s.mmsi, without, ends=True))
        rates = [n / days if days else 0.0 for n, days in sides]
        his = [upper(n, how.confidence) / days if days else math.inf for n, days in sides]
        days = sides[his.index(max(his))][1]
        rate, hi = max(rates), max(his)
        unlistened = (s.end - s.off.t - length) / H
        return {
            "mmsi": s.mmsi,
            "t_from_ms": s.off.t,
            "t_to_ms": s.end if s.on or s.lost else None,
            "silence_h": length / H,
            "unlistened_h": unlistened,
            "natural_rate_per_d": rate if days else None,
            "natural_rate_hi": hi if days else None,
            "reference_days": days,
            **dict(zip(("verdict", "verdict_reason"), self.verdict(
                unlistened > how.max_unlistened_share * (s.end - s.off.t) / H, days, rate, hi
            ), strict=True)),
        }  # fmt: skip

    def verdict(self, deaf: bool, days: float, rate: float, hi: float) -> tuple[str | None, str | None]:  # fmt: skip # noqa: E501, FBT001
        how = self.how
        if deaf:
            return None, "unlistened"
        if days == 0:
            return None, "no_reception"
        if days < how.min_reference_days:
            return None, "too_few_reference_days"
        if hi <= how.silent_max_rate:
            return "silent", None
        if rate >= how.deaf_min_rate:
            return "could_not_have_been_heard", None
        return None, "too_few_reference_days" if rate <= how.silent_max_rate else "between"


def lat_of(place: Place, rule: ReceptionRule) -> float:
    radius = math.hypot(place[3] + 0.5, place[4] + 0.5) * rule.cell_km
    return 90 - 2 * math.degrees(math.asin(min(1.0, radius / (2 * RADIUS_KM))))


def upper(n: float, confidence: float) -> float:
    """Return the mean at which a count of at most n has chance 1 - confidence, by halving."""
    n = math.ceil(n - 1e-9)
    low, high = 0.0, n + 10 * math.sqrt(n + 1) + 10
    for _ in range(200):
        mean = (low + high) / 2
        chance = sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(n + 1))
        if chance > 1 - confidence:
            low = mean
        else:
            high = mean
    return high
