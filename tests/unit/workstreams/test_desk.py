"""A desk: what a reader may read and change; nothing overwritten, every act an entry."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from northwatch.errors import (
    ConflictError,
    DeniedError,
    InputError,
    MissingError,
    ParameterError,
    SecondRecordError,
)
from northwatch.workstreams import checkpoints, store
from northwatch.workstreams.desk import Desk
from northwatch.workstreams.guard import State
from northwatch.workstreams.items import Item, Label, fold
from northwatch.workstreams.kinds import (
    Commitment,
    CommitmentCheck,
    Document,
    DocumentText,
    Meeting,
    Person,
    Span,
    Stance,
    Statement,
    When,
    commitment_status,
)
from northwatch.workstreams.record import Record, open_record
from northwatch.workstreams.tables import entry, item
from tests.workstream import Clock, founded, reader

ALL = Label("PARTIES", frozenset({"AAA", "BBB", "CCC"}))
OURS = Label("PARTIES", frozenset({"AAA"}))
DAY = When.model_validate({"t_from": "2026-01-26T00:00Z", "t_to": "2026-01-27T00:00Z"})


@pytest.fixture
def alice(record: Record) -> Desk:
    return record.for_reader(reader(record, "alice"))


@pytest.fixture
def berta(record: Record) -> Desk:
    return record.for_reader(reader(record, "berta"))


def said(desk: Desk, words: str = "We meet again", label: Label = ALL) -> Item:
    return desk.add("statement", Statement(words=words, speaker="Somebody", party="AAA"), label)


def test_hidden_absent_and_removed_are_one(alice: Desk, berta: Desk) -> None:
    hidden = alice.add("person", Person(name="Hidden"), OURS)
    gone = alice.add("person", Person(name="Gone"), ALL)
    alice.remove(gone.id, reason="asked for")
    told = set()
    for item_id in (hidden.id, gone.id, "00000000-0000-4000-8000-000000000000"):
        for do in (berta.get, berta.history, berta.why, berta.bytes_of, berta.links_to):
            with pytest.raises(MissingError) as caught:
                do(item_id)
            told.add(str(caught.value))
        for change in (
            lambda i: berta.supersede(i, Person(name="x")),
            lambda i: berta.remove(i, reason="x"),
            berta.confirm,
            lambda i: berta.reject(i, reason="x"),
        ):
            with pytest.raises(MissingError):
                change(item_id)
    assert len(told) == 1


def test_lists_counts_and_search_show_what_opens(alice: Desk, berta: Desk) -> None:
    for number in range(5):
        alice.add("person", Person(name=f"Ship Owner {number}"), ALL if number % 2 else OURS)
    for desk, wanted in ((alice, 5), (berta, 2)):
        listed = desk.listing("person").items
        assert len(listed) == desk.count("person") == wanted
        assert [i.id for i in desk.search("ship own").items] == [i.id for i in listed]
        assert all(desk.get(i.id).id == i.id for i in listed)


def test_pages_go_on_where_the_last_ended(alice: Desk, berta: Desk) -> None:
    for number in range(9):
        alice.add("person", Person(name=f"P{number}"), ALL)
        alice.add("person", Person(name=f"H{number}"), OURS)
    seen, after = [], None
    while True:
        page = berta.listing("person", after=after, limit=4)
        seen += [i.title for i in page.items]
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 9
    assert all(title.startswith("P") for title in seen)
    with pytest.raises(ParameterError):
        berta.listing("person", after="WzEsMl0.made-up")


def test_a_change_is_a_new_version(alice: Desk, record: Record) -> None:
    old = alice.add("person", Person(name="Anna"), ALL)
    assert isinstance(record.clock, Clock)
    record.clock.move(timedelta(minutes=1))
    new = alice.supersede(old.id, Person(name="Anne"))
    kept = alice.get(old.id)
    assert kept.state is State.SUPERSEDED
    assert kept.superseded_by == new.id
    assert kept.body == old.body
    assert [i.title for i in alice.history(new.id)] == ["Anna", "Anne"]
    assert [i.id for i in alice.listing("person").items] == [new.id]
    with pytest.raises(ConflictError):
        alice.supersede(old.id, Person(name="Other"))


def test_a_derived_item_is_as_strict_as_its_parts(alice: Desk) -> None:
    person = alice.add("person", Person(name="Anna"), OURS)
    made = alice.add("statement", Statement(words="w", person=person.root), ALL)
    assert made.label.rel_to == {"AAA"}


def test_what_one_may_not_read_one_cannot_link_to(alice: Desk, berta: Desk) -> None:
    person = alice.add("person", Person(name="Anna"), OURS)
    told = []
    for root in (person.root, "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(InputError) as caught:
            berta.add("statement", Statement(words="w", person=root), ALL)
        told.append(str(caught.value))
    assert told[0] == told[1]


def test_a_stance_stands_and_falls_with_its_basis(alice: Desk) -> None:
    proposed = said(alice)
    body = Stance(
        party="AAA", issue="fish", direction="supports", summary="s", since=DAY,
        basis=(proposed.root,),
    )  # fmt: skip
    with pytest.raises(InputError, match="confirm"):
        alice.add("stance", body, ALL)
    confirmed = alice.confirm(proposed.id)
    other = alice.confirm(said(alice, "and again").id)
    stance = alice.add("stance", body, ALL)
    both = alice.add("stance", body.model_copy(update={"basis": (confirmed.root, other.root)}), ALL)
    alice.reject(confirmed.id, reason="misheard")
    assert alice.get(stance.id).state is State.WITHDRAWN
    assert alice.get(both.id).state is State.CURRENT
    assert [i.id for i in alice.listing("stance").items] == [both.id]


def test_a_confirmation_names_the_person(alice: Desk, berta: Desk) -> None:
    made = berta.confirm(said(alice).id)
    assert made.made_by == berta.reader.member
    assert made.review == "confirmed"
    with pytest.raises(DeniedError) as caught:
        berta.confirm(made.id)
    assert caught.value.reason == "state"


def test_only_what_waits_for_review_can_be_rejected(alice: Desk) -> None:
    made = alice.add("person", Person(name="Anna"), ALL)
    with pytest.raises(DeniedError) as caught:
        alice.reject(made.id, reason="r")
    assert caught.value.reason == "state"


def test_spans_prove_their_words(alice: Desk) -> None:
    document = alice.add(
        "document", Document(title="t", source="s", kind="article"), ALL,
        content=("text/plain", b"We meet again."),
    )  # fmt: skip
    text = alice.add(
        "document_text",
        DocumentText(document=document.root, extractor="typed", text="We meet again."), ALL,
    )  # fmt: skip
    span = Span(text=text.root, start=3, end=7, quote="meet")
    assert alice.add("statement", Statement(words="meet", evidence=(span,)), ALL)
    wrong = span.model_copy(update={"start": 4, "end": 8})
    with pytest.raises(InputError, match="span"):
        alice.add("statement", Statement(words="meet", evidence=(wrong,)), ALL)
    assert alice.bytes_of(document.id).content == b"We meet again."


def test_a_marking_is_lowered_by_a_second_person_with_a_reason(alice: Desk, berta: Desk) -> None:
    made = berta.add("person", Person(name="Anna"), Label("PARTIES", frozenset({"AAA", "BBB"})))
    wider = Label("PARTIES", frozenset({"AAA", "BBB", "CCC"}))
    with pytest.raises(DeniedError) as caught:
        berta.supersede(made.id, Person(name="Anna"), wider, reason="r")
    assert caught.value.reason == "second-person"
    with pytest.raises(InputError, match="reason"):
        alice.supersede(made.id, Person(name="Anna"), wider)
    assert alice.supersede(made.id, Person(name="Anna"), wider, reason="agreed").label == wider


def test_nobody_marks_above_their_own_level_or_beyond_the_charter(berta: Desk) -> None:
    for label in (Label("HEADS", frozenset({"BBB"})), Label("OPEN", frozenset({"DDD"}))):
        with pytest.raises(ParameterError):
            berta.add("person", Person(name="Anna"), label)


def test_roles_bind(record: Record, alice: Desk) -> None:
    boris = record.for_reader(reader(record, "boris"))
    with pytest.raises(DeniedError) as caught:
        boris.add("person", Person(name="Anna"), Label("OPEN", frozenset({"BBB"})))
    assert caught.value.reason == "role"
    with pytest.raises(MissingError):
        boris.get(alice.add("person", Person(name="Anna"), ALL).id)  # above his level


def test_every_act_is_an_entry_and_the_chain_holds(alice: Desk, record: Record) -> None:
    made = alice.add("person", Person(name="Anna"), ALL)
    alice.get(made.id)
    alice.search("anna")
    alice.remove(made.id, reason="asked for")
    with record.reading() as connection:
        acts = list(connection.execute(select(entry.c.act).order_by(entry.c.seq)).scalars())
        held = connection.execute(select(item.c.body, item.c.salt)).all()
    assert acts[-4:] == ["add", "read", "search", "remove"]
    assert [(row.body, bytes(row.salt)) for row in held] == [("{}", b"")]
    assert checkpoints.verify(record).entries == len(acts)


def test_notes_held_back_are_entered_once_and_in_order(alice: Desk, record: Record) -> None:
    def acts() -> list[str]:
        with record.reading() as connection:
            return list(connection.execute(select(entry.c.act).order_by(entry.c.seq)).scalars())

    made = alice.add("person", Person(name="Anna"), ALL)
    before = acts()
    alice.hold_notes()
    alice.get(made.id)
    alice.listing("person")
    assert acts() == before
    alice.enter_notes()
    alice.enter_notes()
    assert acts() == [*before, "read", "list"]
    assert checkpoints.verify(record).entries == len(before) + 2


def test_counts_are_what_lists_hold(alice: Desk, berta: Desk) -> None:
    alice.add("person", Person(name="Anna"), ALL)
    alice.add("person", Person(name="Aqqaluk"), OURS)
    for desk, people in ((alice, 2), (berta, 1)):
        counts = desk.counts()
        assert counts["person"] == people
        assert counts == {kind: len(desk.listing(kind).items) for kind in counts}


def test_search_knows_letters_of_the_north() -> None:
    assert fold("Løkke RASMUSSEN, Ísland, Þór, Kalaallit Nunaat") == [
        "lokke", "rasmussen", "island", "thor", "kalaallit", "nunaat",
    ]  # fmt: skip


def test_commitments_by_their_checks() -> None:
    made = Commitment(owed_by="AAA", what="w", due=DAY)
    root = "00000000-0000-4000-8000-000000000000"
    before, after = DAY.t_from, DAY.t_to

    def check(party: str, status: str) -> CommitmentCheck:
        told = {"commitment": root, "party": party, "as_of": before, "status": status}
        return CommitmentCheck.model_validate(told)

    assert commitment_status(made, [], before) == "open"
    assert commitment_status(made, [], after) == "overdue"
    assert commitment_status(made, [check("AAA", "met")], after) == "met"
    both = [check("AAA", "met"), check("BBB", "not met")]
    assert commitment_status(made, both, after) == "disputed"


def test_meetings_hold_uncertain_dates(alice: Desk) -> None:
    week = When.model_validate(
        {"t_from": "2026-01-19T00:00Z", "t_to": "2026-01-26T00:00Z", "precision": "week"}
    )
    body = Meeting(title="m", place="p", when=week, format="call")
    assert "week" in alice.add("meeting", body, ALL).title


def test_a_process_opens_one_record(tmp_path_factory: pytest.TempPathFactory) -> None:
    one = founded(tmp_path_factory.mktemp("one"))
    other = founded(tmp_path_factory.mktemp("other"))
    for each in (one, other):
        store.create_record(each)
    held = open_record(one)
    try:
        with pytest.raises(SecondRecordError):
            open_record(other)
        with pytest.raises(SecondRecordError):
            open_record(one)
    finally:
        held.close()
    open_record(other).close()
