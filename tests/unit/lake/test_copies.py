"""A copy of a lake: whole, its own, brought up to date without a trace in the first."""

from pathlib import Path

import pytest

from northwatch import pipeline
from northwatch.errors import MissingError
from northwatch.lake import Lake, copy_lake
from tests.made import PLAN, built_lake, made_files


def states(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(p.relative_to(folder)): (p.stat().st_mtime_ns, p.stat().st_size)
        for p in folder.rglob("*")
    }


def test_a_copy_holds_the_same_pictures_and_leaves_no_trace(tmp_path: Path) -> None:
    lake = built_lake(tmp_path / "made")
    before = states(lake.path)
    assert copy_lake(lake.path, tmp_path / "copy") > 0
    copy = Lake.open(tmp_path / "copy")
    assert copy.pictures() == lake.pictures()
    copied, first = copy.picture(), lake.picture()
    assert copied.data_hash() == first.data_hash()
    assert copied.verify() == first.verify() > 0
    assert copied.read("vessels").equals(first.read("vessels"))
    assert states(lake.path) == before


def test_a_copy_is_brought_up_to_date(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake", create=True)
    files = made_files(tmp_path / "season", plan=PLAN)
    pipeline.ingest(lake, files[:1])
    pipeline.build(lake, pipeline.BuildPlan(keep_small_craft=True))
    copy_lake(lake.path, tmp_path / "copy")
    held = Lake.open(tmp_path / "copy")
    old = held.picture().id
    pipeline.ingest(lake, files[1:])
    pipeline.build(lake, pipeline.BuildPlan(keep_small_craft=True))
    assert held.picture().id == old
    assert copy_lake(lake.path, tmp_path / "copy") > 0
    assert held.picture().id == lake.picture().id
    assert held.picture().verify() > 0
    assert copy_lake(lake.path, tmp_path / "copy") == 0


def test_there_must_be_a_lake(tmp_path: Path) -> None:
    with pytest.raises(MissingError):
        copy_lake(tmp_path / "nothing", tmp_path / "copy")
