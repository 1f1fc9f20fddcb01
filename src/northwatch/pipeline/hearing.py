"""Times of reports, in; spans in which a file was heard, and when suppliers listened, out."""

import json

import numpy as np
import polars as pl

from northwatch.events import JOIN_MS, heard_spans, listening_intervals


class Heard:
    """Gathers the spans in which one source file has reports, whatever the order they come in."""

    def __init__(self) -> None:
        """Begin with none."""
        self._spans: list[tuple[int, int]] = []

    def add(self, t_ms: pl.Series) -> None:
        """Take the times of reports, nulls allowed."""
        known = t_ms.drop_nulls().to_numpy()
        spans = heard_spans(known, np.zeros(known.size, np.int32))
        self._spans = joined([*self._spans, *spans.select("t_from_ms", "t_to_ms").rows()])

    def text(self) -> str:
        """Return JSON: [first, last] report of each span without a pause of a minute, ms."""
        return json.dumps(self._spans)


def joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans in order, with those less than a minute apart made one."""
    told: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if told and first - told[-1][1] < JOIN_MS:
            told[-1] = told[-1][0], max(told[-1][1], last)
        else:
            told.append((first, last))
    return told


def listening(ingests: pl.DataFrame) -> pl.DataFrame:
    """Return the intervals in which each supplier was listening.

    Files of one dialect are one supplier's: what pause is usual is known from all its days.

    Args:
        ingests: `schema.INGESTS`.

    Returns:
        Columns `source` (number of the dialect in alphabetical order), `t_from_ms`, `t_to_ms`.
    """
    ordered = ingests.sort("dialect", "source")
    ranks = ordered["dialect"].rank("dense").cast(pl.Int32)
    spans = [
        (rank, first, last)
        for rank, text in zip(ranks, ordered["heard"], strict=True)
        for first, last in json.loads(text)
    ]
    schema = {"source": pl.Int32, "t_from_ms": pl.Int64, "t_to_ms": pl.Int64}
    return listening_intervals(pl.DataFrame(spans, schema=schema, orient="row"))
