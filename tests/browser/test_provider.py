"""Sign-in through an identity provider in a browser: another site sends it back, it is let in."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from northwatch.workstreams import keys, people, signin
from northwatch.workstreams.settings import Provider
from tests.browser.conftest import FLAGS
from tests.browser.test_workstreams import shot
from tests.identity import CLIENT, CLIENT_SECRET, free_port, identity_provider
from tests.workstream import SECRET, Clock, made_record, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_member_comes_back_from_the_provider_and_is_let_in(
    browsers: Callable[[list[str]], Browser], tmp_path: Path
) -> None:
    record = made_record(tmp_path / "made", clock=Clock(datetime.now(UTC)))
    # The provider is at localhost, which for a browser is another site.
    address = f"http://127.0.0.1:{free_port()}"
    with identity_provider(address + signin.BACK) as running:
        provider = Provider(issuer=running.issuer, client_id=CLIENT, address=address)
        keys.write_provider_secret(record.folder.keys, CLIENT_SECRET)
        signin.set_provider(record, provider)
        with record.reading() as connection:
            found = people.member_id(connection, "berta")
        signin.link(record, provider, found, "b-17")
        record.close()
        with serving(record.folder, port=int(address.rpartition(":")[2])):
            page = browsers(FLAGS).new_context(locale="en-GB").new_page()
            page.set_default_timeout(30_000)
            page.goto(f"{address}/record/agenda")
            shot(page, tmp_path, "provider-door")
            page.get_by_role("link", name="Sign in with your organisation").click()
            page.locator("[name=login]").fill("b-17")
            page.locator("[name=password]").fill("any")
            page.locator("[type=submit]").click()
            page.get_by_role("button", name="Continue").click()
            page.wait_for_url(f"{address}{signin.BACK}**")
            shot(page, tmp_path, "provider-code")
            page.get_by_label("Code from").fill(pyotp.TOTP(SECRET).now())
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(f"{address}/")
            expect(page.get_by_text("Berta of BBB")).to_be_visible()
            page.context.close()
