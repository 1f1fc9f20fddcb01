"""A scene, in; crossings of gates, out: which way, about when, and how sure."""

from datetime import timedelta
from typing import Final

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from northwatch.events.event_rows import evidence, named
from northwatch.events.gate_arcs import RawCrossings, arc_crossings, cut
from northwatch.events.gate_lines import GateLines, gate_lines
from northwatch.events.gate_waters import Ways, ways_of
from northwatch.events.rules import GateCrossingRule
from northwatch.events.scene import Scene
from northwatch.geo import (
    Gate,
    Vector,
    distance_to_arc_m,
    geodesic_km,
    place_deg,
    point_at_share,
    side_of,
    unit_vector_ais,
)
from northwatch.schema import GATE_CROSSINGS
from northwatch.units import KNOT_MPS, MS_PER_H, MS_PER_S

KIND: Final = "gate_crossing"
ARC, BY_ELIMINATION, CANDIDATES = "arc", "by_elimination", "candidates"
_ROW: Final = pl.Schema(
    {
        "gate": pl.Int64(),
        "t": pl.Int64(),
        "lo": pl.Int64(),
        "hi": pl.Int64(),
        "lat_deg": pl.Float64(),
        "lon_deg": pl.Float64(),
        "over_land": pl.Boolean(),
        "from_side": pl.String(),
        "to_side": pl.String(),
        "sign": pl.Int8(),
        "share_along_gate": pl.Float64(),
        "n_raw": pl.Int32(),
        "settled": pl.Boolean(),
        "assigned": pl.String(),
        "candidates": pl.List(pl.String()),
    }
)


def find_gate_crossings(scene: Scene, rule: GateCrossingRule) -> pl.DataFrame:
    """Find where vessels crossed gates, along tracks and links.

    Does not catch a vessel that crosses and returns within one silence, or a silence longer than
    `rule.max_silence`. Positions shifted by interference near a strait can make crossings.

    Args:
        scene: vessels and gates.
        rule: what counts as a crossing.

    Returns:
        `schema.GATE_CROSSINGS`, ordered by (`mmsi`, `t_from_ms`, `gate_id`, `event_id`). Where
        the arc leads over land and several gates are left, `gate_id` is null, `sign` 0, and the
        time the middle of what the candidates allow.

    Source:
        Project's definition.

    Error: for an arc truly sailed at even speed, times within a millisecond.
    """
    lines = gate_lines(scene.gates)
    raw = _raw(scene, lines, rule)
    crossings = pl.concat([_on_arcs(scene, lines, raw, rule), _over_land(scene, lines, raw, rule)])
    crossings = crossings.sort("chain", "t", "before", "gate")
    crossings = crossings.with_columns(_turned_back(crossings, rule))
    ids = pl.Series("gate_id", [gate.id for gate in scene.gates], dtype=pl.String)
    versions = pl.Series("gate_version", [gate.version for gate in scene.gates], dtype=pl.String)
    crossings = crossings.with_columns(
        ids.gather(crossings["gate"]).alias("gate_id"),
        versions.gather(crossings["gate"]).alias("gate_version"),
        pl.col("t").alias("t_from_ms"),
        pl.col("t").alias("t_to_ms"),
        *(pl.col("lo").alias(name) for name in ("t_from_lo_ms", "t_to_lo_ms")),
        *(pl.col("hi").alias(name) for name in ("t_from_hi_ms", "t_to_hi_ms")),
        pl.lit(value=False).alias("open_from"),
        pl.lit(value=False).alias("open_to"),
        pl.lit(2).alias("n_positions"),
        pl.col("silence_h").alias("longest_silence_h"),
        evidence(scene, [crossings[name].to_numpy() for name in ("before", "after")]).alias(
            "evidence"
        ),
    )
    crossings = named(scene, crossings, kind=KIND, rule=rule.id, thing=pl.col("gate_id"))
    return GATE_CROSSINGS.conform(crossings).sort(GATE_CROSSINGS.order)


def _ms(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)


def _km_per_ms(rule: GateCrossingRule) -> float:
    return rule.max_speed_kn * KNOT_MPS / MS_PER_S / 1000.0


def _raw(scene: Scene, lines: GateLines, rule: GateCrossingRule) -> RawCrossings:
    tracked, chains = scene.tracked, scene.chains
    ints, floats, lands = arc_crossings(
        chains.tracks,
        chains.starts,
        tracked.starts,
        tracked.stops,
        tracked.t_ms,
        tracked.lat_i,
        tracked.lon_i,
        scene.arc_km,
        scene.over_land,
        scene.link_km,
        scene.link_over_land,
        lines.a,
        lines.b,
        lines.normal,
        lines.near_km,
        _ms(rule.max_silence),
        rule.clear_km * 1000.0,
        _km_per_ms(rule),
    )
    return RawCrossings(
        gate=ints[:, 0],
        before=ints[:, 1],
        after=ints[:, 2],
        sign=ints[:, 3],
        n_raw=ints[:, 4],
        settled=ints[:, 5] != 0,
        share=floats[:, 0],
        gate_share=floats[:, 1],
        lands=lands,
    )


