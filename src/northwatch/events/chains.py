"""Tracks and the links between them, in; chains, out: what is believed to be one vessel's way.

A chain is a longest row of tracks in which each is linked to the next. Rules that reach over
silences run along chains, never across them, so two ships on one MMSI are two chains.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Chains:
    """The tracks of a frame, put in the order in which they continue each other.

    Attributes:
        tracks: rows of `tracks`, chain after chain, shape (n_tracks,).
        starts: where in `tracks` each chain begins, and the end of the last, shape
            (n_chains + 1,).
        before: row of the track that each track continues, by its own row, -1 if none, shape
            (n_tracks,).
        after: row of the track that continues each track, by its own row, -1 if none.
        of_track: number of the chain that each track lies on, by its own row, shape (n_tracks,).
    """

    tracks: NDArray[np.int32]
    starts: NDArray[np.int64]
    before: NDArray[np.int32]
    after: NDArray[np.int32]
    of_track: NDArray[np.int32]


def chains_of(tracks: pl.DataFrame) -> Chains:
    """Return the chains of a `schema.TRACKS` table, in the order of their first tracks.

    Links to tracks that are not in the table do not count; of two links to one track the first
    in the table's order counts.
    """
    n = tracks.height
    row_of = {name: row for row, name in enumerate(tracks["track_id"])}
    before = np.full(n, -1, np.int32)
    after = np.full(n, -1, np.int32)
    linked = tracks["link_next"].is_not_null().arg_true()
    for row, name in zip(linked, tracks["link_next"].gather(linked), strict=True):
        following = row_of.get(name, -1)
        if following > row and before[following] < 0:
            before[following], after[row] = row, following
    order = np.empty(n, np.int32)
    starts = [0]
    filled = 0
    for head in np.flatnonzero(before < 0).tolist():
        row = head
        while row >= 0:
            order[filled] = row
            filled += 1
            row = int(after[row])
        starts.append(filled)
    of_track = np.empty(n, np.int32)
    of_track[order] = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
    return Chains(order, np.array(starts, np.int64), before, after, of_track)
