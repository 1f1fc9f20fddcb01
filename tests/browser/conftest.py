"""A served made picture and a Chromium that fails a test on any error or request to the outside."""

import gzip
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from northwatch.web import create_app
from northwatch.web.assets import STATIC
from tests.unit.web.made_picture import frames, polar_ships, ships, write

FLAGS = [
    "--no-sandbox", "--no-first-run", "--disable-quic", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
]  # fmt: skip
NO_WEBGL = [flag for flag in FLAGS if "swiftshader" not in flag] + ["--disable-3d-apis"]
READY_MS = 30_000
expect.set_options(timeout=READY_MS)
Opener = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the browser's path; only a developer's machine may be without one."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        assert not os.environ.get("CI"), "CI installs Chromium: make browser"
        pytest.skip("Chromium is not here: apt-get install chromium")
    if not (STATIC / "manifest.json").exists():
        assert not os.environ.get("CI"), "CI builds the client: make client"
        pytest.skip("the client is not built: make client")
    return path


@pytest.fixture(scope="session")
def play() -> Iterator[Playwright]:
    with sync_playwright() as made:
        yield made


@contextmanager
def serving(lake: Path) -> Iterator[str]:
    """Serve a lake on the loopback address while the block runs; gives the address."""
    config = uvicorn.Config(create_app(lake), host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    lake = tmp_path_factory.mktemp("browser") / "lake"
    write(lake, frames([*ships(), *polar_ships()]))
    with serving(lake) as address:
        yield address


@pytest.fixture
def troubles() -> list[str]:
    """Return what went wrong in the browser; a test that leaves any fails."""
    return []


@pytest.fixture(scope="session")
def browsers(play: Playwright, chromium: str) -> Iterator[Callable[[list[str]], Browser]]:
    """Return a function that gives the one browser with these flags; each test has its context."""
    made: dict[tuple[str, ...], Browser] = {}

    def browser(flags: list[str]) -> Browser:
        key = tuple(flags)
        if key not in made:
            made[key] = play.chromium.launch(executable_path=chromium, headless=True, args=flags)
        return made[key]

    yield browser
    for one in made.values():
        one.close()


@pytest.fixture
def browse(
    browsers: Callable[[list[str]], Browser], site: str, troubles: list[str]
) -> Iterator[Opener]:
    """Return a function that opens a page of the site with nothing kept from any other."""
    contexts: list[BrowserContext] = []

    def open_page(path: str, *, flags: list[str] = FLAGS, **options: Any) -> Page:  # noqa: ANN401 - Playwright's own options
        chosen: dict[str, Any] = {
            "viewport": {"width": 1280, "height": 860},
            "device_scale_factor": 1,
            "timezone_id": "Asia/Kathmandu",
            "locale": "en-GB",
            "reduced_motion": "reduce",
            **options,
        }
        context = browsers(flags).new_context(**chosen)
        contexts.append(context)
        page = context.new_page()
        watch(page, site, troubles)
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles


def watch(page: Page, site: str, troubles: list[str]) -> None:
    """Write down every error and every request to another origin."""
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on(
        "console",
        lambda said: troubles.append(f"console: {said.text}") if said.type == "error" else None,
    )
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith((site, "data:", "blob:"))
            else troubles.append(f"outside: {asked.url}")
        ),
    )


def zipped_sizes(page: Page, urls: Iterable[str]) -> dict[str, int]:
    """Return what each address weighs over the wire, gzipped; asked for again, each once."""
    return {url: len(gzip.compress(page.request.get(url).body(), 6)) for url in dict.fromkeys(urls)}


def until(page: Page, expression: str, *, within_ms: int = READY_MS) -> Any:  # noqa: ANN401 - whatever the page says
    """Wait until an expression is true in the page, and return it; the page's rules forbid eval."""
    for _ in range(within_ms // 50):
        found = page.evaluate(expression)
        if found:
            return found
        page.wait_for_timeout(50)
    pytest.fail(f"not within {within_ms} ms: {expression}")


def ready(page: Page) -> Page:
    """Wait until the map is drawn and its list is up to date."""
    until(page, "!!(window.northwatch && window.northwatch.ready)")
    return page
