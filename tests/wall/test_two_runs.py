"""Secret acts change no byte of what others get; and the harness would see it if they did."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from northwatch.errors import InputError, MissingError
from northwatch.workstreams.looking import Looking
from northwatch.workstreams.tables import item
from tests.postgres import cluster
from tests.wall import two_runs
from tests.wall.two_runs import run
from tests.wall.worlds import World, asks, routes_of
from tests.workstream import Mint

PROGRAMS = 20


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cluster(tmp_path_factory.mktemp("cluster")) as url:
        yield url


@pytest.mark.slow
@pytest.mark.parametrize("apart", ["", "another workstream"])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_secret_acts_change_nothing(
    tmp_path: Path, database: str, apart: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("keeper") if database == "postgresql" else ""
    found = run(tmp_path, PROGRAMS, seed=7, keeper=url, sealed_apart=bool(apart))
    assert found.programs == PROGRAMS
    assert found.leak is None, str(found.leak)


def leaks(tmp_path: Path, plant: Callable[[World], None] | None = None) -> str:
    """Return what the harness found within a few dozen programs."""
    found = run(tmp_path, 60, seed=3, plant=plant)
    assert found.leak is not None, "the planted leak went unnoticed"
    return found.leak.asked.path


def test_the_harness_finds_a_planted_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def count(self: Looking, kind: str, **_: Any) -> int:  # noqa: ANN401 - as the method it stands for
        with self.record.reading() as connection:
            query = select(func.count()).where(item.c.kind == kind)
            return int(connection.execute(query).scalar_one())

    monkeypatch.setattr(Looking, "count", count)
    leaks(tmp_path)


def test_the_harness_finds_a_planted_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def get(self: Looking, item_id: str, real: Any = Looking.get) -> Any:  # noqa: ANN401 - as the method it stands for
        try:
            return real(self, item_id)
        except MissingError:
            with self.record.reading() as connection:
                if connection.execute(select(item.c.id).where(item.c.id == item_id)).first():
                    problem = "this is not for you"
                    raise InputError(problem) from None
            raise

    monkeypatch.setattr(Looking, "get", get)
    assert leaks(tmp_path)


def test_the_harness_finds_a_planted_id(tmp_path: Path) -> None:
    def serial(world: World) -> None:
        def mint() -> str:
            with world.record.reading() as connection:
                number = connection.execute(select(func.count()).select_from(item)).scalar_one()
            return f"00000000-0000-4000-8000-{number:012d}"

        world.record.mint = mint
        free = Mint("free")
        world.mint = lambda: free  # type: ignore[method-assign]

    leaks(tmp_path, serial)


def test_every_route_and_every_observer_is_asked(tmp_path: Path) -> None:
    with two_runs.worlds(tmp_path, 0, "", sealed_apart=False) as (one, _, __):
        asked = asks(
            one.app,
            ["11111111-1111-4111-8111-111111111111"],
            ["22222222-2222-4222-8222-222222222222"],
        )
        routes = routes_of(one.app)
        operations = {
            (method.upper(), path)
            for path, told in one.app.openapi()["paths"].items()
            for method in told
        }
    assert operations <= set(routes)
    assert len(routes) > 60
    shapes = {(a.observer, a.method, a.path.count("/")) for a in asked}
    for method, path in routes:
        if method == "GET":
            assert {("", method, path.count("/")), ("berta", method, path.count("/"))} <= shapes
