"""A release: exactly what was shown, consented to and signed; any flipped bit is refused."""

import json
from pathlib import Path

import pytest

from northwatch.errors import ConflictError, DeniedError, InputError, MissingError, ReleaseError
from northwatch.workstreams.charter import parse_charter
from northwatch.workstreams.desk import Desk
from northwatch.workstreams.items import Item, Label
from northwatch.workstreams.keys import read_signing_key
from northwatch.workstreams.kinds import Document, DocumentText, Person, Span, Statement
from northwatch.workstreams.record import Record
from northwatch.workstreams.release import (
    Choice,
    Draft,
    Redaction,
    bring_in,
    choose,
    choose_withdrawal,
    confirm,
    consent,
    file_of,
    propose,
    read_release,
    refuse,
    sign,
    standing,
    submit,
)
from northwatch.workstreams.release.draft import REMOVED
from northwatch.workstreams.release.file import (
    manifest_bytes,
    members_of,
    packed,
    read_draft,
    unsigned,
)
from northwatch.workstreams.release.steps import missing_consents
from tests.workstream import charter_text, made_record, reader

ALL = Label("PARTIES", frozenset({"AAA", "BBB", "CCC"}))


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return made_record(tmp_path / "one")


def desk(record: Record, name: str) -> Desk:
    return record.for_reader(reader(record, name))


def statement(record: Record, words: str = "We meet again on Monday") -> Item:
    alice = desk(record, "alice")
    made = alice.add("statement", Statement(words=words, speaker="Somebody", party="AAA"), ALL)
    return alice.confirm(made.id)


def choice(*items: Item, **more: object) -> Choice:
    told = {"title": "A release", "audience": "for them", "terms": "as told", "issuer": "we"}
    return Choice(items=tuple(i.id for i in items), **{**told, **more})  # type: ignore[arg-type]


def proposed(record: Record, draft: Draft) -> Item:
    alice = desk(record, "alice")
    made = propose(alice, draft, ALL)
    submit(alice, made.id)
    return made


def signed(record: Record, draft: Draft) -> bytes:
    made = proposed(record, draft)
    for name in ("alice", "berta", "carla"):
        consent(desk(record, name), made.id, draft.digest)
    confirm(desk(record, "berta"), made.id, draft.digest)
    return sign(desk(record, "alice"), made.id)


def trusted(record: Record) -> dict[str, str]:
    return {read_signing_key(record.folder.keys, "release").public: "them"}


def test_the_file_is_what_was_shown(record: Record) -> None:
    draft = choose(desk(record, "alice"), choice(statement(record)))
    content = signed(record, draft)
    assert unsigned(content) == draft.content
    found = read_release(content, file="f", trusted=trusted(record))
    assert found.digest == draft.digest
    assert [line.fields["words"] for line in found.items] == ["We meet again on Monday"]
    assert (next(record.folder.outbox.iterdir())).read_bytes() == content


def test_building_twice_differs_only_in_minted_ids(record: Record) -> None:
    item = statement(record)
    one, two = (choose(desk(record, "alice"), choice(item)) for _ in range(2))
    told = []
    for draft in (one, two):
        text = draft.content
        for minted in (draft.manifest.release, draft.lines[0].id):
            text = text.replace(minted.encode(), b"-" * 36)
        told.append(json.loads(json.dumps(read_draft(draft.content)[1][0].fields)))
        assert len(text) == len(draft.content)
    assert told[0] == told[1]
    assert len(one.content) == len(two.content)


def test_nothing_of_the_record_travels(record: Record) -> None:
    alice = desk(record, "alice")
    hidden = alice.add("person", Person(name="Neighbour Zebrafinch"), ALL)
    body = Statement(words="w", speaker="S", person=hidden.root, party="AAA", confidence=0.5)
    item = alice.confirm(alice.add("statement", body, ALL).id)
    content = signed(record, choose(alice, choice(item)))
    secrets = (item.id, item.root, hidden.id, "Zebrafinch", item.made_by, "Alice", "PARTIES")
    assert [word for word in secrets if word.encode() in content] == []


def test_redacted_words_leave_one_mark_whatever_their_length(record: Record) -> None:
    item = statement(record, "The tall Zebrafinch and the small Zebrafinch met in Nuuk")
    alice = desk(record, "alice")
    sizes = set()
    for run in ("Nuuk", "The tall Zebrafinch and the small Zebrafinch met"):
        left = {item.id: Redaction(frozenset({"speaker"}), (run, "Zebrafinch"))}
        draft = choose(alice, choice(item, redactions=left))
        assert b"Zebrafinch" not in draft.content
        assert b"Somebody" not in draft.content
        sizes.add(draft.lines[0].fields["words"].count(REMOVED))
        assert draft.left_out["fields"] == 1
    assert sizes == {3, 1}


