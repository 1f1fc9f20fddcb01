"""The probes of the wall, by number; `docs/explanation/wall.md` answers each in words."""

import base64
import gzip
import hashlib
import io
import json
import logging
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from northwatch.errors import (
    InputError,
    ReleaseError,
    SecondRecordError,
    SettingsError,
)
from northwatch.web import create_app, serve_record
from northwatch.web.assets import STATIC
from northwatch.workstreams import example, folder, people, signin, store, tables
from northwatch.workstreams.backup import back_up, restore
from northwatch.workstreams.guard import ROLES
from northwatch.workstreams.items import Item, Label
from northwatch.workstreams.kinds import Document, Person, Statement
from northwatch.workstreams.record import Record, open_record
from northwatch.workstreams.release import Redaction, choose
from northwatch.workstreams.release.file import unsigned
from tests.made import built_lake
from tests.unit.workstreams.release.test_release import choice, desk, signed, statement
from tests.wall.worlds import ABSENT, ALL, CANARY, HIGH, routes_of, take, template
from tests.wall.worlds import opened as opened_world
from tests.workstream import Browser, Clock, browser, charter_text, made_record, reader

HIDDEN = Label("PARTIES", frozenset({"AAA"}))
SERIAL = re.compile(r'"(?:id|seq|number|no|version|revision)": ?\d+')


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_lake(tmp_path_factory.mktemp("picture")).path


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    made = made_record(tmp_path / "made")
    yield made
    made.close()


@pytest.fixture
def berta(record: Record, tmp_path: Path) -> Browser:
    return browser(record, tmp_path / "no lake", "berta")


@pytest.fixture
def outsider(record: Record, tmp_path: Path) -> Browser:
    return browser(record, tmp_path / "no lake")


def hidden(record: Record, name: str = CANARY) -> Item:
    return desk(record, "alice").add("person", Person(name=name), HIDDEN)


def known(record: Record, name: str = "Known Owner") -> Item:
    return desk(record, "berta").add("person", Person(name=name), ALL)


def same(answers: list[Any]) -> bool:
    told = {(a.status_code, tuple(a.headers.raw), a.content) for a in answers}
    return len(told) == 1


# --- identity and errors -------------------------------------------------------------------------


def test_probe_01_hidden_absent_and_removed_are_one(
    record: Record, berta: Browser, outsider: Browser
) -> None:
    gone = known(record)
    desk(record, "berta").remove(gone.id, reason="r")
    ids = [hidden(record).id, ABSENT, gone.id]
    for path in ("/record/item/{}", "/api/items/{}", "/api/items/{}/bytes", "/record/releases/{}"):
        for who in (berta, outsider):
            answers = [who.get(path.format(i)) for i in ids]
            assert same(answers)
            assert answers[0].status_code == (404 if who is berta else 401)


def test_probe_02_what_a_hidden_item_has_can_be_had_again(record: Record) -> None:
    body, held = Document(title=CANARY, source="s", kind="letter"), ("text/plain", b"same bytes")
    one = desk(record, "alice").add("document", body, HIDDEN, content=held)
    other = desk(record, "berta").add("document", body, ALL, content=held)
    assert one.id != other.id
    unique = [i for t in tables.metadata.tables.values() for i in t.indexes if i.unique]
    assert unique == []


def test_probe_03_a_link_to_a_hidden_and_to_an_absent_id(record: Record, berta: Browser) -> None:
    answers = [
        berta.api("POST", "/api/items/statement", json={"fields": {"words": "w", "person": root}})
        for root in (hidden(record).root, ABSENT)
    ]
    assert same(answers)
    assert answers[0].status_code == 400


def test_probe_04_validation_errors_repeat_no_value(record: Record, berta: Browser) -> None:
    hidden(record)
    bodies: list[Any] = [
        {"fields": {"name": 7, "x": CANARY}},
        {"fields": CANARY},
        [],
        {"y": CANARY},
    ]
    for body in bodies:
        answer = berta.api("POST", "/api/items/person", json=body)
        assert answer.status_code == 400
        assert CANARY not in answer.text


