"""Two worlds that differ in secret acts alone, and everything an observer can get from each.

The observer sends the same requests to both and compares status, headers, bytes and order; nothing
is left out of the comparison, as what varies is frozen: the clock stands, ids come from seeds, and
secret acts take theirs from a stream of their own.
"""

import asyncio
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
from fastapi import FastAPI

from northwatch.errors import NorthwatchError
from northwatch.pipeline.proposing import read_onto
from northwatch.web import create_app
from northwatch.workstreams import signin
from northwatch.workstreams.desk import Desk
from northwatch.workstreams.folder import Folder
from northwatch.workstreams.items import Label
from northwatch.workstreams.kinds import Commitment, Person, Statement
from northwatch.workstreams.people import NewMember, add_member, member_id
from northwatch.workstreams.record import Record, open_record
from northwatch.workstreams.release import Choice, choose, propose, submit
from tests.workstream import Clock, Mint, made_record, reader

ALL: Final = Label("PARTIES", frozenset({"AAA", "BBB", "CCC"}))
OPEN: Final = Label("OPEN", frozenset({"AAA", "BBB", "CCC"}))
SECRET: Final = (
    Label("HEADS", frozenset({"AAA", "BBB", "CCC"})),  # above the observer's level
    Label("PARTIES", frozenset({"AAA", "CCC"})),  # not for the observer's party
    Label("OPEN", frozenset({"AAA"})),
)
OBSERVERS: Final = ("", "berta", "boris")
"""Nobody signed in, a delegate and a reader of a party that the secret acts are not for."""

ABSENT: Final = "00000000-0000-4000-8000-000000000000"
CANARY: Final = "zebrafinch"
Seen = tuple[int, tuple[tuple[bytes, bytes], ...], bytes]


@dataclass(frozen=True)
class Asked:
    """One request of an observer."""

    observer: str
    method: str
    path: str
    body: Any = None


@dataclass
class World:
    """A record's server, and cookies of the observers, the same in both worlds."""

    record: Record
    app: FastAPI
    cookies: dict[str, str]
    low_ids: list[str] = field(default_factory=list)
    secret_ids: list[str] = field(default_factory=list)

    def desk(self, name: str) -> Desk:
        """Return the record as a made person sees it."""
        return self.record.for_reader(reader(self.record, name))

    def mint(self) -> Mint:
        """Return the ids' source."""
        assert isinstance(self.record.mint, Mint)
        return self.record.mint


def template(path: Path, *, url: str = "", mark: str = "") -> tuple[Folder, dict[str, str]]:
    """Make the record that both worlds begin as; return its folder and the observers' cookies."""
    from tests.workstream import charter_text  # noqa: PLC0415 - one use

    record = made_record(path, url=url, mint=Mint("template"), text=charter_text(mark))
    cookies = {"": ""}
    with record.writing() as connection:
        for name in OBSERVERS[1:]:
            held = signin.start_login(connection, record, member_id(connection, name))
            cookies[name] = f"__Host-login={held}"
    for number in range(3):
        record.for_reader(reader(record, "berta")).add(
            "person", Person(name=f"Known {number}"), OPEN
        )
    record.close()
    return record.folder, cookies


def copied(folder: Folder, target: Path, *, url: str = "") -> Folder:
    """Return a copy of a folder; its settings name another database if one is given."""
    shutil.copytree(folder.path, target)
    target.chmod(0o700)
    made = Folder(target)
    if url:
        made.settings.write_text(f'url = "{url}"\n')
    return made


def opened(folder: Folder, cookies: dict[str, str], lake: Path) -> World:
    """Open a world."""
    clock = Clock()
    record = open_record(folder, clock=clock, mint=Mint("world"), alone=False)
    return World(record, create_app(lake, record=record, clock=clock), cookies)


# --- what is done --------------------------------------------------------------------------------

Step = Callable[[World, random.Random], None]


def _add_person(world: World, chance: random.Random) -> None:
    made = world.desk("berta").add("person", Person(name=f"Owner {chance.randrange(99)}"), OPEN)
    world.low_ids.append(made.id)


def _add_statement(world: World, chance: random.Random) -> None:
    body = Statement(words=f"We met {chance.randrange(9)} times", party="BBB", issues=("fish",))
    world.low_ids.append(world.desk("berta").add("statement", body, ALL).id)


def _change(world: World, chance: random.Random) -> None:
    if world.low_ids:
        desk, item_id = world.desk("berta"), chance.choice(world.low_ids)
        body = Person(name=f"Changed {chance.randrange(99)}")
        world.low_ids.append(desk.supersede(item_id, body).id)


def _confirm(world: World, chance: random.Random) -> None:
    proposed = [i for i in world.desk("berta").listing("statement").items if i.review == "proposed"]
    if proposed:
        world.low_ids.append(world.desk("berta").confirm(chance.choice(proposed).id).id)


