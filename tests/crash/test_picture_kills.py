"""The whole pipeline, really killed: see `picture_runs`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_ingest_and_build_killed_at_fifty_random_moments_end_as_if_undisturbed(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "tests.crash.picture_runs", str(tmp_path), "50", "20260102"]
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout)
    assert told["faults"] == []
    assert told["states"] == 4, "three files and a build"
    assert told["struck"] >= 50
