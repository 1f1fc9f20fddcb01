"""The folder of a workstream: whole or not at all, and nobody else's."""

from pathlib import Path

import pytest

from northwatch.errors import InputError, MissingError, UnreadableError
from northwatch.workstreams import keys
from northwatch.workstreams.example import charter_text
from northwatch.workstreams.folder import Folder, found
from northwatch.workstreams.store import database_url


@pytest.fixture
def charter(tmp_path: Path) -> Path:
    file = tmp_path / "signed.toml"
    file.write_text(charter_text("greenland-talks"), encoding="utf-8")
    return file


def test_a_founded_folder_has_its_places_and_is_private(tmp_path: Path, charter: Path) -> None:
    made = found(charter, tmp_path / "deep" / "place").folder
    made.check()
    assert made.charter.read_bytes() == charter.read_bytes()
    assert not made.record_db.exists()
    for path in (made.path, *made.path.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    assert {path.name for path in made.path.iterdir()} == {
        "charter.toml", "keys", "inbox", "outbox", "checkpoints", "picture", "tmp",
    }  # fmt: skip
    assert [path.name for path in made.path.parent.iterdir()] == ["place"]


def test_an_empty_folder_may_be_there(tmp_path: Path, charter: Path) -> None:
    (tmp_path / "place").mkdir(mode=0o755)
    found(charter, tmp_path / "place").folder.check()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, charter: Path) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "mine").touch()
    with pytest.raises(InputError, match="not an empty folder"):
        found(charter, tmp_path / "place")
    with pytest.raises(InputError, match="not an empty folder"):
        found(charter, charter)
    assert [path.name for path in (tmp_path / "place").iterdir()] == ["mine"]


def test_founding_that_fails_half_way_leaves_nothing(
    tmp_path: Path, charter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(keys, "make_all", full)
    with pytest.raises(OSError, match="no space left"):
        found(charter, tmp_path / "place")
    assert list(tmp_path.iterdir()) == [charter]


def test_a_charter_that_is_none_founds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "signed.toml"
    file.write_text("name = 1\n")
    with pytest.raises(UnreadableError, match="line 1"):
        found(file, tmp_path / "place")
    assert list(tmp_path.iterdir()) == [file]


def test_a_database_of_its_own_is_kept_in_the_settings(tmp_path: Path, charter: Path) -> None:
    url = 'postgresql+psycopg://me:a"b\\c@localhost/name'
    made = found(charter, tmp_path / "place", url=url).folder
    assert database_url(made) == url


def test_another_kind_of_database_is_refused_without_telling_its_url(
    tmp_path: Path, charter: Path
) -> None:
    with pytest.raises(InputError) as caught:
        found(charter, tmp_path / "place", url="mysql://me:hidden@localhost/name")
    assert "hidden" not in str(caught.value)
    assert list(tmp_path.iterdir()) == [charter]


def test_what_is_no_workstream_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="workstream found"):
        Folder(tmp_path).check()


def test_a_folder_that_others_can_read_is_refused(tmp_path: Path, charter: Path) -> None:
    made = found(charter, tmp_path / "place").folder
    made.path.chmod(0o750)
    with pytest.raises(InputError, match="chmod 700"):
        made.check()


def test_no_file_of_one_folder_names_the_other(tmp_path: Path, charter: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(charter_text("arctic-defence"), encoding="utf-8")
    one, two = found(charter, tmp_path / "birch").folder, found(other, tmp_path / "alder").folder
    for mine, theirs in ((one, two), (two, one)):
        words = [theirs.path.name.encode(), theirs.keys.joinpath("login.secret").read_bytes()]
        words += [path.read_bytes().strip() for path in theirs.keys.glob("*.pub")]
        for path in mine.path.rglob("*"):
            held = path.read_bytes() if path.is_file() else b""
            assert not any(word in held for word in words), path