def test_probe_05_other_methods(record: Record, berta: Browser, outsider: Browser) -> None:
    item = hidden(record)
    for method in ("OPTIONS", "HEAD", "PATCH", "TRACE"):
        for who in (berta, outsider):
            preflight = {"origin": "https://else.where", "access-control-request-method": "GET"}
            told = [
                who.ask(method, f"/record/item/{i}", headers=preflight) for i in (item.id, ABSENT)
            ]
            assert same(told)
            assert not [h for h in told[0].headers if h.startswith("access-control")]


def test_probe_06_nothing_is_redirected_from_an_old_address(record: Record, berta: Browser) -> None:
    alice = desk(record, "alice")
    old = alice.add("person", Person(name="Old"), HIDDEN)
    alice.supersede(old.id, Person(name="New"))
    assert same([berta.get(f"/record/item/{i}") for i in (old.id, ABSENT)])


def test_probe_07_known_and_unknown_names(outsider: Browser) -> None:
    told = [
        outsider.ask("POST", "/signin", data={"name": n, "password": "x" * 14, "code": "000000"})
        for n in ("berta", "nobody", CANARY)
    ]
    assert same(told)  # the work is the same too: tests/unit/workstreams/signin


def test_probe_08_limits_of_one_server_do_not_move_anothers(tmp_path: Path) -> None:
    one, other = made_record(tmp_path / "one"), made_record(tmp_path / "other")
    for _ in range(60):
        signin.sign_in(one, "berta", "wrong", "0", "here")
    assert browser(other, tmp_path, "berta").cookie
    one.close()
    other.close()


# --- sequence and size ---------------------------------------------------------------------------


def everything(who: Browser, item: Item) -> str:
    paths = ("/", "/record/agenda", "/record/people", "/record/audit", "/record/list/person",
             f"/record/item/{item.id}", "/api/items?kind=person", f"/api/items/{item.id}",
             f"/api/items/{item.id}/history", "/api/entries", "/api/members",
             "/openapi.json")  # fmt: skip
    return "\n".join(who.get(path).text for path in paths)


def test_probe_09_no_integer_ids(record: Record, berta: Browser) -> None:
    assert not SERIAL.search(everything(berta, known(record)))


def test_probe_10_nothing_is_numbered(record: Record, berta: Browser) -> None:
    item = known(record)
    for _ in range(3):
        hidden(record)
    told = berta.get("/api/entries").json()
    assert set(told[0]) == {"t_ms", "person", "act", "item", "purpose"}
    manifest, _ = json.loads(_manifest(record)), item
    assert not any(isinstance(v, int) for v in manifest.values())


def _manifest(record: Record) -> bytes:
    content = signed(record, choose(desk(record, "alice"), choice(statement(record))))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("manifest.json")


def test_probe_11_cursors_are_signed_and_hold_no_counts(record: Record, berta: Browser) -> None:
    for number in range(4):
        known(record, f"P{number}")
        hidden(record)
    after = berta.get("/api/items?kind=person&limit=2").json()["after"]
    held = json.loads(base64.urlsafe_b64decode(after.partition(".")[0] + "=="))
    last = berta.get("/api/items?kind=person&limit=2").json()["items"][-1]
    assert held == [last["made_ms"], last["id"]]
    turned = after[:-2] + ("AA" if after[-2:] != "AA" else "BB")
    assert berta.get(f"/api/items?kind=person&after={turned}").status_code == 400


def test_probe_12_totals_are_of_what_is_listed(record: Record, berta: Browser) -> None:
    for number in range(5):
        known(record, f"P{number}")
        hidden(record)
    seen: list[Any] = []
    after: str | None = ""
    while after is not None:
        page = berta.get(f"/api/items?kind=person&limit=2{after}").json()
        seen += page["items"]
        assert page["total"] == 5
        assert len(page["items"]) == 2 or page["after"] is None
        after = f"&after={page['after']}" if page["after"] else None
    assert len(seen) == 5
    assert "5 that you may read" in berta.get("/record/list/person").text


