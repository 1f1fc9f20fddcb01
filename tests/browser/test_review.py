"""An article is uploaded, read, and its proposals judged by keyboard alone."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import FLAGS
from tests.browser.test_workstreams import shot
from tests.unit.statements.test_propose import ARTICLE
from tests.workstream import PASSWORD, SECRET, Clock, made_record, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def press(page: Page, key: str) -> None:
    """Press a key once the keys work, and wait for the page it leads to."""
    expect(page.locator("[data-proposal]:focus")).to_have_count(1)
    page.keyboard.press(key)


def test_an_article_is_read_and_judged_by_keyboard(  # noqa: PLR0915 - one story
    browsers: Callable[[list[str]], Browser], tmp_path: Path
) -> None:
    record = made_record(tmp_path / "made", clock=Clock(datetime.now(UTC)))
    record.close()
    article = tmp_path / "article.txt"
    article.write_text(ARTICLE, encoding="utf-8")
    with serving(record.folder) as (_, address):
        page = browsers(FLAGS).new_context(locale="en-GB").new_page()
        page.set_default_timeout(30_000)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/")
        page.get_by_label("Name").fill("alice")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Code from").fill(pyotp.TOTP(SECRET).now())
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{address}/record/new/document")
        page.get_by_label("Title").fill("Two tracks")
        page.get_by_label("Created by").fill("A paper")
        page.locator("input[type=file]").set_input_files(article)
        page.get_by_role("button", name="Put it on the record").click()
        page.get_by_role("button", name="Read it: propose statements").click()
        page.wait_for_url(f"{address}/record/review")
        assert page.locator("[data-proposal]").count() == 6
        shot(page, tmp_path, "review-queue")
        first = page.locator("[data-proposal]").first.get_attribute("aria-label") or ""
        assert first.startswith("Mark Rutte: What we agreed on last month")
        press(page, "c")
        expect(page.locator("[data-proposal]")).to_have_count(5)
        press(page, "j")
        expect(page.locator("[data-proposal]").nth(1)).to_be_focused()
        page.keyboard.press("k")
        press(page, "r")
        expect(page.locator("[data-proposal]")).to_have_count(4)
        press(page, "e")
        page.wait_for_url("**/edit")
        shot(page, tmp_path, "review-correct")
        page.goto(f"{address}/record/list/statement")
        told = page.locator("main").inner_text()
        assert told.count("confirmed") == 1
        assert told.count("rejected") == 1
        assert not errors
        page.context.close()
