import re
from pathlib import Path

import pytest

from northwatch.web import create_app
from northwatch.web.answers import TABLE_SUFFIXES
from northwatch.web.app import HEADERS
from northwatch.web.pages import PAGES, Page
from tests.unit.web.reader import Reader

VESSEL = "imo-9000001"


def _path(page: Page) -> str:
    path = page.path.replace("{vessel_id}", VESSEL)
    return f"{path}?zone=polar-code" if path == "/figure" else path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_page_answers_and_is_a_whole_document_with_its_citation(
    client: Reader, page: Page
) -> None:
    response = client.get(_path(page))
    assert response.status_code == 200, response.text[:500]
    assert "<!doctype html>" in response.text
    assert response.text.count("<h1") == 1
    assert 'rel="cite-as"' in response.headers["link"]
    assert "Q-" in response.text


@pytest.mark.parametrize("suffix", TABLE_SUFFIXES)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_page_has_all_its_suffixes(client: Reader, page: Page, suffix: str) -> None:
    path, _, query = _path(page).partition("?")
    response = client.get(f"{path}.{suffix}?{query}")
    assert response.status_code == 200, response.text[:500]
    assert response.content


@pytest.mark.parametrize("page", [p for p in PAGES if p.has_geometry], ids=lambda page: page.path)
def test_every_page_whose_rows_have_a_place_gives_geojson(client: Reader, page: Page) -> None:
    told = client.get(f"{_path(page)}.geojson").json()
    assert told["type"] == "FeatureCollection"
    assert told["northwatch"]["data_hash"]


@pytest.mark.parametrize(
    "path", ["/trends", "/trends.csv", "/map.svg", "/positions.arrow", "/nowhere", "/healthz"]
)
def test_every_answer_has_the_headers_that_keep_it_shut(client: Reader, path: str) -> None:
    response = client.get(path)
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    assert "unsafe" not in response.headers["content-security-policy"]
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_no_page_has_inline_script_or_style_or_anything_from_outside(
    client: Reader, page: Page
) -> None:
    text = client.get(_path(page)).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style", text)
    sources = re.findall(r'(?:src|href)="(https?://[^"]+)"', text)
    assert all(url.startswith("http://testserver/") for url in sources)


def test_an_unknown_parameter_is_a_400_that_lists_what_is_allowed(client: Reader) -> None:
    page = client.get("/trends?colour=red")
    assert page.status_code == 400
    assert "the parameters actor, actor_by, after, as_of, by" in page.text
    data = client.get("/trends.json?measure=glory")
    assert data.status_code == 400
    assert data.json()["error"]["code"] == "parameter"
    assert "vessel_days" in data.json()["error"]["message"]


def test_contradictory_parameters_are_refused(client: Reader) -> None:
    assert client.get("/map?t_from=2024-08-09&t_to=2024-08-02").status_code == 400
    assert client.get("/trends?t_from=2024-08-09&t_to=2024-08-02").status_code == 400


def test_an_error_to_a_partial_update_is_the_fragment_that_belongs_there(
    client: Reader,
) -> None:
    response = client.get("/map/list?up=1000", headers={"HX-Request": "true"})
    assert response.status_code == 400
    assert "<html" not in response.text
    assert "degrees east" in response.text


def test_what_is_missing_says_so_and_what_to_do(client: Reader) -> None:
    response = client.get("/vessels/imo-1")
    assert response.status_code == 404
    assert "Look for it by name or number" in response.text


def test_what_readers_type_is_never_taken_for_markup(client: Reader) -> None:
    text = client.get("/vessels?name=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in text
    assert "FRÅM &lt;b&gt;0&lt;/b&gt; &amp; Co" in client.get("/vessels?name=fr%C3%A5m").text


def test_before_there_is_a_lake_every_page_says_what_to_do(tmp_path: Path) -> None:
    response = Reader(create_app(tmp_path / "none")).get("/")
    assert response.status_code == 404
    assert "northwatch ingest" in response.text


def test_healthz_tells_the_picture_and_the_time_of_its_clock(client: Reader) -> None:
    told = client.get("/healthz").json()
    assert told["status"] == "ok"
    assert told["time"] == "2026-01-01T12:00:00Z"


def test_the_api_description_lists_pages_and_loads_nothing_from_outside(
    client: Reader,
) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {page.path for page in PAGES} <= set(paths)
    assert client.get("/docs").status_code == 404


def test_asking_twice_gives_the_same_bytes(client: Reader) -> None:
    for path in ("/trends.json", "/map.csv", "/positions.arrow", "/map.svg", "/trends"):
        assert client.get(path).content == client.get(path).content


def test_html_of_a_hundred_rows_stays_within_its_budget(client: Reader) -> None:
    for path in ("/trends", "/map", "/vessels", f"/vessels/{VESSEL}"):
        response = client.get(path, headers={"Accept-Encoding": "gzip"})
        raw = int(response.headers["content-length"])
        assert raw <= 60_000, path


def test_a_defect_is_a_500_page_that_tells_no_secrets(
    made_lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret")  # noqa: EM101 - must not show

    monkeypatch.setattr("northwatch.web.supporting_pages._sources_context", broken)
    response = Reader(create_app(made_lake)).get("/sources")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "defect" in response.text


def test_without_the_built_client_the_map_is_the_servers_drawing_and_a_form(
    client: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("northwatch.web.assets.manifest", dict)
    text = client.get("/map").text
    assert "<noscript>" not in text
    assert 'class="map-fallback"' in text
    assert '<button type="submit">Show</button>' in text
    assert "<script" not in text
