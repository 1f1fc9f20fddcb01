"""The whole story in a browser: sign in, put an event on the record, release it, see it there."""

import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from northwatch.cli import demo
from tests.browser.conftest import FLAGS
from tests.made import built_lake

Server = tuple[str, str, str]
"""Address, password and authenticator secret."""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def free_port() -> int:
    """Return a port after which two more are free, as far as one can tell."""
    for base in range(18_000, 19_000, 7):
        try:
            for port in (base + 1, base + 2):
                with socket.socket() as tried:
                    tried.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise AssertionError


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """Serve both examples as the demonstration does; give address, password and secret of each."""
    home = tmp_path_factory.mktemp("demo")
    lake = built_lake(home)
    made = demo.found_both(home, lake.path)
    base = free_port()
    running = demo.serve_both(made, base)
    told = {}
    for number, one in enumerate(made, start=1):
        host = {"arctic-defence": "birch.localhost", "greenland-talks": "alder.localhost"}[one.name]
        password = re.search(r"password (\S+)", one.told)
        secret = re.search(r"code (\S+)", one.told)
        assert password is not None
        assert secret is not None
        told[one.name] = (f"http://{host}:{base + number}", password[1], secret[1])
    yield told
    demo.stop(running)


def shot(page: Page, folder: Path, name: str) -> None:
    kept = os.environ.get("NORTHWATCH_SHOTS")
    page.screenshot(path=str(Path(kept or folder) / f"{name}.png"), full_page=True)


def sign_in(page: Page, server: Server, name: str, *, later_s: int = 0) -> None:
    """Sign in; no code counts twice, so whoever comes again takes one of the next step."""
    address, password, secret = server
    page.goto(f"{address}/record/agenda")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_label("Code from").fill(pyotp.TOTP(secret).at(int(time.time()) + later_s))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/")


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/signin")


def test_the_whole_story(  # noqa: PLR0915 - one story
    servers: dict[str, Server],
    browsers: Callable[[list[str]], Browser],
    tmp_path: Path,
) -> None:
    context = browsers(FLAGS).new_context(viewport={"width": 1280, "height": 860}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(30_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    arctic, talks = servers["arctic-defence"], servers["greenland-talks"]

    # A planner puts an event of the picture on the record.
    page.goto(arctic[0])
    shot(page, tmp_path, "01-door")
    sign_in(page, arctic, "planner")
    shot(page, tmp_path, "02-home")
    page.goto(f"{arctic[0]}/map/events")
    page.get_by_role("button", name="Put on the record").click()
    page.get_by_label("What do you conclude?").fill("Vessels crossed gates in this window.")
    page.locator("input[name=row]").first.check()
    shot(page, tmp_path, "03-finding-form")
    page.get_by_role("button", name="Put it on the record").click()
    assert page.locator("h1").inner_text() == "Vessels crossed gates in this window."
    expect(page.get_by_text("The picture of today gives the same rows.")).to_be_visible()
    assert "can read this, because it is marked" in page.locator(".why").inner_text()
    shot(page, tmp_path, "04-finding")

    # The planner chooses it, sees exactly what will go, and asks for consents.
    page.goto(f"{arctic[0]}/record/releases/choose")
    page.get_by_role("checkbox", name="Vessels crossed gates in this window.").check()
    page.get_by_role("textbox", name="Title").fill("Gate crossings")
    page.get_by_label("For whom").fill("The parties of the talks")
    page.get_by_label("Issued by").fill("A workstream on the Arctic")
    page.get_by_role("button", name="Build the file").click()
    release = page.url
    digest = page.locator(".preview code").last.inner_text()
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    expect(page.get_by_text("It has not been released.")).to_be_visible()
    shot(page, tmp_path, "05-preview")
    page.get_by_role("button", name="Ask for consents").click()
    page.get_by_role("button", name="Consent for NATO").click()
    expect(page.get_by_text("Every consent is there.")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm as second person")).not_to_be_visible()
    sign_out(page)

    # A second person, of another party, confirms.
    sign_in(page, arctic, "delegate-dk")
    page.goto(release)
    page.get_by_role("button", name="Confirm as second person").click()
    page.get_by_role("button", name="Sign and write").click()
    shot(page, tmp_path, "06-signed")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Save the file").click()
    file = tmp_path / "signed.release"
    waiting.value.save_as(file)
    sign_out(page)

    # The same person, by another sign-in, brings it in at the talks.
    sign_in(page, talks, "delegate-dk")
    page.goto(f"{talks[0]}/record/releases")
    page.get_by_text("Bring in a release's file").click()
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Verify and bring in").click()
    expect(page.get_by_text("A workstream on the Arctic").first).to_be_visible()
    page.get_by_role("link", name="Vessels crossed gates in this window.").click()
    expect(page.get_by_text("data hash", exact=False).first).to_be_visible()
    shot(page, tmp_path, "07-received")
    sign_out(page)

    # A note taker of Greenland reads it; a statement of theirs waits until somebody confirms it.
    sign_in(page, talks, "notes-gl")
    page.goto(f"{talks[0]}/record/search")
    page.get_by_label("All of these words").fill("crossed gates")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Vessels crossed gates in this window.")).to_be_visible()
    page.goto(f"{talks[0]}/record/agenda")
    shot(page, tmp_path, "08-agenda")
    sign_out(page)

    # The planner finds no trace of the talks by any means tried.
    own, words = arctic[0], ("Greenland", "talks", "alder", talks[0].rsplit(":", 1)[1])
    sign_in(page, arctic, "planner", later_s=30)
    for path in ("/", "/record/releases", "/record/people", "/record/audit", "/openapi.json"):
        page.goto(own + path)
        told = page.content()
        for word in words[1:]:
            assert word not in told, (path, word)
    page.goto(f"{talks[0]}/record/agenda")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "Talks on Greenland" not in page.content()
    assert not errors
    context.close()


def test_a_passkey_signs_in_once_per_answer(
    servers: dict[str, Server], browsers: Callable[[list[str]], Browser]
) -> None:
    context = browsers(FLAGS).new_context(locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(30_000)
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    talks = servers["greenland-talks"]
    sign_in(page, talks, "head-gl")
    page.goto(f"{talks[0]}/account")
    page.get_by_label("What do you call it?").fill("my laptop")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_text("my laptop").wait_for()
    sign_out(page)
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.post_data or ""))
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{talks[0]}/")
    expect(page.get_by_text("Malik Petersen (made), Greenland")).to_be_visible()
    answer = next(told for told in sent if told.startswith("answer="))
    address = talks[0].removeprefix("http://")
    again = httpx.post(
        f"http://127.0.0.1:{address.rpartition(':')[2]}/signin/passkey", content=answer,
        headers={"host": address, "content-type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert again.status_code == 401
    context.close()
