"""Presence and events, in; figures with their definitions, out."""

from northwatch.access.answer import answer, trend_phrase
from northwatch.access.definition import (
    ACTOR_COLUMNS,
    MEASURES,
    NAIVE,
    PERIODS,
    Definition,
    Figure,
    SourceSpan,
    difference,
    differing_fields,
    require_like,
)
from northwatch.access.figures import ALL, TO_SIDE, Evidence, Figures, Query, behind, figures
from northwatch.access.presence import presence
from northwatch.access.season_window import SEASON_WINDOWS, season_windows

__all__ = [
    "ACTOR_COLUMNS",
    "ALL",
    "MEASURES",
    "NAIVE",
    "PERIODS",
    "SEASON_WINDOWS",
    "TO_SIDE",
    "Definition",
    "Evidence",
    "Figure",
    "Figures",
    "Query",
    "SourceSpan",
    "answer",
    "behind",
    "difference",
    "differing_fields",
    "figures",
    "presence",
    "require_like",
    "season_windows",
    "trend_phrase",
]
