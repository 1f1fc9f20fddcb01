"""The map as a person uses it: window, filters, ships, keyboard, addresses, no WebGL, no script."""

import csv
import io
import json
import math
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NO_WEBGL, Opener, ready, until

pytestmark = pytest.mark.browser
WIDE = "t_from=2024-08-01&t_to=2024-08-21T00:00Z&res=12000"


def _query(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def _listed(page: Page) -> set[str]:
    found: list[str] = page.eval_on_selector_all(
        "#list tr[data-vessel]", "rows => rows.map(row => row.dataset.vessel)"
    )
    return set(found)


def _settle(page: Page) -> None:
    """Wait until the map, its address, its list and its events have followed what was done."""
    page.wait_for_timeout(150)
    for _ in range(2):
        until(page, "window.northwatch.busy === false")
        page.wait_for_timeout(150)


def test_dragging_the_end_of_the_brush_narrows_the_window(browse: Opener) -> None:
    page = ready(browse(f"/map?{WIDE}"))
    before = _listed(page)
    begin = page.locator(".brush-handle").first.bounding_box()
    box = page.locator(".time-brush").bounding_box()
    assert begin is not None
    assert box is not None
    page.mouse.move(begin["x"] + 12, begin["y"] + 18)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, begin["y"] + 18, steps=6)
    steps_while_dragging = page.evaluate("history.length")
    page.mouse.up()
    _settle(page)
    assert _query(page)["t_from"].startswith("2024-08-1")
    assert page.evaluate("history.length") == steps_while_dragging + 1
    shown = page.locator("input[name=t_from]").input_value()
    assert shown == _query(page)["t_from"]
    assert _listed(page) < before  # the ships of the edges were heard on the first day only
    page.go_back()
    _settle(page)
    assert _query(page)["t_from"] == "2024-08-01T00:00Z"
    assert page.locator("input[name=t_from]").input_value() == "2024-08-01T00:00Z"
    assert _listed(page) == before


def test_the_whole_window_can_be_dragged(browse: Opener) -> None:
    page = ready(browse("/map?t_from=2024-08-10&t_to=2024-08-12"))
    box = page.locator(".brush-window").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 50
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 80, y, steps=4)
    page.mouse.up()
    _settle(page)
    asked = _query(page)
    assert asked["t_from"] < "2024-08-10"
    assert asked["t_from"][10:] == asked["t_to"][10:]  # still two days long


def test_the_brush_answers_to_keys(browse: Opener) -> None:
    page = ready(browse("/map?t_from=2024-08-10&t_to=2024-08-12"))
    handle = page.get_by_role("slider", name="Window ends")
    handle.focus()
    page.keyboard.press("Shift+ArrowRight")
    _settle(page)
    assert _query(page)["t_to"] == "2024-08-13T00:00Z"
    assert handle.get_attribute("aria-valuetext") == "2024-08-13 00:00 UTC"


def test_buttons_move_the_window_and_play_stops_at_the_end(browse: Opener) -> None:
    page = ready(browse("/map?t_from=2024-08-10&t_to=2024-08-16"))
    page.get_by_role("button", name="Earlier").click()
    _settle(page)
    assert _query(page)["t_from"] == "2024-08-09T00:00Z"
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    until(page, "document.querySelector('[data-play]').textContent === 'Play'")
    assert page.locator("input[name=t_to]").input_value() == "2024-08-21T00:00Z"


def test_a_filter_leaves_only_its_flag_on_map_list_and_address(browse: Opener) -> None:
    page = ready(browse(f"/map?{WIDE}"))
    page.locator("input[name=actor][value=CHN]").check()
    _settle(page)
    assert _query(page)["actor"] == "CHN"
    asked = page.request.get(page.url.replace("/map?", "/map.json?")).json()["rows"]
    assert {row["flag"] for row in asked} == {"CHN"}
    assert _listed(page) == {row["vessel_id"] for row in asked}
    page.locator("input[name=class][value=fishing]").check()
    _settle(page)
    assert _query(page)["class"] == "fishing"
    page.go_back()
    _settle(page)
    assert "class" not in _query(page)
    assert not page.locator("input[name=class][value=fishing]").is_checked()


def test_a_zone_leaves_only_its_visitors(browse: Opener) -> None:
    page = ready(browse(f"/map?{WIDE}"))
    everybody = len(_listed(page))
    page.locator("select[name=zone]").select_option("barents-sea")
    _settle(page)
    assert _query(page)["zone"] == "barents-sea"
    assert 0 < len(_listed(page)) < everybody


def _pixel(page: Page, row: dict[str, float]) -> tuple[float, float]:
    """Return where a listed ship is drawn, by the server's coordinates and the address alone."""
    asked = _query(page)
    up, res = math.radians(float(asked.get("up", -45))), float(asked.get("res", 10500))
    box = page.locator("#map").bounding_box()
    assert box is not None
    dx, dy = row["x_m"] - float(asked.get("x", 0)), row["y_m"] - float(asked.get("y", 0))
    right = (dx * math.cos(up) + dy * math.sin(up)) / res
    down = (dx * math.sin(up) - dy * math.cos(up)) / res
    return box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2 + down


