import os
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from northwatch.errors import ParameterError, SchemaError
from northwatch.lake import Segment, write_segment
from northwatch.schema import DERIVED, POSITIONS, STORED, TRACKS, Table
from tests.unit.lake.made import DAY0, made_row, positions, sha256, tracks


def write(lake: Path, rows: pl.DataFrame, **which: object) -> Segment:
    where = {"day": DAY0, "bucket": 0, "sources": [sha256("a.csv")], **which}
    return write_segment(lake, "positions", rows, **where)  # type: ignore[arg-type]


def test_a_segment_is_known_without_opening_it(tmp_path: Path) -> None:
    rows = positions()
    segment = write(tmp_path, rows)
    assert segment.rows == rows.height
    assert (segment.mmsi_min, segment.mmsi_max) == (rows["mmsi"].min(), rows["mmsi"].max())
    assert (segment.t_min_ms, segment.t_max_ms) == (rows["t_ms"].min(), rows["t_ms"].max())
    assert segment.n_bytes == segment.path.stat().st_size
    assert segment.sources == (sha256("a.csv"),)


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    rows = positions()
    assert pl.read_parquet(write(tmp_path, rows).path, hive_partitioning=False).equals(rows)


def test_the_name_is_the_contents_hash_so_a_task_run_twice_writes_one_file(tmp_path: Path) -> None:
    first, second = write(tmp_path, positions()), write(tmp_path, positions())
    assert first == second
    assert first.relative == f"positions/day=2026-01-01/b00-{first.sha256[:16]}.parquet"
    assert len(list(tmp_path.rglob("*.parquet"))) == 1


def test_the_order_of_rows_changes_no_byte(tmp_path: Path) -> None:
    rows = positions()
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=4)
    assert write(tmp_path, shuffled).sha256 == write(tmp_path, rows).sha256


def test_the_file_is_laid_out_as_the_reference_says(tmp_path: Path) -> None:
    meta = pq.read_metadata(write(tmp_path, positions()).path)
    group = meta.row_group(0)
    columns = {group.column(k).path_in_schema: group.column(k) for k in range(meta.num_columns)}
    for name in ("mmsi", "t_ms", "lat_i", "lon_i", "offset"):
        assert "DELTA_BINARY_PACKED" in columns[name].encodings, name
    assert {column.compression for column in columns.values()} == {"ZSTD"}
    assert all(column.is_stats_set for column in columns.values())
    assert all(column.has_offset_index for column in columns.values())
    assert [POSITIONS.names[s.column_index] for s in group.sorting_columns] == list(POSITIONS.order)
    assert str(meta.schema.column(6).logical_type) == "Int(bitWidth=16, isSigned=false)"
    assert meta.metadata[b"northwatch.sources"].decode() == sha256("a.csv")


def test_many_rows_lie_in_row_groups(tmp_path: Path) -> None:
    segment = write(tmp_path, positions(n_ships=2, n_each=70_000))
    meta = pq.read_metadata(segment.path)
    assert [meta.row_group(k).num_rows for k in range(meta.num_row_groups)] == [122_880, 17_120]


def test_a_row_of_another_day_or_bucket_is_refused(tmp_path: Path) -> None:
    rows = positions()
    with pytest.raises(ParameterError, match="day"):
        write(tmp_path, rows, day=date(2026, 1, 2))
    with pytest.raises(ParameterError, match="bucket"):
        write(tmp_path, rows, bucket=3)
    late = rows.with_columns(pl.col("t_ms") + 86_400_000)
    with pytest.raises(ParameterError, match="day"):
        write(tmp_path, late)
    stranger = rows.with_columns(mmsi=pl.lit(positions(bucket=1)["mmsi"][0]))
    with pytest.raises(ParameterError, match="bucket"):
        write(tmp_path, stranger)
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_table_by_day_needs_its_day_and_another_takes_none(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="needs a day"):
        write_segment(tmp_path, "positions", positions(), bucket=0)
    with pytest.raises(ParameterError, match="not laid out by day"):
        write_segment(tmp_path, "tracks", tracks(0), day=DAY0)


def test_a_table_that_is_not_on_disk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="reports"):
        write_segment(tmp_path, "reports", pl.DataFrame())


def test_a_null_where_none_may_be_is_named(tmp_path: Path) -> None:
    rows = tracks(0).with_columns(end_reason=pl.lit(None, dtype=pl.String))
    with pytest.raises(ParameterError, match=r"tracks\.end_reason"):
        write_segment(tmp_path, "tracks", rows, bucket=0)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="missing columns offset"):
        write(tmp_path, positions().drop("offset"))


def test_no_rows_write_no_file(tmp_path: Path) -> None:
    segment = write_segment(tmp_path, "tracks", TRACKS.empty(), bucket=0)
    assert segment.rows == 0
    assert not list(tmp_path.rglob("*"))


def test_an_arrow_table_is_as_good(tmp_path: Path) -> None:
    rows = tracks(2)
    one = write_segment(tmp_path, "tracks", rows, bucket=2)
    assert write_segment(tmp_path, "tracks", rows.to_arrow(), bucket=2) == one


@pytest.mark.parametrize("table", [*STORED, *DERIVED], ids=lambda table: table.name)
def test_every_table_that_lies_in_the_lake_can_be_written(tmp_path: Path, table: Table) -> None:
    row = made_row(table)
    day, bucket = (DAY0, 0) if table.partitioned else (None, None)
    segment = write_segment(tmp_path, table.name, row, day=day, bucket=bucket)
    assert pl.read_parquet(segment.path, hive_partitioning=False).equals(row)


def test_a_file_is_synced_before_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    sync, rename = os.fsync, Path.replace

    def synced(handle: int) -> None:
        calls.append("sync")
        sync(handle)

    def renamed(path: Path, target: Path) -> Path:
        calls.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    write(tmp_path, positions())
    assert calls == ["sync", "rename"]


def test_marks_tell_where_the_rows_lie(tmp_path: Path) -> None:
    rows = positions(n_ships=8, n_each=8)
    marks = pl.Series(list(memoryview(write(tmp_path, rows).marks).cast("i")))
    assert marks.to_list() == rows["mmsi"].gather_every(4, 3).to_list()
