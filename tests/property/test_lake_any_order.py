"""Files may come in any order, any number of times, and be merged at any time: the same rows."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.lake import CompactionRule, Lake
from tests.unit.lake.made import ingest, rows_of

SOURCES = ("a.csv", "b.csv", "c.csv")
MERGE = "merge"
TABLES = ("positions", "rejects", "ingests")


def told(steps: list[str]) -> dict[str, pl.DataFrame]:
    """Return all rows after steps, each a source file to ingest or a merging of segments."""
    with TemporaryDirectory() as folder:
        lake = Lake.open(Path(folder) / "lake", create=True)
        for step in steps:
            if step == MERGE:
                with lake.writer() as writer:
                    writer.compact(CompactionRule(most=1))
            else:
                ingest(lake, step, buckets=range(2))
        return {table: rows_of(lake.picture(), table) for table in TABLES}


@cache
def expected() -> dict[str, pl.DataFrame]:
    return told([*SOURCES])


@settings(max_examples=8, deadline=None)
@given(
    order=st.permutations(SOURCES),
    more=st.lists(st.sampled_from((*SOURCES, MERGE)), max_size=4),
    where=st.lists(st.integers(0, 7), min_size=4, max_size=4),
)
def test_files_in_any_order_any_number_of_times_give_the_same_rows(
    order: list[str], more: list[str], where: list[int]
) -> None:
    steps = [*order]
    for step, place in zip(more, where, strict=False):
        steps.insert(place, step)
    found = told(steps)
    for table in TABLES:
        assert found[table].equals(expected()[table]), (steps, table)
