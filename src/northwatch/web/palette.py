"""Vessels, in; which actor gets which colour and which shape, out. Never a colour alone.

The eight actors with most vessels in the picture have a colour and a shape of their own, the rest
share one. Hues: Okabe and Ito, "Color universal design", with two more; nine are the limit.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

OTHER: Final = "other"
COLOURS: Final = (
    "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#785EF0", "#56B4E9", "#8C783C",
)  # fmt: skip
OTHER_COLOUR: Final = "#6E6E6E"
SHAPES: Final = (
    "circle", "square", "triangle", "diamond", "cross", "pentagon", "ring", "bar",
)  # fmt: skip
OTHER_SHAPE: Final = "dot"
DASHES: Final = ("", "6 3", "2 2", "8 3 2 3", "4 2", "10 4", "1 3", "6 2 1 2")


@dataclass(frozen=True, slots=True)
class Mark:
    """How one actor is drawn: code 0 to 7, or 8 for all others."""

    code: int
    actor: str
    colour: str
    shape: str
    dash: str


OTHER_MARK: Final = Mark(len(COLOURS), OTHER, OTHER_COLOUR, OTHER_SHAPE, "")


def marks(vessels: pl.DataFrame) -> dict[str, Mark]:
    """Return the marks of the eight flags with most vessels, ties by code, then `other`."""
    counted = (
        vessels.filter(pl.col("flag") != "UNK")
        .group_by("flag")
        .agg(n=pl.col("vessel_id").n_unique())
        .sort(["n", "flag"], descending=[True, False])
        .head(len(COLOURS))
    )
    made = {
        flag: Mark(code, flag, COLOURS[code], SHAPES[code], DASHES[code])
        for code, flag in enumerate(counted["flag"])
    }
    return {**made, OTHER: OTHER_MARK}


def mark_of(table: dict[str, Mark], actor: str) -> Mark:
    """Return the mark of an actor; that of `other` if it has none."""
    return table.get(actor, OTHER_MARK)
