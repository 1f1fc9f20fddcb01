"""What all kinds of events have in common, in; the columns that every event row carries, out."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from northwatch.events.event_ids import event_ids
from northwatch.events.scene import Scene
from northwatch.schema import bucket_of

NO_ROW: Final = -1


def named(
    scene: Scene, events: pl.DataFrame, *, kind: str, rule: str, thing: pl.Expr
) -> pl.DataFrame:
    """Give events their bucket, kind, rule, vessel, track and id.

    Args:
        scene: where they were found.
        events: one row per event, in an order that does not depend on the order of the input;
            columns `track` (row of the tracks) and `t_from_ms`.
        kind: event kind.
        rule: rule id with version.
        thing: what the event is of, as text: zone, gate or empty.

    Returns:
        `events` with the columns `bucket`, `event_id`, `kind`, `rule`, `vessel_id`, `mmsi`,
        `track_id` and `as_of_ms`.
    """
    tracks = scene.tracked.tracks
    track = events["track"].to_numpy()
    mmsi = tracks["mmsi"].to_numpy()[track]
    ids = event_ids(
        kind,
        rule,
        mmsi.tolist(),
        events.with_columns(thing.cast(pl.String).fill_null("").alias("_"))["_"].to_list(),
        events["t_from_ms"].to_list(),
    )
    return events.with_columns(
        pl.Series("bucket", bucket_of(mmsi)),
        pl.Series("event_id", ids, dtype=pl.String),
        pl.lit(kind).alias("kind"),
        pl.lit(rule).alias("rule"),
        pl.Series("mmsi", mmsi),
        tracks["track_id"].gather(track).alias("track_id"),
        pl.lit(scene.as_of_ms, dtype=pl.Int64).alias("as_of_ms"),
    ).with_columns(scene.vessel_id(pl.col("mmsi")))


def evidence(scene: Scene, rows: Sequence[NDArray[np.int64]]) -> pl.Series:
    """Return the deciding positions of each event as `source:offset`, in the order of time.

    Args:
        scene: where the events were found.
        rows: arrays of shape (n,), each naming one row of the scene per event, or -1 for none.

    Returns:
        Lists without repetition, shape (n,).
    """
    n = rows[0].size if rows else 0
    table = np.sort(np.stack(rows, axis=1), axis=1) if n else np.empty((0, 1), np.int64)
    new = table >= 0
    new[:, 1:] &= table[:, 1:] != table[:, :-1]
    event, column = np.nonzero(new)
    row = table[event, column]
    told = pl.DataFrame(
        {
            "event": event,
            "source": scene.tracked.source[row],
            "offset": scene.tracked.offset[row],
        }
    ).select(
        "event",
        pl.concat_str(
            pl.col("source").cast(pl.String), pl.col("offset").cast(pl.String), separator=":"
        ).alias("evidence"),
    )
    lists = told.group_by("event", maintain_order=True).agg("evidence")
    every = pl.DataFrame({"event": np.arange(n)}, schema={"event": pl.Int64})
    return every.join(lists, on="event", how="left", maintain_order="left")["evidence"].fill_null(
        pl.Series([[]], dtype=pl.List(pl.String))
    )
