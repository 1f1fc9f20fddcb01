"""Names of the style sheet and the built client, in; addresses with a content hash, out."""

import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

_WEB: Final = Path(str(files("northwatch.web")))
STATIC: Final = _WEB / "static"
ASSETS: Final = _WEB / "assets"
BUILD: Final = "npm --prefix frontend ci && npm --prefix frontend run build"


STYLE: Final = "style.css"
ICON: Final = "icon.svg"


@cache
def asset_bytes(name: str) -> bytes:
    """Return the pages' style sheet or icon; they need no build."""
    return (ASSETS / name).read_bytes()


@cache
def asset_url(name: str) -> str:
    """Return the address of the style sheet or icon, with its hash."""
    return f"/assets/{hashlib.sha256(asset_bytes(name)).hexdigest()[:12]}/{name}"


@cache
def manifest() -> dict[str, dict[str, list[str] | str]]:
    """Return the built client's files by entry; empty if it was not built."""
    path = STATIC / "manifest.json"
    if not path.exists():
        return {}
    made: dict[str, dict[str, list[str] | str]] = json.loads(path.read_text("utf-8"))
    return made


def script_urls(entry: str) -> list[str]:
    """Return the scripts of an entry such as `map`; none if the client was not built."""
    found = manifest().get(f"src/{entry}.ts")
    return [f"/static/{found['file']}"] if found else []


def sheet_urls(entry: str) -> list[str]:
    """Return the style sheets that an entry's script brings."""
    found = manifest().get(f"src/{entry}.ts", {})
    return [f"/static/{name}" for name in found.get("css", [])]
