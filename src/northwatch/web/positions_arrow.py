"""Track points, in; one Arrow stream for the map's drawing layer, out: 15 bytes a position."""

import io
import json
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa

from northwatch.units import MS_PER_H, MS_PER_S
from northwatch.web.held import Held
from northwatch.web.palette import mark_of

DEFAULT_LIMIT: Final = 200_000
MOST: Final = 1_000_000
_NARROW: Final = 1 << 16
_FLOAT_SECONDS_H: Final = (1 << 24) // 3600  # whole seconds in a 32-bit float: 194 days


@dataclass(frozen=True, slots=True)
class Drawn:
    """The positions of one answer.

    Attributes:
        points: rows of `track_points` with `vessel` (row of `vessels`), tracks together, in time.
        vessels: the ships in it, by MMSI.
        t_from_ms, t_to_ms: the period that is loaded whole; holds the window asked for.
        total: positions in the picture in all.
        stride: 1, or k where only each k-th position of a track is drawn.
    """

    points: pl.DataFrame
    vessels: pl.DataFrame
    t_from_ms: int
    t_to_ms: int
    total: int
    stride: int


def activity(held: Held) -> pl.DataFrame:
    """Return drawn positions per hour of the picture: `hour` (since 1970) and `n`, by hour."""
    return held.once(
        "activity",
        lambda: (
            held.scan("track_points")
            .group_by(hour=pl.col("t_ms") // MS_PER_H)
            .agg(n=pl.len())
            .sort("hour")
            .collect()
        ),
    )


def loaded_period(hours: pl.DataFrame, window: tuple[int, int], limit: int) -> tuple[int, int]:
    """Return the longest period about the window that holds at most `limit` positions.

    Args:
        hours: `activity`.
        window: half-open, hours since 1970.
        limit: positions; the window itself is returned even if it holds more.

    Returns:
        Half-open, hours since 1970; grown by the same number of hours to both sides.
    """
    hour, n = hours["hour"].to_numpy(), hours["n"].to_numpy()
    if not hour.size:
        return window
    first, last = int(hour[0]), int(hour[-1]) + 1
    upto = np.concatenate(([0], np.cumsum(n)))

    def held_by(margin: int) -> int:
        lo, hi = window[0] - margin, window[1] + margin
        return int(upto[np.searchsorted(hour, hi)] - upto[np.searchsorted(hour, lo)])

    room = (_FLOAT_SECONDS_H - (window[1] - window[0])) // 2
    widest = min(max(window[0] - first, last - window[1], 0), max(room, 0))
    lo, hi = 0, widest
    while lo < hi:
        middle = (lo + hi + 1) // 2
        lo, hi = (middle, hi) if held_by(middle) <= limit else (lo, middle - 1)
    return max(window[0] - lo, min(first, window[0])), min(window[1] + lo, max(last, window[1]))


def drawn(held: Held, window_ms: tuple[int, int], limit: int, zone: str | None) -> Drawn:
    """Return the positions to draw for a window.

    Args:
        held: the picture.
        window_ms: half-open.
        limit: at most so many positions, thinned evenly along each track beyond that.
        zone: only vessels that were in this zone within the window; None for all.
    """
    hours = activity(held)
    window = window_ms[0] // MS_PER_H, -(-window_ms[1] // MS_PER_H)
    lo, hi = loaded_period(hours, window, limit)
    points = held.scan("track_points").filter(
        pl.col("t_ms").is_between(lo * MS_PER_H, hi * MS_PER_H, closed="left")
    )
    if zone is not None:
        points = points.filter(pl.col("mmsi").is_in(_in_zone(held, zone, window_ms)))
    vessels = held.vessels.select("mmsi", "vessel_id", "name", "flag", "vessel_class")
    numbered = vessels.select("mmsi").with_row_index("vessel")
    kept = (
        points.select("mmsi", "track_id", "t_ms", "x_m", "y_m")
        .join(numbered.lazy(), on="mmsi", how="inner", maintain_order="left")
        .with_columns(
            starts=(pl.col("track_id") != pl.col("track_id").shift(1)).fill_null(value=True)
        )
        .drop("track_id", "mmsi")
        .collect()
    )
    kept, stride = thinned(kept, limit)
    total = int(hours["n"].sum())
    return Drawn(kept, vessels, lo * MS_PER_H, hi * MS_PER_H, total, stride)


def thinned(points: pl.DataFrame, limit: int) -> tuple[pl.DataFrame, int]:
    """Return at most about `limit` points: each k-th of a track, its first and last; and k."""
    stride = max(-(-points.height // limit), 1)
    if stride == 1:
        return points, 1
    last = pl.col("starts").shift(-1).fill_null(value=True)
    kept = points.filter(pl.col("starts") | last | (pl.int_range(pl.len()) % stride == 0))
    return kept, stride


def _in_zone(held: Held, zone: str, window_ms: tuple[int, int]) -> list[int]:
    visits = held.table("zone_visits").filter(
        pl.col("zone_id") == zone,
        pl.col("t_from_ms") < window_ms[1],
        pl.col("t_to_ms").fill_null(window_ms[1]) >= window_ms[0],
    )
    return visits["mmsi"].unique().sort().to_list()


def arrow_stream(held: Held, made: Drawn) -> bytes:
    """Return the positions as one Arrow IPC stream of one batch.

    Columns: `x`, `y` (metres, EPSG:3995) and `t` (seconds after the epoch in the metadata) as
    32-bit floats, `vessel` as 16-bit (32-bit past 65,536 ships) and `actor` as 8-bit integers,
    `starts` as bits: whether a track begins here. Metadata `northwatch`: JSON with `epoch_ms`,
    `crs`, the table of vessels and of actors' marks.
    """
    points = made.points
    vessel = points["vessel"].to_numpy()
    present, renumbered = np.unique(vessel, return_inverse=True)
    ships = made.vessels[present]
    codes = np.array([mark_of(held.marks, flag).code for flag in ships["flag"]], np.uint8)
    wide = np.uint32 if present.size > _NARROW else np.uint16
    seconds = (points["t_ms"].to_numpy() - made.t_from_ms) / MS_PER_S
    columns: dict[str, Any] = {
        "x": points["x_m"].to_numpy(),
        "y": points["y_m"].to_numpy(),
        "t": seconds.astype(np.float32),
        "vessel": renumbered.astype(wide),
        "actor": codes[renumbered] if codes.size else np.zeros(0, np.uint8),
        "starts": points["starts"].to_arrow(),
    }
    table = pa.table(columns).combine_chunks()
    told = json.dumps(_told(held, made, ships), ensure_ascii=False, separators=(",", ":"))
    table = table.replace_schema_metadata({"northwatch": told})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def _told(held: Held, made: Drawn, ships: pl.DataFrame) -> dict[str, Any]:
    return {
        "crs": "EPSG:3995",
        "epoch_ms": made.t_from_ms,
        "t_from_ms": made.t_from_ms,
        "t_to_ms": made.t_to_ms,
        "total": made.total,
        "stride": made.stride,
        "picture": held.id,
        "vessels": {
            "id": ships["vessel_id"].to_list(),
            "mmsi": ships["mmsi"].to_list(),
            "name": ships["name"].to_list(),
            "flag": ships["flag"].to_list(),
            "class": ships["vessel_class"].to_list(),
        },
        "actors": [
            {"code": m.code, "actor": m.actor, "colour": m.colour, "shape": m.shape}
            for m in held.marks.values()
        ],
    }