def test_probe_13_no_etag_or_last_modified(record: Record, berta: Browser) -> None:
    item = known(record)
    for path in ("/", f"/record/item/{item.id}", f"/api/items/{item.id}", "/api/entries"):
        assert not {"etag", "last-modified"} & set(berta.get(path).headers)


def test_probe_14_nothing_of_a_record_is_compressed(record: Record, berta: Browser) -> None:
    for number in range(30):
        known(record, f"Owner {number}")
    answer = berta.ask("GET", "/record/list/person", headers={"accept-encoding": "gzip, br, zstd"})
    assert len(answer.content) > 2_000
    assert "content-encoding" not in answer.headers


def test_probe_15_health_and_size_say_nothing(
    record: Record, berta: Browser, outsider: Browser
) -> None:
    paths = [path for _, path in routes_of(create_app(Path("x"), record=record))]
    assert not [p for p in paths if re.search("metric|quota|stat(s|us)|size|debug", p)]
    assert outsider.get("/healthz").content == outsider.get("/nothing").content
    assert berta.get("/healthz").status_code in {404, 503}  # there is no picture here


def test_probe_16_order_is_by_visible_fields(record: Record, berta: Browser) -> None:
    made = []
    for number in range(4):
        made.append(known(record, f"P{number}").id)
        hidden(record)
        assert isinstance(record.clock, Clock)
        record.clock.move(timedelta(seconds=5))
    assert [i["id"] for i in berta.get("/api/items?kind=person").json()["items"]] == made[::-1]


# --- search and derived data ---------------------------------------------------------------------


def found(who: Browser, words: str) -> list[str]:
    answer = who.api("POST", "/api/search", json={"words": words})
    return [item["id"] for item in answer.json()["items"]]


def test_probe_17_words_of_hidden_items_are_nonsense(record: Record, berta: Browser) -> None:
    hidden(record)
    told = [berta.api("POST", "/api/search", json={"words": w}) for w in (CANARY, "nonsense")]
    assert same(told)
    assert found(berta, CANARY[:4]) == []


def test_probe_18_there_are_no_facets(record: Record) -> None:
    assert "facet" not in json.dumps(create_app(Path("x"), record=record).openapi()).lower()


def test_probe_19_choices_are_of_readable_items(record: Record, berta: Browser) -> None:
    known(record)
    hidden(record)
    form = berta.get("/record/new/statement").text
    assert "Known Owner" in form
    assert CANARY not in form


def test_probe_20_no_word_is_suggested(record: Record, berta: Browser) -> None:
    hidden(record)
    assert CANARY not in berta.post("/record/search", text="zebrafynch").text


def test_probe_21_a_hidden_item_changes_no_order(record: Record, berta: Browser) -> None:
    for words in ("met met met", "met once", "we met"):
        desk(record, "berta").add("statement", Statement(words=words), ALL)
    before = found(berta, "met")
    for _ in range(5):
        desk(record, "alice").add("statement", Statement(words="met " * 50), HIDDEN)
    assert found(berta, "met") == before


def test_probe_22_there_are_no_snippets_of_what_is_hidden(record: Record, berta: Browser) -> None:
    hidden(record, f"Known {CANARY}")
    known(record)
    assert CANARY not in berta.post("/record/search", text="known").text


def test_probe_23_no_duplicate_is_told_of(record: Record, berta: Browser) -> None:
    body, held = Document(title="t", source="s", kind="letter"), ("text/plain", b"the same")
    desk(record, "alice").add("document", body, HIDDEN, content=held)
    digest = hashlib.sha256(b"the same").hexdigest()
    assert desk(record, "berta").with_bytes(digest) is None
    fields = {"title": "t", "source": "s", "kind": "letter", "level": "PARTIES", "rel_to": "BBB"}
    answer = berta.post("/record/new/document", **fields)
    assert answer.status_code == 303


def test_probe_24_the_picture_does_not_know(record: Record, lake: Path) -> None:
    who = browser(record, lake, "berta")
    before = {p: p.stat().st_mtime_ns for p in lake.rglob("*") if p.is_file()}
    page = who.get("/vessels.csv").content
    vessel = page.decode().splitlines()[1].split(",")[0]
    desk(record, "berta").add("person", Person(name=vessel), ALL)
    assert who.get("/vessels.csv").content == page
    assert {p: p.stat().st_mtime_ns for p in lake.rglob("*") if p.is_file()} == before


