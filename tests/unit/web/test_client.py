"""The built client: what is in it, what it weighs, what it never does."""

import gzip
import re
from pathlib import Path

import pytest

from northwatch.web.assets import STATIC, STYLE, asset_bytes, manifest

KB = 1000
pytestmark = pytest.mark.skipif(
    not (STATIC / "manifest.json").exists(), reason="the client is not built: make client"
)


def _zipped(*names: str) -> int:
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names)


def _loaded(*entries: str) -> set[str]:
    """Return the scripts that these entries load at once, those they share counted once."""
    table = manifest()
    todo = [f"src/{entry}.ts" for entry in entries]
    seen: set[str] = set()
    while todo:
        key = todo.pop()
        if key not in seen:
            seen.add(key)
            todo += table[key].get("imports", [])
    return {str(table[key]["file"]) for key in seen}


def _scripts() -> list[Path]:
    return sorted(STATIC.glob("*.js"))


def test_the_manifest_names_only_files_that_are_there() -> None:
    for entry in manifest().values():
        for name in (entry["file"], *entry.get("css", []), *entry.get("assets", [])):
            assert (STATIC / str(name)).exists(), name


@pytest.mark.parametrize(
    ("entries", "budget_kb"),
    [(("page",), 20), (("page", "vessel"), 20), (("page", "trends"), 130), (("page", "map"), 140)],
)
def test_scripts_stay_within_their_budget(entries: tuple[str, ...], budget_kb: int) -> None:
    assert _zipped(*_loaded(*entries)) <= budget_kb * KB


def test_style_sheets_stay_within_their_budget() -> None:
    sheets = sum(len(gzip.compress(path.read_bytes(), 9)) for path in STATIC.glob("*.css"))
    assert sheets + len(gzip.compress(asset_bytes(STYLE), 9)) <= 20 * KB


def test_the_client_fetches_nothing_from_outside_and_makes_no_code_from_text() -> None:
    namespaces = {"http://www.w3.org", "http://www.opengis.net"}
    for path in _scripts():
        text = path.read_text("utf-8")
        asked = set(re.findall(r"(?:fetch|import|Worker|open)\(\s*[`'\"](https?://[^`'\"]+)", text))
        assert not asked, path.name
        hosts = {"/".join(url.split("/")[:3]) for url in re.findall(r"https?://[\w./-]+", text)}
        assert not {h for h in hosts if "registry" in h or "cdn" in h}, path.name
        assert not re.search(r"\bnew Function\(|\beval\(", text) or path.name.startswith(
            ("htmx", "map")
        ), path.name
    assert namespaces


def test_the_client_knows_of_no_record() -> None:
    words = re.compile(r"\b(workstreams?|stances?|bracketed|/records?)\b")
    for path in _scripts():
        text = path.read_text("utf-8").lower()
        assert not words.findall(text), path.name


def test_licences_of_what_is_bundled_are_beside_it() -> None:
    text = (STATIC / "LICENCES.txt").read_text("utf-8")
    for name in ("htmx.org 4.0.1", "ol 10.11.0", "@uwdata/flechette 2.2.0", "uplot 1.6.32",
                 "@observablehq/plot 0.6.17"):  # fmt: skip
        assert name in text


def test_the_lock_file_names_no_registry() -> None:
    root = Path(__file__).resolve().parents[3]
    lock = (root / "frontend" / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert "registry" not in lock
