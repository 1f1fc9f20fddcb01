"""Found events and the truth of a season, in; precision, recall and errors of time, out."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from northwatch.errors import ParameterError, SchemaError
from northwatch.season.truth import Truth

Kind = Literal["zone_visit", "gate_crossing", "gap"]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OVERLAP: Final = 0.5  # of the union
INSTANT_MS: Final = 60_000
_MS: Final = 1000.0
# Counts more than any sum of overlaps or of nearness: more pairs before better ones.
_PAIR: Final = 1e3
_NEAR_MS: Final = 1e12

_KEYS: Final[dict[Kind, tuple[str, ...]]] = {
    "zone_visit": ("mmsi", "zone_id"),
    "gate_crossing": ("mmsi", "gate_id", "sign"),
    "gap": ("mmsi",),
}


@dataclass(frozen=True, slots=True)
class Score:
    """How found events compare with planted ones.

    Attributes:
        kind: of event.
        precision: paired share of the found that could be judged; null if none.
        recall: paired share of the planted that could be known; null if none.
        n_found: found, less those excused.
        n_truth: planted that could be known.
        n_found_paired: found with a partner.
        n_truth_paired: planted that could be known, with a partner.
        n_excused: found without a partner that meet a planted event which could not be known.
        n_not_observable: planted that could not be known; apart, and not in recall.
        median_time_error_s: over the paired; of intervals, beginning and end both count where
            neither is cut by the edge of the data.
        p95_time_error_s: 95th percentile of the same.
        in_bounds_share: instants: true times inside the found rows' bounds; null for intervals.
    """

    kind: Kind
    precision: float | None
    recall: float | None
    n_found: int
    n_truth: int
    n_found_paired: int
    n_truth_paired: int
    n_excused: int
    n_not_observable: int
    median_time_error_s: float | None
    p95_time_error_s: float | None
    in_bounds_share: float | None

    def as_row(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Who is whose partner: row numbers of the found, of the planted, shape (n,) both."""

    found: Ints
    truth: Ints


def score(found: pl.DataFrame, truth: Truth, kind: Kind) -> Score:
    """Compare found events with planted ones by the pairing of events.md 15.2.

    Same MMSI, same object (zone, or gate and direction); intervals overlap by at least half of
    their union; instants differ by at most the greater of 60 s and the found row's own bounds;
    one-to-one, so that the total overlap is greatest.

    Args:
        found: `schema.ZONE_VISITS`, `schema.GATE_CROSSINGS` or `schema.GAPS`; a null `t_to_ms` is
            open. Crossings without a gate (candidates) are left out.
        truth: of the season that the rows came from.
        kind: which of them.

    Raises:
        ParameterError: `kind` is none of these.
        SchemaError: a column is missing.
    """
    if kind not in _KEYS:
        raise ParameterError(name="kind", value=kind, allowed=", ".join(_KEYS))
    rows, planted = _found_rows(found, kind), _truth_rows(truth, kind)
    pairing = paired(rows, planted, kind)
    return _scored(rows, planted, pairing, kind)


