"""The picture's tables on disk: segments in, pictures out."""

from northwatch.lake.changes import Change, merged
from northwatch.lake.copies import copy_lake
from northwatch.lake.ingests import Sources
from northwatch.lake.lake import Lake
from northwatch.lake.log import Entry
from northwatch.lake.pictures import Days, Picture
from northwatch.lake.segments import Segment, write_segment
from northwatch.lake.upkeep import CompactionRule, Retention
from northwatch.lake.writer import Writer

__all__ = [
    "Change",
    "CompactionRule",
    "Days",
    "Entry",
    "Lake",
    "Picture",
    "Retention",
    "Segment",
    "Sources",
    "Writer",
    "copy_lake",
    "merged",
    "write_segment",
]