def _on_arcs(
    scene: Scene, lines: GateLines, raw: RawCrossings, rule: GateCrossingRule
) -> pl.DataFrame:
    """Return the crossings along arcs at sea."""
    low, high, lat_deg, lon_deg = _bounds_and_places(
        raw.gate,
        raw.before,
        raw.after,
        raw.share,
        scene.tracked.t_ms,
        scene.tracked.lat_i,
        scene.tracked.lon_i,
        lines.a,
        lines.b,
        _km_per_ms(rule) * 1000.0,
    )
    t_0 = scene.tracked.t_ms[raw.before]
    t = np.rint(t_0 + raw.share * (scene.tracked.t_ms[raw.after] - t_0)).astype(np.int64)
    # Where the bounds leave nothing, both are the estimate.
    fits = low <= high
    gates = scene.gates
    sides = np.array([[gate.right, gate.left] for gate in gates], np.str_).reshape(-1, 2)
    went_right = raw.sign > 0
    frame = pl.DataFrame(
        {
            "gate": raw.gate,
            "t": t,
            "lo": np.where(fits, np.rint(low).astype(np.int64), t),
            "hi": np.where(fits, np.rint(high).astype(np.int64), t),
            "lat_deg": lat_deg,
            "lon_deg": lon_deg,
            "over_land": np.zeros(t.size, np.bool_),
            "from_side": sides[raw.gate, went_right.astype(np.int64)].tolist(),
            "to_side": sides[raw.gate, (~went_right).astype(np.int64)].tolist(),
            "sign": raw.sign,
            "share_along_gate": raw.gate_share,
            "n_raw": raw.n_raw,
            "settled": raw.settled,
            "assigned": np.full(t.size, ARC),
            "candidates": pl.Series([[]] * t.size, dtype=pl.List(pl.String)),
        },
        schema=_ROW,
        strict=False,
    )
    return _along(scene, frame, raw.before, raw.after)


def _along(
    scene: Scene, frame: pl.DataFrame, before: NDArray[np.int64], after: NDArray[np.int64]
) -> pl.DataFrame:
    """Add what the arc itself tells: rows, track, chain, silence and speed."""
    tracked = scene.tracked
    hours = (tracked.t_ms[after] - tracked.t_ms[before]) / MS_PER_H
    km = geodesic_km(
        tracked.lat_i[before], tracked.lon_i[before], tracked.lat_i[after], tracked.lon_i[after]
    )
    knots = np.divide(km, KNOT_MPS * 3.6 * hours, out=np.full(km.size, np.inf), where=hours > 0)
    track = tracked.track[before]
    return frame.with_columns(
        pl.Series("before", before, dtype=pl.Int64),
        pl.Series("after", after, dtype=pl.Int64),
        pl.Series("track", track, dtype=pl.Int32),
        pl.Series("chain", scene.chains.of_track[track], dtype=pl.Int32),
        pl.Series("silence_h", hours, dtype=pl.Float64),
        pl.Series("speed_kn", knots, dtype=pl.Float64),
    )


