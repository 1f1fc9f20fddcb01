"""Silences and vessel-days of all vessels, in; how usual a silence is at a place, out.

`natural_rate_per_d(T)` is the number of silences of at least T at a place, over the vessel-days
there: how often does a transmitting vessel go unheard this long here? The vessel asked about never
counts. Where a place has too few days, neighbours of like reception are pooled with it.

Silences that are still open count as well, at the length they have: where vessels leave the reach
of a source for good, falling silent is usual.

Source: project's definition (see also T. Hammond & D. Peters 2012, "Estimating AIS Coverage from
Received Transmissions"; exact Poisson bound).
Error: pooling stands in for the distance to the nearest station, which no source tells.
"""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from northwatch.events.poisson import upper_bounds
from northwatch.events.rules import ReceptionRule
from northwatch.events.silences import PLACE
from northwatch.units import MS_PER_H, SPHERE_RADIUS_M

ON: Final = "_on"
PLACE_ON: Final = pl.Schema({name + ON: dtype for name, dtype in PLACE.items()})
_OFF_NAMES: Final = tuple(PLACE)
_ON_NAMES: Final = tuple(PLACE_ON)
# A count of this many is no accident: pooling may stop at it.
_ENOUGH: Final = 5
# Cells are numbered from the pole; this many of 5 km reach to the south pole.
_HALF_SIDE: Final = 4096
_SIDE: Final = 2 * _HALF_SIDE


@dataclass(frozen=True, slots=True, eq=False)
class Reception:
    """What is known of the natural rate of silences, as arrays for kernels.

    A *spot* is a place (period, class, moving, cell) at which some vessel was heard; spots are
    numbered in the order of `keys`. Vessels are numbered in the order of `vessels`.

    Attributes:
        vessels: MMSIs, ascending.
        keys: key of each spot, ascending, shape (n_spots,).
        spot_days: vessel-days at each spot.
        spot_positions: positions heard there.
        stay_start: where each spot's stays begin, shape (n_spots + 1,).
        stay_vessel: whose stay it is, ascending within a spot.
        stay_days: its vessel-days.
        stay_positions: its positions.
        off_start: where each spot's silences that began there begin, shape (n_spots + 1,).
        off_vessel: whose they are.
        off_ms: how long they are.
        on_start: the same for silences that ended there.
        on_vessel: whose they are.
        on_ms: how long they are.
    """

    vessels: NDArray[np.int32]
    keys: NDArray[np.int64]
    spot_days: NDArray[np.float64]
    spot_positions: NDArray[np.int64]
    stay_start: NDArray[np.int64]
    stay_vessel: NDArray[np.int64]
    stay_days: NDArray[np.float64]
    stay_positions: NDArray[np.int64]
    off_start: NDArray[np.int64]
    off_vessel: NDArray[np.int64]
    off_ms: NDArray[np.int64]
    on_start: NDArray[np.int64]
    on_vessel: NDArray[np.int64]
    on_ms: NDArray[np.int64]

    @classmethod
    def of(
        cls, candidates: pl.DataFrame, reference: pl.DataFrame, without: pl.Series | None = None
    ) -> "Reception":
        """Return the reception that silences and vessel-days show.

        Args:
            candidates: silences (`find_gaps`).
            reference: vessel-days (`reference_days`).
            without: MMSIs that are no reference vessels.
        """
        if without is not None:
            candidates = candidates.filter(~pl.col("mmsi").is_in(without.implode()))
            reference = reference.filter(~pl.col("mmsi").is_in(without.implode()))
        stays = reference.with_columns(_key(_OFF_NAMES).alias("key")).sort("key", "mmsi")
        vessels = np.unique(stays["mmsi"].to_numpy())
        keys, start = np.unique(stays["key"].to_numpy(), return_index=True)
        stay_days = stays["days"].to_numpy()
        positions = stays["n_positions"].to_numpy()
        off_start, off_vessel, off_ms = _silences_at(candidates, _OFF_NAMES, keys, vessels)
        on_start, on_vessel, on_ms = _silences_at(candidates, _ON_NAMES, keys, vessels)
        return cls(
            vessels=vessels,
            keys=keys,
            spot_days=np.add.reduceat(stay_days, start) if start.size else np.empty(0),
            spot_positions=(
                np.add.reduceat(positions, start) if start.size else np.empty(0, np.int64)
            ),
            stay_start=np.append(start, stay_days.size).astype(np.int64),
            stay_vessel=np.searchsorted(vessels, stays["mmsi"].to_numpy()),
            stay_days=stay_days,
            stay_positions=positions,
            off_start=off_start,
            off_vessel=off_vessel,
            off_ms=off_ms,
            on_start=on_start,
            on_vessel=on_vessel,
            on_ms=on_ms,
        )


