import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from northwatch.errors import DamagedError, LockedError, ParameterError
from northwatch.lake import Change, Entry, Lake, Segment, Writer, merged
from northwatch.lake.log import Log
from tests.unit.lake.made import (
    DAY0,
    ingest,
    names,
    number,
    positions,
    rows_of,
    sha256,
    tracks,
    written,
)

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
HOLD = """
import sys
from pathlib import Path
from northwatch.lake import Lake
with Lake.open(Path(sys.argv[1])).writer():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


def build(writer: Writer, length_km: float) -> dict[str, Change]:
    made = tuple(writer.write("tracks", tracks(b, length_km), bucket=b) for b in range(2))
    return {"tracks": Change(add=made, replace_all=True)}


def test_what_is_written_is_not_seen_before_the_commit(lake: Lake) -> None:
    ingest(lake, "a.csv")
    with lake.writer() as writer:
        segment = writer.write("positions", positions("b.csv"), day=DAY0, bucket=0)
        assert segment.path.exists()
        assert len(lake.picture().segments("positions")) == 1
        writer.commit({"positions": Change(add=(segment,))})
    assert len(lake.picture().segments("positions")) == 2


def test_a_commit_of_several_tables_is_one_picture(lake: Lake) -> None:
    ingest(lake, "a.csv")
    with lake.writer() as writer:
        picture = writer.commit(build(writer, 1.0))
    assert picture.id.startswith("2-")
    assert lake.picture().tables() == ("ingests", "positions", "rejects", "tracks")


def test_replace_all_leaves_just_what_is_added(lake: Lake) -> None:
    with lake.writer() as writer:
        old = writer.commit(build(writer, 1.0))
        new = writer.commit(build(writer, 2.0))
    assert set(new.read("tracks")["distance_km"]) == {2.0}
    assert set(old.read("tracks")["distance_km"]) == {1.0}, "an older picture keeps its files"


def test_the_same_build_again_publishes_nothing(lake: Lake) -> None:
    with lake.writer() as writer:
        first = writer.commit(build(writer, 1.0))
        again = writer.commit(build(writer, 1.0))
    assert again.id == first.id
    assert len(lake.pictures()) == 1


def test_a_build_that_returns_to_older_rows_is_a_new_picture_of_the_same_data(lake: Lake) -> None:
    with lake.writer() as writer:
        one, _, three = (writer.commit(build(writer, km)) for km in (1.0, 2.0, 1.0))
    assert three.data_hash() == one.data_hash()
    assert three.id != one.id
    assert rows_of(three, "tracks").equals(rows_of(one, "tracks"))


def test_a_segment_added_twice_counts_once(lake: Lake) -> None:
    with lake.writer() as writer:
        segment = writer.write("positions", positions(), day=DAY0, bucket=0)
        writer.commit({"positions": Change(add=(segment, segment))})
        writer.commit({"positions": Change(add=(segment,))})
    assert lake.picture().read("positions").height == positions().height


def test_tables_that_are_not_named_stay(lake: Lake) -> None:
    before = ingest(lake, "a.csv")
    with lake.writer() as writer:
        after = writer.commit(build(writer, 1.0))
    assert names(after.segments("positions")) == names(before.segments("positions"))


def test_no_rows_leave_no_segment(lake: Lake) -> None:
    with lake.writer() as writer:
        empty = writer.write("tracks", tracks(0).clear(), bucket=0)
        picture = writer.commit({"tracks": Change(add=(empty,), replace_all=True)})
    assert picture.segments("tracks") == ()
    assert picture.read("tracks").is_empty()


def test_a_segment_under_another_table_is_refused(lake: Lake) -> None:
    with lake.writer() as writer:
        segment = writer.write("tracks", tracks(0), bucket=0)
        with pytest.raises(ParameterError, match="files of positions"):
            writer.commit({"positions": Change(add=(segment,))})


def test_what_is_not_there_cannot_leave(lake: Lake) -> None:
    picture = ingest(lake, "a.csv")
    gone = picture.segments("positions")
    with lake.writer() as writer:
        writer.commit({"positions": Change(remove=gone)})
        with pytest.raises(ParameterError, match="newest picture"):
            writer.commit({"positions": Change(remove=gone)})


def test_a_segment_whose_file_is_gone_is_refused_and_nothing_published(lake: Lake) -> None:
    before = ingest(lake, "a.csv")
    with lake.writer() as writer:
        segment = writer.write("positions", positions("b.csv"), day=DAY0, bucket=0)
        segment.path.unlink()
        with pytest.raises(DamagedError, match=segment.relative):
            writer.commit({"positions": Change(add=(segment,))})
    assert lake.picture().id == before.id


def test_instants_grow_even_if_the_clock_does_not(lake: Lake) -> None:
    with lake.writer() as writer:
        first = writer.commit(build(writer, 1.0), published=NOON)
        second = writer.commit(build(writer, 2.0), published=NOON - timedelta(days=1))
    assert first.published == NOON
    assert second.published == NOON + timedelta(milliseconds=1)


def test_an_instant_without_a_zone_is_refused(lake: Lake) -> None:
    with lake.writer() as writer, pytest.raises(ParameterError, match="zone"):
        writer.commit({}, published=datetime(2026, 1, 1))  # noqa: DTZ001 - the point


def test_folders_are_synced_before_the_picture_is_published(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    sync, publish = os.fsync, Log.publish

    def noted(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        sync(handle)

    def published(
        self: Log, entry: Entry, *, added: Iterable[Segment], removed: Iterable[Segment]
    ) -> None:
        day = lake.path / "positions" / f"day={DAY0}"
        for folder in (day, day.parent, lake.path):
            assert folder.stat().st_ino in synced, folder
        publish(self, entry, added=added, removed=removed)
        synced.clear()

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(Log, "publish", published)
    ingest(lake, "a.csv")
    assert synced == [], "the picture was published"


def test_a_second_writer_is_told_who_the_first_is(lake: Lake) -> None:
    with lake.writer(), pytest.raises(LockedError, match=r"process \d+ on "), lake.writer():
        pass
    with lake.writer():
        pass


def test_the_lock_of_a_killed_writer_is_free(lake: Lake) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lake.path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=f"process {holder.pid} "), lake.writer():
            pass
        holder.kill()
    with lake.writer() as writer:
        writer.commit(build(writer, 1.0))


def test_a_corrected_file_replaces_the_old_ones_rows_in_one_commit(lake: Lake) -> None:
    ingest(lake, "a.csv", "b.csv")
    with lake.writer() as writer:
        old = writer.without(sha256("a.csv"))
        picture = writer.commit(merged(old, written(writer, "a2.csv")))
    assert picture.id.startswith("2-")
    held = {number("b.csv"), number("a2.csv")}
    for table in ("positions", "rejects", "ingests"):
        assert set(picture.read(table)["source"]) == held, table
    assert lake.known(sha256("a.csv")) is None


def test_sources_leave_segments_that_hold_others_too(lake: Lake) -> None:
    sources = [f"{k}.csv" for k in range(6)]
    for source in sources:
        ingest(lake, source)
    with lake.writer() as writer:
        whole = writer.compact()
        assert whole
        assert len(whole.segments("positions")) == 1
        gone = writer.without(sha256("1.csv"), sha256("4.csv"))
        picture = writer.commit(gone)
    left = {number(source) for source in sources} - {number("1.csv"), number("4.csv")}
    for table in ("positions", "rejects", "ingests"):
        expected = whole.read(table).filter(whole.read(table)["source"].is_in(list(left)))
        assert rows_of(picture, table).equals(expected.sort(expected.columns)), table
    kept = sorted(sha256(s) for s in sources if s not in {"1.csv", "4.csv"})
    assert picture.segments("positions")[0].sources == tuple(kept)


def test_two_replacements_of_one_shared_segment_are_refused(lake: Lake) -> None:
    for source in ("1", "2", "3", "4", "5"):
        ingest(lake, source)
    with lake.writer() as writer:
        writer.compact()
        one, two = writer.without(sha256("1")), writer.without(sha256("2"))
    with pytest.raises(ParameterError, match="leaves once"):
        merged(one, two)


def test_segments_without_sources_are_searched_row_by_row(lake: Lake) -> None:
    ingest(lake, "a.csv")
    with lake.writer() as writer:
        bare = writer.write("positions", positions("a.csv", day=0, bucket=1), day=DAY0, bucket=1)
        other = writer.write("positions", positions("b.csv"), day=DAY0, bucket=0)
        writer.commit({"positions": Change(add=(bare, other))})
        picture = writer.commit(writer.without(sha256("a.csv")))
    assert set(picture.read("positions")["source"]) == {number("b.csv")}


def test_an_unknown_source_takes_nothing_out(lake: Lake) -> None:
    with lake.writer() as writer:
        assert writer.without(sha256("a.csv")) == {}
    ingest(lake, "a.csv")
    with lake.writer() as writer:
        assert writer.without(sha256("never.csv")) == {}


def test_changes_are_merged_table_by_table(lake: Lake) -> None:
    with lake.writer() as writer:
        one, two = written(writer, "a.csv"), written(writer, "b.csv")
        both = merged(one, two, {"tracks": Change(replace_all=True)})
    assert both["positions"].add == one["positions"].add + two["positions"].add
    assert both["tracks"].replace_all
