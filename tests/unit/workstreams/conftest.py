"""A record on SQLite and one on PostgreSQL, for the same tests on both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from northwatch.workstreams.record import Record
from tests.postgres import cluster, fresh_database
from tests.workstream import made_record


@pytest.fixture(scope="session")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cluster(tmp_path_factory.mktemp("cluster")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def record_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty database; empty for an SQLite file in the folder."""
    if request.param == "sqlite":
        return ""
    return fresh_database(request.getfixturevalue("keeper"))


@pytest.fixture
def record(tmp_path: Path, record_url: str) -> Iterator[Record]:
    made = made_record(tmp_path / "made", url=record_url)
    yield made
    made.close()
