import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from northwatch.errors import ClashError, MissingError, ParameterError
from northwatch.lake import Lake, Retention
from tests.unit.lake.made import DAY0, ingest, number, rows_of, sha256, written

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
READ = """
import sys
from pathlib import Path
from northwatch.lake import Lake
picture = Lake.open(Path(sys.argv[1])).picture()
print(picture.read("positions").height, *sorted(m for m in sys.modules if "pyiceberg" in m))
"""


def published_hourly(lake: Lake, count: int) -> list[str]:
    """Publish a picture an hour from noon on; return their ids."""
    with lake.writer() as writer:
        return [
            writer.commit(written(writer, f"{k}.csv"), published=NOON + k * HOUR).id
            for k in range(count)
        ]


def test_a_folder_without_a_lake_is_missing_unless_it_may_be_made(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="northwatch ingest"):
        Lake.open(tmp_path / "lake")
    assert not (tmp_path / "lake").exists()
    made = Lake.open(tmp_path / "lake", create=True)
    assert Lake.open(made.path).path == made.path


def test_a_lake_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    first = ingest(Lake.open(tmp_path / "lake", create=True), "a.csv")
    assert Lake.open(tmp_path / "lake", create=True).picture().id == first.id


def test_an_empty_lake_has_no_picture(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake", create=True)
    with pytest.raises(MissingError, match="a picture"):
        lake.picture()
    with pytest.raises(MissingError, match="a picture as of"):
        lake.picture(NOON)
    assert lake.known(sha256("a.csv")) is None


def test_as_of_answers_with_the_picture_that_was_newest_then(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake", create=True)
    ids = published_hourly(lake, 3)
    assert lake.picture().id == ids[2]
    assert lake.picture(NOON).id == ids[0], "the instant itself counts"
    assert lake.picture(NOON + HOUR / 2).id == ids[0]
    assert lake.picture(NOON + 99 * HOUR).id == ids[2]
    assert lake.picture(NOON + HOUR).read("ingests").height == 2
    with pytest.raises(MissingError, match=f"first was published {NOON.date()}T12:00:00"):
        lake.picture(NOON - HOUR)
    with pytest.raises(ParameterError, match="zone"):
        lake.picture(datetime(2026, 1, 1))  # noqa: DTZ001 - the point


def test_an_expired_date_is_refused_and_its_kept_neighbours_named(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake", create=True)
    ids = published_hourly(lake, 3)
    with lake.writer() as writer:
        writer.commit(written(writer, "late.csv"), published=NOON + timedelta(days=40))
        expired = writer.expire(Retention(newest=1))
    assert [entry.id for entry in expired] == ids[:2], "the last of a month is kept"
    told = f"Kept before it: none; after it: .*14:00:00.000.*{re.escape(ids[2])}"
    with pytest.raises(MissingError, match=told):
        lake.picture(NOON + HOUR)
    assert [entry.id for entry in lake.pictures()] == [ids[2], lake.picture().id]


def test_a_picture_that_is_held_is_not_opened_again(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake", create=True)
    ingest(lake, "a.csv")
    held = lake.picture()
    assert lake.picture() is held
    ingest(lake, "b.csv")
    assert lake.picture() is not held


def test_a_moved_lake_opens_and_can_be_written(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "here", create=True)
    rows = rows_of(ingest(lake, "a.csv", "b.csv"), "positions")
    there = Path(shutil.move(lake.path, tmp_path / "a new place % ?#"))
    moved = Lake.open(there)
    assert rows_of(moved.picture(), "positions").equals(rows)
    assert moved.picture().verify() == 6
    assert ingest(moved, "c.csv").read("ingests").height == 3


def test_a_lake_that_may_not_be_written_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake.open(tmp_path / "lake", create=True)
    ingest(lake, "a.csv")
    content = (lake.path / "lake.db").read_bytes()
    lake.path.chmod(0o500)
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    try:
        assert lake.picture().read("ingests").height == 1
    finally:
        lake.path.chmod(0o700)
    assert (lake.path / "lake.db").read_bytes() == content


def test_readers_do_not_import_pyiceberg(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake", create=True)
    n = ingest(lake, "a.csv").read("positions").height
    command = [sys.executable, "-c", READ, str(lake.path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert told.split() == [str(n)]


def test_sources_are_known_by_content_and_by_name(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake", create=True)
    ingest(lake, "a.csv", "b.csv")
    assert lake.known(sha256("a.csv")) == number("a.csv")
    assert lake.known(sha256("c.csv")) is None
    assert lake.sources().named("a.csv") == (sha256("a.csv"),)
    assert lake.sources().named("c.csv") == ()
    assert lake.sources() is lake.sources(), "read once for each picture"


def test_the_same_files_in_any_order_get_the_same_numbers(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake", create=True)
    contents = [sha256(name) for name in ("a", "b", "c")]
    told = lake.sources().number(contents)
    assert told == lake.sources().number(reversed(contents))
    assert all(0 <= n < 2**31 for n in told.values())


def test_two_contents_with_one_number_are_refused(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake", create=True)
    ingest(lake, "a.csv")
    like = sha256("a.csv")[:8] + "0" * 56
    with pytest.raises(ClashError, match=like):
        lake.sources().number([like])
    with pytest.raises(ClashError, match="31 bits"):
        lake.sources().number(["00000000" + "0" * 56, "00000001" + "0" * 56])


def test_days_are_days_of_utc_whatever_the_local_time(tmp_path: Path) -> None:
    picture = ingest(Lake.open(tmp_path / "lake", create=True), "a.csv")
    assert picture.segments("positions")[0].day == DAY0
    assert picture.published.tzinfo is UTC
