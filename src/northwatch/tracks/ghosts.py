"""Tracked positions, in; the same without the tracks that are ghosts, out."""

from dataclasses import fields, replace

import numpy as np
import polars as pl

from northwatch.tracks.tracked import STRAY, Tracked


def without_ghosts(tracked: Tracked) -> Tracked:
    """Leave out short tracks that lie under a longer one of the same MMSI.

    Nearly all are single false positions (a spike makes a track of its own). A ghost must not
    enter zones, cross gates or count as presence; it stays in the table of tracks. A ship that
    shares another's number and was heard fewer than ten times is lost with them.

    Args:
        tracked: positions and their tracks.

    Returns:
        Tracked positions whose `tracks` are the rest, numbered anew; strays are kept.

    Source:
        GlobalFishingWatch/pipe-segment leaves out `overlapping_and_short` segments; its thresholds
        are not public, so these are ours (`is_short`, `is_overlapped`).
    """
    ghost = (tracked.tracks["is_short"] & tracked.tracks["is_overlapped"]).to_numpy()
    if not ghost.any():
        return tracked
    number = np.where(ghost, STRAY, np.cumsum(~ghost) - 1).astype(np.int32)
    on_track = tracked.track != STRAY
    track = np.where(on_track, number[tracked.track], STRAY).astype(np.int32)
    kept = ~on_track | (track != STRAY)
    before = np.concatenate([[0], np.cumsum(kept)])
    columns = {
        field.name: getattr(tracked, field.name)[kept]
        for field in fields(Tracked)
        if field.name not in {"track", "starts", "stops", "tracks"}
    }
    return replace(
        tracked,
        **columns,
        track=track[kept],
        starts=before[tracked.starts[~ghost]],
        stops=before[tracked.stops[~ghost]],
        tracks=tracked.tracks.filter(pl.Series(~ghost)),
    )
