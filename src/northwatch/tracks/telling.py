"""Positions in order, in; the track of each, out (events reference, 2, steps 1 and 3 to 7).

One pass over the rows, one MMSI after the other. Most rows take a short way that needs no score:
so close to the newest position of the one track that counts that they join it whatever the score
is. The score is then worked out only if a later look-back asks for it. That short way gives what
the long way gives: `tests/property/test_tracks_slow.py`.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.tracks.prediction import (
    LONG_RANGE_RES_I,
    R_NM,
    Columns,
    chord2,
    is_complete,
    own_move,
    padded_h,
    score,
    score_of_rows,
)
from northwatch.tracks.rules import RuleNumbers
from northwatch.tracks.tracked import STRAY
from northwatch.units import MS_PER_H

OPEN: Final = 0
SILENCE: Final = 1
AMBIGUOUS: Final = 2
EVICTED: Final = 3

_NONE: Final = -1
_FREE: Final = 0
_USED: Final = 1
_CLOSED: Final = 2

Rows = NDArray[np.int32]
Floats = NDArray[np.float64]


class Told(NamedTuple):
    """What `tell_apart` found.

    Attributes:
        track: track of each row, shape (n,); -1 for strays and rows left out.
        first: first row of each track, shape (n_tracks,), rising.
        n_positions: rows on each track.
        n_strays: rows that left it on looking back.
        end: why it ended, `OPEN`, `SILENCE`, `AMBIGUOUS` or `EVICTED`.
    """

    track: Rows
    first: NDArray[np.int64]
    n_positions: Rows
    n_strays: Rows
    end: NDArray[np.uint8]


@njit(cache=True, nogil=True, error_model="numpy")
def class_weight(c: Columns, previous: Rows, p: int, q: int, rule: RuleNumbers) -> float:
    """Return the weight of q's class on the track whose newest position is p."""
    if c.ais_class[q] == 0:
        return 1.0
    seen_any = False
    for _ in range(rule.lookback):
        if p == _NONE:
            break
        if c.ais_class[p] == c.ais_class[q]:
            return 1.0
        seen_any = seen_any or c.ais_class[p] != 0
        p = previous[p]
    return rule.class_mismatch_weight if seen_any else 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def joined_score(c: Columns, previous: Rows, joined: Floats, row: int, rule: RuleNumbers) -> float:
    """Return the score with which a row joined its track, working it out if that was put off."""
    if math.isnan(joined[row]):
        p = previous[row]
        joined[row] = score_of_rows(c, previous, p, row, rule)
        joined[row] *= class_weight(c, previous, p, row, rule)
    return float(joined[row])


@njit(cache=True, nogil=True, error_model="numpy")
def best_join(
    c: Columns, previous: Rows, joined: Floats, newest: int, q: int, rule: RuleNumbers
) -> tuple[float, int]:
    """Return the score of q on a track and how many of its newest positions it would displace.

    Older positions are only looked at as long as they could win: their silence is longer, so
    their score is at most that of a perfect prediction over the silence since the newest.
    """
    weight = class_weight(c, previous, newest, q, rule)
    bound = weight / padded_h((c.t_ms[q] - c.t_ms[newest]) / MS_PER_H, rule) * (1.0 + 1e-12)
    best, best_score, best_k = 0.0, 0.0, 0
    p, newer = newest, _NONE
    for k in range(rule.lookback):
        if p == _NONE or c.t_ms[q] - c.t_ms[p] > rule.max_silence_ms:
            break
        divisor = max(1.0, k * rule.lookback_factor)
        if bound / divisor <= best:
            break
        found = score_of_rows(c, previous, p, q, rule) * weight
        divided = found / divisor
        if divided > best and (k == 0 or divided > joined_score(c, previous, joined, newer, rule)):
            best, best_score, best_k = divided, found, k
        newer = p
        p = previous[p]
    return best_score, best_k


@njit(cache=True, nogil=True, error_model="numpy")
def size_weight(n_positions: int, rule: RuleNumbers) -> float:
    """Return the weight of a track of so many positions."""
    a = n_positions / rule.short_track_n
    return a / math.sqrt(1.0 + a * a)


