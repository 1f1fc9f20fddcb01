"""A seed and a fleet, in; a made season as AIS lines, and its truth as tables, out."""

from northwatch.season.fleets import Fleet
from northwatch.season.knowable import TruthRule
from northwatch.season.plan import Dirt, Reception, SeasonPlan
from northwatch.season.scoring import Kind, Score, score, unpaired
from northwatch.season.season import Block, Season, make_season
from northwatch.season.statistics import compared, statistics_of
from northwatch.season.truth import Truth

__all__ = [
    "Block",
    "Dirt",
    "Fleet",
    "Kind",
    "Reception",
    "Score",
    "Season",
    "SeasonPlan",
    "Truth",
    "TruthRule",
    "compared",
    "make_season",
    "score",
    "statistics_of",
    "unpaired",
]