def test_public_documents_are_cited_and_sealed_ones_are_not(record: Record) -> None:
    alice = desk(record, "alice")
    for address, places in (("https://example.org/a", 1), (None, 0)):
        document = alice.add(
            "document", Document(title="t", source="s", kind="article", address=address), ALL
        )
        body = DocumentText(document=document.root, extractor="typed", text="We meet.")
        text = alice.add("document_text", body, ALL)
        span = Span(text=text.root, start=0, end=2, quote="We")
        item = alice.confirm(
            alice.add("statement", Statement(words="We", evidence=(span,)), ALL).id
        )
        fields = choose(alice, choice(item)).lines[0].fields
        assert len(fields.get("evidence", [])) == places


def test_every_flipped_bit_is_refused(record: Record) -> None:
    content = signed(record, choose(desk(record, "alice"), choice(statement(record))))
    keys = trusted(record)
    for place in range(len(content) * 8):
        hurt = bytearray(content)
        hurt[place // 8] ^= 1 << place % 8
        with pytest.raises(ReleaseError):
            read_release(bytes(hurt), file="f", trusted=keys)
    for cut in range(0, len(content), 7):
        with pytest.raises(ReleaseError):
            read_release(content[:cut], file="f", trusted=keys)
    with pytest.raises(ReleaseError, match="not trusted"):
        read_release(content, file="f", trusted={})


def test_a_made_up_signature_is_refused(record: Record) -> None:
    draft = choose(desk(record, "alice"), choice(statement(record)))
    members = members_of(draft.lines, {})
    whole = packed(draft.manifest, members, read_signing_key(record.folder.keys, "release").sign(
        manifest_bytes(draft.manifest)
    ))  # fmt: skip
    assert read_release(whole, file="f", trusted=trusted(record)).digest == draft.digest
    for signature in (bytes(64), read_signing_key(record.folder.keys, "checkpoint").sign(b"x")):
        forged = packed(draft.manifest, members, signature)
        with pytest.raises(ReleaseError, match="signature"):
            read_release(forged, file="f", trusted=trusted(record))


def test_consents_name_the_digest_and_a_second_person_confirms(record: Record) -> None:
    draft = choose(desk(record, "alice"), choice(statement(record)))
    made = proposed(record, draft)
    alice, berta, carla = (desk(record, name) for name in ("alice", "berta", "carla"))
    with pytest.raises(InputError, match="digest"):
        consent(berta, made.id, "0" * 64)
    with pytest.raises(InputError, match="missing"):
        confirm(berta, made.id, draft.digest)
    for each in (alice, berta, carla):
        consent(each, made.id, draft.digest)
    with pytest.raises(InputError, match="already"):
        consent(berta, made.id, draft.digest)
    with pytest.raises(DeniedError) as caught:
        confirm(alice, made.id, draft.digest)
    assert caught.value.reason == "second-person"
    with pytest.raises(ConflictError):
        sign(alice, made.id)
    confirm(carla, made.id, draft.digest)
    assert standing(alice, alice.get(made.id)).state == "confirmed"
    sign(alice, made.id)
    with pytest.raises(DeniedError):
        alice.supersede(made.id, alice.get(made.id).body)
    with pytest.raises(ConflictError):
        sign(alice, made.id)


def test_a_refusal_ends_it(record: Record) -> None:
    draft = choose(desk(record, "alice"), choice(statement(record)))
    made = proposed(record, draft)
    refuse(desk(record, "berta"), made.id, draft.digest, "not now")
    with pytest.raises(ConflictError):
        consent(desk(record, "carla"), made.id, draft.digest)


def test_a_note_taker_and_a_stale_factor_release_nothing(record: Record) -> None:
    item = statement(record)
    anton = desk(record, "anton")
    with pytest.raises(DeniedError) as caught:
        propose(anton, choose(anton, choice(item)), ALL)
    assert caught.value.reason == "role"
    from dataclasses import replace  # noqa: PLC0415 - one use

    stale = record.for_reader(replace(reader(record, "alice"), factor_ms=None))
    with pytest.raises(DeniedError) as caught:
        propose(stale, choose(stale, choice(item)), ALL)
    assert caught.value.reason == "factor"


def test_one_releases_only_what_one_reads(record: Record) -> None:
    hidden = desk(record, "alice").add(
        "person", Person(name="x"), Label("PARTIES", frozenset({"AAA"}))
    )
    with pytest.raises(MissingError):
        choose(desk(record, "berta"), choice(hidden))


def test_what_was_rejected_or_superseded_does_not_travel(record: Record) -> None:
    alice = desk(record, "alice")
    old = statement(record)
    rejected = alice.reject(old.id, reason="misheard")
    for item in (old, rejected):
        with pytest.raises(InputError, match="does not travel"):
            choose(alice, choice(item))


def test_a_redaction_that_leaves_out_nothing_is_refused(record: Record) -> None:
    item = statement(record)
    for left in ({item.id: Redaction(frozenset({"speakers"}))}, {"other": Redaction(words=("w",))}):
        with pytest.raises(InputError, match="nothing to leave out"):
            choose(desk(record, "alice"), choice(item, redactions=left))


def test_only_its_own_steps_change_a_release(record: Record) -> None:
    made = proposed(record, choose(desk(record, "alice"), choice(statement(record))))
    for name in ("alice", "anton", "berta"):
        who = desk(record, name)
        with pytest.raises(DeniedError):
            who.remove(made.id, reason="r")
        with pytest.raises(DeniedError):
            who.reject(made.id, reason="r")
        with pytest.raises(DeniedError):
            who.supersede(made.id, made.body)
    assert standing(desk(record, "alice"), made).state == "consenting"


def test_the_copy_does_not_move_when_the_item_does(record: Record) -> None:
    item = statement(record)
    draft = choose(desk(record, "alice"), choice(item))
    signed(record, draft)
    alice = desk(record, "alice")
    alice.supersede(item.id, Statement(words="Changed", speaker="S"))
    made = alice.listing("release").items[0]
    assert b"Changed" not in file_of(alice, made.id)


def test_a_withdrawal_is_a_release_of_its_own(record: Record) -> None:
    draft = choose(desk(record, "alice"), choice(statement(record)))
    signed(record, draft)
    alice = desk(record, "alice")
    made = alice.listing("release").items[0]
    notice = choose_withdrawal(alice, made, choice(made), draft.manifest.release)
    content = signed(record, notice)
    found = read_release(content, file="f", trusted=trusted(record))
    assert (found.manifest.form, found.manifest.of) == (
        "notice of withdrawal", draft.manifest.release,
    )  # fmt: skip
    assert found.items == []


def receiver(tmp_path: Path, record: Record) -> Record:
    key = read_signing_key(record.folder.keys, "release").public
    text = charter_text() + f'\n[[trusted_keys]]\nlabel = "read aloud"\nkey = "{key}"\n'
    return made_record(tmp_path / "two", text=text)


def test_what_comes_in_is_read_only_and_comes_in_once(record: Record, tmp_path: Path) -> None:
    content = signed(record, choose(desk(record, "alice"), choice(statement(record))))
    other = receiver(tmp_path, record)
    berta = desk(other, "berta")
    made = bring_in(berta, content, Label("PARTIES", frozenset({"BBB"})))
    again = bring_in(berta, content, Label("PARTIES", frozenset({"BBB"})))
    assert again.id == made.id
    assert berta.count("received") == 1
    received = berta.listing("received").items[0]
    assert received.origin == "import"
    assert received.label.rel_to == {"BBB"}
    with pytest.raises(DeniedError) as caught:
        berta.supersede(received.id, received.body)
    assert caught.value.reason == "state"
    assert not any(other.folder.outbox.iterdir())


def test_a_hurt_or_unknown_file_brings_nothing_in(record: Record, tmp_path: Path) -> None:
    content = signed(record, choose(desk(record, "alice"), choice(statement(record))))
    other = receiver(tmp_path, record)
    berta = desk(other, "berta")
    for data in (content[:-1], b"", b"PK\x03\x04" + bytes(100), content + b"x"):
        with pytest.raises(ReleaseError):
            bring_in(berta, data, ALL)
    stranger = made_record(tmp_path / "three")
    foreign = signed(stranger, choose(desk(stranger, "alice"), choice(statement(stranger))))
    with pytest.raises(ReleaseError, match="not trusted"):
        bring_in(berta, foreign, ALL)
    assert berta.count("import") == berta.count("received") == 0


@pytest.mark.parametrize(
    ("rules", "given", "missing"),
    [
        ('["every_party"]', {"AAA"}, {"Bland", "Cland"}),
        ('["originator"]', set(), {"Bland"}),
        ('["lead"]', {"BBB"}, {"Aland "}),
        ('["originator", "lead"]', {"BBB"}, {"Aland "}),
        ('["parties(2)"]', {"CCC"}, {"1 more of the parties"}),
        ('["parties(2)"]', {"CCC", "AAA"}, set()),
    ],
)
def test_each_rule_says_whose_consent_is_missing(
    rules: str, given: set[str], missing: set[str]
) -> None:
    charter = parse_charter(charter_text(rules=rules), "made")
    assert set(missing_consents(charter, frozenset({"BBB"}), frozenset(given))) == missing