def test_probe_25_unknown_parameters_are_refused(berta: Browser) -> None:
    for query in ("sort=level", "level=HEADS", "rel_to=AAA", "made_by=alice"):
        assert berta.get(f"/api/items?kind=person&{query}").status_code == 400


def test_probe_26_the_same_condition_at_every_hop(record: Record, berta: Browser) -> None:
    item = known(record)
    secret = desk(record, "alice").add(
        "statement", Statement(words=CANARY, person=item.root), HIDDEN
    )
    for path in (f"/record/item/{item.id}", f"/api/items/{item.id}/resting"):
        told = berta.get(path).text
        assert CANARY not in told
        assert secret.id not in told
    assert berta.get(f"/api/items/{item.id}?include=resting").status_code == 400


def test_probe_27_the_map_takes_nothing_from_a_record(record: Record, lake: Path) -> None:
    who = browser(record, lake, "berta")
    paths = ("/positions.arrow", "/layers.json", "/map.svg")
    before = [who.get(path).content for path in paths]
    for _ in range(3):
        hidden(record)
    assert [who.get(path).content for path in paths] == before


def test_probe_28_counts_are_of_what_can_be_listed(record: Record, berta: Browser) -> None:
    known(record)
    hidden(record)
    tile = re.search(r"<strong>(\d+)</strong> Person", berta.get("/").text)
    assert tile is not None
    assert int(tile[1]) == len(berta.get("/api/items?kind=person").json()["items"]) == 1


def test_probe_29_vocabularies_are_knowable(record: Record, berta: Browser) -> None:
    desk(record, "carla").add("person", Person(name="x"), Label("HEADS", frozenset({"CCC"})))
    with record.writing() as connection:
        new = people.NewMember(
            name="hans", person=CANARY, party="AAA", roles=frozenset({"reader"}), level="HEADS"
        )
        people.add_member(connection, record, new, by="")
    assert CANARY not in berta.get("/record/people").text
    assert "HEADS" not in berta.get("/record/new/person").text


# --- time and load -------------------------------------------------------------------------------


def test_probe_30_hidden_rows_are_left_by_an_index() -> None:
    # Timing is watched by a bench, not asserted: here, that lists go by an index.
    names = {tuple(i.columns.keys()) for i in tables.item.indexes} | {
        tuple(i.columns.keys()) for i in tables.audience.indexes
    }
    assert ("kind", "state", "made_ms", "id") in names
    assert ("party", "item_id") in names


def test_probe_31_nothing_of_a_record_is_cached(
    record: Record, berta: Browser, outsider: Browser
) -> None:
    item = known(record)
    for who in (berta, outsider):
        for path in ("/", f"/record/item/{item.id}", "/api/items?kind=person", "/trends", "/none"):
            assert who.get(path).headers["cache-control"] == "no-store"


def test_probe_32_no_workers_are_shared() -> None:
    assert not re.search(r"redis|celery|dramatiq|rq\b|multiprocessing", imported(_ROOM, _EDGE))


def test_probe_33_no_list_of_jobs(record: Record) -> None:
    paths = [path for _, path in routes_of(create_app(Path("x"), record=record))]
    assert not [p for p in paths if re.search("job|queue|task|worker", p)]


# --- channels ------------------------------------------------------------------------------------

_ROOM = Path(store.__file__).parent
_EDGE = STATIC.parent / "record"


def imported(*roots: Path) -> str:
    """Return every import line below some folders."""
    lines = (
        line
        for root in roots
        for path in root.rglob("*.py")
        for line in path.read_text().splitlines()
    )
    return "\n".join(line for line in lines if re.match(r"\s*(from|import) ", line))


def test_probe_34_no_notices_are_sent() -> None:
    told = imported(_ROOM)
    assert not re.search(r"smtplib|email|aiosmtp", told)
    # One module speaks to the outside: to the identity provider that the keeper has set.
    spoken = re.findall(r"\b(requests|httpx|urllib\.request|http\.client|socket)\b", told)
    speaks = [path.name for path in _ROOM.rglob("*.py") if "import requests" in path.read_text()]
    assert (spoken, speaks) == (["requests"], ["provider.py"])


