# ruff: noqa: T201 - a script beside the package, not in it; it prints its result
"""The pages in Chromium: kilobytes of a first load, and a move of the map's time slider.

    python bench/map.py [positions ...]        default 200000 and 1000000

A slider move is the time from a new window of three days in thirty until a pixel of it can be read
back. Hour buckets against drawing all, in alternation, the first pair dropped: the median of each
and the median of the pairs' ratios. Graphics are software here (SwiftShader): trust the ratio.
"""

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS, ready, serving, zipped_sizes
from tests.unit.web.made_picture import T0_MS, frames, many_points, write

DAY_MS = 86_400_000
WINDOW_MS = 3 * DAY_MS
PAIRS = 12
PAGES = ("/trends", "/map", "/vessels")


def main(counts: list[int]) -> None:
    """Measure each size in turn and print one line per number."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=_chromium(), headless=True, args=FLAGS)
        for count in counts:
            with tempfile.TemporaryDirectory() as folder:
                lake = Path(folder) / "lake"
                tables = frames(many_points(count))
                tables["positions"] = tables["positions"].clear()
                write(lake, tables)
                with serving(lake) as site:
                    context = browser.new_context(viewport={"width": 1280, "height": 800})
                    print(f"\n{tables['track_points'].height:,} positions")
                    _first_loads(context.new_page(), site)
                    _slider(context.new_page(), site)
                    context.close()
        browser.close()


def _chromium() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        sys.exit("Chromium is not here: apt-get install chromium")
    return path


def _first_loads(page: Page, site: str) -> None:
    urls: list[str] = []
    page.on("request", lambda asked: urls.append(asked.url))
    for path in PAGES:
        urls.clear()
        page.goto(site + path)
        page.wait_for_load_state("networkidle")
        if path == "/map":
            ready(page)
        sizes = zipped_sizes(page, (url for url in urls if url.startswith(site)))
        data = sum(n for url, n in sizes.items() if ".arrow" in url)
        kept = sum(n for url, n in sizes.items() if "/static/" in url or "/coast/" in url)
        total = sum(sizes.values()) - data
        print(
            f"  {path}: {total / 1000:.0f} kB ({kept / 1000:.0f} kB kept), data {data / 1000:.0f}"
        )


def _slider(page: Page, site: str) -> None:
    page.set_default_timeout(120_000)
    begin = time.perf_counter()
    page.goto(f"{site}/map?bench=1&t_from=2024-08-10&t_to=2024-08-13")
    ready(page)
    print(f"  ready after {time.perf_counter() - begin:.1f} s")
    loaded = page.evaluate("window.northwatch.loaded()")
    pairs = []
    for n in range(PAIRS + 1):
        a = T0_MS + (n * 53 % 27) * DAY_MS + 3_600_000
        few, everything = (
            page.evaluate(
                "([a, b, all]) => window.northwatch.frame(a, b, all)", [a, a + WINDOW_MS, way]
            )
            for way in (False, True)
        )
        pairs.append((few, everything))
    kept = pairs[1:]
    ratio = statistics.median(everything / few for few, everything in kept)
    heap = page.evaluate("performance.memory ? performance.memory.usedJSHeapSize : 0")
    print(f"  loaded {loaded['rows']:,} of {loaded['total']:,}")
    print(f"  slider, hour buckets: median {statistics.median(p[0] for p in kept):.0f} ms")
    print(f"  slider, draw all:     median {statistics.median(p[1] for p in kept):.0f} ms")
    print(f"  ratio draw all / buckets: median {ratio:.1f} of {len(kept)} pairs")
    print(f"  pick: {page.evaluate('window.northwatch.pickMs(20)'):.1f} ms")
    print(f"  heap: {heap / 1e6:.0f} MB")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [200_000, 1_000_000])
