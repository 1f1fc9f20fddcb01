"""The real samples beside the project, where they are: tests that use them skip elsewhere."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared(name: str) -> Path:
    """Return the path of a real sample, or skip the calling test."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"the sample {name} is not beside this checkout")
    return path