def test_probe_35_no_sockets_and_no_streams_carry_items(record: Record) -> None:
    app = create_app(Path("x"), record=record)
    kinds = {type(route).__name__ for route in app.router.routes}
    assert not [k for k in kinds if "WebSocket" in k]
    told = json.dumps(app.openapi())
    assert "text/event-stream" not in told


def test_probe_36_no_webhooks(record: Record) -> None:
    assert not create_app(Path("x"), record=record).openapi().get("webhooks")
    assert not re.search(r"^\s*(from|import) (httpx|requests|urllib\.request|socket)\b",
                         imported(_ROOM / "release"), re.MULTILINE)  # fmt: skip


def test_probe_37_exports_hold_no_metadata(record: Record) -> None:
    content = signed(record, choose(desk(record, "alice"), choice(statement(record))))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            assert (info.date_time, info.extra, info.comment) == ((1980, 1, 1, 0, 0, 0), b"", b"")
        assert archive.comment == b""


def test_probe_38_bytes_only_by_the_items_own_address(
    record: Record, berta: Browser, outsider: Browser
) -> None:
    body, held = (
        Document(title="t", source="s", kind="letter"),
        ("text/html", b"<script>1</script>"),
    )
    item = desk(record, "alice").add("document", body, HIDDEN, content=held)
    shown = desk(record, "alice").add("document", body, ALL, content=held)
    assert berta.get(f"/record/item/{item.id}/bytes").status_code == 404
    assert outsider.get(f"/record/item/{shown.id}/bytes").status_code == 401
    answer = berta.get(f"/record/item/{shown.id}/bytes")
    assert answer.content == held[1]
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_probe_39_logs_hold_no_text_of_a_record(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    held, cookies = template(tmp_path / "made", mark=CANARY)
    world = opened_world(held, cookies, tmp_path / "no lake")
    with caplog.at_level(logging.DEBUG):
        for number, step in enumerate(HIGH):
            take(world, step, number)
        who = browser(world.record, tmp_path / "no lake", "alice", steps=1)
        for path in ("/", "/record/audit", "/record/list/person", f"/record/search?q={CANARY}"):
            who.get(path)
    told = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("northwatch"))
    out, err = capfd.readouterr()
    assert CANARY not in told + out + err
    world.record.close()


def test_probe_40_backups_and_journals_stay_inside_or_are_encrypted(tmp_path: Path) -> None:
    record = made_record(tmp_path / "made")
    hidden(record)
    made = back_up(record, tmp_path / "backups")
    for path in tmp_path.rglob("*"):
        is_inside = path.is_relative_to(record.folder.path)
        if path.is_file() and not is_inside and path.name != "charter.toml":
            assert CANARY.encode() not in path.read_bytes()
    assert made.exists()
    assert record.folder.path.stat().st_mode & 0o077 == 0
    record.close()


def test_probe_41_every_server_describes_itself_alike(tmp_path: Path) -> None:
    one, other = (
        made_record(tmp_path / "one"),
        made_record(tmp_path / "other", text=charter_text(CANARY)),
    )
    told = [json.dumps(create_app(tmp_path, record=r).openapi()) for r in (one, other)]
    assert told[0] == told[1]
    assert CANARY not in told[1]
    one.close()
    other.close()


def test_probe_42_the_client_names_nobody() -> None:
    names = [
        w
        for n in example.NAMES
        for w in (n, *re.findall(r'name = "([^"]+)"', example.charter_text(n)))
    ]
    scripts = list(STATIC.rglob("*.js"))
    if not scripts:
        pytest.skip("the client is not built: make client")
    for path in scripts:
        text = path.read_text(encoding="utf-8")
        found = [n for n in names if f'"{n}"' in text and len(n) > 6]
        assert not [n for n in found if n in example.NAMES or "Talks" in n or "Defence" in n]


