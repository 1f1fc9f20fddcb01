import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from northwatch.lake import Change, CompactionRule, Entry, Lake, Retention, write_segment
from northwatch.lake.upkeep import to_expire
from tests.unit.lake.made import DAY0, ingest, names, positions, rows_of, sha256, tracks

NOW = timedelta(0)
JUNE = datetime(2026, 6, 15, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


def files(lake: Lake) -> set[str]:
    return {str(path.relative_to(lake.path)) for path in lake.path.rglob("*.parquet")}


def test_compaction_changes_files_and_no_row(lake: Lake) -> None:
    for k in range(6):
        ingest(lake, f"{k}.csv", days=range(2), buckets=range(2))
    before = lake.picture()
    with lake.writer() as writer:
        after = writer.compact()
    assert after
    assert len(before.segments("positions")) == 24
    assert len(after.segments("positions")) == 4
    for table in ("positions", "rejects", "ingests"):
        assert rows_of(after, table).equals(rows_of(before, table)), table
    told = tuple(sorted(sha256(f"{k}.csv") for k in range(6)))
    assert {segment.sources for segment in after.segments("positions")} == {told}
    assert after.verify()


def test_few_segments_are_left_alone(lake: Lake) -> None:
    for k in range(4):
        ingest(lake, f"{k}.csv")
    before = lake.picture()
    with lake.writer() as writer:
        after = writer.compact()
        assert after
        assert after.id == before.id
        assert writer.compact(CompactionRule(most=3)) != before
    assert len(lake.picture().segments("positions")) == 1


def test_an_empty_lake_is_compact(lake: Lake) -> None:
    with lake.writer() as writer:
        assert writer.compact() is None


def test_compaction_drops_equal_rows_and_only_those(lake: Lake) -> None:
    rows = positions()
    unlike = rows.with_columns(lat_i=pl.col("lat_i") + 1)  # same ship and instant, another place
    with lake.writer() as writer:
        segments = tuple(
            writer.write("positions", part, day=DAY0, bucket=0)
            for part in (rows, rows.head(5), rows.tail(4), unlike)
        )
        writer.commit({"positions": Change(add=segments)})
        after = writer.compact(CompactionRule(most=1))
    assert after
    expected = pl.concat([rows, unlike])
    assert rows_of(after, "positions").equals(expected.sort(expected.columns))


def test_a_reader_keeps_its_picture_through_compaction_and_sweep(lake: Lake) -> None:
    for k in range(6):
        ingest(lake, f"{k}.csv")
    held = lake.picture()
    rows = rows_of(held, "positions")
    with lake.writer() as writer:
        writer.compact()
        writer.expire()
        writer.sweep(NOW)
    assert rows_of(held, "positions").equals(rows)


def test_an_expired_picture_is_readable_until_the_grace_is_over(lake: Lake) -> None:
    for k in range(6):
        ingest(lake, f"{k}.csv")
    held = lake.picture()
    rows = rows_of(held, "positions")
    for path in lake.path.rglob("*.parquet"):
        os.utime(path, (0, 0))  # written long ago: the grace counts from the expiry
    with lake.writer() as writer:
        writer.compact()
        writer.expire(Retention(newest=1))
        assert writer.sweep(timedelta(hours=1)) == ()
        assert rows_of(held, "positions").equals(rows)
        gone = writer.sweep(NOW)
    assert set(names(held.segments("positions"))) <= set(gone)
    newest = lake.picture()
    assert files(lake) == {s.relative for t in newest.tables() for s in newest.segments(t)}
    assert newest.verify() == 3


def test_a_range_may_still_be_cut_after_expiry(lake: Lake) -> None:
    for k in range(6):
        ingest(lake, f"{k}.csv")
    held = lake.picture()
    with lake.writer() as writer:
        writer.compact()
        writer.expire(Retention(newest=1))
    ranges = held.vessel_ranges(0, 24)
    assert ranges[0][0] == 0
    assert ranges[-1][1] == 2**31 - 1


def test_orphans_are_swept_when_old_and_never_when_young(lake: Lake) -> None:
    ingest(lake, "a.csv")
    kept = files(lake)
    orphan = write_segment(lake.path, "positions", positions("b.csv"), day=DAY0, bucket=0)
    torn = orphan.path.with_name("b00-x.parquet.1-2.unfinished")
    torn.write_bytes(b"PAR1")
    foreign = lake.path / "notes.parquet"
    foreign.write_bytes(b"not ours")
    with lake.writer() as writer:
        assert writer.sweep(timedelta(hours=1)) == ()
        old_s = time.time() - 7200
        for path in (orphan.path, torn, foreign):
            os.utime(path, (old_s, old_s))
        gone = writer.sweep(timedelta(hours=1))
    assert gone == (orphan.relative, str(torn.relative_to(lake.path)))
    assert files(lake) == kept | {"notes.parquet"}


def test_what_waits_for_its_commit_is_spared(lake: Lake) -> None:
    with lake.writer() as writer:
        waiting = writer.write("tracks", tracks(0), bucket=0)
        assert writer.sweep(NOW) == ()
        writer.commit({"tracks": Change(add=(waiting,))})
    assert lake.picture().read("tracks").height == 3


def test_an_orphan_found_again_is_young(lake: Lake) -> None:
    orphan = write_segment(lake.path, "tracks", tracks(0), bucket=0)
    os.utime(orphan.path, (0, 0))
    with lake.writer() as writer:
        again = writer.write("tracks", tracks(0), bucket=0)
        assert again == orphan
        assert again.path.stat().st_mtime > time.time() - 60


def test_a_file_that_returns_after_its_expiry_is_kept(lake: Lake) -> None:
    with lake.writer() as writer:
        for km in (1.0, 2.0, 1.0):
            made = writer.write("tracks", tracks(0, km), bucket=0)
            writer.commit({"tracks": Change(add=(made,), replace_all=True)})
            writer.expire(Retention(newest=1))
        writer.sweep(NOW)
    assert set(lake.picture().read("tracks")["distance_km"]) == {1.0}
    assert len(files(lake)) == 1


def entries(*days_back: int) -> list[Entry]:
    """Pictures so many days before mid-June, oldest first."""
    instants = [JUNE - timedelta(days=days) for days in sorted(days_back, reverse=True)]
    return [Entry(k, str(k), t, expired=False) for k, t in enumerate(instants, 1)]


def test_the_newest_are_kept_and_the_last_of_each_month_before() -> None:
    told = entries(*range(100))  # from 7 March on
    gone = to_expire(told, Retention(newest=10))
    kept = [e.published.date().isoformat() for e in told if e not in gone]
    assert kept[:3] == ["2026-03-31", "2026-04-30", "2026-05-31"]
    assert kept[3:] == [f"2026-06-{day:02d}" for day in range(6, 16)]


def test_the_ceiling_drops_the_oldest() -> None:
    told = entries(*range(0, 300, 30))
    gone = to_expire(told, Retention(newest=2, ceiling=4))
    assert [e.number for e in told if e not in gone] == [7, 8, 9, 10]


def test_nothing_expires_while_there_are_few() -> None:
    assert to_expire(entries(*range(100)), Retention()) == []
    assert to_expire([], Retention()) == []


def test_the_newest_picture_is_always_kept(lake: Lake) -> None:
    ingest(lake, "a.csv")
    ingest(lake, "b.csv")
    with lake.writer() as writer:
        writer.expire(Retention(newest=1, ceiling=1))
    assert [entry.id for entry in lake.pictures()] == [lake.picture().id]
