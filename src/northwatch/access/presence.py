"""A scene, in; the presence cube, out: who was in which zone on which day, and how far it sailed.

One row per vessel, zone and UTC day with at least one position. An arc counts whole if both its
ends are in the zone, and by its share inside if one is; an arc seen at neither end counts in
`zone_visits` alone (`inferred`). An arc over midnight is split by time; whole days between two
positions count half at each, for they have no row of their own.
"""

from datetime import timedelta
from typing import Any, Final

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from northwatch.events import Scene
from northwatch.schema import PRESENCE, bucket_of
from northwatch.units import AIS_UNITS_PER_DEGREE, MS_PER_DAY, MS_PER_H

# Longest silence over which presence is claimed, as for visits (project's choice).
MAX_SILENCE: Final = timedelta(hours=72)
_NO_ROW: Final = -1
# Whole numbers of a row: track, zone, day, positions, highest latitude. Floats: km, ms.
_INTS: Final = 5
_FLOATS: Final = 2


def presence(scene: Scene, max_silence: timedelta = MAX_SILENCE) -> pl.DataFrame:
    """Return what each vessel did in each zone on each UTC day.

    Does not catch vessels without AIS; reception alone makes more vessel-days, so counts are
    naive. Positions of strays do not count.

    Args:
        scene: vessels and zones.
        max_silence: arcs of a longer silence do not count.

    Returns:
        `schema.PRESENCE`, ordered by (`zone_id`, `day`, `mmsi`); empty if no position is in a
        zone. Kilometres over land are the straight line's, a lower bound.

    Error: lengths within a metre of WGS 84 geodesics; shares as exact as the edge's cut.
    """
    tracked, chains, cuts = scene.tracked, scene.chains, scene.cuts
    ints, floats = _days_in_zones(
        chains.tracks,
        chains.starts,
        tracked.starts,
        tracked.stops,
        tracked.t_ms,
        tracked.lat_i,
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
        max_silence // timedelta(milliseconds=1),
    )
    mmsi = tracked.tracks["mmsi"].to_numpy()[ints[:, 0]]
    # Several tracks, or stays, of a day make one row; summed in the order of time.
    order = np.lexsort((np.arange(mmsi.size), ints[:, 2], ints[:, 1], mmsi))
    ints, floats, mmsi = ints[order], floats[order], mmsi[order]
    new = np.ones(mmsi.size, np.bool_)
    new[1:] = (mmsi[1:] != mmsi[:-1]) | np.any(ints[1:, 1:3] != ints[:-1, 1:3], axis=1)
    first = np.flatnonzero(new)
    zones = scene.index.zones
    ids = pl.Series("zone_id", [zone.id for zone in zones], dtype=pl.String)
    versions = pl.Series("zone_version", [zone.version for zone in zones], dtype=pl.String)
    zone = ints[first, 1]
    frame = pl.DataFrame(
        {
            "bucket": bucket_of(mmsi[first]),
            "mmsi": mmsi[first],
            "zone_id": ids.gather(zone),
            "zone_version": versions.gather(zone),
            "day": ints[first, 2].astype("datetime64[D]"),
            "n_positions": _by_row(np.add, ints[:, 3], first),
            "distance_km": _by_row(np.add, floats[:, 0], first),
            "hours": _by_row(np.add, floats[:, 1], first) / MS_PER_H,
            "max_lat_deg": _by_row(np.maximum, ints[:, 4], first) / AIS_UNITS_PER_DEGREE,
        }
    ).with_columns(scene.vessel_id(pl.col("mmsi")))
    return PRESENCE.conform(frame).sort(PRESENCE.order)


def _by_row(how: np.ufunc, values: NDArray[Any], first: NDArray[np.int64]) -> NDArray[Any]:
    """Return each row's values combined, given where rows begin."""
    combined: NDArray[Any] = how.reduceat(values, first) if first.size else values[:0]
    return combined


@njit(cache=True, nogil=True)
def _has(bits: NDArray[np.uint64], row: int, zone: int) -> bool:
    return bool((bits[row, zone >> 6] >> np.uint64(zone & 63)) & np.uint64(1))


