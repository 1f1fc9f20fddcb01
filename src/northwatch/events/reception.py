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
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from northwatch.events.poisson import upper_bounds
from northwatch.events.pooling import HALF_SIDE, SIDE, Silences, Stays, pool
from northwatch.events.rules import ReceptionRule
from northwatch.events.silences import PLACE
from northwatch.units import MS_PER_H

ON: Final = "_on"
PLACE_ON: Final = pl.Schema({name + ON: dtype for name, dtype in PLACE.items()})
_OFF_NAMES: Final = tuple(PLACE)
_ON_NAMES: Final = tuple(PLACE_ON)


@dataclass(frozen=True, slots=True, eq=False)
class Reception:
    """What is known of the natural rate of silences.

    Attributes:
        vessels: MMSIs, ascending; kernels know vessels by their number here.
        stays: vessel-days by spot and vessel.
        began: silences by the spot at which they began.
        ended: silences by the spot at which they ended.
    """

    vessels: NDArray[np.int32]
    stays: Stays
    began: Silences
    ended: Silences

    @classmethod
    def of(
        cls,
        candidates: pl.DataFrame,
        reference: pl.DataFrame,
        rule: ReceptionRule,
        *,
        without: pl.Series | None = None,
    ) -> "Reception":
        """Return the reception that silences and vessel-days show.

        Args:
            candidates: silences (`find_gaps`).
            reference: vessel-days (`reference_days`).
            rule: of reception.
            without: MMSIs that are no reference vessels.
        """
        if without is not None:
            candidates = candidates.filter(~pl.col("mmsi").is_in(without.implode()))
            reference = reference.filter(~pl.col("mmsi").is_in(without.implode()))
        rows = reference.with_columns(_key(_OFF_NAMES).alias("key")).sort("key", "mmsi")
        vessels, vessel = np.unique(rows["mmsi"].to_numpy(), return_inverse=True)
        keys, start = np.unique(rows["key"].to_numpy(), return_index=True)
        days, positions = rows["days"].to_numpy(), rows["n_positions"].to_numpy()
        stays = Stays(
            keys=keys,
            start=np.append(start, days.size).astype(np.int64),
            vessel=vessel.astype(np.int64),
            days=days,
            positions=positions,
            spot_days=_sums(days, start),
            spot_positions=_sums(positions, start),
        )
        return cls(
            vessels=vessels,
            stays=stays,
            began=_silences_at(candidates, _OFF_NAMES, vessels, stays, rule),
            ended=_silences_at(candidates, _ON_NAMES, vessels, stays, rule),
        )


def _sums(values: NDArray[Any], start: NDArray[np.int64]) -> NDArray[Any]:
    return np.add.reduceat(values, start) if start.size else values[:0]


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
    longest = np.full(reception.stays.keys.size, np.iinfo(np.int64).max)
    shortest = np.full(reception.stays.keys.size, min_silence // timedelta(milliseconds=1))
    nobody = np.full(reception.stays.keys.size, -1)
    _, days = _pooled(reception.stays.keys, longest, nobody, reception, rule, began=True)
    counts, _ = _pooled(reception.stays.keys, shortest, nobody, reception, rule, began=True)
    enough = np.flatnonzero(days >= -math.log(1.0 - rule.confidence) / rule.silent_max_rate)
    allowed = rule.silent_max_rate * days[enough]
    bounds = upper_bounds(np.arange(1 + int(allowed.max(initial=0.0))), rule.confidence)
    most = np.searchsorted(bounds, allowed, side="right") - 1
    rates = (np.minimum(most, counts[enough]) + 0.5) / days[enough]
    return math.fsum(rates * reception.stays.spot_days[enough])


def _key(names: tuple[str, ...]) -> pl.Expr:
    """Return a place as one whole number; of one period, class and motion they are neighbours."""
    period, ais_class, moving, x, y = (pl.col(name).cast(pl.Int64) for name in names)
    group = (period * 4 + ais_class.clip(0, 3)) * 2 + moving
    return (group * SIDE + x + HALF_SIDE) * SIDE + y + HALF_SIDE


def _silences_at(
    candidates: pl.DataFrame,
    names: tuple[str, ...],
    vessels: NDArray[np.int32],
    stays: Stays,
    rule: ReceptionRule,
) -> Silences:
    """Return the silences by spot, weighted so that no vessel gives more than its share there.

    A vessel that gives more counts in part, its silences and its days alike: so the rate is not
    pulled down where few vessels are.
    """
    length_ms = (pl.col("silence_h") * MS_PER_H).round().cast(pl.Int64)
    found = candidates.select("mmsi", length_ms.alias("ms"), _key(names).alias("key")).drop_nulls(
        "key"
    )
    # Every silence begins and ends at a position, so each has its row among the stays.
    n_vessels = max(vessels.size, 1)
    rows = np.repeat(np.arange(stays.keys.size), np.diff(stays.start)) * n_vessels + stays.vessel
    spot = np.searchsorted(stays.keys, found["key"].to_numpy())
    vessel = np.searchsorted(vessels, found["mmsi"].to_numpy())
    row = np.searchsorted(rows, spot * n_vessels + vessel)
    ms = found["ms"].to_numpy()
    by_row = np.lexsort((-ms, row))
    own = np.bincount(row, minlength=stays.days.size)
    total = np.bincount(spot, minlength=stays.keys.size)
    share = np.maximum(1, (rule.max_vessel_share * total).astype(np.int64))
    spot_of_row = rows // n_vessels
    weight = np.minimum(1.0, share[spot_of_row] / np.maximum(own, 1))
    by_spot = np.lexsort((row, -ms, spot))
    start = np.append(0, np.cumsum(total))
    so_far = np.append(0.0, np.cumsum(weight[row[by_spot]]))
    return Silences(
        start=start,
        ms=ms[by_spot],
        so_far=so_far[1:] - so_far[start[:-1]][spot[by_spot]],
        own_start=np.append(0, np.cumsum(own)),
        own_ms=ms[by_row],
        weight=weight,
        days=_sums(weight * stays.days, stays.start[:-1]),
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
    # A sum of weights is rounded up to the count that bounds it.
    distinct, which = np.unique(np.ceil(counts - 1e-9).astype(np.int64), return_inverse=True)
    np.divide(upper_bounds(distinct, rule.confidence)[which], days, out=hi, where=some)
    return _Rates(days, rate, hi)


def _pooled(
    keys: NDArray[np.int64],
    asked_ms: NDArray[np.int64],
    own: NDArray[np.int64],
    reception: Reception,
    rule: ReceptionRule,
    *,
    began: bool,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return silences of at least the lengths asked, and vessel-days, about places; shape (n,).

    Args:
        keys: of the places; -1 for none.
        asked_ms: lengths.
        own: number of the vessel that asks, which does not count; -1 for none.
        reception: what is known.
        rule: of reception.
        began: count silences where they began, else where they ended.
    """
    counts, days = pool(
        keys,
        asked_ms,
        own,
        reception.stays,
        reception.began if began else reception.ended,
        rule.cell_km,
        rule.pool_rings,
        rule.pool_lat_deg,
        rule.pool_ratio,
        -math.log(1.0 - rule.confidence) / rule.silent_max_rate,
        rule.deaf_min_rate,
        rule.min_reference_days,
    )
    return counts, days


class _Rates(NamedTuple):
    """Vessel-days, natural rate and its upper bound, per day; shape (n,) each."""

    days: NDArray[np.float64]
    rate: NDArray[np.float64]
    hi: NDArray[np.float64]
