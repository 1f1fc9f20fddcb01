"""Readers and writers on one record's server: how long pages take, and whether any fails.

    python -m bench.record [--readers 200] [--writers 20] [--seconds 300] [--pause 5]

A real server on the loopback address, on SQLite, with 2,000 items. Each reader opens pages of the
record one after the other with a pause of about `--pause` seconds between; each writer puts an
item on it at half that pace. Printed: requests, failures, and percentiles of the time to the last
byte. The readers share the machine's cores with the server.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import httpx

from northwatch.workstreams import example, folder, signin, store
from northwatch.workstreams.folder import Folder
from northwatch.workstreams.guard import Reader
from northwatch.workstreams.items import Label
from northwatch.workstreams.kinds import Person, Statement
from northwatch.workstreams.people import NewMember, add_member
from northwatch.workstreams.record import open_record
from tests.workstream import serving

_PAGES: Final = (
    "/", "/record/agenda", "/record/list/person", "/record/list/statement", "/record/people",
    "/record/audit", "/record/releases", "/api/items?kind=person&limit=50",
)  # fmt: skip
_ITEMS: Final = 2_000
_PAGE_LIMIT_MS: Final = 300


def made(home: Path, members: int) -> tuple[Folder, list[str]]:
    """Make a record with items and members; return its folder and a login for each member."""
    charter = home / "charter.toml"
    charter.write_text(example.charter_text("greenland-talks"), encoding="utf-8")
    held = folder.found(charter, home / "workstream").folder
    store.create_record(held)
    record = open_record(held)
    logins = []
    with record.writing() as connection:
        for number in range(members):
            new = NewMember(
                name=f"m{number}", person=f"Member {number}",
                party=("USA", "DNK", "GRL")[number % 3],
                roles=frozenset({"delegate"}), level="PARTIES",
            )  # fmt: skip
            member = add_member(connection, record, new, by="")
            logins.append(signin.start_login(connection, record, member))
    reader = Reader(
        member=member, party="DNK", roles=frozenset({"delegate"}), level=1, t_from_ms=0,
        until_ms=2**60,
    )  # fmt: skip
    desk = record.for_reader(reader)
    label = Label("PARTIES", frozenset({"USA", "DNK", "GRL"}))
    for number in range(_ITEMS // 2):
        desk.add("person", Person(name=f"Person {number}"), label)
        desk.add("statement", Statement(words=f"We said {number} things", party="DNK"), label)
    record.close()
    return held, logins


class Tally:
    """Times and failures."""

    def __init__(self) -> None:
        """Begin with none."""
        self.pages_ms: list[float] = []
        self.writes_ms: list[float] = []
        self.failures: list[str] = []


async def read(
    client: httpx.AsyncClient, login: str, until: float, pause: float, tally: Tally
) -> None:
    """Open pages until the time is over."""
    chance = random.Random(login)  # noqa: S311 - made readers
    await asyncio.sleep(chance.uniform(0, pause))
    while time.monotonic() < until:
        path = chance.choice(_PAGES)
        began = time.perf_counter()
        answer = await client.get(path, headers={"cookie": f"__Host-login={login}"})
        tally.pages_ms.append((time.perf_counter() - began) * 1000)
        if answer.status_code != httpx.codes.OK:
            tally.failures.append(f"{path} {answer.status_code}")
        await asyncio.sleep(chance.uniform(0.5, 1.5) * pause)


async def write(
    client: httpx.AsyncClient, login: str, until: float, pause: float, tally: Tally
) -> None:
    """Put items on the record until the time is over."""
    chance = random.Random(login)  # noqa: S311 - made writers
    page = await client.get("/account", headers={"cookie": f"__Host-login={login}"})
    word = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    headers = {"cookie": f"__Host-login={login}", "x-csrf": word}
    while time.monotonic() < until:
        await asyncio.sleep(chance.uniform(1, 3) * pause)
        body = {"fields": {"name": f"Written {chance.randrange(10**9)}"}}
        began = time.perf_counter()
        answer = await client.post("/api/items/person", headers=headers, json=body)
        tally.writes_ms.append((time.perf_counter() - began) * 1000)
        if answer.status_code != httpx.codes.CREATED:
            tally.failures.append(f"write {answer.status_code}")


async def load(address: str, logins: list[str], given: argparse.Namespace) -> Tally:
    """Run all readers and writers."""
    tally, until = Tally(), time.monotonic() + given.seconds
    # Shorter than the server's five seconds: a browser would ask again, this client does not.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=3)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
        readers = [read(client, one, until, given.pause, tally) for one in logins[: given.readers]]
        writers = [write(client, one, until, given.pause, tally) for one in logins[given.readers :]]
        await asyncio.gather(*readers, *writers)
    return tally


def told(name: str, times: list[float]) -> str:
    """Return a line of percentiles."""
    times = sorted(times) or [0.0]
    at = [times[min(len(times) - 1, int(len(times) * share))] for share in (0.5, 0.95, 0.99)]
    return f"{name:8}{len(times):8,}{at[0]:10.0f}{at[1]:10.0f}{at[2]:10.0f}{times[-1]:10.0f}\n"


def main() -> None:
    """Make the record, serve it, load it, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--writers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--pause", type=float, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        held, logins = made(Path(name), given.readers + given.writers)
        with serving(held) as (_, address):
            tally = asyncio.run(load(address, logins, given))
    say = sys.stdout.write
    say(f"{given.readers} readers, {given.writers} writers, {given.seconds:.0f} s, ")
    say(f"a page each {given.pause:.0f} s; ")
    say(f"goal: no failure, p95 of pages under {_PAGE_LIMIT_MS} ms\n")
    say(f"{'':8}{'n':>8}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}{'max ms':>10}\n")
    say(told("pages", tally.pages_ms) + told("writes", tally.writes_ms))
    say(f"failures: {len(tally.failures)} {sorted(set(tally.failures))[:5] or ''}\n")


if __name__ == "__main__":
    main()
