"""A scene, in; visits to zones, out: from when to when, over which edge, seen how often."""

import math
from datetime import timedelta
from typing import Any, Final

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from northwatch.events.event_rows import NO_ROW, evidence, named
from northwatch.events.rules import ZoneVisitRule
from northwatch.events.scene import Scene
from northwatch.events.zone_stays import (
    EDGE,
    FIRST_OR_LAST,
    UNKNOWN,
    Stays,
    stays_in_zones,
    stays_of,
)
from northwatch.geo import (
    ZoneArrays,
    arc_m,
    arcs_m,
    edge_distance_m,
    from_polar,
    places_deg,
    point_at_share,
    polar_from_ais,
    polar_from_vector,
    unit_vector_ais,
)
from northwatch.schema import ZONE_VISITS
from northwatch.units import AIS_UNITS_PER_DEGREE, KNOT_MPS, MS_PER_H, MS_PER_S

KIND: Final = "zone_visit"
# Tracks that ended so cannot go on, however soon after the data end.
_ENDED: Final = ("ambiguous", "evicted")
_ENTERED: Final = {EDGE: "edge", FIRST_OR_LAST: "first_seen_inside", UNKNOWN: "unknown"}
_OPEN: Final = 3
# In the plane a metre is drawn at most this long north of 29 N.
_SCALE: Final = 1.32
_LEFT: Final = {EDGE: "edge", FIRST_OR_LAST: "last_seen_inside", UNKNOWN: "unknown", _OPEN: "open"}