def test_probe_43_addresses_and_titles_say_nothing(record: Record, berta: Browser) -> None:
    item = known(record, f"Known {CANARY}")
    page = berta.get(f"/record/item/{item.id}")
    title = re.search("<title>(.*)</title>", page.text)
    assert title is not None
    assert CANARY not in title[1]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert 'method="post" action="/record/search"' in berta.get("/record/search").text
    assert CANARY not in re.sub(r">[^<]*<", "><", page.text).replace(f"Known {CANARY}", "")


def test_probe_44_a_preview_bot_gets_the_sign_in_page(record: Record, outsider: Browser) -> None:
    item = known(record)
    paths = (
        "/signin",
        "/invitation/x",
        "/",
        f"/record/item/{item.id}",
        f"/record/item/{ABSENT}",
        "/api/items",
        "/x",
        "/trends",
    )
    answers = [outsider.get(path) for path in paths]
    assert same(answers)
    assert "Sign in" in answers[0].text
    assert record.charter.name not in answers[0].text


# --- release -------------------------------------------------------------------------------------


def test_probe_45_a_released_copy_holds_nothing_else(record: Record) -> None:
    alice = desk(record, "alice")
    neighbour = alice.add("person", Person(name=f"{CANARY} neighbour"), ALL)
    item = statement(record, f"Before {CANARY} after")
    left = {item.id: Redaction(words=(CANARY,))}
    content = unsigned(signed(record, choose(alice, choice(item, redactions=left))))
    for word in (CANARY, item.id, item.root, neighbour.id, item.made_by, "neighbour"):
        for form in (word, word[::-1], base64.b64encode(word.encode()).decode().rstrip("=")):
            assert form.encode() not in content
            assert form.encode() not in gzip.decompress(gzip.compress(content))


def test_probe_46_the_copy_does_not_move(record: Record) -> None:
    item = statement(record)
    alice = desk(record, "alice")
    signed(record, choose(alice, choice(item)))
    released = alice.listing("release").items[0]
    before = alice.bytes_of(released.id).content
    alice.supersede(item.id, Statement(words="Changed", speaker="S"))
    assert alice.bytes_of(released.id).content == before


def test_probe_47_a_withdrawal_claims_nothing_about_copies(record: Record, tmp_path: Path) -> None:
    signed(record, choose(desk(record, "alice"), choice(statement(record))))
    released = desk(record, "alice").listing("release").items[0]
    who = browser(record, tmp_path, "alice")
    answer = who.post(f"/record/releases/{released.id}/withdraw")
    page = who.get(answer.headers["location"]).text
    assert "should not be relied on" in page
    assert "cannot be called back" in page


def test_probe_48_nobody_who_worked_on_it_is_named(record: Record) -> None:
    content = signed(record, choose(desk(record, "alice"), choice(statement(record))))
    for name in ("alice", "Alice", "berta", "Berta", "carla", "Carla", "Aland", "Bland"):
        assert name.encode() not in content


def test_probe_49_earlier_releases_are_shown_before_consent(record: Record, tmp_path: Path) -> None:
    item = statement(record)
    signed(record, choose(desk(record, "alice"), choice(item, title="First total")))
    from northwatch.workstreams.release import propose  # noqa: PLC0415 - one use

    alice = desk(record, "alice")
    second = propose(alice, choose(alice, choice(item, title="Second total")), ALL)
    page = browser(record, tmp_path, "berta").get(f"/record/releases/{second.id}").text
    assert "First total" in page


def test_probe_50_reading_the_open_side_is_silent(record: Record, lake: Path) -> None:
    before = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in lake.rglob("*")}
    who = browser(record, lake, "berta")
    for path in ("/trends", "/map", "/vessels", "/vessels.csv", "/map/events", "/sources"):
        assert who.get(path).status_code == 200
    assert {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in lake.rglob("*")} == before


# --- people and operation ------------------------------------------------------------------------


