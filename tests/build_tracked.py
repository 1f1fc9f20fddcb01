"""Small `Tracked` objects for tests: ways as (hours, latitude, longitude), in; tracks, out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from northwatch.schema import TRACKS, bucket_of
from northwatch.tracks import Tracked

EPOCH = datetime(2024, 7, 15, tzinfo=UTC)
H = 3_600_000
Point = tuple[float, float, float]


def ms(hours: float) -> int:
    """Return the instant so many hours after `EPOCH`, ms since 1970."""
    return round(EPOCH.timestamp() * 1000) + round(hours * H)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One track: its points as (hours after `EPOCH`, latitude, longitude), in order of time.

    Attributes:
        linked: it continues the track of the same MMSI before it in the list of ways.
        sog_kn: speed sent with every position; None for none.
        stray: its positions are on no track.
    """

    points: Sequence[Point]
    mmsi: int = 257_000_001
    linked: bool = False
    end_reason: str = "open"
    ais_class: int = 1
    sog_kn: float | None = 10.0
    stray: bool = False
    source: int = 7
    link_reason: str | None = None


def tracked(*ways: Way) -> Tracked:
    """Return the tracks of some ways; rows, tracks and strays in the order the contract says."""
    order = sorted(range(len(ways)), key=lambda k: (ways[k].mmsi, ways[k].points[0][0], k))
    on_tracks = [k for k in order if not ways[k].stray]
    ids: dict[int, str] = {}
    seen: dict[tuple[int, int], int] = {}
    for k in on_tracks:
        key = (ways[k].mmsi, ms(ways[k].points[0][0]))
        seen[key] = seen.get(key, -1) + 1
        ids[k] = f"{key[0]}-{key[1]}-{seen[key]}"
    next_of: dict[int, str] = {}
    for k in on_tracks:
        if ways[k].linked:
            before = [j for j in range(k) if ways[j].mmsi == ways[k].mmsi and not ways[j].stray]
            next_of[before[-1]] = ids[k]
    rows: list[tuple[Point, Way, int]] = []
    starts: list[int] = []
    stops: list[int] = []
    for mmsi in sorted({way.mmsi for way in ways}):
        for track, k in enumerate(on_tracks):
            if ways[k].mmsi == mmsi:
                starts.append(len(rows))
                rows += [(point, ways[k], track) for point in ways[k].points]
                stops.append(len(rows))
        strays = [
            (point, ways[k], -1)
            for k in order
            if ways[k].mmsi == mmsi and ways[k].stray
            for point in ways[k].points
        ]
        rows += sorted(strays, key=lambda row: row[0])
    sog = [65535 if way.sog_kn is None else round(way.sog_kn * 10) for _, way, _ in rows]
    return Tracked(
        mmsi=np.array([way.mmsi for _, way, _ in rows], np.int32),
        t_ms=np.array([ms(p[0]) for p, _, _ in rows], np.int64),
        lat_i=np.array([round(p[1] * 600_000) for p, _, _ in rows], np.int32),
        lon_i=np.array([round(p[2] * 600_000) for p, _, _ in rows], np.int32),
        sog_i=np.array(sog, np.uint16),
        cog_i=np.full(len(rows), 65535, np.uint16),
        ais_class=np.array([way.ais_class for _, way, _ in rows], np.uint8),
        receiver=np.zeros(len(rows), np.uint8),
        pos_res_i=np.ones(len(rows), np.uint16),
        source=np.array([way.source for _, way, _ in rows], np.int32),
        offset=np.arange(len(rows), dtype=np.int64) * 100,
        track=np.array([track for _, _, track in rows], np.int32),
        starts=np.array(starts, np.int64),
        stops=np.array(stops, np.int64),
        tracks=_tracks([ways[k] for k in on_tracks], [ids[k] for k in on_tracks],
                       [next_of.get(k) for k in on_tracks]),
    )  # fmt: skip


def tracked_arrays(
    mmsi: NDArray[np.int32], t_ms: NDArray[np.int64], lat: float, lon: float
) -> Tracked:
    """Return one track per vessel, all of them at one place; rows ordered by vessel and time."""
    starts = np.flatnonzero(np.diff(mmsi, prepend=-1))
    stops = np.append(starts[1:], mmsi.size)
    ways = [Way(points=[(0.0, lat, lon)], mmsi=int(m)) for m in mmsi[starts]]
    frame = _tracks(ways, [f"{m}-0" for m in mmsi[starts]], [None] * starts.size)
    frame = frame.with_columns(
        pl.Series("t_from_ms", t_ms[starts]),
        pl.Series("t_to_ms", t_ms[stops - 1]),
        pl.Series("n_positions", stops - starts, dtype=pl.Int32),
    )
    return Tracked(
        mmsi=mmsi,
        t_ms=t_ms,
        lat_i=np.full(mmsi.size, round(lat * 600_000), np.int32),
        lon_i=np.full(mmsi.size, round(lon * 600_000), np.int32),
        sog_i=np.full(mmsi.size, 100, np.uint16),
        cog_i=np.full(mmsi.size, 65535, np.uint16),
        ais_class=np.ones(mmsi.size, np.uint8),
        receiver=np.zeros(mmsi.size, np.uint8),
        pos_res_i=np.ones(mmsi.size, np.uint16),
        source=np.full(mmsi.size, 7, np.int32),
        offset=np.arange(mmsi.size, dtype=np.int64),
        track=np.repeat(np.arange(starts.size, dtype=np.int32), stops - starts),
        starts=starts.astype(np.int64),
        stops=stops.astype(np.int64),
        tracks=frame,
    )


def _tracks(ways: list[Way], ids: list[str], following: list[str | None]) -> pl.DataFrame:
    mmsi = np.array([way.mmsi for way in ways], np.int32)
    return TRACKS.conform(
        pl.DataFrame(
            {
                "bucket": bucket_of(mmsi),
                "track_id": ids,
                "mmsi": mmsi,
                "t_from_ms": [ms(way.points[0][0]) for way in ways],
                "t_to_ms": [ms(way.points[-1][0]) for way in ways],
                "n_positions": [len(way.points) for way in ways],
                "n_strays": [0 for _ in ways],
                "end_reason": [way.end_reason for way in ways],
                "overlap_share": [0.0 for _ in ways],
                "is_short": [len(way.points) < 10 for way in ways],
                "is_overlapped": [False for _ in ways],
                "max_implied_speed_kn": [0.0 for _ in ways],
                "distance_km": [0.0 for _ in ways],
                "link_next": pl.Series(following, dtype=pl.String),
                "link_reason": pl.Series([way.link_reason for way in ways], dtype=pl.String),
            }
        )
    )


def day(text: str) -> datetime:
    """Return midnight UTC of a day written as 2024-07-15."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours_between(first: datetime, last: datetime) -> float:
    """Return the hours from one instant to another."""
    return (last - first) / timedelta(hours=1)
