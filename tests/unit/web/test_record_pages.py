"""Pages and forms of a record: what is typed comes on the record, and what is wrong is said."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from northwatch.web.record import pages
from northwatch.workstreams.kinds import KINDS
from northwatch.workstreams.record import Record
from tests.workstream import Browser, Clock, browser, code, made_record

TYPED = [name for name, kind in KINDS.items() if kind.is_typed]


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Record]:
    made = made_record(tmp_path_factory.mktemp("record"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def alice(record: Record) -> Browser:
    return browser(record, Path("no lake"), "alice")


def add(who: Browser, which: str, **fields: object) -> str:
    answer = who.post(f"/record/new/{which}", level="PARTIES", rel_to=["AAA", "BBB"], **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("/")[2]


@pytest.mark.parametrize("kind", TYPED)
def test_every_kind_has_a_form_that_says_what_is_missing(alice: Browser, kind: str) -> None:
    page = alice.get(f"/record/new/{kind}").text
    assert f"New: {KINDS[kind].title.lower()}" in page
    assert "can read this, because it is marked" in page
    answer = alice.post(f"/record/new/{kind}", level="PARTIES", rel_to="AAA")
    assert answer.status_code == 400
    assert "Not yet complete." in answer.text


def test_what_is_typed_comes_on_the_record(alice: Browser, record: Record) -> None:
    person = add(alice, "person", name="Anna A", variants="A. A.\nAnna", languages="kl\nda")
    root = person
    page = alice.get(f"/record/item/{person}").text
    assert "Anna A" in page
    assert "A. A.; Anna" in page
    document = add(
        alice, "document", title="Minutes", source="the ministry", kind="letter", lang="en"
    )
    text = add(
        alice,
        "document_text",
        document=document,
        extractor="typed",
        text="Then we met <b>again</b>.",
    )
    assert "&lt;b&gt;again&lt;/b&gt;" in alice.get(f"/record/item/{text}").text
    statement = add(
        alice, "statement", words="we met", speaker="Anna A", person=root, party="AAA",
        mode="direct", lang="en", issues=["fish"], **{
            "said_on.from": "2026-01-26", "said_on.precision": "day", "evidence.text": text,
            "evidence.quote": "we met",
        },
    )  # fmt: skip
    page = alice.get(f"/record/item/{statement}").text
    assert "<mark>we met</mark>" in page
    assert "2026-01-26" in page
    answer = alice.post(f"/record/item/{statement}/confirm")
    confirmed = answer.headers["location"].rpartition("/")[2]
    assert "confirmed" in alice.get(f"/record/item/{confirmed}").text
    add(
        alice, "stance", party="AAA", issue="fish", direction="supports", summary="more fish",
        basis=[statement], **{"since.from": "2026-01-26", "since.precision": "day"},
    )  # fmt: skip
    for path in ("/record/agenda", "/record/issue/fish"):
        assert "more fish" in alice.get(path).text
    assert record.charter.party_names["BBB"] == "Bland"


def test_words_that_are_not_in_the_text_prove_nothing(alice: Browser) -> None:
    document = add(alice, "document", title="M", source="s", kind="letter", lang="en")
    text = add(alice, "document_text", document=document, extractor="typed", text="met and met")
    for quote in ("never said", "met"):
        answer = alice.post(
            "/record/new/statement", words="w", lang="en", mode="direct", level="PARTIES",
            rel_to="AAA", **{"evidence.text": text, "evidence.quote": quote},
        )  # fmt: skip
        assert answer.status_code == 400
        assert "stand there once" in answer.text


def test_the_second_to_change_sees_the_newest_version(alice: Browser) -> None:
    item = add(alice, "person", name="First")
    assert (
        alice.post(
            f"/record/item/{item}/edit", name="Second", level="PARTIES", rel_to="AAA"
        ).status_code
        == 303
    )
    answer = alice.post(f"/record/item/{item}/edit", name="Third", level="PARTIES", rel_to="AAA")
    assert answer.status_code == 409
    assert "Second" in answer.text
    assert "somebody changed this meanwhile" in answer.text


def test_a_file_is_kept_as_it_came_and_never_run(alice: Browser) -> None:
    answer = alice.ask(
        "POST", "/record/new/document",
        data={"csrf": alice.csrf(), "title": "T", "source": "s", "kind": "other", "lang": "en",
              "level": "PARTIES", "rel_to": "AAA"},
        files={"file": ("x.html", b"<script>alert(1)</script>", "text/html")},
    )  # fmt: skip
    kept = alice.get(f"{answer.headers['location']}/bytes")
    assert kept.content == b"<script>alert(1)</script>"
    assert kept.headers["content-type"] == "application/octet-stream"


def test_a_form_without_its_word_changes_nothing(alice: Browser) -> None:
    before = alice.get("/api/items?kind=person").json()["total"]
    for word in ("", "made-up"):
        told = {"csrf": word, "name": "X", "level": "PARTIES", "rel_to": "AAA"}
        assert alice.ask("POST", "/record/new/person", data=told).status_code == 404
        assert (
            alice.ask(
                "POST", "/api/items/person", headers={"x-csrf": word}, json={"fields": {}}
            ).status_code
            == 404
        )
    assert alice.get("/api/items?kind=person").json()["total"] == before


def test_what_binds_others_asks_for_a_fresh_code(tmp_path: Path) -> None:
    record = made_record(tmp_path / "made")
    alice = browser(record, Path("no lake"), "alice")
    item = add(alice, "person", name="Anna")
    assert isinstance(record.clock, Clock)
    record.clock.move(timedelta(minutes=6))
    told = {"title": "t", "audience": "a", "terms": "t", "issuer": "i", "item": item,
            "level": "PARTIES", "rel_to": "AAA"}  # fmt: skip
    answer = alice.post("/record/releases/draft", **told)
    assert answer.headers["location"].startswith("/again?to=")
    wrong = alice.post("/again", to="/record/releases", code="000000")
    assert wrong.status_code == 401
    right = alice.post("/again", to="//else.where/", code=code(record))
    assert right.headers["location"] == "/"
    alice.cookie = right.headers["set-cookie"].partition(";")[0]
    assert (
        alice.post("/record/releases/draft", **told)
        .headers["location"]
        .startswith("/record/releases/")
    )
    record.close()


def test_a_page_whose_reading_cannot_be_entered_does_not_leave(
    alice: Browser, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError

    made = add(alice, "person", name="Aqqaluk")
    assert "Aqqaluk" in alice.get(f"/record/item/{made}").text
    with monkeypatch.context() as patch:
        patch.setattr(record, "enter", refuse)
        answer = alice.get(f"/record/item/{made}")
    assert answer.status_code == 500
    assert "Aqqaluk" not in answer.text


def test_many_persons_are_told_by_the_newest_and_a_list(
    alice: Browser, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(record.clock, Clock)
    monkeypatch.setattr(pages, "_PERSONS", 1)
    for name in ("Ivalu", "Malik"):
        record.clock.move(timedelta(seconds=1))
        add(alice, "person", name=name)
    page = alice.get("/record/people").text
    assert "Malik" in page
    assert "Ivalu" not in page
    assert 'href="/record/list/person"' in page


def test_a_body_that_is_too_large_or_tells_no_length_is_refused(alice: Browser) -> None:
    for headers in ({"content-length": "99999999"}, {"transfer-encoding": "chunked"}):
        answer = alice.ask("POST", "/record/imports", headers=headers, content=b"")
        assert answer.status_code == 413


def test_cookies_are_this_hosts_alone(record: Record) -> None:
    answer = Browser(browser(record, Path("x"))._app).sign_in(record, "berta")  # noqa: SLF001 - a second door
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-login=")
    for part in ("Secure", "HttpOnly", "SameSite=strict", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_pages_have_one_heading_landmarks_and_no_scripts_of_their_own(alice: Browser) -> None:
    for path in ("/", "/record/agenda", "/record/people", "/record/releases", "/account"):
        page = alice.get(path).text
        assert len(re.findall("<h1", page)) == 1
        assert 'id="main"' in page
        assert not re.search(r"<script(?! type=\"module\" src=)", page)