def find_zone_visits(
    scene: Scene, rule: ZoneVisitRule, crossings: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Find the stays of vessels in zones, along tracks and links.

    Does not catch visits wholly inside a silence longer than `rule.max_silence`, vessels without
    AIS, and corners of less than a kilometre cut between two positions outside. Says nothing of
    what a vessel did, nor of a right to be there.

    Args:
        scene: vessels and zones.
        rule: what counts as a visit.
        crossings: `schema.GATE_CROSSINGS` of the same scene; names the gates crossed on entering
            and leaving.

    Returns:
        `schema.ZONE_VISITS`, ordered by (`mmsi`, `zone_id`, `t_from_ms`, `event_id`). Edge
        instants are interpolated along the arc; `t_from_lo_ms` .. `t_to_hi_ms` are how far off
        they may be at `rule.max_speed_kn`.

    Source:
        Project's definition; cf. Skylight (entry = first position inside a user's zone).

    Error: edge instants within 1 m or 1 s of the arc's cut. Bounds take the point of the edge that
    is nearest in the polar plane, which is as near as any to some 0.1 % of its distance.
    """
    stays = _find_stays(scene, rule)
    visit = _visit_numbers(scene, stays, rule)
    visits = _merged(scene, stays, visit, rule)
    visits = visits.filter((pl.col("n_positions") > 0) | (pl.col("chord_km") >= rule.min_chord_km))
    visits = _with_bounds(scene, visits, rule)
    visits = _with_gates(visits, scene, crossings, rule)
    zones = scene.index.zones
    ids = pl.Series("zone_id", [zone.id for zone in zones], dtype=pl.String)
    versions = pl.Series("zone_version", [zone.version for zone in zones], dtype=pl.String)
    visits = visits.with_columns(
        ids.gather(visits["zone"]).alias("zone_id"),
        versions.gather(visits["zone"]).alias("zone_version"),
    )
    visits = named(scene, visits, kind=KIND, rule=rule.id, thing=pl.col("zone_id"))
    return ZONE_VISITS.conform(visits).sort(ZONE_VISITS.order)


def _ms(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)


def _find_stays(scene: Scene, rule: ZoneVisitRule) -> Stays:
    tracked, chains, cuts = scene.tracked, scene.chains, scene.cuts
    return stays_of(
        *stays_in_zones(
            chains.tracks,
            chains.starts,
            tracked.starts,
            tracked.stops,
            tracked.t_ms,
            tracked.lat_i,
            tracked.lon_i,
            scene.zone_bits,
            scene.arc_km,
            scene.over_land,
            scene.link_km,
            scene.link_over_land,
            cuts.row,
            cuts.zone,
            cuts.enters,
            cuts.share,
            len(scene.index.zones),
            rule.arcs,
            _ms(rule.max_silence),
        )
    )


def _visit_numbers(scene: Scene, stays: Stays, rule: ZoneVisitRule) -> NDArray[np.int64]:
    """Return the number of the visit that each stay belongs to: short absences are bridged."""
    if stays.zone.size == 0:
        return np.empty(0, np.int64)
    joined = (
        (stays.zone[1:] == stays.zone[:-1])
        & (stays.chain[1:] == stays.chain[:-1])
        & (stays.ends[:-1] == EDGE)
        & (stays.begins[1:] == EDGE)
        & (stays.t_in[1:] - stays.t_out[:-1] < _ms(rule.bridge))
    )
    # Out and back in less than twice the distance, a vessel cannot have been further off.
    away_km = stays.outside_km[1:] - (stays.outside_km[:-1] + stays.km[:-1])
    doubtful = np.flatnonzero(joined & (away_km > 2.0 * rule.bridge_km))
    tracked, chains = scene.tracked, scene.chains
    joined[doubtful] = _stayed_near(
        stays.zone[doubtful],
        stays.row_in[doubtful + 1],
        stays.after[doubtful],
        stays.t_out[doubtful],
        stays.t_in[doubtful + 1],
        tracked.t_ms,
        tracked.lat_i,
        tracked.lon_i,
        tracked.track,
        tracked.starts,
        tracked.stops,
        chains.before,
        scene.index.arrays,
        rule.bridge_km,
    )
    return np.concatenate([[0], np.cumsum(~joined)])


@njit(cache=True, nogil=True)
def _stayed_near(  # noqa: PLR0913, PLR0917 - one flat kernel
    zone: NDArray[np.int64],
    row_in: NDArray[np.int64],
    row_out: NDArray[np.int64],
    t_out: NDArray[np.float64],
    t_in: NDArray[np.float64],
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    track_of: NDArray[np.int32],
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    before: NDArray[np.int32],
    arrays: ZoneArrays,
    most_km: float,
) -> NDArray[np.bool_]:
    """Return whether, between leaving and coming back, the vessel was never further from the zone.

    Arcs are walked from the last to the first, looked at each half kilometre and at their ends.
    """
    near = np.ones(zone.size, np.bool_)
    for k in range(zone.size):
        # The arc that ends at `row`, then the one before it, to the arc on which the zone was left.
        row = row_in[k]
        while near[k]:
            track = track_of[row]
            prev = row - 1 if row > starts[track] else stops[before[track]] - 1
            p, q = (
                unit_vector_ais(lat_i[prev], lon_i[prev]),
                unit_vector_ais(lat_i[row], lon_i[row]),
            )
            ms = float(max(t_ms[row] - t_ms[prev], 1))
            low = max((t_out[k] - t_ms[prev]) / ms, 0.0)
            high = min((t_in[k] - t_ms[prev]) / ms, 1.0)
            pieces = 1 + int((high - low) * arc_m(p, q) / 500.0)
            for piece in range(pieces + 1):
                x, y = polar_from_vector(point_at_share(p, q, low + (high - low) * piece / pieces))
                # A metre for the rounding of edge instants.
                if not np.isfinite(edge_distance_m(x, y, zone[k], arrays, 1000.0 * most_km + 1.0)):
                    near[k] = False
                    break
            if row == row_out[k]:
                break
            row = prev
    return near


def _merged(
    scene: Scene, stays: Stays, visit: NDArray[np.int64], rule: ZoneVisitRule
) -> pl.DataFrame:
    """Return one row per visit, in the order of chains, zones and time."""
    tracked = scene.tracked
    first = np.flatnonzero(np.diff(visit, prepend=-1))
    last = np.append(first, visit.size)[1:] - 1
    seen = stays.n > 0
    # The first and last stay of each visit with a position inside; rows are -1 where none has.
    first_in = np.where(seen, np.arange(visit.size), visit.size)
    last_in = np.where(seen, np.arange(visit.size), -1)
    edges = (stays.begins == EDGE).astype(np.int64) + (stays.ends == EDGE)
    if visit.size:
        first_in = np.minimum.reduceat(first_in, first)
        last_in = np.maximum.reduceat(last_in, first)
    # Sums in the order of time: the same rows give the same last digit.
    visits = pl.DataFrame(
        {
            "zone": stays.zone[first],
            "chain": stays.chain[first],
            "before": stays.before[first],
            "row_in": stays.row_in[first],
            "begins": stays.begins[first],
            "t_in": stays.t_in[first],
            "row_out": stays.row_out[last],
            "after": stays.after[last],
            "ends": stays.ends[last],
            "t_out": stays.t_out[last],
            "first_in": np.append(stays.first_in, NO_ROW)[first_in],
            "last_in": np.append(stays.last_in, NO_ROW)[last_in],
            "n_positions": _sums(stays.n, first),
            "over_land": _sums(stays.over_land.astype(np.int64), first) > 0,
            "n_edge_crossings": _sums(edges, first),
            "distance_in_km": _sums(stays.km, first),
            "chord_km": _most(stays.km, first),
            "hours_in": _sums(stays.t_out - stays.t_in, first) / MS_PER_H,
            "max_lat_deg": _most(stays.max_lat_deg, first),
            "longest_silence_h": _most(stays.silence_ms, first) / MS_PER_H,
        }
    )
    place = np.stack([_sums(stays.place[:, k], first) for k in range(3)], axis=1)
    lat_deg, lon_deg = places_deg(place)
    row = np.where(visits["first_in"] >= 0, visits["first_in"], visits["row_out"])
    is_open = _is_open(scene, visits, rule)
    return visits.with_columns(
        pl.Series("lat_deg", lat_deg),
        pl.Series("lon_deg", lon_deg),
        pl.Series("track", tracked.track[row], dtype=pl.Int32),
        pl.when(pl.Series("is_open", is_open)).then(_OPEN).otherwise("ends").alias("ends"),
        evidence(
            scene,
            [
                visits[name].to_numpy()
                for name in ("before", "row_in", "first_in", "last_in", "row_out", "after")
            ],
        ).alias("evidence"),
        (pl.col("n_positions") == 0).alias("inferred"),
    )


def _sums(values: NDArray[Any], first: NDArray[np.int64]) -> NDArray[Any]:
    """Return the sum of each run of values, given where runs begin."""
    return np.add.reduceat(values, first) if first.size else values[:0]


def _most(values: NDArray[np.float64], first: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the greatest of each run of values, given where runs begin."""
    return np.maximum.reduceat(values, first) if first.size else values[:0]


