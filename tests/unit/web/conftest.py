"""One made picture in a real lake for all tests of the pages: ships under way and at the edges."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from northwatch.web import create_app
from northwatch.web.held import Held, Pictures
from tests.unit.web.made_picture import frames, polar_ships, ships, write
from tests.unit.web.reader import Reader

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def made_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "lake"
    write(path, frames([*ships(), *polar_ships()]))
    return path


@pytest.fixture(scope="session")
def client(made_lake: Path) -> Reader:
    return Reader(create_app(made_lake, clock=lambda: NOON))


@pytest.fixture(scope="session")
def held(made_lake: Path) -> Held:
    return Pictures(made_lake).held(None)