def natural_rates(
    candidates: pl.DataFrame, reception: Reception, rule: ReceptionRule
) -> pl.DataFrame:
    """Return how usual silences as long as each candidate are where it began and ended.

    Args:
        candidates: silences with their places (`find_gaps`), shape (n,).
        reception: what is known.
        rule: of reception.

    Returns:
        Shape (n,): `natural_rate_per_d`, the larger of the two rates; `natural_rate_hi`, the
        larger of their upper bounds; `reference_days`, those of the side with the larger bound
        (the fewest the verdict rests on). Rates are null where there is no vessel-day.
    """
    asked_ms = np.rint(candidates["silence_h"].to_numpy() * MS_PER_H).astype(np.int64)
    off = _side_rates(candidates, _OFF_NAMES, asked_ms, reception, rule)
    on = _side_rates(candidates, _ON_NAMES, asked_ms, reception, rule)
    heard = candidates[_ON_NAMES[0]].is_not_null().to_numpy()
    worse_on = heard & (on.hi > off.hi)
    return pl.DataFrame(
        {
            "natural_rate_per_d": np.where(heard, np.maximum(off.rate, on.rate), off.rate),
            "natural_rate_hi": np.where(worse_on, on.hi, off.hi),
            "reference_days": np.where(worse_on, on.days, off.days),
        }
    ).with_columns(
        pl.when(pl.col("reference_days") > 0.0).then(pl.col(name)).alias(name)
        for name in ("natural_rate_per_d", "natural_rate_hi")
    )