def _search(world: World, chance: random.Random) -> None:
    world.desk("berta").search(chance.choice(["owner", "known", CANARY, "met"]))


LOW: Final[Sequence[Step]] = (_add_person, _add_statement, _change, _confirm, _search)


def _secretly(do: Callable[[World, random.Random, Label], str | None]) -> Step:
    def step(world: World, chance: random.Random) -> None:
        world.mint().stream = "secret"
        try:
            made = do(world, chance, chance.choice(SECRET))
            if made:
                world.secret_ids.append(made)
        finally:
            world.mint().stream = ""

    return step


def _secret_person(world: World, chance: random.Random, label: Label) -> str:
    body = Person(name=f"{CANARY} {chance.randrange(99)}", variants=("Known 1", "Owner 7"))
    return world.desk("alice").add("person", body, label).id


def _secret_statement(world: World, _: random.Random, label: Label) -> str:
    body = Statement(words=f"{CANARY} said we met", party="BBB", issues=("fish",))
    desk = world.desk("alice")
    return desk.confirm(desk.add("statement", body, label).id).id


def _secret_commitment(world: World, chance: random.Random, label: Label) -> str:
    body = Commitment(owed_by="BBB", owed_to=("AAA",), what=f"{CANARY} {chance.randrange(9)}")
    return world.desk("alice").add("commitment", body, label).id


def _secret_document(world: World, chance: random.Random, label: Label) -> str:
    from northwatch.workstreams.kinds import Document  # noqa: PLC0415 - one use

    body = Document(title=CANARY, source="s", kind="letter")
    held = ("text/plain", CANARY.encode() * chance.randrange(1, 50))
    return world.desk("alice").add("document", body, label, content=held).id


def _secret_proposals(world: World, _: random.Random, label: Label) -> str:
    from northwatch.workstreams.kinds import Document  # noqa: PLC0415 - one use

    body = Document(title=CANARY, source="s", kind="letter")
    words = f'{CANARY} said: "We met and we agreed on known things." Owner said: "Is {CANARY} in?"'
    desk = world.desk("alice")
    held = desk.add("document", body, label, content=("text/plain", words.encode()))
    read_onto(desk, held.id)
    return held.id


def _secret_change(world: World, chance: random.Random, _: Label) -> str | None:
    if not world.secret_ids:
        return None
    desk, item_id = world.desk("alice"), chance.choice(world.secret_ids)
    if chance.randrange(2):
        desk.remove(item_id, reason=CANARY)
        return None
    held = desk.get(item_id)
    return desk.supersede(item_id, held.body).id


def _secret_release(world: World, chance: random.Random, label: Label) -> str | None:
    if not world.secret_ids:
        return None
    desk = world.desk("alice")
    choice = Choice(
        items=(chance.choice(world.secret_ids),), title=CANARY, audience="a", terms="t", issuer="i"
    )
    made = propose(desk, choose(desk, choice), label)
    submit(desk, made.id)
    return made.id


def _secret_member(world: World, chance: random.Random, _: Label) -> None:
    name = f"{CANARY}{chance.randrange(10**6)}"
    new = NewMember(
        name=name, person=CANARY, party="AAA", roles=frozenset({"reader"}), level="HEADS"
    )
    with world.record.writing() as connection:
        made = add_member(connection, world.record, new, by="")
        signin.start_login(connection, world.record, made)


def _secret_reading(world: World, _: random.Random, __: Label) -> None:
    desk = world.desk("carla")
    desk.search(CANARY)
    desk.listing("person")
    for item in desk.listing("statement").items[:2]:
        desk.get(item.id)


HIGH: Final[Sequence[Step]] = tuple(
    map(
        _secretly,
        (
            _secret_person, _secret_statement, _secret_commitment, _secret_document,
            _secret_proposals, _secret_change, _secret_release, _secret_member, _secret_reading,
        ),
    )
)  # fmt: skip


def take(world: World, step: Step, seed: int) -> None:
    """Take a step; what the record refuses is part of the program."""
    try:
        step(world, random.Random(seed))  # noqa: S311 - a made program
    except NorthwatchError:
        return


# --- what is asked -------------------------------------------------------------------------------


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """Return method and path of every route, those of included routers too."""
    pairs = {
        (method, route.path)
        for route in _all(app.router.routes)
        for method in getattr(route, "methods", None) or ()
        if method != "HEAD" and route.path
    }
    return sorted(pairs)


def _all(routes: Sequence[Any]) -> Iterator[Any]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        yield from [route] if inner is None else _all(inner.routes)


