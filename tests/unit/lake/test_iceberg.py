"""List = log: what Iceberg plans for an exported picture is what the picture lists."""

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from northwatch.lake import Change, Lake, Picture, Retention
from northwatch.lake.segments import EPOCH
from northwatch.schema import DERIVED, STORED
from tests.unit.lake.made import DAY0, ingest, made_row, rows_of, sha256, tracks

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of pyiceberg's own imports
    from pyiceberg.table import Table

    from northwatch.lake.iceberg import open_catalog


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake.open(tmp_path / "lake", create=True)
    ingest(lake, "a.csv", days=range(2), buckets=range(2))
    build(lake, 1.0)
    return lake


def build(lake: Lake, length_km: float) -> Picture:
    with lake.writer() as writer:
        made = tuple(writer.write("tracks", tracks(b, length_km), bucket=b) for b in range(3))
        return writer.commit({"tracks": Change(add=made, replace_all=True)})


def export(lake: Lake) -> dict[str, int]:
    with lake.writer() as writer:
        return writer.export()


@contextmanager
def exported(lake: Lake, name: str) -> Iterator[Table]:
    catalog = open_catalog(lake.path)
    try:
        yield catalog.load_table(("picture", name))
    finally:
        catalog.close()


def plan(table: Table) -> dict[str, tuple[int | None, int | None, int]]:
    """Return Iceberg's files with their partition (the day counted from 1970) and rows."""
    told = {}
    for task in table.scan().plan_files():
        partition = [task.file.partition[k] for k in range(len(table.spec().fields))] or [None] * 2
        told[task.file.file_path] = (partition[0], partition[1], task.file.record_count)
    return told


def listed(picture: Picture, name: str) -> dict[str, tuple[int | None, int | None, int]]:
    told: dict[str, tuple[int | None, int | None, int]] = {}
    for s in picture.segments(name):
        by_day = (s.day - EPOCH).days if s.day else None
        told[f"file://{s.path}"] = (by_day, s.bucket if s.day else None, s.rows)
    return told


def assert_equal(lake: Lake) -> None:
    picture = lake.picture()
    for name in picture.tables():
        with exported(lake, name) as table:
            assert plan(table) == listed(picture, name), name
            assert table.properties["gc.enabled"] == "false"
            snapshot = table.current_snapshot()
            assert snapshot
            assert snapshot.summary
            assert int(snapshot.summary["total-records"] or 0) == picture.read(name).height


def test_iceberg_plans_what_the_picture_lists_through_its_whole_life(lake: Lake) -> None:
    assert set(export(lake)) == {"ingests", "positions", "rejects", "tracks"}
    assert_equal(lake)
    for k in range(5):
        ingest(lake, f"{k}.csv", days=range(2))
        build(lake, 2.0 + k)
    export(lake)
    assert_equal(lake)
    with lake.writer() as writer:
        writer.compact()
        writer.export()
        assert_equal(lake)
        writer.commit(writer.without(sha256("3.csv")))
        writer.export()
    assert_equal(lake)


def test_iceberg_reads_the_same_rows_and_prunes_by_partition(lake: Lake) -> None:
    export(lake)
    with exported(lake, "positions") as table:
        assert len(list(table.scan(row_filter="bucket == 1").plan_files())) == 2
        assert len(list(table.scan(row_filter=f"day == '{DAY0}'").plan_files())) == 2
        rows = pl.DataFrame(pl.from_arrow(table.scan().to_arrow()))
    ours = rows_of(lake.picture(), "positions")
    theirs = rows.select(pl.col(name).cast(dtype) for name, dtype in ours.schema.items())
    assert theirs.sort(theirs.columns).equals(ours)


def test_every_table_can_be_exported(lake: Lake) -> None:
    with lake.writer() as writer:
        changes = {}
        for table in (*STORED, *DERIVED):
            day, bucket = (DAY0, 0) if table.partitioned else (None, None)
            made = writer.write(table.name, made_row(table), day=day, bucket=bucket)
            changes[table.name] = Change(add=(made,))
        writer.commit(changes)
        assert set(writer.export()) == set(changes)
    assert_equal(lake)


def test_an_export_again_changes_nothing(lake: Lake) -> None:
    assert export(lake) == export(lake)


def test_the_catalog_is_of_one_picture_even_if_the_export_is_broken_off(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = export(lake)
    ingest(lake, "b.csv")
    build(lake, 7.0)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("northwatch.lake.iceberg._sync", killed)
    with pytest.raises(KeyboardInterrupt):
        export(lake)
    for name, snapshot_id in before.items():
        with exported(lake, name) as table:
            snapshot = table.current_snapshot()
            assert snapshot
            assert snapshot.snapshot_id == snapshot_id, name
    monkeypatch.undo()
    export(lake)
    assert_equal(lake)


def test_many_builds_leave_few_snapshots_manifests_and_files(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("northwatch.lake.iceberg._KEPT", 4)
    counts = []
    for k in range(8):
        build(lake, 10.0 + k)
        export(lake)
        counts.append(len(list((lake.path / "iceberg").rglob("*"))))
    with exported(lake, "tracks") as table:
        snapshot = table.current_snapshot()
        assert snapshot
        assert len(table.metadata.snapshots) == 4
        assert len(snapshot.manifests(table.io)) <= 2
    growth_by_build = 2  # of the log of earlier metadata, which is capped
    assert counts[-1] - counts[-4] <= 3 * growth_by_build
    assert_equal(lake)


def test_a_moved_lake_is_exported_anew(lake: Lake, tmp_path: Path) -> None:
    export(lake)
    moved = Lake.open(Path(shutil.move(lake.path, tmp_path / "there")))
    export(moved)
    assert_equal(moved)


def test_the_exported_picture_is_kept_for_those_who_read_it(lake: Lake) -> None:
    export(lake)
    pinned = lake.picture()
    build(lake, 2.0)
    build(lake, 3.0)
    with lake.writer() as writer:
        writer.expire(Retention(newest=1))
    assert [entry.id for entry in lake.pictures()] == [pinned.id, lake.picture().id]
    build(lake, 4.0)
    with lake.writer() as writer:
        writer.export()
        assert pinned.id in {entry.id for entry in writer.expire(Retention(newest=1))}
    assert_equal(lake)


def test_an_empty_lake_exports_nothing(tmp_path: Path) -> None:
    assert export(Lake.open(tmp_path / "empty", create=True)) == {}
