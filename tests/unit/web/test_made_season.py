"""The pages over a season made, written as AIS, read, and built by the product itself."""

import pytest

from northwatch import pipeline
from northwatch.access import Query, figures
from northwatch.lake import Lake
from northwatch.season import SeasonPlan
from northwatch.web import create_app
from northwatch.web.pages import PAGES
from tests.unit.web.reader import Reader

pytestmark = pytest.mark.slow
ROWS = 30_000


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> tuple[Reader, Lake]:
    folder = tmp_path_factory.mktemp("season")
    made = pipeline.write_season(folder / "files", SeasonPlan.sized(ROWS, 3))
    lake = Lake.open(folder / "lake", create=True)
    pipeline.ingest(lake, list(made.files), threads=1)
    pipeline.build(lake, pipeline.BuildPlan(threads=1))
    return Reader(create_app(folder / "lake")), lake


def test_every_page_answers(season: tuple[Reader, Lake]) -> None:
    reader, lake = season
    vessel = lake.picture().read("zone_visits")["vessel_id"].sort()[0]
    for page in PAGES:
        path = page.path.replace("{vessel_id}", vessel)
        response = reader.get(f"{path}?zone=polar-code" if path == "/figure" else path)
        assert response.status_code == 200, (path, response.text[:400])


def test_the_page_says_what_the_command_line_says(season: tuple[Reader, Lake]) -> None:
    reader, lake = season
    evidence = pipeline.evidence(lake.picture())
    whole = figures(evidence, Query(places=("polar-code",), actors=("all",), by="all"))
    value = whole.figure(0).value
    assert value
    text = reader.get("/trends?zone=polar-code").text
    assert f"{value:,.0f} vessels heard" in text.replace("\u202f", ",")


def test_every_number_is_traced_to_rows_of_source_files(season: tuple[Reader, Lake]) -> None:
    reader, lake = season
    picture = lake.picture()
    known = set(picture.read("ingests")["source"])
    rows = reader.get("/map/events.json?t_from=2020-01-01&t_to=2030-01-01").json()["rows"]
    assert rows
    for row in rows:
        assert {int(ref.partition(":")[0]) for ref in row["evidence"]} <= known


def test_what_is_drawn_is_what_was_heard(season: tuple[Reader, Lake]) -> None:
    reader, lake = season
    listed = reader.get("/map.json?res=30000&t_from=2020-01-01&t_to=2030-01-01").json()["rows"]
    vessels = lake.picture().read("vessels")
    assert {row["mmsi"] for row in listed} <= set(vessels["mmsi"])
    assert len(listed) > 10
