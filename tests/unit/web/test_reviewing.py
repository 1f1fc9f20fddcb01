"""The queue of proposals: read a document, confirm, reject, and come back to the queue."""

import re
from pathlib import Path

import pytest

from northwatch.workstreams.record import Record
from tests.unit.workstreams.test_proposing import TEXT
from tests.workstream import Browser, browser, made_record


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return made_record(tmp_path / "made")


def uploaded(who: Browser, content: bytes) -> str:
    """Put a document with bytes on the record; return where it is."""
    told = {"csrf": who.csrf(), "level": "PARTIES", "rel_to": ["AAA", "BBB"], "title": "An article",
            "source": "a paper", "kind": "article", "lang": "en"}  # fmt: skip
    files = {"file": ("article.txt", content, "text/plain")}
    answer = who.ask("POST", "/record/new/document", data=told, files=files)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_a_document_is_read_and_its_proposals_are_judged(record: Record) -> None:
    who = browser(record, Path("no lake"), "alice")
    assert "Nothing waits" in who.get("/record/review").text
    where = uploaded(who, TEXT.encode())
    assert "Read it: propose statements" in who.get(where).text
    answer = who.post(f"{where}/read")
    assert (answer.status_code, answer.headers["location"]) == (303, "/record/review")
    queue = who.get("/record/review").text
    assert "3 proposed statements" in queue
    assert "<mark>We have agreed on a date, and it is the first of May,</mark>" in queue
    for act, left in (("confirm", 2), ("reject", 1)):
        (first, *_) = re.findall(rf"/record/item/([^/]+)/{act}", queue)
        judged = who.post(f"/record/item/{first}/{act}", to="/record/review", reason="said twice")
        assert judged.headers["location"] == "/record/review"
        queue = who.get("/record/review").text
        assert f"{left} proposed statement" in queue
    last = re.findall(r"/record/item/([^/]+)/confirm", queue)[0]
    judged = who.post(f"/record/item/{last}/confirm", to="https://far.example/")
    assert judged.headers["location"].startswith("/record/item/")


def test_a_document_that_cannot_be_read_says_why_on_its_page(record: Record) -> None:
    who = browser(record, Path("no lake"), "alice")
    where = uploaded(who, b"\0\0\0")
    answer = who.post(f"{where}/read")
    assert answer.status_code == 400
    assert "neither text, HTML nor PDF" in answer.text


def test_who_may_only_read_sees_no_buttons(record: Record) -> None:
    alice = browser(record, Path("no lake"), "alice")
    where = uploaded(alice, TEXT.encode())
    alice.post(f"{where}/read")
    boris = browser(record, Path("no lake"), "boris", steps=1)
    assert "Nothing waits" in boris.get("/record/review").text, "it is above their level"
    berta = browser(record, Path("no lake"), "berta", steps=1)
    assert "3 proposed statements" in berta.get("/record/review").text
