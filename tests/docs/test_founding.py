"""The how-to on founding a workstream: its commands, run as they stand there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "found-a-workstream.md"


def test_the_commands_of_the_page_do_what_it_says(tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 4
    told = [
        subprocess.run(
            ["/bin/sh", "-ec", block],
            cwd=tmp_path,
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        for block in blocks
    ]
    assert [(one.returncode, one.stderr) for one in told] == [(0, "")] * 4
    founded, members, kept, _ = (one.stdout for one in told)
    assert "North Atlantic Treaty Organization has no role in it" in founded
    assert "second half" in founded
    assert "Anna Olsen" in members
    assert "Lars Holm" in members
    assert "chain holds" in kept
    assert not (tmp_path / "talks").exists()
    certificate = json.loads((tmp_path / "destroyed.json").read_text())
    assert certificate["by"] == "Both custodians"