def are_rare_where_began(
    candidates: pl.DataFrame, reception: Reception, rule: ReceptionRule, length: timedelta
) -> pl.Series:
    """Return whether silences of a length are known to be rare where each candidate began.

    Rare is a natural rate of at most `rule.deaf_min_rate`; known, by at least
    `rule.min_reference_days`.
    """
    asked = candidates.select("mmsi", *_OFF_NAMES).unique(maintain_order=True)
    asked_ms = np.full(asked.height, length // timedelta(milliseconds=1))
    rates = _side_rates(asked, _OFF_NAMES, asked_ms, reception, rule)
    rare = (rates.days >= rule.min_reference_days) & (rates.rate <= rule.deaf_min_rate)
    return candidates.select("mmsi", *_OFF_NAMES).join(
        asked.with_columns(pl.Series("rare", rare)),
        on=["mmsi", *_OFF_NAMES],
        how="left",
        maintain_order="left",
    )["rare"]


def expected_silences(reception: Reception, rule: ReceptionRule, min_silence: timedelta) -> float:
    """Return how many silences chance alone may have made that were then called `silent`.

    Where a place has days enough for that verdict, silences so long that at most k of them were
    heard there are called `silent`, k being the most whose upper bound is still rare enough. Chance
    gives such silences at a rate of about (k + 1/2) in all the days pooled, so at the place itself
    that times its own days; summed over places.

    Args:
        reception: what is known.
        rule: of reception.
        min_silence: silences that are not longer are not counted.
    """
    longest = np.full(reception.keys.size, np.iinfo(np.int64).max)
    shortest = np.full(reception.keys.size, min_silence // timedelta(milliseconds=1))
    nobody = np.full(reception.keys.size, -1)
    _, days = _pooled(reception.keys, longest, nobody, reception, rule, began=True)
    counts, _ = _pooled(reception.keys, shortest, nobody, reception, rule, began=True)
    enough = np.flatnonzero(days >= -math.log(1.0 - rule.confidence) / rule.silent_max_rate)
    allowed = rule.silent_max_rate * days[enough]
    bounds = upper_bounds(np.arange(1 + int(allowed.max(initial=0.0))), rule.confidence)
    most = np.searchsorted(bounds, allowed, side="right") - 1
    rates = (np.minimum(most, counts[enough]) + 0.5) / days[enough]
    return math.fsum(rates * reception.spot_days[enough])


def _key(names: tuple[str, ...]) -> pl.Expr:
    """Return a place as one whole number; of one period, class and motion they are neighbours."""
    period, ais_class, moving, x, y = (pl.col(name).cast(pl.Int64) for name in names)
    group = (period * 4 + ais_class.clip(0, 3)) * 2 + moving
    return (group * _SIDE + x + _HALF_SIDE) * _SIDE + y + _HALF_SIDE


def _silences_at(
    candidates: pl.DataFrame,
    names: tuple[str, ...],
    keys: NDArray[np.int64],
    vessels: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return where each spot's silences start, whose they are, how long; by spot, longest first."""
    silences = (
        candidates.select(
            "mmsi",
            (pl.col("silence_h") * MS_PER_H).round().cast(pl.Int64),
            _key(names).alias("key"),
        )
        .drop_nulls("key")
        .sort("key", "silence_h", "mmsi", descending=[False, True, False])
    )
    start = np.searchsorted(silences["key"].to_numpy(), keys)
    # Every silence begins and ends at a position, so each lies at a spot.
    return (
        np.append(start, silences.height).astype(np.int64),
        np.searchsorted(vessels, silences["mmsi"].to_numpy()),
        silences["silence_h"].to_numpy(),
    )


def _side_rates(
    candidates: pl.DataFrame,
    names: tuple[str, ...],
    asked_ms: NDArray[np.int64],
    reception: Reception,
    rule: ReceptionRule,
) -> "_Rates":
    """Return what is known on one side of each candidate; no days, 0 and infinity if nothing."""
    began = names == _OFF_NAMES
    mmsi = candidates["mmsi"].to_numpy()
    own = np.searchsorted(reception.vessels, mmsi)
    known = (own < reception.vessels.size) & (np.append(reception.vessels, -1)[own] == mmsi)
    keys = candidates.select(_key(names).fill_null(-1).alias("key"))["key"].to_numpy()
    counts, days = _pooled(keys, asked_ms, np.where(known, own, -1), reception, rule, began=began)
    some = days > 0.0
    rate, hi = np.zeros(days.size), np.full(days.size, np.inf)
    np.divide(counts, days, out=rate, where=some)
    distinct, which = np.unique(counts, return_inverse=True)
    np.divide(upper_bounds(distinct, rule.confidence)[which], days, out=hi, where=some)
    return _Rates(days, rate, hi)


def _pooled(  # noqa: PLR0913 - what is asked, of whom, and what is known
    keys: NDArray[np.int64],
    asked_ms: NDArray[np.int64],
    own: NDArray[np.int64],
    reception: Reception,
    rule: ReceptionRule,
    *,
    began: bool,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return silences of at least the lengths asked, and vessel-days, about places; shape (n,).

    Args:
        keys: of the places; -1 for none.
        asked_ms: lengths.
        own: number of the vessel that asks, which does not count; -1 for none.
        reception: what is known.
        rule: of reception.
        began: count silences where they began, else where they ended.
    """
    counts, days = _pool(
        keys,
        asked_ms,
        own,
        reception.keys,
        reception.stay_start,
        reception.stay_vessel,
        reception.stay_days,
        reception.stay_positions,
        reception.spot_days,
        reception.spot_positions,
        reception.off_start if began else reception.on_start,
        reception.off_vessel if began else reception.on_vessel,
        reception.off_ms if began else reception.on_ms,
        reception.vessels.size,
        rule.cell_km,
        rule.pool_rings,
        rule.pool_lat_deg,
        rule.pool_ratio,
        -math.log(1.0 - rule.confidence) / rule.silent_max_rate,
        rule.deaf_min_rate,
        rule.min_reference_days,
        rule.max_vessel_share,
    )
    return counts, days


class _Rates(NamedTuple):
    """Vessel-days, natural rate and its upper bound, per day; shape (n,) each."""

    days: NDArray[np.float64]
    rate: NDArray[np.float64]
    hi: NDArray[np.float64]


@njit(cache=True, nogil=True)
def _cell_lat_deg(x: int, y: int, cell_km: float) -> float:
    """Return the latitude of a cell's middle, degrees."""
    radius_m = math.hypot(x + 0.5, y + 0.5) * cell_km * 1000.0
    return 90.0 - 2.0 * math.degrees(math.asin(min(1.0, radius_m / (2.0 * SPHERE_RADIUS_M))))


@njit(cache=True, nogil=True)
def _of_vessel(
    spot: int, vessel: int, start: NDArray[np.int64], stay_vessel: NDArray[np.int64]
) -> int:
    """Return the row of a vessel's stay at a spot, -1 if it was not there."""
    first, last = start[spot], start[spot + 1]
    at = first + np.searchsorted(stay_vessel[first:last], vessel)
    return at if at < last and stay_vessel[at] == vessel else -1


@njit(cache=True, nogil=True)
def _pool(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one flat kernel
    asked_key: NDArray[np.int64],
    asked_ms: NDArray[np.int64],
    own: NDArray[np.int64],
    keys: NDArray[np.int64],
    stay_start: NDArray[np.int64],
    stay_vessel: NDArray[np.int64],
    stay_days: NDArray[np.float64],
    stay_positions: NDArray[np.int64],
    spot_days: NDArray[np.float64],
    spot_positions: NDArray[np.int64],
    silence_start: NDArray[np.int64],
    silence_vessel: NDArray[np.int64],
    silence_ms: NDArray[np.int64],
    n_vessels: int,
    cell_km: float,
    rings: int,
    pool_lat_deg: float,
    pool_ratio: float,
    needed_days: float,
    deaf_rate: float,
    min_days: float,
    vessel_share: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return silences of at least the length asked, and vessel-days, about each place asked of."""
    counts, days = np.zeros(asked_key.size, np.int64), np.zeros(asked_key.size)
    of_vessel, callers = np.zeros(n_vessels, np.int64), np.empty(n_vessels, np.int64)
    most = (2 * rings + 1) ** 2
    spots, about, about_ring = (
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
    )
    for k in range(asked_key.size):
        if asked_key[k] < 0:
            continue
        x, y = (asked_key[k] // _SIDE) % _SIDE, asked_key[k] % _SIDE
        group = asked_key[k] // (_SIDE * _SIDE)
        lat = _cell_lat_deg(x - _HALF_SIDE, y - _HALF_SIDE, cell_km)
        # All spots about it; in a column of cells their keys follow one another.
        n_about = 0
        for dx in range(-rings, rings + 1):
            key = (group * _SIDE + x + dx) * _SIDE + y
            spot = np.searchsorted(keys, key - rings)
            while spot < keys.size and keys[spot] <= key + rings:
                dy = keys[spot] - key
                other = _cell_lat_deg(x + dx - _HALF_SIDE, y + dy - _HALF_SIDE, cell_km)
                if abs(other - lat) <= pool_lat_deg:
                    about[n_about], about_ring[n_about] = spot, max(abs(dx), abs(dy))
                    n_about += 1
                spot += 1
        n_spots, interval, near_days, near_positions = 0, -1.0, 0.0, 0
        for ring in range(rings + 1):
            pooled = n_spots
            for m in range(n_about):
                if about_ring[m] != ring:
                    continue
                spot = about[m]
                d, n = spot_days[spot], spot_positions[spot]
                mine = _of_vessel(spot, own[k], stay_start, stay_vessel)
                if mine >= 0:
                    d, n = d - stay_days[mine], n - stay_positions[mine]
                if n <= 0:
                    continue
                if interval > 0.0 and not (
                    interval <= pool_ratio * d / n and d / n <= pool_ratio * interval
                ):
                    continue
                spots[n_spots] = spot
                n_spots += 1
                near_days, near_positions = near_days + d, near_positions + n
            if n_spots == pooled:
                continue
            # What is like here is told by the place itself, or else by its nearest neighbours.
            if interval < 0.0 and near_positions > 0:
                interval = near_days / near_positions
            # Silences lie longest first. They are counted per vessel; one that gives too many is
            # taken in part, its silences and its days alike, and so the rate is not pulled down.
            total, n_callers = 0, 0
            for s in range(n_spots):
                for j in range(silence_start[spots[s]], silence_start[spots[s] + 1]):
                    if silence_ms[j] < asked_ms[k]:
                        break
                    v = silence_vessel[j]
                    if v != own[k]:
                        if of_vessel[v] == 0:
                            callers[n_callers] = v
                            n_callers += 1
                        of_vessel[v] += 1
                        total += 1
            share = max(1, int(vessel_share * total))
            counts[k], days[k] = 0, near_days
            for c in range(n_callers):
                v = callers[c]
                counts[k] += min(of_vessel[v], share)
                if of_vessel[v] > share:
                    left_out = 1.0 - share / of_vessel[v]
                    for s in range(n_spots):
                        stay = _of_vessel(spots[s], v, stay_start, stay_vessel)
                        if stay >= 0:
                            days[k] -= left_out * stay_days[stay]
                of_vessel[v] = 0
            if days[k] >= needed_days or (
                counts[k] >= _ENOUGH and days[k] >= min_days and counts[k] >= deaf_rate * days[k]
            ):
                break
    return counts, days
