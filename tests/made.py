"""A small made season, read and built once for all tests that look at a picture."""

from pathlib import Path

from northwatch import pipeline
from northwatch.lake import Lake
from northwatch.season import SeasonPlan

PLAN = SeasonPlan(seed=5, days=4, vessels=24, interval_s=300.0, rest_interval_s=900.0)


def made_files(folder: Path, *, form: str = "nmea", plan: SeasonPlan = PLAN) -> list[Path]:
    """Write the season's files of lines and return them in order."""
    return list(pipeline.write_season(folder, plan, form=form).files)


def built_lake(folder: Path, *, form: str = "nmea", plan: SeasonPlan = PLAN) -> Lake:
    """Write, read and build the season below a folder."""
    lake = Lake.open(folder / "lake", create=True)
    pipeline.ingest(lake, made_files(folder / "season", form=form, plan=plan))
    pipeline.build(lake, pipeline.BuildPlan(keep_small_craft=True))
    return lake
