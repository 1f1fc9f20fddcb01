"""A charter changes with the consent of every party to that very file, and in no other way."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from northwatch.errors import ClosedError, InputError, MissingError, RecordError, UnreadableError
from northwatch.workstreams import store
from northwatch.workstreams.amending import CharterConsent, amend, read_consents
from northwatch.workstreams.charter import charter_digest
from northwatch.workstreams.checkpoints import verify
from northwatch.workstreams.closing import close_record
from northwatch.workstreams.example import charter_text
from northwatch.workstreams.folder import Folder, found
from northwatch.workstreams.record import Record, open_record
from northwatch.workstreams.tables import charter, entry

OLD = charter_text("greenland-talks")
NEW = OLD.replace('"HEADS"]', '"HEADS", "ONE"]').replace("purpose and rhythm", "purpose")


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    file = tmp_path / "signed.toml"
    file.write_text(OLD, encoding="utf-8")
    folder = found(file, tmp_path / "place").folder
    store.create_record(folder)
    opened = open_record(folder, alone=False)
    yield opened
    opened.close()


def written(record: Record, text: str) -> Path:
    file = record.folder.path.parent / "new.toml"
    file.write_text(text, encoding="utf-8")
    return file


def consents(text: str, parties: str = "USA DNK GRL") -> list[CharterConsent]:
    digest = charter_digest(text)
    return [CharterConsent(p, f"Head of {p}", date(2026, 2, 10), digest) for p in parties.split()]


def test_a_new_charter_is_in_force_and_the_old_one_stays(record: Record) -> None:
    before = verify(record).entries
    for _ in range(2):  # the second time it changes nothing
        assert amend(record, written(record, NEW), consents(NEW)) == charter_digest(NEW)
    assert record.charter.levels == ("OPEN", "PARTIES", "HEADS", "ONE")
    assert record.folder.charter.read_text(encoding="utf-8") == NEW
    assert record.folder.charter.stat().st_mode & 0o777 == 0o600
    with record.reading() as connection:
        rows = connection.execute(select(charter).order_by(charter.c.t_ms)).all()
        acts = connection.execute(select(entry.c.act, entry.c.purpose)).all()
    assert [row.toml for row in rows] == [OLD, NEW]
    assert [one["party"] for one in json.loads(rows[1].consents)] == ["USA", "DNK", "GRL"]
    assert [a.purpose for a in acts if a.act == "amend charter"] == [charter_digest(NEW)]
    assert verify(record).entries == before + 1


@pytest.mark.parametrize(
    ("text", "given", "told"),
    [
        (NEW, consents(NEW, "USA DNK"), "Greenland"),
        (NEW, consents(OLD), "to another file"),
        (NEW + '[[parties]]\ncode = "ISL"\nname = "Iceland"\nkind = "state"\n', None, "Iceland"),
        (NEW.replace("PARTIES", "SOME"), None, "levels change"),
        (NEW.replace('"red-lines"', '"lines"'), None, "red-lines is gone"),
        (NEW.replace("example = true", ""), None, "`example` changes"),
        (NEW.replace('"GRL"', '"KAL"'), "USA DNK GRL KAL", "GRL is gone"),
    ],
)
def test_an_amendment_that_lacks_something_changes_nothing(
    record: Record, text: str, given: list[CharterConsent] | str | None, told: str
) -> None:
    before = verify(record).entries
    if not isinstance(given, list):
        given = consents(text, given or "USA DNK GRL")
    with pytest.raises(InputError, match=told):
        amend(record, written(record, text), given)
    assert record.folder.charter.read_text(encoding="utf-8") == OLD
    assert record.charter.levels == ("OPEN", "PARTIES", "HEADS")
    assert verify(record).entries == before


def test_going_back_to_an_old_charter_needs_a_file_of_its_own(record: Record) -> None:
    middle, back = OLD.replace("and rhythm", ""), f"# As before.\n{OLD}"
    amend(record, written(record, middle), consents(middle))
    with pytest.raises(InputError, match="was in force before"):
        amend(record, written(record, OLD), consents(OLD))
    amend(record, written(record, back), consents(back))
    assert record.folder.charter.read_text(encoding="utf-8") == back


def test_what_was_cut_short_is_finished_when_the_record_is_opened(record: Record) -> None:
    amend(record, written(record, NEW), consents(NEW))
    record.folder.charter.write_text(OLD, encoding="utf-8")  # as if power went before the file
    again = open_record(record.folder, alone=False)
    assert again.charter.levels == ("OPEN", "PARTIES", "HEADS", "ONE")
    again.close()
    assert record.folder.charter.read_text(encoding="utf-8") == NEW


@pytest.mark.parametrize("text", [NEW, OLD + "\n", OLD.replace("HEADS", "PARTY"), "", "no toml"])
def test_a_charter_changed_by_an_editor_opens_nothing(record: Record, text: str) -> None:
    record.folder.charter.write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match="not the charter on the record"):
        open_record(record.folder, alone=False)
    assert record.folder.charter.read_text(encoding="utf-8") == text


def test_a_closed_record_keeps_its_charter(record: Record) -> None:
    close_record(record)
    with pytest.raises(ClosedError):
        amend(record, written(record, NEW), consents(NEW))
    assert record.folder.charter.read_text(encoding="utf-8") == OLD


ROW = '[[consents]]\nparty = "DNK"\nperson = "Lars"\non = 2026-02-10\ndigest = "ab"\n'


def test_consents_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "consents.toml"
    file.write_text(ROW)
    assert read_consents(file) == [CharterConsent("DNK", "Lars", date(2026, 2, 10), "ab")]


@pytest.mark.parametrize(
    "text",
    [
        "", "consents = 1", "consents = [1]", "[[consents]]", ROW.replace('"Lars"', '""'),
        ROW.replace("2026-02-10", '"soon"'), ROW + "more = 1", "not toml",
    ],
)  # fmt: skip
def test_what_are_no_consents_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "consents.toml"
    file.write_text(text)
    with pytest.raises(UnreadableError, match="consents"):
        read_consents(file)


def test_a_record_of_the_newest_form_migrates_to_itself(record: Record) -> None:
    store.migrate_record(record.folder)
    assert verify(record).entries == 1


def test_nothing_is_made_where_there_is_no_record_to_migrate(tmp_path: Path) -> None:
    with pytest.raises(MissingError):
        store.migrate_record(Folder(tmp_path))
    assert not list(tmp_path.iterdir())
