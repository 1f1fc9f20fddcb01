"""A backup goes back into its own place only, whole, and says little by its size and name."""

from datetime import timedelta
from pathlib import Path

import pyrage
import pytest

from northwatch.errors import InputError
from northwatch.workstreams import checkpoints, folder, store
from northwatch.workstreams.backup import back_up, restore
from northwatch.workstreams.folder import Folder
from northwatch.workstreams.items import Label
from northwatch.workstreams.keys import joined
from northwatch.workstreams.kinds import Person
from northwatch.workstreams.people import NewMember, add_member
from northwatch.workstreams.record import Record, open_record
from tests.workstream import Clock, charter_text

ALL = Label("PARTIES", frozenset({"AAA", "BBB", "CCC"}))
REFUSED = "cannot be restored here"


def founded(
    path: Path, url: str = "", *, text: str | None = None
) -> tuple[Folder, tuple[str, str]]:
    path.mkdir()
    file = path / "charter.toml"
    file.write_text(text or charter_text(), encoding="utf-8")
    made = folder.found(file, path / "workstream", url=url)
    store.create_record(made.folder, clock=Clock())
    return made.folder, made.halves


def filled(place: Folder, people: int = 3) -> Record:
    record = open_record(place, clock=Clock(), alone=False)
    new = NewMember(
        name=f"n{people}", person="Anna", party="AAA", roles=frozenset({"lead"}), level="HEADS"
    )
    with record.writing() as connection:
        made = add_member(connection, record, new, by="")
    from northwatch.workstreams.guard import Reader  # noqa: PLC0415 - one use

    desk = record.for_reader(
        Reader(member=made, party="AAA", roles=frozenset({"lead"}), level=2, t_from_ms=0,
               until_ms=2**60)
    )  # fmt: skip
    for number in range(people):
        desk.add("person", Person(name=f"Zebrafinch {number}"), ALL)
    return record


def test_what_was_backed_up_comes_back(tmp_path: Path, record_url: str) -> None:
    place, halves = founded(tmp_path / "a", record_url)
    record = filled(place)
    before = checkpoints.verify(record).entries
    made = back_up(record, tmp_path / "backups")
    filled(place, 5).close()
    assert isinstance(record.clock, Clock)
    record.clock.move(timedelta(hours=13))
    checkpoints.write_due(record)
    record.close()
    found = restore(place, made, halves)
    assert (found.entries, found.lost) == (before, 1)


def test_it_tells_nothing_and_its_size_is_a_power_of_two(tmp_path: Path) -> None:
    place, halves = founded(tmp_path / "a")
    identity = pyrage.x25519.Identity.from_str(joined(*halves))
    for people in (1, 40):
        record = filled(place, people)
        content = back_up(record, tmp_path / "backups").read_bytes()
        record.close()
        assert b"Zebrafinch" not in content
        plain = pyrage.decrypt(content.partition(b"\n")[2], [identity])
        assert b"Zebrafinch" in plain
        assert len(plain).bit_count() == 1
    assert not list(place.tmp.iterdir())


def test_wrong_places_keys_and_hurt_files_are_one_answer(tmp_path: Path) -> None:
    place, halves = founded(tmp_path / "a")
    other, other_halves = founded(tmp_path / "b")
    foreign, _ = founded(tmp_path / "c", text=charter_text("other"))
    record = filled(place)
    made = back_up(record, tmp_path / "backups")
    record.close()
    whole = place.record_db.read_bytes()
    hurt = tmp_path / "hurt.backup"
    content = bytearray(made.read_bytes())
    content[len(content) // 2] ^= 1
    hurt.write_bytes(content)
    for where, file, with_halves in (
        (other, made, halves), (foreign, made, halves), (place, made, other_halves),
        (place, made, (halves[0], halves[0])), (place, hurt, halves),
    ):  # fmt: skip
        with pytest.raises(InputError, match=REFUSED):
            restore(where, file, with_halves)
    assert place.record_db.read_bytes() == whole


def test_an_older_form_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, halves = founded(tmp_path / "a")
    record = filled(place)
    made = back_up(record, tmp_path / "backups")
    record.close()
    monkeypatch.setattr("northwatch.workstreams.store.newest_schema", lambda: "9999")
    with pytest.raises(InputError, match=REFUSED):
        restore(place, made, halves)
