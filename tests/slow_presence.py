"""The presence cube the slow way: a plain loop over arcs, zones and days."""

from collections import defaultdict
from typing import Any

from northwatch.events import Scene
from northwatch.geo import Zone
from tests.slow_visits import cuts, inside
from tests.slow_ways import Leg, chains

DAY = 86_400_000
LIMIT = 72 * 3_600_000


def presence(scene: Scene) -> dict[tuple[int, str, int], dict[str, Any]]:
    """Return rows by MMSI, zone and day since 1970."""
    rows: dict[Any, dict[str, Any]] = defaultdict(
        lambda: {"n_positions": 0, "distance_km": 0.0, "hours": 0.0, "max_lat_deg": -90.0}
    )
    for chain in chains(scene):
        for zone in scene.index.zones:
            for fix in chain.fixes:
                if inside(fix.v, zone):
                    row = rows[chain.mmsi, zone.id, fix.t // DAY]
                    row["n_positions"] += 1
                    row["max_lat_deg"] = max(row["max_lat_deg"], fix.lat)
            for leg in chain.legs[1:]:
                assert isinstance(leg, Leg)
                for day, share in shares(leg, zone).items():
                    row = rows[chain.mmsi, zone.id, day]
                    row["distance_km"] += share * leg.km
                    row["hours"] += share * leg.ms / 3_600_000
    return dict(rows)


def shares(leg: Leg, zone: Zone) -> dict[int, float]:
    """Return the share of an arc that belongs to each day in a zone."""
    begins, ends = inside(leg.p.v, zone), inside(leg.q.v, zone)
    if leg.ms > LIMIT or not (begins or ends):
        return {}
    first, last = leg.p.t // DAY, leg.q.t // DAY
    if begins and ends:
        if first == last:
            return {first: 1.0}
        early = ((first + 1) * DAY - leg.p.t) / leg.ms
        late = (leg.q.t - last * DAY) / leg.ms
        rest = (1.0 - early - late) / 2
        return {first: early + rest, last: late + rest}
    if leg.over_land:
        return {}
    edges = [0.0] if begins else []
    edges += [share for share, _ in cuts(leg, zone)] + ([1.0] if ends else [])
    within = sum(b - a for a, b in zip(edges[::2], edges[1::2], strict=True))
    return {first if begins else last: within}
