"""A document on a record is read: its statements wait for a person, once each."""

from datetime import UTC, datetime

import pytest

from northwatch.errors import DeniedError, EmptyError, InputError, MissingError, UnreadableError
from northwatch.pipeline.proposing import read_onto
from northwatch.workstreams.checkpoints import verify
from northwatch.workstreams.desk import Desk
from northwatch.workstreams.items import Item, Label
from northwatch.workstreams.kinds import Capacity, Document, Person, Statement, When
from northwatch.workstreams.queue import waiting
from northwatch.workstreams.record import Record
from tests.workstream import reader

ALL = Label("PARTIES", frozenset({"AAA", "BBB", "CCC"}))
TEXT = """\
The Danish ambassador Karin Holt spoke in Nuuk on 3 February 2026. Holt said that the survey \
would start in May. "We have agreed on a date, and it is the first of May," she said. A senior \
official said: "It was late." The word "date" was repeated.
"""


@pytest.fixture
def alice(record: Record) -> Desk:
    return record.for_reader(reader(record, "alice"))


def document(desk: Desk, text: str = TEXT, media_type: str = "text/plain") -> Item:
    body = Document(title="An article", source="a paper", kind="article")
    return desk.add("document", body, ALL, content=(media_type, text.encode()))


def statements(desk: Desk) -> list[Statement]:
    return [one.body for one in waiting(desk) if isinstance(one.body, Statement)]


def test_a_document_gives_statements_that_wait(alice: Desk, record: Record) -> None:
    before = verify(record).entries
    assert read_onto(alice, document(alice).id) == 3
    found = statements(alice)
    assert [one.words.split()[0] for one in found] == ["We", "It", "the"]
    first = found[0]
    assert first.speaker == "Karin Holt"
    assert first.claims == ("agreed point",)
    assert first.confidence == 0.89
    assert first.extractor is not None
    assert found[1].mode == "unattributed"
    assert (found[1].person, found[1].party) == (None, None)
    assert all(item.review == "proposed" for item in waiting(alice))
    assert verify(record).entries > before


def test_read_again_it_proposes_nothing_twice(alice: Desk) -> None:
    held = document(alice)
    read_onto(alice, held.id)
    first, second, _ = waiting(alice)
    alice.confirm(first.id)
    alice.reject(second.id, reason="said twice")
    assert read_onto(alice, held.id) == 0
    assert len(waiting(alice)) == 1
    texts = [one for one in alice.links_to(held.id) if one.kind == "document_text"]
    assert len(texts) == 1


def test_the_records_own_people_are_known(alice: Desk) -> None:
    holt = alice.add("person", Person(name="Karin Holt", variants=("Ambassador Holt",)), ALL)
    since = When(t_from=datetime(2025, 9, 1, tzinfo=UTC), t_to=datetime(2025, 9, 2, tzinfo=UTC))
    office = Capacity(person=holt.root, title="Danish ambassador", body="Denmark", since=since)
    alice.add("capacity", office, ALL)
    read_onto(alice, document(alice).id)
    first = statements(alice)[0]
    assert first.person == holt.root
    assert first.speaker == "Karin Holt"


def test_what_is_proposed_has_the_marking_of_its_document(alice: Desk, record: Record) -> None:
    body = Document(title="Ours", source="a paper", kind="article")
    ours = Label("PARTIES", frozenset({"AAA"}))
    held = alice.add("document", body, ours, content=("text/plain", TEXT.encode()))
    read_onto(alice, held.id)
    assert {one.label.rel_to for one in waiting(alice)} == {frozenset({"AAA"})}
    berta = record.for_reader(reader(record, "berta"))
    assert waiting(berta) == []
    with pytest.raises(MissingError):
        read_onto(berta, held.id)


def test_html_is_read_as_html(alice: Desk) -> None:
    marked = f"<p>{TEXT}</p><script>He said: 'No.'</script>"
    assert read_onto(alice, document(alice, marked, "text/html").id) == 3


def test_what_cannot_be_read_changes_nothing(alice: Desk, record: Record) -> None:
    person = alice.add("person", Person(name="A"), ALL)
    for held, problem in (
        (document(alice, "\0\0\0\0"), UnreadableError),
        (document(alice, "   "), EmptyError),
        (person, InputError),
    ):
        before = verify(record).entries
        with pytest.raises(problem) as refused:
            read_onto(alice, held.id)
        assert "An article" not in str(refused.value)
        # The looks are entered, and nothing else.
        assert verify(record).entries - before <= 2
    assert waiting(alice) == []
    bare = alice.add("document", Document(title="Bare", source="s", kind="article"), ALL)
    with pytest.raises(MissingError):
        read_onto(alice, bare.id)


def test_a_reader_who_may_not_write_proposes_nothing(alice: Desk, record: Record) -> None:
    held = document(alice)
    carlo = record.for_reader(reader(record, "carlo"))
    with pytest.raises(DeniedError):
        read_onto(carlo, held.id)
    assert waiting(alice) == []
