"""Silences and vessel-days by spot, in; how many of each there are about a place, out. Kernels.

A *spot* is a place at which some vessel was heard: a period, class, motion and cell, in one whole
number (`spot_key`), so that cells of one column follow one another.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.units import SPHERE_RADIUS_M

# Cells are numbered from the pole; this many of 5 km reach to the south pole.
HALF_SIDE: Final = 4096
SIDE: Final = 2 * HALF_SIDE
# A count of this many is no accident: pooling may stop at it.
_ENOUGH: Final = 5


class Stays(NamedTuple):
    """Vessel-days: one row per spot and vessel, ordered by spot, then vessel.

    Attributes:
        keys: key of each spot, ascending, shape (n_spots,).
        start: where each spot's rows begin, shape (n_spots + 1,).
        vessel: number of the vessel, shape (n,).
        days: its vessel-days.
        positions: its positions.
        spot_days: vessel-days at each spot, shape (n_spots,).
        spot_positions: positions heard there.
    """

    keys: NDArray[np.int64]
    start: NDArray[np.int64]
    vessel: NDArray[np.int64]
    days: NDArray[np.float64]
    positions: NDArray[np.int64]
    spot_days: NDArray[np.float64]
    spot_positions: NDArray[np.int64]


class Silences(NamedTuple):
    """Silences that began (or ended) at each spot, each weighted by the share its vessel may give.

    Attributes:
        start: where each spot's silences begin, shape (n_spots + 1,).
        ms: how long they are, longest first within a spot, shape (m,).
        so_far: weights summed from the spot's longest to this one, shape (m,).
        own_start: where the silences of each row of `Stays` begin, shape (n + 1,).
        own_ms: how long they are, longest first within a row.
        weight: of each row of `Stays`, for its silences and its days alike, shape (n,).
        days: weighted vessel-days at each spot, shape (n_spots,).
    """

    start: NDArray[np.int64]
    ms: NDArray[np.int64]
    so_far: NDArray[np.float64]
    own_start: NDArray[np.int64]
    own_ms: NDArray[np.int64]
    weight: NDArray[np.float64]
    days: NDArray[np.float64]


@njit(cache=True, nogil=True)
def _cell_lat_deg(x: int, y: int, cell_km: float) -> float:
    """Return the latitude of a cell's middle, degrees."""
    radius_m = math.hypot(x + 0.5, y + 0.5) * cell_km * 1000.0
    return 90.0 - 2.0 * math.degrees(math.asin(min(1.0, radius_m / (2.0 * SPHERE_RADIUS_M))))


@njit(cache=True, nogil=True)
def _row_of(spot: int, vessel: int, stays: Stays) -> int:
    """Return a vessel's row at a spot, -1 if it was not there."""
    first, last = stays.start[spot], stays.start[spot + 1]
    at = first + np.searchsorted(stays.vessel[first:last], vessel)
    return int(at) if at < last and stays.vessel[at] == vessel else -1


@njit(cache=True, nogil=True)
def _at_least(ms: NDArray[np.int64], first: int, last: int, asked: int) -> int:
    """Return how many of a run, longest first, are at least as long as asked."""
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        if ms[middle] >= asked:
            low = middle + 1
        else:
            high = middle
    return low - first


@njit(cache=True, nogil=True)
def pool(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one flat kernel
    asked_key: NDArray[np.int64],
    asked_ms: NDArray[np.int64],
    own: NDArray[np.int64],
    stays: Stays,
    silences: Silences,
    cell_km: float,
    rings: int,
    pool_lat_deg: float,
    pool_ratio: float,
    needed_days: float,
    deaf_rate: float,
    min_days: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return silences of at least the length asked, and vessel-days, about each place asked of.

    Cells are pooled ring by ring until the days suffice for the rarest verdict, or the silences
    for the commonest. Both are sums of weights.

    Args:
        asked_key: key of each place, shape (n,); -1 for none.
        asked_ms: shortest silence that counts there.
        own: number of the vessel that asks, and does not count; -1 for none.
        stays: vessel-days.
        silences: silences.
        cell_km: side of a cell.
        rings: how far to pool, cells.
        pool_lat_deg: how far to pool, degrees of latitude.
        pool_ratio: how unlike the mean time between positions may be.
        needed_days: vessel-days that suffice for any verdict.
        deaf_rate: silences a day that make hearing nothing usual.
        min_days: vessel-days below which nothing is said.
    """
    counts, days = np.zeros(asked_key.size), np.zeros(asked_key.size)
    most = (2 * rings + 1) ** 2
    about, about_ring = np.empty(most, np.int64), np.empty(most, np.int64)
    for k in range(asked_key.size):
        if asked_key[k] < 0:
            continue
        x, y = (asked_key[k] // SIDE) % SIDE, asked_key[k] % SIDE
        group = asked_key[k] // (SIDE * SIDE)
        lat = _cell_lat_deg(x - HALF_SIDE, y - HALF_SIDE, cell_km)
        n_about = 0
        for dx in range(-rings, rings + 1):
            key = (group * SIDE + x + dx) * SIDE + y
            spot = np.searchsorted(stays.keys, key - rings)
            while spot < stays.keys.size and stays.keys[spot] <= key + rings:
                dy = stays.keys[spot] - key
                other = _cell_lat_deg(x + dx - HALF_SIDE, y + dy - HALF_SIDE, cell_km)
                if abs(other - lat) <= pool_lat_deg:
                    about[n_about], about_ring[n_about] = spot, max(abs(dx), abs(dy))
                    n_about += 1
                spot += 1
        interval, near_days, near_positions = -1.0, 0.0, 0
        for ring in range(rings + 1):
            grown = False
            for m in range(n_about):
                if about_ring[m] != ring:
                    continue
                spot = about[m]
                d, n = stays.spot_days[spot], stays.spot_positions[spot]
                mine = _row_of(spot, own[k], stays)
                if mine >= 0:
                    d, n = d - stays.days[mine], n - stays.positions[mine]
                if n <= 0:
                    continue
                if interval > 0.0 and not (
                    interval <= pool_ratio * d / n and d / n <= pool_ratio * interval
                ):
                    continue
                grown = True
                near_days, near_positions = near_days + d, near_positions + n
                first, last = silences.start[spot], silences.start[spot + 1]
                rank = _at_least(silences.ms, first, last, asked_ms[k])
                days[k] += silences.days[spot]
                if rank > 0:
                    counts[k] += silences.so_far[first + rank - 1]
                if mine >= 0:
                    weight = silences.weight[mine]
                    first, last = silences.own_start[mine], silences.own_start[mine + 1]
                    days[k] -= weight * stays.days[mine]
                    counts[k] -= weight * _at_least(silences.own_ms, first, last, asked_ms[k])
            # What is like here is told by the place itself, or else by its nearest neighbours.
            if interval < 0.0 and near_positions > 0:
                interval = near_days / near_positions
            if grown and (
                days[k] >= needed_days
                or (
                    counts[k] >= _ENOUGH
                    and days[k] >= min_days
                    and counts[k] >= deaf_rate * days[k]
                )
            ):
                break
    return counts, days
