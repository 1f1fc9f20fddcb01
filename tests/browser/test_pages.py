"""Trends and vessels as a person uses them: evidence, charts, downloads, paper, axe."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, ready, until, zipped_sizes

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = ["/trends", "/map", "/vessels", "/vessels/imo-9000001", "/figure?zone=polar-code",
         "/zones", "/sources", "/vessels/imo-9000001/positions", "/trends?colour=red"]  # fmt: skip


def test_a_number_opens_its_definition_and_the_vessels_it_counts(browse: Opener) -> None:
    page = browse("/trends")
    link = page.locator("table.figures td.strong a.figure-link").first
    number = link.inner_text()
    link.focus()
    page.keyboard.press("Enter")
    page.locator("#evidence .big-figure").wait_for()
    assert page.locator("#evidence .value").inner_text() == number
    assert "not corrected for reception" in page.locator("#evidence").inner_text()
    page.locator("#evidence summary", has_text="Definition").click()
    expect(page.locator("#evidence dt", has_text="rule")).to_be_visible()
    page.locator("#evidence tbody a").first.click()
    page.wait_for_load_state()
    assert "/vessels/" in page.url


def test_charts_are_drawn_again_and_speak_to_the_arrow_keys(browse: Opener) -> None:
    page = browse("/trends")
    until(page, "document.querySelectorAll('.plot figure svg, .plot > svg[class]').length > 3")
    page.locator(".plot").first.focus()
    page.keyboard.press("ArrowRight")
    said = page.locator("main > p[aria-live]").inner_text()
    assert re.match(r"2024-08-01: \d+ vessels", said)
    page.keyboard.press("ArrowRight")
    assert page.locator("main > p[aria-live]").inner_text().startswith("2024-08-02")


def test_the_form_writes_a_short_address_and_the_address_the_form(browse: Opener) -> None:
    page = browse("/trends")
    page.get_by_label("Measure").select_option("vessel_days")
    page.get_by_label("Periods").select_option("all")
    page.get_by_role("button", name="Show").click()
    page.wait_for_load_state()
    assert "measure=vessel_days" in page.url
    assert "actor=" not in page.url
    assert page.get_by_label("Measure").input_value() == "vessel_days"
    page.go_back()
    assert page.get_by_label("Measure").input_value() == "vessels"


def test_trends_are_complete_without_script(browse: Opener) -> None:
    page = browse("/trends", java_script_enabled=False)
    assert page.locator(".plot svg rect").count() > 20
    page.locator("table.figures td.strong a").first.click()
    assert "/figure" in page.url
    expect(page.locator("dt", has_text="rule")).to_be_visible()


@pytest.mark.parametrize("kind", ["CSV", "Parquet"])
def test_figures_can_be_taken_away(browse: Opener, tmp_path: Path, kind: str) -> None:
    page = browse("/trends")
    with page.expect_download() as waiting:
        page.locator(".downloads a", has_text=kind).first.click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    assert file.stat().st_size > 500
    assert file.suffix == f".{kind.lower()}"


def test_speed_is_drawn_when_asked_for(browse: Opener) -> None:
    page = browse("/vessels/imo-9000001")
    page.get_by_role("button", name="Draw the speed").click()
    page.locator("#speed canvas").wait_for()
    assert "positions" in (page.locator("#speed .uplot").get_attribute("aria-label") or "")


def _violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text("utf-8") + "; true")
    told: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS
    )
    return [
        f"{v['id']}: {node['html'][:160]} {json.dumps(node['any'][:1])[:300]}"
        for v in told["violations"]
        for node in v["nodes"]
    ]


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm --prefix frontend ci")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule_that_a_machine_can_check(
    browse: Opener, scheme: str, troubles: list[str]
) -> None:
    page = browse("/trends", color_scheme=scheme)
    found = {}
    site = page.url.removesuffix("/trends")
    for path in PAGES:
        page.goto(site + path)
        if path == "/map":
            ready(page)
            page.locator("#list a.choose").first.click()
            page.locator("#panel .chosen").wait_for()
        page.wait_for_load_state("networkidle")
        found[path] = _violations(page)
    troubles[:] = [t for t in troubles if "400" not in t]  # the address refused on purpose
    assert not {path: told for path, told in found.items() if told}


@pytest.mark.parametrize("path", ["/trends", "/map", "/vessels/imo-9000001", "/vessels"])
def test_no_page_is_wider_than_a_narrow_screen(browse: Opener, path: str) -> None:
    page = browse(path, viewport={"width": 768, "height": 800})
    page.wait_for_load_state("networkidle")
    for width in (768, 380, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_vessel_prints_on_few_pages_without_controls(browse: Opener) -> None:
    page = browse("/vessels/imo-9000001", color_scheme="dark")
    made = page.pdf(format="A4", print_background=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", made)) <= 3
    page.emulate_media(media="print")
    expect(page.locator("nav[aria-label=Pages]")).not_to_be_visible()
    expect(page.locator("#cite-h")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_times_are_utc_wherever_the_reader_is(browse: Opener) -> None:
    page = ready(browse("/map?t_from=2024-08-10&t_to=2024-08-12"))
    said = page.locator("#map-said").inner_text()
    assert "2024-08-10 00:00 UTC to 2024-08-12 00:00 UTC" in said


def test_the_focus_is_visible_and_the_skip_link_comes_first(browse: Opener) -> None:
    page = browse("/trends")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_first_visit_to_the_map_loads_within_its_budget(browse: Opener) -> None:
    page = browse("/vessels")
    urls: list[str] = []
    page.on("request", lambda asked: urls.append(asked.url))
    page.goto(page.url.replace("/vessels", "/map"))
    ready(page)
    sizes = zipped_sizes(page, (url for url in urls if url.startswith("http")))
    without_data = {url: n for url, n in sizes.items() if ".arrow" not in url}
    assert sum("/coast/" in url for url in sizes) == 1
    assert sum(without_data.values()) <= 280_000, without_data
