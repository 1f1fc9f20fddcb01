"""Serving a record: an example stays on this machine."""

from pathlib import Path

import pytest

from northwatch.errors import SettingsError
from northwatch.web.serve import serve_record
from northwatch.workstreams import store
from northwatch.workstreams.example import charter_text
from northwatch.workstreams.folder import Folder, found
from northwatch.workstreams.people import NewMember, add_member
from northwatch.workstreams.record import open_record


def founded(tmp_path: Path, text: str) -> Folder:
    file = tmp_path / "signed.toml"
    file.write_text(text, encoding="utf-8")
    folder = found(file, tmp_path / "place").folder
    store.create_record(folder)
    return folder


def refused(folder: Folder) -> None:
    with pytest.raises(SettingsError, match="loopback"):
        serve_record(folder.path, None, name="birch.localhost", port=0, host="0.0.0.0")  # noqa: S104 - it is refused
    open_record(folder).close()  # the refusal has let go of the record


def test_an_example_charter_is_not_served_to_other_machines(tmp_path: Path) -> None:
    refused(founded(tmp_path, charter_text("greenland-talks")))


def test_people_of_an_example_are_not_served_to_other_machines(tmp_path: Path) -> None:
    text = charter_text("greenland-talks").replace("example = true", "")
    folder = founded(tmp_path, text)
    record = open_record(folder)
    made = NewMember(
        name="anna", person="Anna", party="GRL", roles=frozenset({"reader"}), level="OPEN",
        is_example=True,
    )  # fmt: skip
    with record.writing() as connection:
        add_member(connection, record, made, by="")
    record.close()
    refused(folder)
