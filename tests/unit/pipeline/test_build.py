"""Build: the picture of a small made season against its planted truth and against itself."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from northwatch import pipeline
from northwatch.errors import MissingError
from northwatch.lake import Lake
from northwatch.schema import BUILD_FACTS, DERIVED, POSITIONS, PRESENCE, TABLES, VESSELS
from northwatch.season import Kind, Truth, make_season, score
from tests.made import PLAN, made_files


def tables(lake: Lake) -> dict[str, pl.DataFrame]:
    """Return every derived table in its order."""
    picture = lake.picture()
    return {t.name: picture.read(t.name).sort(t.order) for t in DERIVED if t is not BUILD_FACTS}


@pytest.fixture(scope="module")
def truth() -> Truth:
    """Return what was planted."""
    return make_season(PLAN).truth()


@pytest.mark.parametrize(
    ("kind", "table"),
    [("zone_visit", "zone_visits"), ("gate_crossing", "gate_crossings"), ("gap", "gaps")],
)
def test_planted_events_are_found_and_no_others(
    lake: Lake, truth: Truth, kind: Kind, table: str
) -> None:
    result = score(lake.picture().read(table), truth, kind)
    assert result.n_truth >= 3
    assert min(result.precision or 0.0, result.recall or 0.0) >= 0.98


def test_building_again_gives_the_same_picture(lake: Lake, tmp_path: Path) -> None:
    before = tables(lake)
    again = Lake.open(tmp_path / "lake", create=True)
    pipeline.ingest(again, made_files(tmp_path / "season"), threads=2)
    pipeline.build(again, pipeline.BuildPlan(threads=2, keep_small_craft=True))
    for name, table in tables(again).items():
        assert table.equals(before[name]), name
    assert again.picture().data_hash() == lake.picture().data_hash()


def test_small_tasks_give_the_same_rows(lake: Lake, tmp_path: Path) -> None:
    before = tables(lake)
    again = Lake.open(tmp_path / "lake", create=True)
    pipeline.ingest(again, made_files(tmp_path / "season"))
    plan = pipeline.BuildPlan(threads=2, keep_small_craft=True, rows_per_task=500)
    pipeline.build(again, plan)
    for name, table in tables(again).items():
        assert table.equals(before[name]), name


def test_nmea_and_danish_csv_of_one_season_show_the_same_vessels(
    lake: Lake, tmp_path: Path
) -> None:
    other = Lake.open(tmp_path / "lake", create=True)
    pipeline.ingest(other, made_files(tmp_path / "season", form="dma"))
    pipeline.build(other, pipeline.BuildPlan(keep_small_craft=True))
    columns = ["mmsi", "vessel_id", "flag", "name", "vessel_class"]
    both = [one.picture().read(VESSELS.name).select(columns).sort("mmsi") for one in (lake, other)]
    assert both[0].equals(both[1])


def test_every_position_is_accounted_for(lake: Lake) -> None:
    picture = lake.picture()
    counts = pipeline.build_facts(picture)["counts"]
    assert counts["positions_read"] == picture.read(POSITIONS.name).height
    assert counts["positions_read"] == sum(
        counts.get(name, 0)
        for name in ("copies", "strays", "positions_on_tracks", "small_craft_positions")
    )
    assert picture.read("tracks")["n_positions"].sum() == counts["positions_on_tracks"]


def test_small_craft_are_left_out_unless_kept(tmp_path: Path) -> None:
    plan = replace(PLAN, days=2, vessels=60)
    paths = made_files(tmp_path / "season", plan=plan)
    other = Lake.open(tmp_path / "lake", create=True)
    pipeline.ingest(other, paths)
    pipeline.build(other, pipeline.BuildPlan())
    assert not other.picture().read(VESSELS.name)["is_small_craft"].any()
    assert "small craft" in pipeline.build_facts(other.picture())["exclusions"][0]
    pipeline.build(other, pipeline.BuildPlan(keep_small_craft=True))
    assert other.picture().read(VESSELS.name)["is_small_craft"].any()
    assert pipeline.build_facts(other.picture())["exclusions"] == []


def test_a_zone_of_ones_own_is_measured(tmp_path: Path) -> None:
    ring = [[-180, 60], [0, 60], [180, 60], [180, 90], [-180, 90], [-180, 60]]
    document = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"id": "cap", "name": "Cap", "version": "1", "source": "a test"},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }
    other = Lake.open(tmp_path / "lake", create=True)
    pipeline.ingest(other, made_files(tmp_path / "season", plan=replace(PLAN, days=1)))
    plan = pipeline.BuildPlan(zone_documents=(("cap.geojson", document),))
    pipeline.build(other, plan)
    assert "cap" in set(other.picture().read(PRESENCE.name)["zone_id"])


def test_an_empty_lake_is_not_built(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="ingest"):
        pipeline.build(Lake.open(tmp_path / "lake", create=True), pipeline.BuildPlan())


def test_every_table_of_the_schema_is_there(lake: Lake) -> None:
    assert set(lake.picture().tables()) <= set(TABLES)
    assert {t.name for t in DERIVED} <= set(lake.picture().tables())