@njit(cache=True, nogil=True, error_model="numpy")
def tell_apart(mmsi: NDArray[np.int32], c: Columns, rule: RuleNumbers) -> Told:  # noqa: C901, PLR0912, PLR0915 - one flat kernel
    """Give each position to the open track that best predicted it.

    Args:
        mmsi: shape (n,), in the total order.
        c: the columns, without copies.
        rule: the rule.
    """
    n = mmsi.size
    track, previous = np.empty(n, np.int32), np.empty(n, np.int32)
    joined = np.empty(n, np.float64)
    # Per track; no more than rows, and memory that is not written is not taken.
    first, n_positions = np.empty(n, np.int64), np.empty(n, np.int32)
    n_strays, end = np.empty(n, np.int32), np.empty(n, np.uint8)
    n_tracks = 0
    # The open tracks, last joined first: which, and the newest row of each.
    most = rule.max_open_tracks
    opened, newest = np.empty(most, np.int32), np.empty(most, np.int32)
    state = np.empty(most, np.uint8)
    n_open = 0
    # What each position of the instant is worth on each open track.
    worth, scores = np.zeros((1, most)), np.zeros((1, most))
    depth = np.zeros((1, most), np.int32)
    done = np.zeros(1, np.bool_)

    # Taken out of the tuple once: a kernel counts each taking.
    t_ms, places, lon_i, sog_i, cog_i = c.t_ms, c.places, c.lon_i, c.sog_i, c.cog_i
    ais_class, pos_res_i = c.ais_class, c.pos_res_i
    drops_incomplete = rule.base_min_ms < 0
    very_slow_kn, buffer2 = rule.very_slow_kn, rule.buffer_h * rule.buffer_h
    # Chord, per hour of silence and buffer, within which "stayed" alone gives half the top score
    # (if the second newest must be twice as good): then none but the newest position can win.
    near = math.sqrt(math.log(max(1.0, rule.lookback_factor))) / rule.discouraged
    near = min(near, 1.0) * rule.max_speed_kn / rule.shape_factor / R_NM * (1.0 - 1e-4)
    near2 = near * near
    least = 1.0 / max(1.0, rule.lookback_factor)

    a = 0
    while a < n:
        if a == 0 or mmsi[a] != mmsi[a - 1]:
            n_open = 0
        b = a + 1
        while b < n and t_ms[b] == t_ms[a] and mmsi[b] == mmsi[a]:
            b += 1
        t = t_ms[a]

        # 1. Close what was silent for too long.
        kept = 0
        for j in range(n_open):
            if t - t_ms[newest[j]] > rule.max_silence_ms:
                end[opened[j]] = SILENCE
            else:
                opened[kept], newest[kept] = opened[j], newest[j]
                kept += 1
        n_open = kept

        # The short way: one position, and the newest one of the track last joined tells enough.
        while n_open > 0 and b == a + 1:
            p = newest[0]
            is_long_range = pos_res_i[a] == LONG_RANGE_RES_I
            is_known = is_complete(sog_i[a], cog_i[a], very_slow_kn)
            if drops_incomplete and not is_known:
                break
            if is_long_range and rule.long_range_apart_ms > 0:
                break
            h = (t - t_ms[p]) / MS_PER_H
            padded2 = h * h + buffer2
            u = (places[p, 0], places[p, 1], places[p, 2])
            v = (places[a, 0], places[a, 1], places[a, 2])
            weight = 1.0 if ais_class[a] == ais_class[p] else rule.class_mismatch_weight
            found = math.nan  # put off
            if chord2(u, v) <= near2 * padded2:
                at_least = weight * least / math.sqrt(padded2) if n_open > 1 else 0.0
            else:
                if weight != 1.0 or not is_complete(sog_i[p], cog_i[p], very_slow_kn):
                    break
                move = own_move(u, lon_i[p], sog_i[p], cog_i[p], very_slow_kn)
                back = move
                if is_known:
                    back = own_move(v, lon_i[a], sog_i[a], cog_i[a], very_slow_kn)
                is_coarse = is_long_range or pos_res_i[p] == LONG_RANGE_RES_I
                found = score(h, u, v, move, back, is_known, is_coarse, rule)
                at_least = found
                if found <= 0.0 or found * math.sqrt(padded2) < least * (1.0 + 1e-9):
                    break
            is_alone = True
            for j in range(1, n_open):
                # Is no other track within the factor?
                size = size_weight(n_positions[opened[j]], rule)
                at_most = size / padded_h((t - t_ms[newest[j]]) / MS_PER_H, rule)
                sure = at_least * size_weight(n_positions[opened[0]], rule)
                if at_most * rule.ambiguity_factor * (1.0 + 1e-9) >= sure:
                    is_alone = False
                    break
            if is_alone:
                track[a], previous[a], joined[a] = opened[0], p, found
                n_positions[opened[0]] += 1
                newest[0] = a
                a = b
            break
        if a == b:
            continue

        # 2 to 4. What is each position worth on each track?
        n_rows = b - a
        if n_rows > done.size:
            worth, scores = np.zeros((n_rows, most)), np.zeros((n_rows, most))
            depth, done = np.zeros((n_rows, most), np.int32), np.zeros(n_rows, np.bool_)
        n_left = n_rows
        for i in range(n_rows):
            done[i] = False
            track[a + i] = STRAY
            previous[a + i] = _NONE
            joined[a + i] = 0.0
            if drops_incomplete and not is_complete(sog_i[a + i], cog_i[a + i], very_slow_kn):
                done[i] = True
                n_left -= 1
        for j in range(n_open):
            state[j] = _FREE
        for i in range(n_rows):
            found = 0.0
            for j in range(n_open):
                worth[i, j] = 0.0
                if done[i]:
                    continue
                size = size_weight(n_positions[opened[j]], rule)
                if n_rows == 1 and found > 0.0:
                    # Too stale or too short to win, or to be a rival?
                    at_most = size / padded_h((t - t_ms[newest[j]]) / MS_PER_H, rule)
                    if at_most * rule.ambiguity_factor * (1.0 + 1e-9) < found:
                        continue
                scores[i, j], depth[i, j] = best_join(c, previous, joined, newest[j], a + i, rule)
                worth[i, j] = scores[i, j] * size
                found = max(found, worth[i, j])

        # 5 and 6. From the best pair on, at most one position to a track.
        while n_left > 0:
            best, best_i, best_j = 0.0, _NONE, _NONE
            for i in range(n_rows):
                if done[i]:
                    continue
                for j in range(n_open):
                    if state[j] != _FREE or worth[i, j] <= 0.0 or worth[i, j] < best:
                        continue
                    # Of equals: the first position, then the track that was opened first.
                    is_first = best_i == _NONE or (i == best_i and opened[j] < opened[best_j])
                    if worth[i, j] > best or is_first:
                        best, best_i, best_j = worth[i, j], i, j
            if best_i == _NONE:
                break
            q, j = a + best_i, best_j
            done[best_i] = True
            n_left -= 1
            p = newest[j]
            for _ in range(depth[best_i, j]):
                p = previous[p]
            if pos_res_i[q] == LONG_RANGE_RES_I and t - t_ms[p] < rule.long_range_apart_ms:
                continue
            n_rivals = 0
            for k in range(n_open):
                n_rivals += (
                    state[k] == _FREE
                    and worth[best_i, k] > 0.0
                    and worth[best_i, k] * rule.ambiguity_factor >= best
                    and n_positions[opened[k]] >= rule.rival_min_n
                )
            if n_rivals > 1:
                for k in range(n_open):
                    if (
                        state[k] == _FREE
                        and worth[best_i, k] > 0.0
                        and worth[best_i, k] * rule.ambiguity_factor >= best
                        and n_positions[opened[k]] >= rule.rival_min_n
                    ):
                        state[k] = _CLOSED
                        end[opened[k]] = AMBIGUOUS
                track[q] = _NONE - 1  # opens a track below
                continue
            while newest[j] != p:
                track[newest[j]] = STRAY
                n_strays[opened[j]] += 1
                n_positions[opened[j]] -= 1
                newest[j] = previous[newest[j]]
            track[q], previous[q], joined[q] = opened[j], p, scores[best_i, j]
            n_positions[opened[j]] += 1
            newest[j] = q
            state[j] = _USED
        for i in range(n_rows):
            if not done[i]:
                track[a + i] = _NONE - 1

        # The closed leave; those just joined come first.
        kept = 0
        for j in range(n_open):
            if state[j] != _CLOSED:
                opened[kept], newest[kept], state[kept] = opened[j], newest[j], state[j]
                kept += 1
        n_open = kept
        for j in range(n_open):
            if state[j] == _USED:
                which, row = opened[j], newest[j]
                for k in range(j, 0, -1):
                    opened[k], newest[k] = opened[k - 1], newest[k - 1]
                opened[0], newest[0] = which, row

        # 5 and 7. Open a track for each position left; the stalest makes room.
        for q in range(a, b):
            if track[q] != _NONE - 1:
                continue
            if n_open == most:
                stalest = 0
                for j in range(1, n_open):
                    older = t_ms[newest[j]] - t_ms[newest[stalest]]
                    if older < 0 or (older == 0 and opened[j] < opened[stalest]):
                        stalest = j
                end[opened[stalest]] = EVICTED
                for k in range(stalest, n_open - 1):
                    opened[k], newest[k] = opened[k + 1], newest[k + 1]
                n_open -= 1
            for k in range(n_open, 0, -1):
                opened[k], newest[k] = opened[k - 1], newest[k - 1]
            opened[0], newest[0] = n_tracks, q
            n_open += 1
            track[q] = n_tracks
            first[n_tracks], n_positions[n_tracks] = q, 1
            n_strays[n_tracks], end[n_tracks] = 0, OPEN
            n_tracks += 1
        a = b
    return Told(
        track,
        first[:n_tracks].copy(),
        n_positions[:n_tracks].copy(),
        n_strays[:n_tracks].copy(),
        end[:n_tracks].copy(),
    )