def _is_open(scene: Scene, visits: pl.DataFrame, rule: ZoneVisitRule) -> NDArray[np.bool_]:
    """Return whether the vessel was inside when the data end, and may be heard there again."""
    tracks = scene.tracked.tracks
    may_go_on = ~tracks["end_reason"].is_in(_ENDED).to_numpy()
    silence_ms = scene.as_of_ms - visits["t_out"].to_numpy()
    at_the_end = visits["ends"].to_numpy() == FIRST_OR_LAST
    track = scene.tracked.track[visits["last_in"].to_numpy()]
    is_open: NDArray[np.bool_] = (
        at_the_end & (silence_ms <= _ms(rule.max_silence)) & may_go_on[track]
    )
    return is_open


def _with_bounds(scene: Scene, visits: pl.DataFrame, rule: ZoneVisitRule) -> pl.DataFrame:
    """Add the instants of both ends, what bounds them, and how the visit began and ended."""
    came = _bounds(scene, visits, "t_in", "before", "row_in", rule)
    went = _bounds(scene, visits, "t_out", "row_out", "after", rule)
    before_ms, after_ms = (
        pl.Series(name, scene.tracked.t_ms[np.maximum(visits[name].to_numpy(), 0)])
        for name in ("before", "after")
    )
    begins, ends = pl.col("begins"), pl.col("ends")
    t_in, t_out = pl.col("t_in").round().cast(pl.Int64), pl.col("t_out").round().cast(pl.Int64)
    return visits.with_columns(
        t_in.alias("t_from_ms"),
        pl.when(ends != _OPEN).then(t_out).alias("t_to_ms"),
        pl.when(begins == EDGE)
        .then(came[0])
        .when(begins == UNKNOWN)
        .then(before_ms)
        .alias("t_from_lo_ms"),
        pl.when(begins == EDGE).then(came[1]).otherwise(t_in).alias("t_from_hi_ms"),
        pl.when(ends == EDGE).then(went[0]).otherwise(t_out).alias("t_to_lo_ms"),
        pl.when(ends == EDGE)
        .then(went[1])
        .when(ends == UNKNOWN)
        .then(after_ms)
        .alias("t_to_hi_ms"),
        (begins == FIRST_OR_LAST).alias("open_from"),
        (ends == _OPEN).alias("open_to"),
        begins.replace_strict(_ENTERED, return_dtype=pl.String).alias("entered_how"),
        ends.replace_strict(_LEFT, return_dtype=pl.String).alias("left_how"),
    )


def _bounds(
    scene: Scene, visits: pl.DataFrame, t: str, before: str, after: str, rule: ZoneVisitRule
) -> tuple[pl.Series, pl.Series]:
    """Return the earliest and latest instants of an edge, rows of arcs and estimate given."""
    tracked = scene.tracked
    at, zone = visits[t].to_numpy(), visits["zone"].to_numpy()
    i, j = visits[before].to_numpy(), visits[after].to_numpy()
    estimate = np.rint(at).astype(np.int64)
    low, high = estimate.copy(), estimate.copy()
    k = np.flatnonzero((i >= 0) & (j >= 0))
    k = k[tracked.t_ms[j[k]] > tracked.t_ms[i[k]]]
    share = np.clip(
        (at[k] - tracked.t_ms[i[k]]) / (tracked.t_ms[j[k]] - tracked.t_ms[i[k]]), 0.0, 1.0
    )
    length_m = arcs_m(
        tracked.lat_i[i[k]], tracked.lon_i[i[k]], tracked.lat_i[j[k]], tracked.lon_i[j[k]]
    )
    ahead_m = _edge_distances_m(scene, i[k], zone[k], share * length_m)
    behind_m = _edge_distances_m(scene, j[k], zone[k], (1.0 - share) * length_m)
    m_per_ms = rule.max_speed_kn * KNOT_MPS / MS_PER_S
    earliest = np.rint(tracked.t_ms[i[k]] + ahead_m / m_per_ms).astype(np.int64)
    latest = np.rint(tracked.t_ms[j[k]] - behind_m / m_per_ms).astype(np.int64)
    fits = earliest <= latest
    low[k[fits]], high[k[fits]] = earliest[fits], latest[fits]
    return pl.Series("lo", low), pl.Series("hi", high)


