"""Real processes, really killed: see `lake_runs`."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def lake_runs(folder: Path, kind: str, *numbers: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.crash.lake_runs", str(folder), kind]
    told = subprocess.run(
        [*command, *map(str, numbers)],
        check=True,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "POLARS_MAX_THREADS": "1"},
    ).stdout
    found: dict[str, Any] = json.loads(told)
    return found


def test_a_lake_killed_before_any_step_is_whole_and_ends_as_if_undisturbed(tmp_path: Path) -> None:
    """Syncs, renames, deletions and SQL statements are the steps; here every 180th."""
    told = lake_runs(tmp_path, "steps", 40, 180)
    assert told["faults"] == []
    assert told["struck"] >= 2
    assert told["states"] == 12, "six source files, six builds; upkeep changes no row"


@pytest.mark.slow
def test_a_lake_killed_before_every_twenty_third_step_is_whole(tmp_path: Path) -> None:
    told = lake_runs(tmp_path, "steps", 1, 23)
    assert told["faults"] == []
    assert told["struck"] >= 15


@pytest.mark.slow
def test_a_lake_killed_at_fifty_random_moments_is_whole(tmp_path: Path) -> None:
    told = lake_runs(tmp_path, "random", 50, 20260101)
    assert told["faults"] == []
    assert told["struck"] == 50
    assert told["undone"] >= 40, "the kills came before the runs' ends"


def test_a_reader_beside_a_writer_sees_whole_pictures_and_never_goes_back(tmp_path: Path) -> None:
    told = lake_runs(tmp_path, "beside", 100)
    assert told["faults"] == []
    assert told["reads"] >= 100
    assert told["seen"] >= 6, "the reader was there while the writer wrote"


def test_two_writers_at_once_make_one_lake(tmp_path: Path) -> None:
    told = lake_runs(tmp_path, "rivals", 5)
    assert told["faults"] == []
    assert told["locked_out"] > 0
