"""When reports came from each source, in; the intervals in which it was listening, out.

Without it a missing day file makes every ship fall silent. A source listens from its first report
to its last, less every pause without a single report from anyone that is ten times as long as its
usual longest pause.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from northwatch.units import MS_PER_DAY

# A pause this many times the usual longest one is a hole (project's choice).
HOLE_FACTOR: Final = 10.0
# The usual longest pause is the median of the longest in stretches of about this length.
STRETCH_MS: Final = MS_PER_DAY
# ... and of less where the source covers fewer days than this: a median needs several.
LEAST_STRETCHES: Final = 8
# Spans closer than this are one; so pauses below ten minutes are never holes (own judgement).
JOIN_MS: Final = 60_000
_FEW_BINS: Final = 1_000_000

LISTENING: Final = pl.Schema({"source": pl.Int32(), "t_from_ms": pl.Int64(), "t_to_ms": pl.Int64()})


def heard_spans(t_ms: NDArray[np.int64], source: NDArray[np.int32]) -> pl.DataFrame:
    """Return the spans in which each source was heard without a pause of `JOIN_MS` or more.

    Spans of parts of the data, by bucket or by day, may be concatenated before they are given to
    `listening_intervals`: pauses that another part fills close there.

    Args:
        t_ms: receive times, any order, shape (n,).
        source: which source each came from, shape (n,).

    Returns:
        Columns `source`, `t_from_ms`, `t_to_ms` (of the last report in the span), ordered by
        source and time.
    """
    parts = [pl.DataFrame(schema=LISTENING)]
    for one in _distinct(source).tolist():
        spans = _spans(t_ms if source.size and bool(np.all(source == one)) else t_ms[source == one])
        parts.append(
            pl.DataFrame(
                {
                    "source": np.full(spans.shape[0], one),
                    "t_from_ms": spans[:, 0],
                    "t_to_ms": spans[:, 1],
                },
                schema=LISTENING,
            )
        )
    return pl.concat(parts)


@njit(cache=True, nogil=True)
def _distinct(source: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the sources, ascending; they come in long runs, so no sort of all rows is needed."""
    known = np.empty(16, np.int32)
    n, last = 0, -1
    for k in range(source.size):
        if last >= 0 and known[last] == source[k]:
            continue
        last = 0
        while last < n and known[last] != source[k]:
            last += 1
        if last == n:
            if n == known.size:
                more = np.empty(2 * n, np.int32)
                more[:n] = known
                known = more
            known[n] = source[k]
            n += 1
    return np.sort(known[:n])