def _edge_distances_m(
    scene: Scene, rows: NDArray[np.int64], zone: NDArray[np.int64], most_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how far the edge of a zone is from each row, on the sphere.

    Args:
        scene: where the rows are from.
        rows: shape (n,).
        zone: number of the zone, shape (n,).
        most_m: an edge is known to be this far, shape (n,): the arc cuts it there.
    """
    tracked = scene.tracked
    x_m, y_m, near = _nearest_on_edge(
        rows, zone, most_m, tracked.lat_i, tracked.lon_i, scene.index.arrays
    )
    lat_deg, lon_deg = from_polar(x_m, y_m)
    lat_i, lon_i = (
        np.rint(angle * AIS_UNITS_PER_DEGREE).astype(np.int32) for angle in (lat_deg, lon_deg)
    )
    found_m = arcs_m(tracked.lat_i[rows], tracked.lon_i[rows], lat_i, lon_i)
    return np.where(near, np.minimum(found_m, most_m), most_m)


@njit(cache=True, nogil=True)
def _nearest_on_edge(
    rows: NDArray[np.int64],
    zone: NDArray[np.int64],
    most_m: NDArray[np.float64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    arrays: ZoneArrays,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return the nearest point, in the plane, of each zone's edge; whether there is one as near."""
    x_m, y_m, near = np.zeros(rows.size), np.zeros(rows.size), np.zeros(rows.size, np.bool_)
    n_rows, half, cell = arrays.cells.shape[0], arrays.half_m, arrays.cell_m
    for k in range(rows.size):
        x, y = polar_from_ais(lat_i[rows[k]], lon_i[rows[k]])
        least = _SCALE * most_m[k]
        low = min(max(int((y - least + half) / cell), 0), n_rows - 1)
        high = min(max(int((y + least + half) / cell), 0), n_rows - 1)
        begin = arrays.row_start[zone[k] * n_rows + low]
        for e in range(begin, arrays.row_start[zone[k] * n_rows + high + 1]):
            x0, y0, x1, y1 = arrays.edges[e]
            dx, dy = x1 - x0, y1 - y0
            share = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)
            share = min(1.0, max(0.0, share))
            there_x, there_y = x0 + share * dx, y0 + share * dy
            way = math.hypot(there_x - x, there_y - y)
            if way <= least:
                least, near[k], x_m[k], y_m[k] = way, True, there_x, there_y
    return x_m, y_m, near


def _with_gates(
    visits: pl.DataFrame, scene: Scene, crossings: pl.DataFrame | None, rule: ZoneVisitRule
) -> pl.DataFrame:
    """Name the gates crossed on entering and leaving: the nearest in time within `gate_within`."""
    null = pl.lit(None, dtype=pl.String)
    if crossings is None or visits.is_empty():
        return visits.with_columns(null.alias("gate_from"), null.alias("gate_to"))
    tracks = scene.tracked.tracks
    chain_of = pl.DataFrame({"track_id": tracks["track_id"], "chain": scene.chains.of_track})
    crossed = (
        crossings.filter(pl.col("gate_id").is_not_null())
        .join(chain_of, on="track_id", maintain_order="left")
        .select(pl.col("chain").cast(pl.Int64), pl.col("t_from_ms").alias("t_gate"), "gate_id")
        .sort("t_gate", "gate_id")
    )
    numbered = visits.with_row_index("at")
    for t, how, name in (
        ("t_from_ms", "entered_how", "gate_from"),
        ("t_to_ms", "left_how", "gate_to"),
    ):
        found = (
            numbered.filter(pl.col(how) == "edge")
            .select("at", "chain", pl.col(t).alias("t_edge"))
            .sort("t_edge")
            .join_asof(
                crossed,
                left_on="t_edge",
                right_on="t_gate",
                by="chain",
                strategy="nearest",
                tolerance=_ms(rule.gate_within),
                check_sortedness=False,
            )
            .select("at", pl.col("gate_id").alias(name))
        )
        numbered = numbered.join(found, on="at", how="left", maintain_order="left")
    return numbered.drop("at")
