"""Generated programs of open and secret acts, run in two worlds; any difference is a leak.

    python -m tests.wall.two_runs [--programs 2000] [--database sqlite|postgresql]

Secret acts happen in one world only: in a record of another workstream, or in the same record on
items the observer may not read. After each program the observer's requests (a sample of all of
them; all of them now and then) must have the same answers in both worlds.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from northwatch.workstreams.folder import Folder
from northwatch.workstreams.record import open_record
from tests.postgres import cluster, fresh_database
from tests.wall.worlds import (
    HIGH,
    LOW,
    Difference,
    World,
    asks,
    copied,
    difference,
    opened,
    take,
    template,
)
from tests.workstream import Clock, Mint

_SAMPLE: Final = 24
_ALL_EVERY: Final = 50
_FRESH_EVERY: Final = 25
_STEPS: Final = 8


@dataclass
class Found:
    """What a run found: programs run, requests compared, and the first difference."""

    programs: int = 0
    requests: int = 0
    leak: Difference | None = None


@contextmanager
def worlds(home: Path, number: int, keeper: str, *, sealed_apart: bool) -> Iterator[list[World]]:
    """Give world with secret acts, world without, and where the acts are done."""
    base = home / f"worlds{number}"
    made: list[World] = []
    lake = home / "no lake"
    for name in ("with", "without"):
        url = fresh_database(keeper) if keeper else ""
        folder, cookies = template(base / f"{name}-made", url=url) if url else _shared(home)
        place = folder if url else copied(folder, base / name)
        made.append(opened(place, cookies, lake))
    if keeper:
        _same(made)
    acts = made[0]
    if sealed_apart:
        folder, cookies = template(base / "sealed", mark="Sealed")
        acts = opened(folder, cookies, lake)
    yield [*made, acts]
    for world in {id(w): w for w in (*made, acts)}.values():
        world.record.close()


_TEMPLATES: dict[Path, tuple[Folder, dict[str, str]]] = {}


def _shared(home: Path) -> tuple[Folder, dict[str, str]]:
    """Return one template for all pairs of worlds; copying it is quick."""
    if home not in _TEMPLATES:
        _TEMPLATES[home] = template(home / "template")
    return _TEMPLATES[home]


def _same(made: list[World]) -> None:
    """Give both servers the same secret and both browsers the same cookies."""
    one, other = made
    key = one.record.folder.keys / "login.secret"
    target = other.record.folder.keys / "login.secret"
    target.write_bytes(key.read_bytes())
    other.record.close()
    record = open_record(other.record.folder, clock=Clock(), mint=Mint("world"), alone=False)
    fresh = opened_like(record)
    other.record, other.app = fresh.record, fresh.app
    _copy_logins(one, other)
    other.cookies = one.cookies


def opened_like(record: object) -> World:
    """Return a world around a record that is open."""
    from northwatch.web import create_app  # noqa: PLC0415 - one use
    from northwatch.workstreams.record import Record  # noqa: PLC0415 - one use

    assert isinstance(record, Record)
    return World(record, create_app(Path("no lake"), record=record, clock=record.clock), {})


def _copy_logins(one: World, other: World) -> None:
    from sqlalchemy import delete, insert, select  # noqa: PLC0415 - one use

    from northwatch.workstreams.tables import login  # noqa: PLC0415 - one use

    with one.record.reading() as connection:
        rows = [dict(row._mapping) for row in connection.execute(select(login))]  # noqa: SLF001 - SQLAlchemy's own name
    with other.record.writing() as connection:
        connection.execute(delete(login))
        connection.execute(insert(login), rows)


def run(
    home: Path, programs: int, *, seed: int = 1, keeper: str = "", sealed_apart: bool = False,
    plant: Callable[[World], None] | None = None,
) -> Found:  # fmt: skip
    """Run programs until one differs.

    Args:
        home: an empty folder.
        programs: how many.
        seed: of the programs.
        keeper: URL of a PostgreSQL cluster's keeper; empty for SQLite.
        sealed_apart: secret acts are done in another workstream's record, else in the same one.
        plant: leaks on purpose, called with each world.
    """
    found, chance = Found(), random.Random(seed)  # noqa: S311 - made programs
    while found.programs < programs and found.leak is None:
        with worlds(home, found.programs, keeper, sealed_apart=sealed_apart) as (one, two, acts):
            for world in (one, two):
                if plant:
                    plant(world)
            for _ in range(min(_FRESH_EVERY, programs - found.programs)):
                _program(chance, one, two, acts, found)
                if found.leak:
                    break
    return found


def _program(chance: random.Random, one: World, two: World, acts: World, found: Found) -> None:
    """Run one program and compare."""
    for _ in range(chance.randrange(1, _STEPS)):
        seed = chance.getrandbits(32)
        if chance.randrange(2):
            step = chance.choice(LOW)
            for world in (one, two):
                take(world, step, seed)
        else:
            take(acts, chance.choice(HIGH), seed)
    every = asks(one.app, one.low_ids, acts.secret_ids)
    is_whole = found.programs % _ALL_EVERY == 0
    asked = every if is_whole else chance.sample(every, _SAMPLE)
    found.leak = difference(one, two, asked)
    found.programs += 1
    found.requests += 2 * len(asked)


def main() -> None:
    """Run both suites and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=2_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        if given.database == "postgresql":
            with cluster(home) as keeper:
                _report(home, given.programs, keeper)
        else:
            _report(home, given.programs, "")


def _report(home: Path, programs: int, keeper: str) -> None:
    for apart in (False, True):
        began = time.perf_counter()
        found = run(home / str(apart), programs // 2, keeper=keeper, sealed_apart=apart)
        where = "another workstream" if apart else "the same record, not for the observer"
        took = time.perf_counter() - began
        told = f"{found.programs:,} programs, {found.requests:,} requests, secret acts in {where}"
        sys.stdout.write(f"{told}: {found.leak or 'no difference'} ({took:.0f} s)\n")
        if found.leak:
            sys.exit(1)


if __name__ == "__main__":
    main()
