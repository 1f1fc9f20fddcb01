"""A lake, in; a full copy of it elsewhere, out, whole at every moment.

A workstream's server reads a copy of its own, taken whole: what it looks at leaves no trace in the
lake it was copied from. Segments never change under their name, so a copy is brought up to date by
adding the files it lacks; then its log is replaced at once, so that readers see the old picture or
the new one.
"""

import os
import shutil
from pathlib import Path

from northwatch.errors import MissingError
from northwatch.lake.lake import Lake
from northwatch.lake.log import LOG_FILE, Log, connected
from northwatch.lake.segments import sync_folder


def copy_lake(source: Path, target: Path) -> int:
    """Make `target` a copy of the lake in `source`, or bring it up to date.

    Returns:
        How many files were copied.

    Raises:
        MissingError: there is no lake at `source`, or it swept files away meanwhile: run it again.
    """
    log = Lake.open(source).log
    target.mkdir(parents=True, exist_ok=True)
    fresh = target / f"{LOG_FILE}.{os.getpid()}.unfinished"
    fresh.unlink(missing_ok=True)
    with connected(log.path, "ro") as old, connected(fresh, "rwc") as new:
        old.backup(new)
    named = Log(target, file=fresh.name).named()
    copied = sum(_copy(source / name, target / name) for name in sorted(named))
    fresh.replace(target / LOG_FILE)
    sync_folder(target)
    _sweep(target, named)
    return copied


def _copy(source: Path, target: Path) -> bool:
    """Copy a segment unless it is there; it appears whole or not at all."""
    if target.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.unfinished")
    try:
        shutil.copyfile(source, unfinished)
    except FileNotFoundError as error:
        raise MissingError(what="a file of the lake", remedy="It was swept; try again") from error
    unfinished.replace(target)
    return True


def _sweep(target: Path, named: set[str]) -> None:
    """Remove files that no picture names any more."""
    for path in target.rglob("*.parquet"):
        if str(path.relative_to(target)) not in named:
            path.unlink()
