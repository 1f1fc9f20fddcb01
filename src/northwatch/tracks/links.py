"""Tracks of each MMSI, in; which lie under a longer one, and which continue another, out."""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.tracks.prediction import arc_nm, chord2
from northwatch.tracks.rules import RuleNumbers
from northwatch.units import MS_PER_H

# The place in the tuple is the code that the kernel gives.
LINK_REASONS: Final = (
    None,  # there is a link
    "none_after",  # no track starts within max_link
    "other_alive",  # a long track of the number goes on
    "too_fast",  # the ship cannot have sailed there
    "ambiguous",  # two continuations, or two beginnings, are equally good
    "other_before",  # another track is nearer to the next one
)
_LINKED: Final = 0
_NONE_AFTER: Final = 1
_OTHER_ALIVE: Final = 2
_TOO_FAST: Final = 3
_AMBIGUOUS: Final = 4
_OTHER_BEFORE: Final = 5
_NONE: Final = -1

Codes = NDArray[np.uint8]
Ints = NDArray[np.int64]


@njit(cache=True, nogil=True)
def overlap_shares(
    mmsi: NDArray[np.int32], t_from: Ints, t_to: Ints, n_positions: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Return the share of each track's time under tracks of its MMSI with more positions.

    A track of one instant is under such a track or not: 1 or 0.

    Args:
        mmsi: shape (n_tracks,), ordered with `t_from`.
        t_from: shape (n_tracks,).
        t_to: shape (n_tracks,).
        n_positions: shape (n_tracks,).
    """
    n = mmsi.size
    shares, latest = np.zeros(n), np.empty(n, np.int64)
    start, low = 0, 0
    for i in range(n):
        if mmsi[i] != mmsi[start]:
            start, low = i, i
        latest[i] = t_to[i] if i == start else max(latest[i - 1], t_to[i])
        while latest[low] < t_from[i]:
            low += 1
        covered, until = np.int64(0), t_from[i]
        under = 0.0
        j = low
        while j < n and mmsi[j] == mmsi[i] and t_from[j] <= t_to[i]:
            if n_positions[j] > n_positions[i] and t_to[j] >= t_from[i]:
                under = 1.0
                stop = min(t_to[j], t_to[i])
                covered += max(np.int64(0), stop - max(until, t_from[j]))
                until = max(until, stop)
            j += 1
        duration = t_to[i] - t_from[i]
        shares[i] = covered / duration if duration > 0 else under
    return shares


@njit(cache=True, nogil=True)
def links(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one flat kernel
    mmsi: NDArray[np.int32],
    t_from: Ints,
    t_to: Ints,
    is_short: NDArray[np.bool_],
    rows: tuple[Ints, Ints],
    places: NDArray[np.float64],
    rule: RuleNumbers,
) -> tuple[NDArray[np.int32], Codes]:
    """Return the track that continues each (-1: none) and why there is none.

    A track is continued by the next long track of its MMSI to start; short ones are ignored
    unless there is no long one within `max_link`. A short track is continued by whichever starts
    next. None if a long track goes on meanwhile, or the way is too fast to sail, or two are
    equally good: they start at one instant, or their predecessors end at one.

    Args:
        mmsi: shape (n_tracks,), ordered with `t_from`.
        t_from: shape (n_tracks,).
        t_to: shape (n_tracks,).
        is_short: shape (n_tracks,).
        rows: first and last row of each track.
        places: unit vectors of the positions, shape (n, 3).
        rule: `max_link` and `max_link_speed_kn`.
    """
    n = mmsi.size
    following, reason = np.full(n, _NONE, np.int32), np.full(n, _NONE_AFTER, np.uint8)
    next_long, latest_long = np.empty(n + 1, np.int64), np.empty(n, np.int64)
    next_long[n] = n
    for i in range(n - 1, -1, -1):
        next_long[i] = next_long[i + 1] if is_short[i] else i
    for i in range(n):
        before = -(2**62) if i == 0 or mmsi[i] != mmsi[i - 1] else latest_long[i - 1]
        latest_long[i] = before if is_short[i] else max(before, t_to[i])
    first, last = rows
    stop = 0  # after the last track of this MMSI
    for i in range(n):
        while stop < n and (stop <= i or mmsi[stop] == mmsi[i]):
            stop += 1
        # The first track that starts when this one has ended.
        after = i + 1 + np.searchsorted(t_from[i + 1 : stop], t_to[i], side="right")
        if latest_long[after - 1] > t_to[i]:
            reason[i] = _OTHER_ALIVE
            continue
        limit = t_to[i] + rule.max_link_ms
        at = after
        ahead = next_long[after]
        has_long = ahead < stop and t_from[ahead] <= limit
        if has_long and (not is_short[i] or t_from[ahead] == t_from[after]):
            at = ahead
        if at >= stop or t_from[at] > limit:
            continue
        found, n_found, wants_short = _NONE, 0, is_short[at]
        j = at
        while j < stop and t_from[j] == t_from[at]:
            if is_short[j] == wants_short:
                u, v = places[last[i]], places[first[j]]
                nm = arc_nm(chord2((u[0], u[1], u[2]), (v[0], v[1], v[2])))
                if nm <= rule.max_link_kn * (t_from[j] - t_to[i]) / MS_PER_H:
                    found = j
                    n_found += 1
            j += 1
        if n_found == 1:
            following[i], reason[i] = found, _LINKED
        else:
            reason[i] = _TOO_FAST if n_found == 0 else _AMBIGUOUS
    # One beginning each: a long track before a short one, then the one that ends last.
    claimant, is_tie = np.full(n, _NONE, np.int32), np.zeros(n, np.bool_)
    for i in range(n):
        to = following[i]
        if to == _NONE:
            continue
        other = claimant[to]
        if other == _NONE or is_short[other] > is_short[i]:
            claimant[to], is_tie[to] = i, False
        elif is_short[other] == is_short[i] and t_to[i] >= t_to[other]:
            is_tie[to] = t_to[i] == t_to[other]
            claimant[to] = i
    for i in range(n):
        to = following[i]
        if to == _NONE:
            continue
        best = claimant[to]
        if is_short[i] != is_short[best] or t_to[i] != t_to[best]:
            following[i], reason[i] = _NONE, _OTHER_BEFORE
        elif is_tie[to]:
            following[i], reason[i] = _NONE, _AMBIGUOUS
    return following, reason