def unpaired(found: pl.DataFrame, truth: Truth, kind: Kind) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the found rows, and the planted rows that could be known, without a partner."""
    rows, planted = _found_rows(found, kind), _truth_rows(truth, kind)
    pairing = paired(rows, planted, kind)
    alone = rows.filter(~pl.int_range(pl.len()).is_in(pairing.found.tolist()))
    missed = planted.filter(~pl.int_range(pl.len()).is_in(pairing.truth.tolist()))
    return alone, missed.filter("observable")


def _found_rows(found: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    needed = (*_KEYS[kind], "t_from_ms", "t_to_ms")
    bounds = ("t_from_lo_ms", "t_from_hi_ms") if kind == "gate_crossing" else ()
    missing = [name for name in (*needed, *bounds) if name not in found.columns]
    if missing:
        raise SchemaError(table=f"found {kind}s", missing=missing, present=found.columns)
    rows = found.filter(pl.all_horizontal(pl.col(_KEYS[kind]).is_not_null()))
    if kind != "gate_crossing":
        return rows
    lo, hi = pl.col("t_from_lo_ms"), pl.col("t_from_hi_ms")
    return rows.with_columns(
        lo_ms=lo.fill_null(pl.col("t_from_ms")), hi_ms=hi.fill_null(pl.col("t_from_ms"))
    )


def _truth_rows(truth: Truth, kind: Kind) -> pl.DataFrame:
    if kind == "zone_visit":
        return truth.zone_visits
    if kind == "gap":
        return truth.gaps.with_columns(open_to=pl.col("t_to_ms").is_null())
    return truth.gate_crossings.rename({"t_ms": "t_from_ms"})


def paired(found: pl.DataFrame, planted: pl.DataFrame, kind: Kind) -> Pairing:
    """Return the one-to-one pairing of greatest total overlap (or nearness) within each object."""
    end_ms = _end_ms(found, planted)
    weigh = _instants if kind == "gate_crossing" else _intervals
    numbered = planted.with_row_index("row").partition_by(_KEYS[kind], as_dict=True)
    pairs = []
    for key, mine in found.with_row_index("row").partition_by(_KEYS[kind], as_dict=True).items():
        theirs = numbered.get(key)
        if theirs is None:
            continue
        weight = weigh(mine, theirs, end_ms)
        for k, j in _matched(weight):
            pairs.append((mine["row"][k], theirs["row"][j]))
    both = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    return Pairing(both[:, 0], both[:, 1])


def _end_ms(found: pl.DataFrame, planted: pl.DataFrame) -> int:
    """Return when open events are taken to end: the latest instant of all."""
    names = [name for name in ("t_from_ms", "t_to_ms", "as_of_ms") if name in found.columns]
    latest = [found[name].max() for name in names]
    latest += [planted[name].max() for name in ("t_from_ms", "t_to_ms") if name in planted.columns]
    return max((int(t) for t in latest if isinstance(t, int)), default=0)


def _intervals(found: pl.DataFrame, planted: pl.DataFrame, end_ms: int) -> Floats:
    """Return the overlap over the union, shape (found, planted); 0 below `OVERLAP`."""
    f0, f1 = (_column(found[name].fill_null(end_ms)) for name in ("t_from_ms", "t_to_ms"))
    p0, p1 = (_column(planted[name].fill_null(end_ms)) for name in ("t_from_ms", "t_to_ms"))
    union = np.maximum(f1[:, None], p1) - np.minimum(f0[:, None], p0)
    overlap = np.minimum(f1[:, None], p1) - np.maximum(f0[:, None], p0)
    share = np.where(union > 0.0, np.maximum(overlap, 0.0) / np.where(union > 0.0, union, 1.0), 1.0)
    return np.where(share >= OVERLAP, share, 0.0)


def _instants(found: pl.DataFrame, planted: pl.DataFrame, _end_ms: int) -> Floats:
    """Return the nearness of instants, shape (found, planted); 0 where too far."""
    t, lo, hi = (_column(found[name]) for name in ("t_from_ms", "lo_ms", "hi_ms"))
    off = _column(planted["t_from_ms"])[None, :] - t[:, None]
    room = np.maximum(INSTANT_MS, np.where(off < 0.0, (t - lo)[:, None], (hi - t)[:, None]))
    return np.where(np.abs(off) <= room, 1.0 - np.abs(off) / _NEAR_MS, 0.0)


def _column(values: pl.Series) -> Floats:
    return values.cast(pl.Float64).to_numpy()


def _matched(weight: Floats) -> Iterator[tuple[int, int]]:
    """Yield (found, planted) of the best pairing; knots of rivals are untied one by one."""
    rows, columns = np.nonzero(weight)
    only = (np.count_nonzero(weight, axis=1)[rows] == 1) & (
        np.count_nonzero(weight, axis=0)[columns] == 1
    )
    yield from zip(rows[only].tolist(), columns[only].tolist(), strict=True)
    rivals, wanted = np.unique(rows[~only]), np.unique(columns[~only])
    if rivals.size:
        knot = weight[np.ix_(rivals, wanted)]
        for k, j in best_assignment(np.where(knot > 0.0, _PAIR + knot, 0.0)):
            if knot[k, j] > 0.0:
                yield int(rivals[k]), int(wanted[j])


def best_assignment(weight: Floats) -> list[tuple[int, int]]:
    """Return the one-to-one assignment of greatest total weight, as (row, column).

    Args:
        weight: shape (n, m), 0 or more.

    Source:
        Kuhn 1955 (doi 10.1002/nav.3800020109), in the form with potentials, O(n**2 m).
    """
    if weight.shape[0] > weight.shape[1]:
        return sorted((row, column) for column, row in best_assignment(weight.T))
    cost = weight.max(initial=0.0) - weight
    n, m = cost.shape
    row_price, column_price = np.zeros(n + 1), np.zeros(m + 1)
    owner = np.zeros(m + 1, np.int64)  # row + 1 that holds each column; column 0 stands outside
    for row in range(1, n + 1):
        owner[0] = row
        _augment(cost, owner, row_price, column_price)
    return sorted((int(owner[j]) - 1, j - 1) for j in range(1, m + 1) if owner[j])


def _augment(cost: Floats, owner: Ints, row_price: Floats, column_price: Floats) -> None:
    """Give the row that stands in column 0 a column, along the cheapest chain of changes."""
    m = cost.shape[1]
    least = np.full(m + 1, np.inf)
    came_from = np.zeros(m + 1, np.int64)
    done = np.zeros(m + 1, np.bool_)
    column = 0
    while owner[column]:
        done[column] = True
        row = owner[column]
        slack = cost[row - 1] - row_price[row] - column_price[1:]
        better = ~done[1:] & (slack < least[1:])
        least[1:][better] = slack[better]
        came_from[1:][better] = column
        open_columns = np.flatnonzero(~done[1:]) + 1
        nearest = int(open_columns[np.argmin(least[open_columns])])
        step = least[nearest]
        row_price[owner[done]] += step
        column_price[done] -= step
        least[~done] -= step
        column = nearest
    while column:
        before = int(came_from[column])
        owner[column] = owner[before]
        column = before


def _scored(found: pl.DataFrame, planted: pl.DataFrame, pairing: Pairing, kind: Kind) -> Score:
    known = planted["observable"].to_numpy()
    alone = np.setdiff1d(np.arange(found.height), pairing.found)
    excused = _excused(found[alone.tolist()], planted.filter(~pl.col("observable")), kind)
    n_found, n_truth = found.height - excused, int(known.sum())
    n_paired = pairing.found.size
    n_known_paired = int(known[pairing.truth].sum())
    errors_s, in_bounds = _errors(
        found[pairing.found.tolist()], planted[pairing.truth.tolist()], kind
    )
    return Score(
        kind=kind,
        precision=n_paired / n_found if n_found else None,
        recall=n_known_paired / n_truth if n_truth else None,
        n_found=n_found,
        n_truth=n_truth,
        n_found_paired=n_paired,
        n_truth_paired=n_known_paired,
        n_excused=excused,
        n_not_observable=planted.height - n_truth,
        median_time_error_s=float(np.median(errors_s)) if errors_s.size else None,
        p95_time_error_s=float(np.percentile(errors_s, 95)) if errors_s.size else None,
        in_bounds_share=float(in_bounds.mean()) if in_bounds.size else None,
    )


def _excused(alone: pl.DataFrame, hidden: pl.DataFrame, kind: Kind) -> int:
    """Return how many found rows without partner meet a planted one that could not be known."""
    if not alone.height or not hidden.height:
        return 0
    meets = _meets_instant if kind == "gate_crossing" else _meets_interval
    keys = [name for name in _KEYS[kind] if name != "sign"]
    rows = alone.with_row_index("row").join(hidden, on=keys, suffix="_planted")
    end_ms = _end_ms(alone, hidden)
    return int(rows.filter(meets(end_ms))["row"].n_unique())


def _meets_interval(end_ms: int) -> pl.Expr:
    ends = pl.col("t_to_ms").fill_null(end_ms) >= pl.col("t_from_ms_planted")
    return ends & (pl.col("t_from_ms") <= pl.col("t_to_ms_planted").fill_null(end_ms))


def _meets_instant(_end_ms: int) -> pl.Expr:
    low = pl.min_horizontal("lo_ms", pl.col("t_from_ms") - INSTANT_MS)
    high = pl.max_horizontal("hi_ms", pl.col("t_from_ms") + INSTANT_MS)
    return pl.col("t_from_ms_planted").is_between(low, high)


def _errors(found: pl.DataFrame, planted: pl.DataFrame, kind: Kind) -> tuple[Floats, Floats]:
    """Return errors of time, seconds, and for instants whether the truth lies in the bounds."""
    begin = np.abs(_column(found["t_from_ms"]) - _column(planted["t_from_ms"])) / _MS
    if kind == "gate_crossing":
        t = _column(planted["t_from_ms"])
        inside = (_column(found["lo_ms"]) <= t) & (t <= _column(found["hi_ms"]))
        return begin, inside.astype(np.float64)
    end = (found["t_to_ms"] - planted["t_to_ms"]).abs().cast(pl.Float64)
    whole = end.is_not_null().to_numpy() & ~planted["open_to"].to_numpy()
    from_edge = (
        ~planted["open_from"].to_numpy() if "open_from" in planted.columns
        else np.ones(planted.height, np.bool_)
    )  # fmt: skip
    ends_s = end.fill_null(0.0).to_numpy()[whole] / _MS
    return np.concatenate([begin[from_edge], ends_s]), np.empty(0)