def test_a_click_on_a_ship_opens_its_panel_and_then_its_page(browse: Opener) -> None:
    page = ready(browse("/map?res=9000"))
    rows = page.request.get(page.url.replace("/map?", "/map.json?")).json()["rows"]
    alone = next(row for row in rows if row["name"] == "MADE ICEBREAKER 5")
    page.mouse.click(*_pixel(page, alone))
    page.locator(f"#panel .chosen[data-vessel={alone['vessel_id']}]").wait_for()
    panel = page.locator("#panel").inner_text()
    for words in ("Last heard", "UTC", "Position", "Course, speed"):
        assert words in panel
    assert urlsplit(page.url).fragment == alone["vessel_id"]
    assert page.locator("#list tr[aria-current]").get_attribute("data-vessel") == alone["vessel_id"]
    page.get_by_role("link", name=re.compile("Open the vessel")).click()
    page.wait_for_load_state()
    assert page.url.endswith(f"/vessels/{alone['vessel_id']}")
    assert page.locator("h1").inner_text() == alone["name"]


def test_the_list_does_by_keyboard_what_the_map_does_by_mouse(browse: Opener) -> None:
    page = ready(browse("/map"))
    link = page.locator("#list a.choose").nth(2)
    vessel = link.get_attribute("data-vessel")
    link.focus()
    page.keyboard.press("Enter")
    page.locator(f"#panel .chosen[data-vessel={vessel}]").wait_for()
    until(page, "document.activeElement.classList.contains('chosen-name')")
    assert "/map" in page.url
    assert "Last heard" in page.locator("#panel").inner_text()


def test_keys_pan_zoom_turn_and_move_the_window_while_the_map_has_focus(browse: Opener) -> None:
    page = ready(browse("/map"))
    page.locator("#map").focus()
    window = page.locator("input[name=t_from]").input_value()
    page.keyboard.press("]")
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    page.keyboard.press(",")
    until(page, "location.search.includes('up=-30') && location.search.includes('res=')")
    _settle(page)
    asked = _query(page)
    assert float(asked["res"]) < 10500
    assert {"x", "y"} & set(asked)
    assert page.locator("input[name=t_from]").input_value() < window


def test_north_up_buttons_turn_the_map(browse: Opener) -> None:
    page = ready(browse("/map"))
    page.locator("[data-up='19']").click()
    until(page, "location.search === '?up=19'")
    assert "on" in (page.locator("[data-up='19']").get_attribute("class") or "")


def test_an_address_gives_the_same_view_and_stays_as_it_is(browse: Opener) -> None:
    asked = (
        "/map?actor=NOR,RUS&class=cargo,tanker&res=6000&t_from=2024-08-09T06:00Z"
        "&t_to=2024-08-12T06:00Z&up=19&x=300000&y=-900000"
    )
    page = ready(browse(asked))
    _settle(page)
    assert page.url.endswith(asked)
    assert page.locator("input[name=actor]:checked").count() == 2
    first = _listed(page)
    again = ready(browse(urlsplit(page.url).path + "?" + urlsplit(page.url).query))
    assert _listed(again) == first
    size = page.evaluate("(box => [box.clientWidth, box.clientHeight])(document.all.map)")
    address = page.url.replace("/map?", "/map.json?")
    expected = page.request.get(f"{address}&w={size[0]}&h={size[1]}").json()["rows"]
    assert {row["vessel_id"] for row in expected} == first


def test_downloads_hold_the_list(browse: Opener, tmp_path: Path) -> None:
    page = ready(browse("/map?actor=RUS"))
    with page.expect_download() as waiting:
        page.locator("#list .downloads a", has_text="CSV").click()
    file = tmp_path / "map.csv"
    waiting.value.save_as(file)
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))
    assert {row["vessel_id"] for row in rows} == _listed(page)


def test_without_webgl_the_server_draws_and_the_list_works(browse: Opener) -> None:
    page = ready(browse("/map", flags=NO_WEBGL))
    assert page.evaluate("window.northwatch.webgl") is False
    image = page.locator("#map img")
    assert (image.get_attribute("src") or "").startswith("/map.svg")
    until(page, "document.querySelector('#map img').naturalWidth > 0")
    page.locator("input[name=actor][value=CHN]").check()
    _settle(page)
    assert "actor=CHN" in (image.get_attribute("src") or "")
    assert _listed(page)


def test_without_script_the_map_page_has_a_drawing_the_list_and_a_form(browse: Opener) -> None:
    page = browse("/map?actor=RUS", java_script_enabled=False)
    assert page.locator("#map img").get_attribute("src") == "/map.svg?actor=RUS"
    assert page.locator("#list tr[data-vessel]").count() > 0
    page.locator("input[name=actor][value=RUS]").uncheck()
    page.locator("input[name=actor][value=NOR]").check()
    page.get_by_role("button", name="Show").click()
    assert "actor=NOR" in page.url
    page.locator("#list a.choose").first.click()
    assert "/vessels/" in page.url


def test_events_are_symbols_on_the_map_and_words_in_the_list(browse: Opener) -> None:
    page = ready(browse(f"/map?{WIDE}"))
    words = page.locator("#events").inner_text()
    assert "Crossed Kara Gate" in words
    assert "Silent for" in words
    rows = page.request.get(f"{page.url.replace('/map?', '/map/events.json?')}").json()["rows"]
    assert page.locator("#events li").count() == min(len(rows), 100)


def test_the_state_the_page_was_given_is_plain_json(browse: Opener) -> None:
    page = ready(browse("/map"))
    told = json.loads(page.locator("#map").get_attribute("data-state") or "")
    assert sum(told["histogram"]["n"]) > 0
