"""Ingest and build of real files, killed on purpose; started as a process, prints JSON.

As `lake_runs`, of the whole pipeline: one child is forked for each run before Polars starts its
threads, and killed by SIGKILL at a moment drawn over the whole run.
"""

import hashlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

from northwatch import pipeline
from northwatch.errors import MissingError
from northwatch.lake import Lake, Picture
from northwatch.schema import TABLES
from northwatch.season import SeasonPlan
from tests.crash.lake_runs import answer, child, was_killed
from tests.made import made_files

PLAN = SeasonPlan(seed=3, days=3, vessels=16, interval_s=600.0, rest_interval_s=1800.0)
KILLS_PER_LAKE = 5


def run(lake: Path, files: list[str]) -> None:
    """Read the files one after another, then build: four commits."""
    opened = Lake.open(lake, create=True)
    for file in files:
        pipeline.ingest(opened, [Path(file)], threads=2)
    pipeline.build(opened, pipeline.BuildPlan(threads=2))


def state(picture: Picture) -> str:
    """Return a hash of all rows of all tables, whatever files they lie in."""
    told = hashlib.sha256()
    for name in picture.tables():
        rows = picture.read(name).sort(TABLES[name].order)
        told.update(f"{name} {rows.height}".encode())
        told.update(rows.write_json().encode())
    return told.hexdigest()


def states(lake: Path) -> list[str]:
    """Return the state of every picture of a lake, oldest first."""
    try:
        opened = Lake.open(lake)
    except MissingError:
        return []
    return [state(opened.picture(entry.published)) for entry in opened.pictures()]


def killed_at_random(folder: Path, moments: int, seed: int) -> dict[str, Any]:
    """Kill runs until so many were struck, finishing each lake after some of them."""
    files: list[str] = answer(lambda: [str(p) for p in made_files(folder / "files", plan=PLAN)])
    answer(lambda: run(folder / "warm", files))
    begin = time.monotonic()
    answer(lambda: run(folder / "undisturbed", files))
    length_s = time.monotonic() - begin
    known: list[str] = answer(lambda: states(folder / "undisturbed"))
    draw = random.Random(seed)  # noqa: S311 - not for secrets
    faults: list[str] = []
    struck = 0
    for number in range(moments):
        lake = folder / str(number)
        for _ in range(KILLS_PER_LAKE):
            pid = child(lambda: run(lake, files))  # noqa: B023 - run at once
            time.sleep(draw.uniform(0, length_s))
            os.kill(pid, signal.SIGKILL)
            struck += was_killed(pid)
            found: list[str] = answer(lambda: states(lake))  # noqa: B023 - run at once
            if found != known[: len(found)]:
                faults.append(f"lake {number} after {struck} kills is no state of the whole run")
        answer(lambda: run(lake, files))  # noqa: B023 - run at once
        if answer(lambda: states(lake)) != known:  # noqa: B023 - run at once
            faults.append(f"lake {number} does not end as the undisturbed one")
        if struck >= moments:
            break
    return {"struck": struck, "states": len(known), "faults": faults}


if __name__ == "__main__":
    json.dump(killed_at_random(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])), sys.stdout)
