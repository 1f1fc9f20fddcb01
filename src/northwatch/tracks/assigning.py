"""Positions of some vessels, in; the same told apart into tracks, and the table of tracks, out."""

from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from northwatch.geo import unit_vectors
from northwatch.positions import column
from northwatch.schema import TRACKS, bucket_of
from northwatch.tracks.courses import without_constant_course
from northwatch.tracks.links import LINK_REASONS, links, overlap_shares
from northwatch.tracks.prediction import Columns, arc_nm, chord2
from northwatch.tracks.rules import TrackRule
from northwatch.tracks.telling import OPEN, SILENCE, Told, tell_apart
from northwatch.tracks.tracked import NO_SPEED, STRAY, Tracked
from northwatch.units import METRES_PER_NAUTICAL_MILE, MS_PER_H

END_REASONS: Final = ("open", "silence", "ambiguous", "evicted")
OVERLAPPED_SHARE: Final = 0.5

_CARRIED: Final = (
    "mmsi",
    "t_ms",
    "lat_i",
    "lon_i",
    "sog_i",
    "cog_i",
    "ais_class",
    "receiver",
    "pos_res_i",
    "source",
    "offset",
)
_NULLS: Final = {"sog_i": NO_SPEED, "cog_i": NO_SPEED}

Ints = NDArray[np.int64]


def assign_tracks(
    positions: pl.DataFrame, rule: TrackRule, *, as_of_ms: int | None = None
) -> Tracked:
    """Tell positions apart into tracks: those believed to come from one transmitter.

    Several tracks of one MMSI may be open at once; a position joins the one that best predicted
    it. What is made of one MMSI depends on no other, so any cut of the vessels into tasks gives
    the same. Does not catch two ships that share a number and sail in company, nor a false
    position close to the true one.

    Args:
        positions: `schema.POSITIONS` (day and bucket are not read), in the total order, without
            copies.
        rule: `ARCTIC`, `GFW` or a variation.
        as_of_ms: end of the data; a track silent for longer than `max_silence` before it ends by
            `silence`. None: the last track of each MMSI stays `open`.

    Returns:
        The positions, ordered by track, and the tracks; empty if there are no positions.

    Raises:
        ColumnNotFoundError: a column is missing (Polars).

    Source:
        Rule: GlobalFishingWatch/gpsdio-segment; ours where `TrackRule` says so.

    Error: distances on the sphere, at most 0.56 % off WGS 84.
    """
    columns = {name: column(positions, name, null=_NULLS.get(name)) for name in _CARRIED}
    at = Columns(
        columns["t_ms"],
        unit_vectors(columns["lat_i"], columns["lon_i"]),
        columns["lon_i"],
        columns["sog_i"],
        without_constant_course(
            columns["mmsi"],
            columns["t_ms"],
            columns["source"],
            columns["sog_i"],
            columns["cog_i"],
            rule=rule,
        ),
        columns["ais_class"],
        columns["pos_res_i"],
    )
    told = tell_apart(columns["mmsi"], at, rule.numbers)
    counter = _counters(columns["mmsi"], at.t_ms, told.first)
    if counter.size and counter.max() >= 10:  # noqa: PLR2004 - "10" stands before "2"
        told, counter = _in_table_order(told, counter, columns["mmsi"], at.t_ms)
    laid = _lay_out(columns["mmsi"], told.track, told.n_positions)
    tracks = _table(columns["mmsi"], at, told, counter, laid, rule, as_of_ms)
    if not laid.is_identity:
        columns = {name: values[laid.order] for name, values in columns.items()}
    track = told.track if laid.is_identity else told.track[laid.order]
    return Tracked(**columns, track=track, starts=laid.starts, stops=laid.stops, tracks=tracks)


class _Laid(NamedTuple):
    """Rows track by track: which row stands where, and the run of each track."""

    order: Ints
    starts: Ints
    stops: Ints
    is_identity: bool


def _in_table_order(
    told: Told, counter: Ints, mmsi: NDArray[np.int32], t_ms: Ints
) -> tuple[Told, Ints]:
    """Number tracks as their ids sort, where more than ten start at one instant."""
    rank = np.argsort(np.argsort([str(k) for k in range(int(counter.max()) + 1)]))
    order = np.lexsort((rank[counter], t_ms[told.first], mmsi[told.first]))
    number = np.empty_like(order)
    number[order] = np.arange(order.size)
    track = np.where(told.track == STRAY, STRAY, number[told.track]).astype(np.int32)
    return Told(
        track,
        told.first[order],
        told.n_positions[order],
        told.n_strays[order],
        told.end[order],
    ), counter[order]


