"""Source files, in; the built picture, out: the steps in order over the lake."""

from northwatch.pipeline.build import BuildPlan, BuildResult, build
from northwatch.pipeline.ingest import FileResult, ingest
from northwatch.pipeline.made import MadeFiles, write_season
from northwatch.pipeline.reading import (
    EventQuery,
    build_facts,
    evidence,
    find_events,
    reject_log,
    vessel_dossier,
)
from northwatch.pipeline.watching import Watch, unwatched

__all__ = [
    "BuildPlan",
    "BuildResult",
    "EventQuery",
    "FileResult",
    "MadeFiles",
    "Watch",
    "build",
    "build_facts",
    "evidence",
    "find_events",
    "ingest",
    "reject_log",
    "unwatched",
    "vessel_dossier",
    "write_season",
]