def test_probe_51_a_right_that_ends_ends_at_the_next_request(
    record: Record, berta: Browser
) -> None:
    item = known(record)
    made = signin.make_token(record, reader(record, "berta"), "t", frozenset({"delegate"}), 5)
    bearer = {"authorization": f"Bearer {made}"}
    assert berta.get(f"/record/item/{item.id}").status_code == 200
    assert berta.ask("GET", "/api/charter", headers=bearer).status_code == 200
    with record.writing() as connection:
        people.end_member(connection, record, people.member_id(connection, "berta"), by="")
    berta_token = browser(record, Path("x"))
    assert berta.get(f"/record/item/{item.id}").status_code == 401
    assert berta_token.ask("GET", "/api/charter", headers=bearer).status_code == 401


def test_probe_52_every_form_says_where_one_is(record: Record, berta: Browser) -> None:
    for path in ("/record/new/statement", "/record/search", "/record/releases"):
        page = berta.get(path).text
        assert 'class="band"' in page
        assert record.charter.name in page
        assert "default marking" in page


def test_probe_53_nobody_acts_as_somebody_else(record: Record) -> None:
    paths = json.dumps([path for _, path in routes_of(create_app(Path("x"), record=record))])
    assert not re.search("impersonat|sudo|as-user|become|admin", paths)
    assert "god" not in ROLES


def test_probe_54_one_person_alone_opens_nothing(record: Record, tmp_path: Path) -> None:
    # There is no break-glass: a custodian reads what the marking lets them read, as anybody.
    item = desk(record, "carla").add("person", Person(name="x"), Label("HEADS", frozenset({"CCC"})))
    who = browser(record, tmp_path, "alice")  # lead and custodian
    assert who.get(f"/record/item/{item.id}").content == who.get(f"/record/item/{ABSENT}").content


def test_probe_55_what_a_file_claims_grants_nothing(record: Record, tmp_path: Path) -> None:
    from northwatch.workstreams.release import bring_in  # noqa: PLC0415 - one use

    content = signed(
        record, choose(desk(record, "alice"), choice(statement(record), issuer="Aland"))
    )
    other = made_record(tmp_path / "two")
    with pytest.raises(ReleaseError, match="not trusted"):
        bring_in(desk(other, "berta"), content, ALL)
    other.close()


def test_probe_56_a_backup_in_the_wrong_place(record: Record, tmp_path: Path) -> None:
    made = back_up(record, tmp_path / "backups")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "charter.toml").write_text(charter_text())
    founded = folder.found(tmp_path / "other" / "charter.toml", tmp_path / "other" / "w")
    store.create_record(founded.folder)
    with pytest.raises(InputError, match="cannot be restored here"):
        restore(founded.folder, made, founded.halves)


def test_probe_57_example_people_are_served_on_this_machine_only(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(example.charter_text("greenland-talks"))
    held = folder.found(tmp_path / "c.toml", tmp_path / "w").folder
    store.create_record(held)
    record = open_record(held)
    example.fill(record, "greenland-talks", password="a long enough one", totp_secret="A" * 32)  # noqa: S106 - of made people
    record.close()
    with pytest.raises(SettingsError):
        serve_record(held.path, None, name="x", port=1, host="0.0.0.0")  # noqa: S104 - it must be refused


def test_the_doc_answers_every_probe() -> None:
    doc = (Path(__file__).parents[2] / "docs" / "explanation" / "wall.md").read_text()
    named = set(re.findall(r"test_probe_(\d\d)_", Path(__file__).read_text()))
    assert named == {f"{n:02d}" for n in range(1, 58)}
    for number in range(1, 58):
        assert re.search(rf"^\| {number} \|", doc, re.MULTILINE), number


def test_a_second_record_in_one_command_is_refused(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path\nimport sys\n"
        "from northwatch.workstreams.folder import Folder\n"
        "from northwatch.workstreams.record import open_record\n"
        "open_record(Folder(Path(sys.argv[1])))\nopen_record(Folder(Path(sys.argv[2])))\n"
    )
    one, other = made_record(tmp_path / "one"), made_record(tmp_path / "other")
    paths = [str(r.folder.path) for r in (one, other)]
    one.close()
    other.close()
    done = subprocess.run(
        [sys.executable, "-c", script, *paths], capture_output=True, text=True, check=False
    )
    assert SecondRecordError.__name__ in done.stderr
