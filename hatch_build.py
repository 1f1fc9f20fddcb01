"""Build hook: the built client goes into the wheel and the sdist; a stale one never does."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
FRONTEND = ROOT / "frontend"
STATIC = ROOT / "src" / "northwatch" / "web" / "static"
OPT_OUT = "NORTHWATCH_NO_WEB"


def sources_hash(frontend: Path) -> str:
    """Return the hash that `frontend/scripts/finish.mjs` writes beside what it built."""
    kept = [path for path in (frontend / "src").rglob("*") if path.is_file()]
    kept += [frontend / "package-lock.json", frontend / "vite.config.ts"]
    made = hashlib.sha256()
    for name, path in sorted((path.relative_to(frontend).as_posix(), path) for path in kept):
        made.update(f"{name}\n".encode())
        made.update(path.read_bytes())
    return made.hexdigest()


def is_fresh(static: Path, frontend: Path) -> bool:
    """Return whether the client in the tree was built from these sources."""
    told = static / "sources.sha256"
    return told.exists() and told.read_text().strip() == sources_hash(frontend)


class ClientHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own configuration
    """See that the client is built before it is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the client unless it is fresh, not wanted, or the install is editable."""
        del build_data
        if version == "editable" or os.environ.get(OPT_OUT) == "1" or is_fresh(STATIC, FRONTEND):
            return
        npm = shutil.which("npm")
        if npm is None:
            told = (
                "the map and chart client is not built, or is older than its sources, and npm is "
                "not here. Install Node 20 and run `npm --prefix frontend ci && npm --prefix "
                f"frontend run build`, or set {OPT_OUT}=1 for a package without it"
            )
            raise RuntimeError(told)
        for words in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([npm, "--prefix", str(FRONTEND), *words], check=True)  # noqa: S603 - our own words
