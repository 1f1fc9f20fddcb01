import csv
import io
import re

from northwatch.web.held import Held
from tests.unit.web.reader import Reader


def test_the_page_begins_with_the_answer_and_says_that_figures_are_naive(
    client: Reader,
) -> None:
    text = client.get("/").text
    assert 'id="answer"' in text
    assert "not corrected for reception" in text
    assert text.index('id="answer"') < text.index('class="panels"') < text.index("<table")


def test_every_number_in_the_table_leads_to_what_stands_behind_it(client: Reader) -> None:
    text = client.get("/trends?by=all").text
    table = text[text.index('id="table-h"') :]
    links = re.findall(
        r'<td class="num strong"><a class="figure-link" href="([^"]+)">([^<]+)<', table
    )
    assert links
    for url, number in links:
        page = client.get(url.replace("&amp;", "&"))
        assert page.status_code == 200
        assert f'<span class="value">{number}</span>' in page.text


def test_the_rows_behind_a_figure_are_as_many_as_it_says(client: Reader) -> None:
    query = "zone=polar-code&actor=RUS&measure=vessel_days"
    told = client.get(f"/figure.json?{query}").json()
    keys = {(row["vessel_id"], row["day"]) for row in told["rows"]}
    page = client.get(f"/figure?{query}").text
    assert f'<span class="value">{len(keys)}</span>' in page
    assert told["meta"]["definition"]["correction"].startswith("none: naive")


def test_downloads_hold_the_figures_of_the_table(client: Reader) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/trends.csv?by=all").text)))
    assert {row["unit"] for row in rows} == {"vessels"}
    told = client.get("/trends.json?by=all").json()["rows"]
    assert [float(row["value"]) for row in rows] == [row["value"] for row in told]


def test_the_definition_has_every_field(client: Reader) -> None:
    text = client.get("/trends").text
    for name in ("measure", "place", "actor", "vessel classes", "rule", "period", "sources",
                 "correction", "left out", "as of", "made by"):  # fmt: skip
        assert f"<dt>{name}</dt>" in text


def test_a_period_without_data_is_hatched_with_its_reason_and_never_zero(
    client: Reader,
) -> None:
    query = "t_from=2024-07-30&t_to=2024-08-02&by=day"
    text = client.get(f"/trends?{query}").text
    assert "hatched" in text
    assert "no data loaded for this period" in text
    rows = client.get(f"/trends.json?{query}").json()["rows"]
    assert {row["value"] for row in rows if row["t_from"] == "2024-07-30"} == {None}


def test_gates_have_their_own_measure(client: Reader) -> None:
    rows = client.get("/trends.json?measure=entries&gate=kara-gate&by=all").json()["rows"]
    assert {row["place"] for row in rows} == {"kara-gate to Kara Sea"}
    assert "Kara Gate" in client.get("/trends?measure=entries&gate=kara-gate").text


def test_a_figure_of_several_places_is_refused(client: Reader) -> None:
    response = client.get("/figure?zone=polar-code,barents-sea")
    assert response.status_code == 400
    assert "just one" in response.text


def test_the_cited_address_gives_the_same_rows(client: Reader) -> None:
    told = client.get("/trends.json?by=all&zone=polar-code").json()
    cited = told["meta"]["query"]["url"]
    assert "actor_by=flag" in cited
    assert "measure=vessels" in cited


def test_the_canonical_address_is_short_and_sorted(client: Reader) -> None:
    text = client.get("/trends?measure=visits&by=all&actor=RUS").text
    assert '<link rel="canonical" href="/trends?actor=RUS&amp;by=all&amp;measure=visits">' in text


def test_the_bare_address_is_a_default_of_this_picture(client: Reader, held: Held) -> None:
    assert held.flags[0] in client.get("/").text
    assert client.get("/").text == client.get("/trends").text
