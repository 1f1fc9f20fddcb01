"""Made workstreams for tests: a charter, people, a frozen clock, ids by seed, and a browser."""

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyotp
from fastapi import FastAPI
from sqlalchemy import Connection, select, update

from northwatch.web import create_app
from northwatch.workstreams import folder, signin, store
from northwatch.workstreams.folder import Folder
from northwatch.workstreams.guard import Reader
from northwatch.workstreams.people import NewMember, add_member, member_id
from northwatch.workstreams.record import Record, open_record
from northwatch.workstreams.tables import member
from tests.identity import free_port

CHARTER = """
name = "Made workstream {mark}"
slug = "made"
lead = "AAA"
scope = "Made for tests. {mark}"
levels = ["OPEN", "PARTIES", "HEADS"]
default_marking = {{ level = "PARTIES", rel_to = ["AAA", "BBB", "CCC"] }}
checkpoint_clock = ["00:00", "12:00"]

[release]
rules = {rules}

[[parties]]
code = "AAA"
name = "Aland {mark}"
kind = "state"
[[parties]]
code = "BBB"
name = "Bland"
kind = "state"
[[parties]]
code = "CCC"
name = "Cland"
kind = "self-governing territory"

[[no_role]]
code = "DDD"
name = "Dland"
reason = "Said by all to have none."

[[issues]]
slug = "fish"
title = "Fish {mark}"
"""
PASSWORD = "a long enough password"  # noqa: S105 - of made people
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - of made people
PEOPLE: Mapping[str, tuple[str, str, str, bool]] = {
    "alice": ("AAA", "lead custodian", "HEADS", True),
    "anton": ("AAA", "note-taker", "PARTIES", False),
    "berta": ("BBB", "delegate", "PARTIES", True),
    "boris": ("BBB", "reader", "OPEN", False),
    "carla": ("CCC", "lead", "HEADS", True),
    "carlo": ("CCC", "reader", "PARTIES", False),
}
"""Party, roles, level, head of delegation, by the name they sign in with."""


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


@dataclass
class Mint:
    """Ids by seed; acts of different people take theirs from streams of their own."""

    seed: str
    stream: str = ""
    made: dict[str, random.Random] = field(default_factory=dict)

    def __call__(self) -> str:
        seed = f"{self.seed} {self.stream}"
        chance = self.made.setdefault(self.stream, random.Random(seed))  # noqa: S311 - made ids
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def charter_text(mark: str = "", rules: str = '["every_party"]') -> str:
    """Return a made charter; `mark` stands in every name of it."""
    return CHARTER.format(mark=mark, rules=rules)


def founded(path: Path, *, text: str | None = None, url: str = "") -> Folder:
    """Found a workstream below a path."""
    path.mkdir(parents=True, exist_ok=True)
    file = path / "charter.toml"
    file.write_text(text or charter_text(), encoding="utf-8")
    return folder.found(file, path / "workstream", url=url).folder


def made_record(
    path: Path, *, text: str | None = None, url: str = "", clock: Clock | None = None,
    mint: Callable[[], str] | None = None,
) -> Record:  # fmt: skip
    """Found a workstream, open its record and give it people."""
    held = founded(path, text=text, url=url)
    clock, mint = clock or Clock(), mint or Mint("made")
    store.create_record(held, clock=clock, mint=mint)
    record = open_record(held, clock=clock, mint=mint, alone=False)
    with record.writing() as connection:
        for name, (party, roles, level, is_head) in PEOPLE.items():
            new = NewMember(
                name=name, person=f"{name.capitalize()} of {party}", party=party,
                roles=frozenset(roles.split()), level=level, is_head=is_head,
            )  # fmt: skip
            made = add_member(connection, record, new, by="")
            signin.set_totp(connection, made, SECRET)
        _set_passwords(connection)
    return record


_HASHED: list[str] = []


def _set_passwords(connection: Connection) -> None:
    """Give everybody the same password; hashed once, as that is meant to be slow."""
    if not _HASHED:
        first = connection.execute(select(member.c.id)).scalars().first()
        signin.set_password(connection, str(first), PASSWORD)
        query = select(member.c.password_hash).where(member.c.id == first)
        _HASHED.append(connection.execute(query).scalar_one())
    connection.execute(update(member).values(password_hash=_HASHED[0]))


def reader(record: Record, name: str) -> Reader:
    """Return a made person as a reader who has just given both factors."""
    party, roles, level, _ = PEOPLE[name]
    with record.reading() as connection:
        found = member_id(connection, name)
    now = record.now_ms()
    return Reader(
        member=found, party=party, roles=frozenset(roles.split()),
        level=record.charter.level_number(level), t_from_ms=0, until_ms=now + 3_600_000,
        factor_ms=now,
    )  # fmt: skip


def code(record: Record, *, steps: int = 0) -> str:
    """Return the authenticator's code at the record's time, some steps later."""
    return pyotp.TOTP(SECRET).at(record.clock() + timedelta(seconds=30 * steps))


class Browser:
    """A browser without sockets on a workstream's server; nobody is signed in at first."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self.cookie = ""

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own options
        """Send a request with the cookie held."""
        headers = {**({"cookie": self.cookie} if self.cookie else {}), **more.pop("headers", {})}
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(
                lambda: asyncio.run(self._ask(method, path, headers, more))
            ).result()

    async def _ask(
        self, method: str, path: str, headers: dict[str, str], more: dict[str, Any]
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        base = "https://made.localhost"
        async with httpx.AsyncClient(transport=transport, base_url=base) as made:
            return await made.request(method, path, headers=headers, **more)

    def get(self, path: str) -> httpx.Response:
        """Ask for a page."""
        return self.ask("GET", path)

    def post(self, path: str, **fields: Any) -> httpx.Response:  # noqa: ANN401 - words or lists of them
        """Send a form with this login's word."""
        return self.ask("POST", path, data={"csrf": self.csrf(), **fields})

    def api(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own options
        """Ask as a program that has the page's word."""
        return self.ask(method, path, headers={"x-csrf": self.csrf()}, **more)

    def csrf(self) -> str:
        """Return the word that forms send back."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/account").text)
        return found[1] if found else ""

    def sign_in(self, record: Record, name: str, *, steps: int = 0) -> httpx.Response:
        """Sign a made person in."""
        told = {"name": name, "password": PASSWORD, "code": code(record, steps=steps)}
        answer = self.ask("POST", "/signin", data=told)
        if answer.status_code == 303:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer


def browser(record: Record, lake: Path, name: str | None = None, *, steps: int = 0) -> Browser:
    """Return a browser on a record's server, a made person signed in if one is named."""
    made = Browser(create_app(lake, record=record, clock=record.clock))
    if name is not None:
        assert made.sign_in(record, name, steps=steps).status_code == 303
    return made


@contextmanager
def serving(folder: Folder, *, port: int = 0) -> Iterator[tuple[int, str]]:
    """Serve a folder as a user would, in a process of its own; give its number and its address."""
    port = port or free_port()
    command = [sys.executable, "-m", "northwatch", "serve", "--workstream", "."]
    process = subprocess.Popen(
        [*command, "--port", str(port)], cwd=folder.path, stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folder.tmp)},
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            httpx.get(f"{address}/signin")
            break
        except httpx.TransportError:
            assert process.poll() is None, "the server ended"
            time.sleep(0.1)
    try:
        yield process.pid, address
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
