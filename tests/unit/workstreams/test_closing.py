"""The end of a record: closed to changes; destroyed, with a certificate that tells little."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from northwatch.errors import ClosedError, InputError
from northwatch.workstreams import log, store
from northwatch.workstreams.charter import charter_digest
from northwatch.workstreams.checkpoints import verify
from northwatch.workstreams.closing import close_record, destroy
from northwatch.workstreams.example import charter_text
from northwatch.workstreams.folder import found
from northwatch.workstreams.keys import is_signed
from northwatch.workstreams.record import Record, open_record


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    charter = tmp_path / "signed.toml"
    charter.write_text(charter_text("greenland-talks"), encoding="utf-8")
    folder = found(charter, tmp_path / "place").folder
    store.create_record(folder)
    opened = open_record(folder, alone=False)
    yield opened
    opened.close()


def test_a_closed_record_is_read_and_not_changed(record: Record) -> None:
    close_record(record)
    with pytest.raises(ClosedError), record.writing():
        pass
    with pytest.raises(ClosedError):
        close_record(record)
    with record.reading() as connection:
        assert store.read_fact(connection, "closed_ms")
    assert verify(record).entries >= 2


def test_a_destroyed_record_leaves_a_certificate_alone(record: Record, tmp_path: Path) -> None:
    text = record.folder.charter.read_text(encoding="utf-8")
    certificate = tmp_path / "certificate.json"
    destroy(record, certificate, by="the two custodians")
    assert not record.folder.path.exists()
    assert {path.name for path in tmp_path.iterdir()} == {"certificate.json", "signed.toml"}
    told = json.loads(certificate.read_bytes())
    signature = bytes.fromhex(told.pop("signature"))
    assert is_signed(told["public_key"], signature, log.canonical(told))
    assert told["charter"] == charter_digest(text)
    assert (told["record"], told["by"]) == (record.id, "the two custodians")
    for words in ("Greenland", "greenland", "DNK", str(record.folder.path)):
        assert words not in certificate.read_text()


@pytest.mark.parametrize("place", ["place/certificate.json", "absent/one.json", "signed.toml"])
def test_nothing_is_destroyed_before_the_certificate_has_its_place(
    record: Record, tmp_path: Path, place: str
) -> None:
    with pytest.raises(InputError):
        destroy(record, tmp_path / place)
    record.folder.check()
    assert verify(record).entries >= 1
    assert (tmp_path / "signed.toml").read_bytes() == record.folder.charter.read_bytes()


def test_what_a_link_in_the_folder_leads_to_is_left_alone(record: Record, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"not of this workstream")
    (record.folder.inbox / "link").symlink_to(outside)
    destroy(record, tmp_path / "certificate.json")
    assert outside.read_bytes() == b"not of this workstream"