FIELDS: Final = {"fields": {"name": "x"}, "reason": "r"}
BODIES: Final[dict[str, Any]] = {
    "/api/search": {"words": CANARY},
    "/api/items/{kind}": {"fields": {"words": "w", "person": ABSENT}},
    "/api/releases": {
        "items": [ABSENT], "title": "t", "audience": "a", "terms": "t", "issuer": "i",
        "marking": {"level": "OPEN", "rel_to": ["BBB"]},
    },
}  # fmt: skip
_SLUGS: Final = ("fish", "nothing")
_CHANGES_ITSELF: Final = frozenset({"/signin", "/signout", "/again", "/account/tokens"})


def asks(app: FastAPI, low: Sequence[str], secret: Sequence[str]) -> list[Asked]:
    """Return every request of every observer: each route with known, hidden and absent ids."""
    ids = [*low[-1:], *secret[-2:], ABSENT, "nonsense"]
    made: list[Asked] = []
    for method, path in routes_of(app):
        for told in _filled(path, ids if method == "GET" else [*secret[-2:], ABSENT]):
            if method == "GET" or path not in _CHANGES_ITSELF:
                body = _body(method, path, secret)
                made.extend(Asked(observer, method, told, body) for observer in OBSERVERS)
    for query in (
        "kind=person",
        "kind=statement",
        "kind=commitment",
        "kind=release",
        "kind=nothing",
    ):
        made += [Asked(observer, "GET", f"/api/items?{query}") for observer in OBSERVERS]
    for words in (CANARY, "owner", "known", "we met"):
        made += [Asked(o, "POST", "/api/search", {"words": words}) for o in OBSERVERS]
    for method in ("OPTIONS", "HEAD", "PATCH", "DELETE"):
        made += [Asked(o, method, f"/record/item/{i}") for o in OBSERVERS for i in ids]
    return made


def _body(method: str, path: str, secret: Sequence[str]) -> Any:  # noqa: ANN401 - any JSON
    if method == "GET":
        return None
    body: dict[str, Any] = BODIES.get(path, FIELDS)
    return {**body, "items": [secret[-1]]} if path == "/api/releases" and secret else body


def _filled(path: str, ids: Sequence[str]) -> list[str]:
    """Return a path's parameters filled: ids for ids, kinds for kinds."""
    if "{" not in path:
        return [path]
    told = []
    for one in ids:
        filled = path
        for name, values in {
            "{kind}": ("person",), "{slug}": _SLUGS, "{step}": ("submit",), "{tag}": ("0",),
        }.items():  # fmt: skip
            filled = filled.replace(name, values[0])
        while "{" in filled:
            start, end = filled.index("{"), filled.index("}")
            filled = filled[:start] + one + filled[end + 1 :]
        told.append(filled)
    return list(dict.fromkeys(told))


def answers(world: World, asked: Sequence[Asked]) -> list[Seen]:
    """Return what a world answers, request by request."""
    # In a thread of its own: the browser tests keep an event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(_answers(world, asked))).result()


async def _answers(world: World, asked: Sequence[Asked]) -> list[Seen]:
    transport = httpx.ASGITransport(world.app, raise_app_exceptions=False)
    seen: list[Seen] = []
    async with httpx.AsyncClient(transport=transport, base_url="https://made.localhost") as client:
        words = {o: await _csrf(client, world.cookies[o]) for o in OBSERVERS}
        for one in asked:
            headers = {"x-csrf": words[one.observer], "cookie": world.cookies[one.observer]}
            more: dict[str, Any] = {}
            if one.body is not None:
                is_api = one.path.startswith("/api")
                more = {"json": one.body} if is_api else {"data": {"csrf": words[one.observer]}}
            answer = await client.request(one.method, one.path, headers=headers, **more)
            seen.append((answer.status_code, tuple(answer.headers.raw), answer.content))
            client.cookies.clear()
    return seen


async def _csrf(client: httpx.AsyncClient, cookie: str) -> str:
    if not cookie:
        return "none"
    page = (await client.get("/account", headers={"cookie": cookie})).text
    return page.partition('name="csrf" value="')[2].partition('"')[0]


@dataclass(frozen=True)
class Difference:
    """The first request whose answers differ, with both."""

    asked: Asked
    one: Seen
    other: Seen

    def __str__(self) -> str:
        a, b = self.one, self.other
        place = next((n for n, (x, y) in enumerate(zip(a[2], b[2], strict=False)) if x != y), 0)
        cut = slice(max(0, place - 80), place + 80)
        return f"{self.asked}\n{a[0]} {a[2][cut]!r}\n{b[0]} {b[2][cut]!r}\n{a[1]}\n{b[1]}"


def difference(with_acts: World, without: World, asked: Sequence[Asked]) -> Difference | None:
    """Return the first difference between two worlds, or None."""
    pairs = zip(asked, answers(with_acts, asked), answers(without, asked), strict=True)
    return next((Difference(a, x, y) for a, x, y in pairs if x != y), None)