@njit(cache=True, nogil=True)
def _grown_i(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    out = np.empty((2 * rows.shape[0], rows.shape[1]), np.int64)
    out[: rows.shape[0]] = rows
    return out


@njit(cache=True, nogil=True)
def _grown_f(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.empty((2 * rows.shape[0], rows.shape[1]), np.float64)
    out[: rows.shape[0]] = rows
    return out


@njit(cache=True, nogil=True)
def _days_in_zones(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one flat kernel
    chain_tracks: NDArray[np.int32],
    chain_starts: NDArray[np.int64],
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    bits: NDArray[np.uint64],
    arc_km: NDArray[np.float64],
    over_land: NDArray[np.bool_],
    link_km: NDArray[np.float64],
    link_over_land: NDArray[np.bool_],
    cut_row: NDArray[np.int64],
    cut_zone: NDArray[np.int64],
    cut_enters: NDArray[np.bool_],
    cut_share: NDArray[np.float64],
    n_zones: int,
    max_silence_ms: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return rows per track, zone, day and stay: whole numbers and floats as named above.

    Along a chain kilometres, time and positions are summed once for all zones; what a zone has of
    them is noted where a day or a stay in it begins, and taken off where it ends.
    """
    out_i, out_f, found = np.empty((256, _INTS), np.int64), np.empty((256, _FLOATS)), 0
    within = np.zeros(n_zones, np.bool_)
    base_n, base_km, base_ms = np.zeros(n_zones, np.int64), np.zeros(n_zones), np.zeros(n_zones)
    highest, inside = np.zeros(n_zones, np.int64), np.zeros(n_zones)
    never = 1 << 40
    for chain in range(chain_starts.size - 1):
        prev, prev_track, n, sum_km, sum_ms = _NO_ROW, 0, 0, 0.0, 0.0
        next_day, day, lowest = np.int64(0), np.int64(0), never
        for at in range(chain_starts[chain], chain_starts[chain + 1]):
            track = chain_tracks[at]
            cut = np.searchsorted(cut_row, starts[track])
            next_cut = cut_row[cut] if cut < cut_row.size else np.int64(-1)
            for i in range(starts[track], stops[track]):
                first = i == starts[track]
                km = link_km[track] if first else arc_km[i]
                ms = float(t_ms[i] - t_ms[prev]) if prev != _NO_ROW else 0.0
                same = prev != _NO_ROW and not first and t_ms[i] < next_day and ms <= max_silence_ms
                if same:
                    for w in range(bits.shape[1]):
                        same = same and bits[i, w] == bits[prev, w]
                if same:
                    # Nothing begins or ends: the arc counts whole in every zone the ends are in.
                    sum_km += km
                    sum_ms += ms
                    if next_cut == i:
                        while cut < cut_row.size and cut_row[cut] == i:
                            cut += 1
                        next_cut = cut_row[cut] if cut < cut_row.size else np.int64(-1)
                else:
                    arc = prev != _NO_ROW and ms <= max_silence_ms
                    today = t_ms[i] // MS_PER_DAY
                    # Shares of the arc that belong to the day it begins on and to that it ends on.
                    early, late = 1.0, 0.0
                    if arc and today != day:
                        early = (next_day - t_ms[prev]) / ms
                        late = (t_ms[i] - today * MS_PER_DAY) / ms
                        between = 1.0 - early - late
                        early, late = early + 0.5 * between, late + 0.5 * between
                    inside[:] = 0.0
                    while cut < cut_row.size and cut_row[cut] == i:
                        share = cut_share[cut]
                        inside[cut_zone[cut]] += -share if cut_enters[cut] else share
                        cut += 1
                    next_cut = cut_row[cut] if cut < cut_row.size else np.int64(-1)
                    land = link_over_land[track] if first else over_land[i]
                    for zone in range(n_zones):
                        now = _has(bits, i, zone)
                        if within[zone]:
                            share = 0.0
                            if arc and now:
                                share = early
                            elif arc and not land:
                                share = inside[zone]
                            if found == out_i.shape[0]:
                                out_i, out_f = _grown_i(out_i), _grown_f(out_f)
                            out_i[found, 0], out_i[found, 1] = prev_track, zone
                            out_i[found, 2], out_i[found, 3] = day, n - base_n[zone]
                            out_i[found, 4] = highest[zone]
                            out_f[found, 0] = sum_km - base_km[zone] + share * km
                            out_f[found, 1] = sum_ms - base_ms[zone] + share * ms
                            found += 1
                        if now:
                            share = 0.0
                            if arc and within[zone]:
                                share = 1.0 - early
                            elif arc and not land:
                                share = 1.0 + inside[zone]
                            base_n[zone] = n
                            base_km[zone] = sum_km - share * km
                            base_ms[zone] = sum_ms - share * ms
                            highest[zone] = -never
                        within[zone] = now
                    day, next_day = today, (today + 1) * MS_PER_DAY
                    lowest = -never
                n += 1
                if lat_i[i] > lowest:
                    lowest = never
                    for zone in range(n_zones):
                        if within[zone]:
                            highest[zone] = max(highest[zone], lat_i[i])
                            lowest = min(lowest, highest[zone])
                prev, prev_track = i, track
        for zone in range(n_zones):
            if within[zone]:
                if found == out_i.shape[0]:
                    out_i, out_f = _grown_i(out_i), _grown_f(out_f)
                out_i[found, 0], out_i[found, 1] = prev_track, zone
                out_i[found, 2], out_i[found, 3] = day, n - base_n[zone]
                out_i[found, 4] = highest[zone]
                out_f[found, 0], out_f[found, 1] = sum_km - base_km[zone], sum_ms - base_ms[zone]
                found += 1
                within[zone] = False
    return out_i[:found], out_f[:found]
