"""One built lake for the tests that look at a picture."""

import pytest

from northwatch.lake import Lake
from tests.made import built_lake


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Return a lake with a small built season; tests must not write to it."""
    return built_lake(tmp_path_factory.mktemp("built"))
