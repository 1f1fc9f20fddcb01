"""Minutes with a report from anyone, in; the intervals in which a supplier delivered, out."""

import json
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from northwatch.schema import Column, Table

MS_PER_MINUTE: Final = 60_000
# A pause ten times the usual longest one is not listened to (events.md 1.2; the project's choice).
PAUSE_FACTOR: Final = 10
# With reports each second the usual longest pause is under a minute, which minutes cannot show.
SHORTEST_PAUSE_MIN: Final = 1

LISTENING: Final = Table(
    "listening",
    "an interval in which a supplier delivered",
    (
        Column("dialect", pl.String(), "supplier, as the dialect that its files were read by"),
        Column("t_from_ms", pl.Int64(), "first minute with a report", "ms"),
        Column("t_to_ms", pl.Int64(), "end of the last such minute", "ms"),
    ),
    ("dialect", "t_from_ms"),
)


class Minutes:
    """Gathers the minutes in which a source file has at least one report."""

    def __init__(self) -> None:
        """Begin with none."""
        self._seen: set[int] = set()

    def add(self, t_ms: pl.Series) -> None:
        """Take the times of reports, nulls allowed."""
        if not t_ms.is_empty():
            minutes = (t_ms.drop_nulls() // MS_PER_MINUTE).unique()
            self._seen.update(minutes.to_list())

    def runs(self) -> str:
        """Return JSON: [first, last] of each run of consecutive minutes, in order."""
        minutes = np.array(sorted(self._seen), np.int64)
        return json.dumps(_runs(minutes, 1).tolist())


def listening_intervals(ingests: pl.DataFrame) -> pl.DataFrame:
    """Join the minutes of each supplier's files to intervals without an unusual pause.

    A pause of more than ten times the supplier's usual longest pause ends an interval: such a
    pause is a missing file or a receiver that stood still, and no vessel's silence. The usual
    longest pause is the median over days of the day's longest pause.

    Args:
        ingests: `schema.INGESTS`.

    Returns:
        `LISTENING`, in its order; empty if no file has a report with a time.
    """
    found = [
        pl.DataFrame(
            {
                "dialect": [dialect] * len(runs),
                "t_from_ms": runs[:, 0] * MS_PER_MINUTE,
                "t_to_ms": (runs[:, 1] + 1) * MS_PER_MINUTE,
            }
        )
        for (dialect,), files in ingests.sort("dialect").group_by("dialect", maintain_order=True)
        if len(runs := _intervals(files["minutes"]))
    ]
    return LISTENING.conform(pl.concat(found)) if found else LISTENING.empty()


def _intervals(minutes: pl.Series) -> NDArray[np.int64]:
    """Return [first, last] minute of each interval of one supplier."""
    runs = [run for text in minutes for run in json.loads(text)]
    if not runs:
        return np.empty((0, 2), np.int64)
    heard = np.unique(np.concatenate([np.arange(first, last + 1) for first, last in runs]))
    return _runs(heard, PAUSE_FACTOR * _usual_longest_pause(heard))


def _usual_longest_pause(heard: NDArray[np.int64]) -> int:
    """Return the median over days of the longest pause within the day, minutes."""
    if len(heard) < 2:  # noqa: PLR2004 - no pause without two
        return SHORTEST_PAUSE_MIN
    pauses = pl.DataFrame({"day": heard[1:] // 1440, "pause": np.diff(heard)})
    longest = pauses.group_by("day").agg(pl.col("pause").max())["pause"]
    return max(int(np.median(longest.to_numpy())), SHORTEST_PAUSE_MIN)


def _runs(minutes: NDArray[np.int64], longest_step: int) -> NDArray[np.int64]:
    """Return [first, last] of each run of sorted minutes whose steps are not over the longest."""
    if not len(minutes):
        return np.empty((0, 2), np.int64)
    breaks = np.flatnonzero(np.diff(minutes) > longest_step)
    firsts = minutes[np.concatenate([[0], breaks + 1])]
    lasts = minutes[np.concatenate([breaks, [len(minutes) - 1]])]
    return np.column_stack([firsts, lasts])