def _spans(t_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the spans without a pause of `JOIN_MS` or more, shape (m, 2)."""
    first, last = int(t_ms.min()), int(t_ms.max())
    n_bins = (last - first) // JOIN_MS + 1
    if n_bins > t_ms.size + _FEW_BINS:  # a wrong clock may have put a report in another year
        ordered = np.sort(t_ms)
        sparse: NDArray[np.int64] = _joined(ordered, ordered)
        return sparse
    lows, highs = _by_minute(t_ms, first, n_bins)
    heard = lows <= highs
    spans: NDArray[np.int64] = _joined(lows[heard], highs[heard])
    return spans


def listening_intervals(heard: pl.DataFrame) -> pl.DataFrame:
    """Return the intervals in which each source was listening.

    Args:
        heard: spans in which each source was heard, any order, they may overlap: columns
            `source`, `t_from_ms`, `t_to_ms` (`heard_spans`, or minutes with a report in each).
            Give sources of one supplier one key where its days come as files: what is usual is
            then known from all its days.

    Returns:
        Columns `source`, `t_from_ms`, `t_to_ms` (half-open: the last report's time plus one
        millisecond), ordered by source and time.
    """
    parts = [pl.DataFrame(schema=LISTENING)]
    for (source,), spans in heard.sort("source", "t_from_ms", "t_to_ms").group_by(
        "source", maintain_order=True
    ):
        joined = _joined(spans["t_from_ms"].to_numpy(), spans["t_to_ms"].to_numpy())
        pauses = joined[1:, 0] - joined[:-1, 1]
        hole = pauses >= HOLE_FACTOR * _usual_longest_pause_ms(joined)
        first = np.concatenate([joined[:1, 0], joined[1:, 0][hole]])
        last = np.concatenate([joined[:-1, 1][hole], joined[-1:, 1]])
        parts.append(
            pl.DataFrame(
                {"source": [source] * first.size, "t_from_ms": first, "t_to_ms": last + 1},
                schema=LISTENING,
            )
        )
    return pl.concat(parts)


@dataclass(frozen=True, slots=True, eq=False)
class Listening:
    """When at least one source was listening, as a function of time.

    Attributes:
        edges_ms: begins and ends in turn, ascending, shape (2 * n,).
        before_ms: listening time before each edge, shape (2 * n,).
    """

    edges_ms: NDArray[np.int64]
    before_ms: NDArray[np.int64]

    @staticmethod
    def of(intervals: pl.DataFrame) -> "Listening":
        """Return the union of the intervals of all sources."""
        ordered = intervals.sort("t_from_ms", "t_to_ms")
        edges = _union(ordered["t_from_ms"].to_numpy(), ordered["t_to_ms"].to_numpy())
        lengths = np.diff(edges, prepend=edges[:1])
        lengths[::2] = 0
        return Listening(edges, np.cumsum(lengths))

    def until_ms(self, t_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how long was listened before each instant, shape (n,)."""
        if self.edges_ms.size == 0:
            return np.zeros(t_ms.size, np.int64)
        k = np.searchsorted(self.edges_ms, t_ms, side="right") - 1
        at = np.maximum(k, 0)
        inside = (k >= 0) & (k % 2 == 0)
        since = np.where(inside, t_ms - self.edges_ms[at], 0)
        return np.where(k >= 0, self.before_ms[at] + since, 0)

    @property
    def end_ms(self) -> int:
        """End of the last interval; 0 if there is none."""
        return int(self.edges_ms[-1]) if self.edges_ms.size else 0


@njit(cache=True, nogil=True)
def _by_minute(
    t_ms: NDArray[np.int64], first_ms: int, n_bins: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the earliest and latest time in each bin of `JOIN_MS`; earliest > latest if none."""
    lows = np.full(n_bins, np.iinfo(np.int64).max)
    highs = np.full(n_bins, np.iinfo(np.int64).min)
    for t in t_ms:
        k = (t - first_ms) // JOIN_MS
        lows[k] = min(lows[k], t)
        highs[k] = max(highs[k], t)
    return lows, highs


@njit(cache=True, nogil=True)
def _joined(lows: NDArray[np.int64], highs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return spans, given by beginning, with those closer than `JOIN_MS` made one, shape (m, 2)."""
    out = np.empty((lows.size, 2), np.int64)
    n = 0
    for k in range(lows.size):
        if n > 0 and lows[k] - out[n - 1, 1] < JOIN_MS:
            out[n - 1, 1] = max(out[n - 1, 1], highs[k])
        else:
            out[n, 0], out[n, 1] = lows[k], highs[k]
            n += 1
    return out[:n]


def _union(lows: NDArray[np.int64], highs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return begins and ends of the union of half-open intervals ordered by beginning, in turn."""
    if lows.size == 0:
        return np.empty(0, np.int64)
    reach = np.maximum.accumulate(highs)
    new = np.flatnonzero(lows[1:] > reach[:-1]) + 1
    begins = lows[np.concatenate([[0], new])]
    ends = reach[np.concatenate([new - 1, [lows.size - 1]])]
    return np.stack([begins, ends], axis=1).ravel()


def _usual_longest_pause_ms(spans: NDArray[np.int64]) -> float:
    """Return the median, over stretches of about a day, of the longest pause; at least `JOIN_MS`.

    Stretches are counted from the first report, so that nothing hangs on where a day begins; of a
    pause over a border each side counts by itself. Stretches without a report say nothing of what
    is usual.
    """
    first, last = int(spans[0, 0]), int(spans[-1, 1])
    n = max(LEAST_STRETCHES, round((last - first) / STRETCH_MS))
    borders = first + np.arange(n + 1) * (last + 1 - first) // n
    longest = _longest_pauses(spans, borders)
    return float(np.median(longest[longest >= 0]))


@njit(cache=True, nogil=True)
def _longest_pauses(spans: NDArray[np.int64], borders: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the longest pause, at least `JOIN_MS`, within each stretch; -1 if it has no report."""
    out = np.full(borders.size - 1, -1)
    k = 0
    for s in range(spans.shape[0]):
        while k + 1 < out.size and borders[k + 1] <= spans[s, 0]:
            k += 1
        while True:
            begin, end = borders[k], borders[k + 1]
            before = spans[s, 0] - max(begin, spans[s - 1, 1] if s > 0 else spans[0, 0])
            after = min(end, spans[s + 1, 0] if s + 1 < spans.shape[0] else end) - spans[s, 1]
            out[k] = max(out[k], JOIN_MS, before, after)
            if k + 1 == out.size or borders[k + 1] > spans[s, 1]:
                break
            k += 1
    return out