@njit(cache=True, nogil=True)
def _bounds_and_places(  # noqa: PLR0913, PLR0917 - one flat kernel
    gate: NDArray[np.int64],
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    share: NDArray[np.float64],
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    max_m_per_ms: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the earliest and latest instant of each crossing, and its place."""
    low, high = np.empty(gate.size), np.empty(gate.size)
    lat_deg, lon_deg = np.empty(gate.size), np.empty(gate.size)
    for k in range(gate.size):
        g, i, j = gate[k], before[k], after[k]
        p, q = unit_vector_ais(lat_i[i], lon_i[i]), unit_vector_ais(lat_i[j], lon_i[j])
        end_a, end_b = (a[g, 0], a[g, 1], a[g, 2]), (b[g, 0], b[g, 1], b[g, 2])
        low[k] = t_ms[i] + distance_to_arc_m(end_a, end_b, p) / max_m_per_ms
        high[k] = t_ms[j] - distance_to_arc_m(end_a, end_b, q) / max_m_per_ms
        lat_deg[k], lon_deg[k] = place_deg(point_at_share(p, q, share[k]))
    return low, high, lat_deg, lon_deg


def _over_land(
    scene: Scene, lines: GateLines, raw: RawCrossings, rule: GateCrossingRule
) -> pl.DataFrame:
    """Return the crossings that arcs over land prove: one row per arc, with its candidates."""
    tracked, arcs = scene.tracked, raw.lands
    t = tracked.t_ms[arcs]
    ways = ways_of(
        arcs,
        tracked.lat_i,
        tracked.lon_i,
        np.asarray((t[:, 1] - t[:, 0]) * _km_per_ms(rule), np.float64),
        scene.gates,
        lines,
        scene.land,
        rule.candidate_radius_km,
    )
    proved = np.flatnonzero(np.any(ways.sign != 0, axis=1))
    rows = [_candidate_row(scene, lines, arcs[k], ways.of_arc(k), rule) for k in proved.tolist()]
    frame = pl.DataFrame(rows, schema=_ROW, orient="row")
    return _along(scene, frame, arcs[proved, 0], arcs[proved, 1])


def _candidate_row(
    scene: Scene, lines: GateLines, arc: NDArray[np.int64], ways: Ways, rule: GateCrossingRule
) -> dict[str, object]:
    """Return the row of one arc over land and the gates it may have led through (`_ROW`)."""
    tracked, speed = scene.tracked, _km_per_ms(rule)
    begin, end = (int(t) for t in tracked.t_ms[arc])
    p, q = (unit_vector_ais(tracked.lat_i[row], tracked.lon_i[row]) for row in arc)
    found = np.flatnonzero(ways.sign).tolist()
    low = round(begin + min(ways.first_km[found]) / speed)
    high = round(end - min(ways.then_km[found]) / speed)
    names = [_sides(scene.gates[g], ways.sign[g]) for g in found]
    row = {
        "t": (low + high) // 2,
        "lo": low,
        "hi": high,
        "over_land": True,
        "from_side": names[0][0] if len({name[0] for name in names}) == 1 else None,
        "to_side": names[0][1] if len({name[1] for name in names}) == 1 else None,
        "sign": 0,
        "n_raw": 1,
        "settled": all(_is_cleared(scene, lines, g, arc[1], rule) for g in found),
        "assigned": CANDIDATES,
        "candidates": [scene.gates[g].id for g in found],
    }
    place = point_at_share(p, q, 0.5)
    if len(found) == 1 and not ways.undecided.any():
        (g,) = found
        a, b = tuple(lines.a[g]), tuple(lines.b[g])
        share, gate_share = cut(p, q, (side_of(a, b, p), side_of(a, b, q)), a, b)
        on_line = scene.gates[g].is_narrow and share >= 0.0
        if not on_line:
            share = ways.first_km[g] / max(ways.first_km[g] + ways.then_km[g], 1e-9)
        row |= {
            "gate": g,
            "sign": int(ways.sign[g]),
            "t": round(begin + share * (end - begin)),
            "share_along_gate": gate_share if on_line else None,
            "assigned": ARC if on_line else BY_ELIMINATION,
        }
        place = point_at_share(p, q, share) if on_line else point_at_share(a, b, 0.5)
    return {"gate": None, "share_along_gate": None, **row} | dict(
        zip(("lat_deg", "lon_deg"), place_deg(place), strict=True)
    )


def _sides(gate: Gate, sign: int) -> tuple[str, str]:
    """Return the waters a crossing of that sign comes from and goes to."""
    return (gate.left, gate.right) if sign > 0 else (gate.right, gate.left)


def _is_cleared(scene: Scene, lines: GateLines, g: int, row: int, rule: GateCrossingRule) -> bool:
    """Return whether the vessel was clear of a gate at a row or later, without a long silence."""
    tracked = scene.tracked
    cleared: bool = _clears(
        row,
        tuple(lines.a[g]),
        tuple(lines.b[g]),
        tracked.track,
        tracked.starts,
        tracked.stops,
        scene.chains.after,
        tracked.t_ms,
        tracked.lat_i,
        tracked.lon_i,
        rule.clear_km * 1000.0,
        _ms(rule.max_silence),
    )
    return cleared


@njit(cache=True, nogil=True)
def _clears(  # noqa: PLR0913, PLR0917 - one flat kernel
    row: int,
    a: Vector,
    b: Vector,
    track_of: NDArray[np.int32],
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    after: NDArray[np.int32],
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    clear_m: float,
    max_silence_ms: int,
) -> bool:
    while True:
        if distance_to_arc_m(a, b, unit_vector_ais(lat_i[row], lon_i[row])) >= clear_m:
            return True
        following, track = row + 1, track_of[row]
        if following == stops[track]:
            if after[track] < 0:
                return False
            following = starts[after[track]]
        if t_ms[following] - t_ms[row] > max_silence_ms:
            return False
        row = following


def _turned_back(crossings: pl.DataFrame, rule: GateCrossingRule) -> pl.Series:
    """Return whether each crossing, ordered by chain and time, is half of an approach.

    Two settled crossings of one gate, one after the other, in opposite directions and close in
    time. A crossing is half of one approach only: there, back and there again is one crossing.
    """
    marks = [False] * crossings.height
    last: tuple[int, int, int | None, int, int] | None = None
    for k, row in enumerate(crossings.select("chain", "gate", "sign", "t", "settled").iter_rows()):
        chain, gate, sign, t, settled = row
        if not settled:
            continue
        if (
            last is not None
            and gate is not None
            and (chain, gate) == last[1:3]
            and sign == -last[3]
            and t - last[4] <= _ms(rule.turn_back)
        ):
            marks[k] = marks[last[0]] = True
            last = None
        else:
            last = (k, chain, gate, sign, t)
    return pl.Series("turned_back", marks, dtype=pl.Boolean)