def _table(  # noqa: PLR0913, PLR0917 - what each column is made of
    mmsi: NDArray[np.int32],
    at: Columns,
    told: Told,
    counter: Ints,
    laid: _Laid,
    rule: TrackRule,
    as_of_ms: int | None,
) -> pl.DataFrame:
    """Return `schema.TRACKS`."""
    last = laid.order[laid.stops - 1]
    number, t_from, t_to = mmsi[told.first], at.t_ms[told.first], at.t_ms[last]
    end = told.end.copy()
    if as_of_ms is not None:
        end[(end == OPEN) & (as_of_ms - t_to > rule.numbers.max_silence_ms)] = SILENCE
    is_short = told.n_positions < rule.short_track_n
    overlap = overlap_shares(number, t_from, t_to, told.n_positions)
    following, reason = links(
        number, t_from, t_to, is_short, (told.first, last), at.places, rule.numbers
    )
    distance_km, speed_kn = _lengths(at.t_ms, at.places, laid.order, laid.starts, laid.stops)
    frame = pl.DataFrame(
        {
            "bucket": bucket_of(number),
            "mmsi": number,
            "t_from_ms": t_from,
            "t_to_ms": t_to,
            "n_positions": told.n_positions,
            "n_strays": told.n_strays,
            "end_reason": pl.Series(END_REASONS).gather(end),
            "overlap_share": overlap,
            "is_short": is_short,
            "is_overlapped": overlap >= OVERLAPPED_SHARE,
            "max_implied_speed_kn": speed_kn,
            "distance_km": distance_km,
            "link_reason": pl.Series(LINK_REASONS, dtype=pl.String).gather(reason),
            "counter": counter,
        }
    ).with_columns(track_id=pl.format("{}-{}-{}", "mmsi", "t_from_ms", "counter"))
    next_row = pl.Series(following, dtype=pl.Int32).replace(-1, None)
    return TRACKS.conform(frame.with_columns(frame["track_id"].gather(next_row).alias("link_next")))


@njit(cache=True, nogil=True)
def _counters(mmsi: NDArray[np.int32], t_ms: Ints, first: Ints) -> Ints:
    """Return how many tracks of the same MMSI that start at the same instant come before each."""
    counter = np.zeros(first.size, np.int64)
    for i in range(1, first.size):
        a, b = first[i - 1], first[i]
        if mmsi[a] == mmsi[b] and t_ms[a] == t_ms[b]:
            counter[i] = counter[i - 1] + 1
    return counter


@njit(cache=True, nogil=True)
def _lay_out(
    mmsi: NDArray[np.int32], track: NDArray[np.int32], n_positions: NDArray[np.int32]
) -> _Laid:
    """Return the rows track by track, the strays of an MMSI after its tracks."""
    n = mmsi.size
    order = np.empty(n, np.int64)
    starts, stops = np.empty(n_positions.size, np.int64), np.empty(n_positions.size, np.int64)
    is_identity = True
    a, first_track = 0, 0
    while a < n:
        b, end_track = a, first_track
        while b < n and mmsi[b] == mmsi[a]:
            if track[b] >= end_track:
                end_track = track[b] + 1
            b += 1
        at = a
        for j in range(first_track, end_track):
            starts[j], stops[j] = at, at
            at += n_positions[j]
        for k in range(a, b):
            if track[k] == STRAY:
                to = at
                at += 1
            else:
                to = stops[track[k]]
                stops[track[k]] = to + 1
            order[to] = k
            is_identity = is_identity and to == k
        a, first_track = b, end_track
    return _Laid(order, starts, stops, is_identity)


@njit(cache=True, nogil=True, error_model="numpy")
def _lengths(
    t_ms: Ints, places: NDArray[np.float64], order: Ints, starts: Ints, stops: Ints
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the length of each track, km on the sphere, and its greatest speed, knots."""
    distance_km, speed_kn = np.zeros(starts.size), np.zeros(starts.size)
    for j in range(starts.size):
        total_nm, fastest = 0.0, 0.0
        for k in range(starts[j] + 1, stops[j]):
            a, b = order[k - 1], order[k]
            u = (places[a, 0], places[a, 1], places[a, 2])
            nm = arc_nm(chord2(u, (places[b, 0], places[b, 1], places[b, 2])))
            total_nm += nm
            fastest = max(fastest, nm / (t_ms[b] - t_ms[a]))
        distance_km[j] = total_nm * METRES_PER_NAUTICAL_MILE / 1000.0
        speed_kn[j] = fastest * MS_PER_H
    return distance_km, speed_kn
